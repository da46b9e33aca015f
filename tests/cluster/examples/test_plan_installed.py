"""`zen-gc plan -A` and `-n`: the policies that are installed, as the controller would see them, and how much is shown of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.golden.running import Ran, zen_gc
from tests.harness.crds import install_crds
from tests.harness.embedded import InProcessCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUP = "gc.kube-zen.io/v1alpha1"
NAMESPACED, CLUSTER = "GarbageCollectionPolicy", "ClusterGarbageCollectionPolicy"
CREATED = "2026-01-01T00:00:00Z"


def policy(name: str, namespace: str = "", **spec: Any) -> dict[str, Any]:
    """A policy on ConfigMaps, of a namespace or of the cluster."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    target: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "names": ["x-*"]}
    if not namespace:
        target["namespaces"] = ["*"]
    kind = NAMESPACED if namespace else CLUSTER
    body = {"targetResources": [target], "ttl": {"afterCreation": "1h"}, **spec}
    return {"apiVersion": GROUP, "kind": kind, "metadata": metadata, "spec": body}


@pytest.fixture(scope="module")
def cluster() -> Iterator[InProcessCluster]:
    """Two namespaces with a policy each, a policy of the cluster, and three objects of each verdict but `skip`."""
    with InProcessCluster() as served:
        install_crds(served)
        for name in ("team-a", "team-b"):
            served.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
            served.create(policy(f"of-{name}", name))
        served.create(policy("of-all", ttl={"afterCreation": "3650d"}))
        marked = {"gc.kube-zen.io/keep": ""}
        for name, more in (("x-due", {}), ("x-kept", {"labels": marked}), ("other", {})):
            metadata = {"name": name, "namespace": "team-a", "creationTimestamp": CREATED, **more}
            served.server.seed([{"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}])
        yield served


def plan(cluster: InProcessCluster, *arguments: str) -> Ran:
    """Plan on the cluster."""
    return zen_gc("plan", *arguments, f"--kubeconfig={cluster.kubeconfig_path}")


def names(ran: Ran) -> list[str]:
    """The policies of a plan, as JSON."""
    assert ran.code == 0, ran.err
    return [each["name"] for each in json.loads(ran.out)["policies"]]


CHOICES = [
    (["-A"], ["of-team-a", "of-team-b", "of-all"]),
    (["-n", "team-a"], ["of-team-a"]),
    (["-n", "team-a", "--live"], ["of-team-a"]),
    (["-n", "default"], []),
    (["of-all"], ["of-all"]),
]


@pytest.mark.parametrize(("arguments", "expected"), CHOICES)
def test_it_plans_the_policies_that_are_installed_there(
    cluster: InProcessCluster, arguments: list[str], expected: list[str]
) -> None:
    """Of a namespace without those of the cluster; -A all of both kinds."""
    assert names(plan(cluster, *arguments, "-o", "json")) == expected


REFUSED = [
    (["-A", "-n", "team-a"], "-A plans all installed policies: leave out NAME, -n and -f"),
    (["-A", "of-all"], "-A plans all installed policies: leave out NAME, -n and -f"),
    (["-A", "--only", "atc"], "--only: there is no verdict 'atc'; did you mean 'act'?"),
    (["-A", "--only", ","], "--only: say which: act, wait, keep, skip"),
    (
        ["-A", "--only", "act", "--summary"],
        "--only says which objects are shown, and --summary shows none: leave one of them out",
    ),
    (
        [],
        "no policies: add files with -f, or the NAME of an installed policy; -n alone plans those of a namespace, -A all",
    ),
]


@pytest.mark.parametrize(("arguments", "words"), REFUSED)
def test_what_cannot_be_meant_together_is_refused(cluster: InProcessCluster, arguments: list[str], words: str) -> None:
    """With one line and 2."""
    ran = plan(cluster, *arguments)
    assert (ran.code, ran.errors) == (2, [words])


def test_a_cluster_without_the_definitions_is_told_so() -> None:
    """With 1, and the command that installs them."""
    with InProcessCluster() as bare:
        ran = plan(bare, "-A")
    assert (ran.code, "zen-gc crd | kubectl apply -f -" in ran.err) == (1, True)


VERDICTS = [
    ((), {"act", "keep", "wait"}),
    (("--only", "act"), {"act"}),
    (("--only", "act,wait"), {"act", "wait"}),
    (("--only", "wait", "--only", "KEEP"), {"keep", "wait"}),
    (("--only", "skip"), set()),
    (("--only", "skip", "--all"), {"skip"}),
    (("--summary",), set()),
]


@pytest.mark.parametrize(("arguments", "expected"), VERDICTS)
def test_it_shows_the_objects_that_are_asked_for_and_counts_all(
    cluster: InProcessCluster, arguments: tuple[str, ...], expected: set[str]
) -> None:
    """The numbers of a policy are those of its plan, whatever is shown."""
    policies = json.loads(plan(cluster, "-A", *arguments, "-o", "json").out)["policies"]
    assert {each["verdict"] for policy in policies for each in policy["decisions"]} == expected
    assert [(policy["matched"], policy["due"]) for policy in policies] == [(2, 1), (0, 0), (2, 0)]


def test_the_summary_is_the_last_line(cluster: InProcessCluster) -> None:
    """Over all policies; no object is named."""
    ran = plan(cluster, "-A", "--summary")
    last = ran.out.splitlines()[-1]
    assert last.startswith("3 policies: ")
    assert last.endswith(" 4 matched, 1 due, 3 pending")
    assert "x-due" not in ran.out


def test_colours_are_where_they_are_asked_for(cluster: InProcessCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of verdicts alone, so that the columns stay; none without a terminal, and none in JSON."""
    painted = plan(cluster, "-n", "team-a", "--color", "always").out
    plain = plan(cluster, "-n", "team-a", "--color", "never").out
    assert "\x1b[31m\x1b[1mdelete " in painted
    assert "\x1b[32mkeep " in painted
    at = plain.splitlines()[0]
    bare = painted.replace("\x1b[31m\x1b[1m", "").replace("\x1b[32m", "").replace("\x1b[0m", "")
    assert bare.splitlines()[1:] == plain.splitlines()[1:]
    assert "\x1b" not in plain
    assert plan(cluster, "-n", "team-a").out.splitlines()[1:] == plain.splitlines()[1:], at
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" in plan(cluster, "-n", "team-a", "--color", "always").out
    assert "\x1b" not in plan(cluster, "-A", "--color", "always", "-o", "json").out
