"""`zen-gc why` and the other commands that look, on a cluster: installed policies, policies of files, groups, no rights.

Each on the embedded cluster and on the real API server.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.golden.running import zen_gc
from zen_gc_core.instants import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.golden.running import Ran
    from tests.harness.cluster import Cluster
    from tests.harness.real import RealCluster

GROUP = "gc.kube-zen.io/v1alpha1"
NAMESPACED = "GarbageCollectionPolicy"
CLUSTER = "ClusterGarbageCollectionPolicy"


@dataclass
class Scene:
    """A cluster with the CRDs, and two Namespaces in it.

    Args:
        cluster: the cluster.
        team: the Namespace with the objects.
        elsewhere: another one.
    """

    cluster: Cluster
    team: str
    elsewhere: str

    def ask(self, *command: str | Path) -> Ran:
        """Run a command over it."""
        return zen_gc(*command, "--kubeconfig", self.cluster.kubeconfig_path)

    def policy(self, name: str, wait: str, kind: str = NAMESPACED, **target: Any) -> dict[str, Any]:
        """A policy on ConfigMaps."""
        metadata = {"name": name, **({"namespace": self.team} if kind == NAMESPACED else {})}
        targets = [{"apiVersion": "v1", "kind": "ConfigMap", **target}]
        spec = {"targetResources": targets, "ttl": {"afterCreation": wait}}
        return {"apiVersion": GROUP, "kind": kind, "metadata": metadata, "spec": spec}

    def make(self, name: str, kind: str = "ConfigMap", **metadata: Any) -> None:
        """Make an object in the team's Namespace."""
        self.cluster.create(
            {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": self.team, **metadata}}
        )


@pytest.fixture(scope="module")
def scene(installed_cluster: Cluster) -> Iterator[Scene]:
    """Two ConfigMaps and a group of builds in a Namespace, and four policies, one of which takes the two."""
    cluster = installed_cluster
    made = Scene(cluster, cluster.namespace(), cluster.namespace())
    made.make("scratch")
    made.make("settings")
    made.make("token", "Secret")
    secrets = made.policy("secrets", "2h", CLUSTER, namespaces=[made.team])
    secrets["spec"]["targetResources"][0]["kind"] = "Secret"
    jobs = made.policy("jobs", "1h")
    jobs["spec"]["targetResources"] = [{"apiVersion": "batch/v1", "kind": "Job"}]
    policies = [
        made.policy("scratch", "1h", names=["scratch*"]),
        made.policy("everywhere", "2h", CLUSTER, namespaces=[made.elsewhere]),
        secrets,
        jobs,
    ]
    for each in policies:
        cluster.create(each)
    yield made
    for each in policies:
        cluster.request("DELETE", cluster.path_of(each))


def in_hours(hours: int) -> str:
    """An instant from now."""
    return format_instant(dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(hours=hours))


def test_why_asks_the_installed_policies_where_there_are_no_files(scene: Scene) -> None:
    """Those of the object's kind are taken apart, the others counted; nothing but reading is done."""
    ran = scene.ask("why", "cm/scratch", "-n", scene.team, "-o", "json", "--now", in_hours(3))
    assert (ran.code, ran.err) == (0, "")
    document = json.loads(ran.out)
    assert document["policiesAboutOtherKinds"] == 2
    said = {each["name"]: each["verdict"] for each in document["policies"]}
    assert said == {"scratch": "act", "everywhere": "skip"}
    (everywhere,) = (each for each in document["policies"] if each["name"] == "everywhere")
    assert f"it is in {scene.team}, not in {scene.elsewhere}" in everywhere["toGo"][0]


def test_why_takes_a_policy_of_a_file_over_the_cluster(scene: Scene, tmp_path: Path) -> None:
    """And none of those that are installed."""
    (tmp_path / "policy.json").write_text(json.dumps(scene.policy("mine", "5d")))
    ran = scene.ask("why", "configmap", "settings", "-n", scene.team, "-f", tmp_path / "policy.json", "--live")
    assert (ran.code, ran.err) == (0, "")
    assert f"GarbageCollectionPolicy {scene.team}/mine: wait" in ran.out
    assert "everywhere" not in ran.out


def test_why_shows_who_fills_the_places_of_a_group(scene: Scene, tmp_path: Path) -> None:
    """Of objects of a cluster as of those of files: the newest two of five stay, and which these are."""
    for number in range(5):
        made = f"2026-01-01T0{number}:00:00Z"
        scene.make(f"build-{number}", labels={"series": "build"}, creationTimestamp=made)
    retaining = scene.policy("newest", "1h")
    retaining["spec"]["retain"] = {"groupBy": ["metadata.labels['series']"], "last": 2}
    (tmp_path / "policy.json").write_text(json.dumps(retaining))
    asked = ("why", "cm/build-1", "-n", scene.team, "-f", tmp_path / "policy.json", "--live")
    ran = scene.ask(*asked)
    assert (ran.code, ran.err) == (0, "")
    section = ran.out.partition("newest first:\n")[2].partition("  For it to")[0]
    assert [line.strip() for line in section.splitlines()] == [
        "1. build-4  2026-01-01T04:00:00Z  keep: retained: newest of 2 in series=build",
        "2. build-3  2026-01-01T03:00:00Z  keep: retained: 2nd newest of 2 in series=build",
        "3. build-2  2026-01-01T02:00:00Z  delete",
        "4. build-1  2026-01-01T01:00:00Z  delete  (this one)",
        "5. build-0  2026-01-01T00:00:00Z  delete",
    ]
    retained = json.loads(scene.ask(*asked, "-o", "json").out)["policies"][0]["retained"]
    assert (retained["group"], retained["place"], retained["objects"]) == ("series=build", 4, 5)
    assert [each["fills"] is not None for each in retained["members"]] == [True, True, False, False, False]
    assert all(each["uid"] for each in retained["members"])


MISSING = [
    ("cm/nope", "the cluster has no ConfigMap TEAM/nope"),
    ("podd/nope", "the cluster has no podd; did you mean 'pod'?"),
]


@pytest.mark.parametrize(("word", "error"), MISSING)
def test_what_a_cluster_does_not_have_is_told(scene: Scene, word: str, error: str) -> None:
    """An object exits 1, a kind that is none 2."""
    ran = scene.ask("why", word, "-n", scene.team)
    assert (ran.code, ran.out) == (1 if "/nope" in error else 2, "")
    assert ran.errors[0].startswith(error.replace("TEAM", scene.team))


def test_who_may_not_read_is_told_what_was_asked(own_real_cluster: RealCluster) -> None:
    """And gets no answer that looks like one."""
    namespace = own_real_cluster.namespace()
    own_real_cluster.create(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": namespace}}
    )
    stranger = own_real_cluster.service_account_kubeconfig(namespace, "stranger")
    for command in (("why", "cm/a", "-n", namespace), ("forecast", "-A"), ("forecast", "-n", namespace)):
        ran = zen_gc(*command, "--kubeconfig", stranger)
        assert (ran.code, ran.out) == (1, ""), ran
        assert f"system:serviceaccount:{namespace}:stranger" in ran.err
        assert "cannot list resource" in ran.err
        assert len(ran.errors) == 1


FORECASTS = [(("-n", "TEAM"), {"scratch"}), (("-A",), {"scratch", "secrets"}), ((), set[str]())]


@pytest.mark.parametrize(("where", "policies"), FORECASTS)
def test_a_forecast_is_of_the_policies_of_a_namespace_or_of_all(
    scene: Scene, where: tuple[str, ...], policies: set[str]
) -> None:
    """Without either, of the context's namespace, which has none."""
    named = tuple(scene.team if each == "TEAM" else each for each in where)
    ran = scene.ask("forecast", *named, "-o", "json", "--within", "2h")
    document = json.loads(ran.out)
    note = "note: there are no policies in namespace default; -A means all of them\n"
    assert (ran.code, ran.err) == (0, "" if policies else note)
    found = {row["policy"]["name"] for row in document["rows"]}
    assert found == policies
    assert document["coming"] == len(found)


def test_a_forecast_says_now_and_when_as_a_table(scene: Scene) -> None:
    """What is due, and what will be, by policy; the object by its name, and when its time comes."""
    ran = scene.ask("forecast", "-n", scene.team, "--within", "1d")
    assert (ran.code, ran.err) == (0, "")
    assert "0 objects due now, 1 more until" in ran.out.splitlines()[0]
    (due,) = (
        line
        for line in ran.out.splitlines()
        if f"{scene.team}/scratch" in line and "ConfigMap" in line and "in " in line
    )
    assert "delete" in due
    ran = scene.ask("forecast", "-n", scene.team, "--now", in_hours(2))
    assert "1 object due now, 0 more until" in ran.out.splitlines()[0]


def test_an_installed_policy_that_is_invalid_exits_2(scene: Scene) -> None:
    """It is named beside the others, which are planned."""
    wrong = scene.policy("wrong", "1h")
    wrong["spec"]["conditions"] = {"phaze": ["Failed"]}
    scene.cluster.create(wrong)
    try:
        why = scene.ask("why", "cm/scratch", "-n", scene.team)
        forecast = scene.ask("forecast", "-n", scene.team)
    finally:
        scene.cluster.request("DELETE", scene.cluster.path_of(wrong))
    assert (why.code, forecast.code) == (2, 2)
    assert f"GarbageCollectionPolicy {scene.team}/wrong: INVALID, it never acts (1 error)" in why.out
    assert "did you mean 'phase'?" in why.err
    assert "did you mean 'phase'?" in forecast.err
    assert f"GarbageCollectionPolicy {scene.team}/scratch: wait" in why.out


ASKED = [
    (("plan",), 0),
    (("plan", "scratch"), 1),
    (("forecast",), 0),
    (("why", "cm/scratch"), 1),
    (("restore", "scratch", "--yes"), 1),
    (("restore", "--all", "--yes"), 1),
    (("restore", "deploy/web", "--yes"), 1),
    (("approve", "scratch", "--up-to", "5"), 1),
]


@pytest.mark.parametrize(("command", "code"), ASKED)
def test_a_namespace_that_is_not_there_is_told(scene: Scene, command: tuple[str, ...], code: int) -> None:
    """With the one that is like it; before what else is said of it, which looks as if nothing were in it."""
    wrong = f"{scene.team}x"
    ran = scene.ask(*command, "-n", wrong)
    assert ran.errors[0] == f"warning: -n: there is no namespace '{wrong}'; did you mean '{scene.team}'?"
    assert ran.code == code, ran
    assert "there is no namespace" not in scene.ask(*command, "-n", scene.team).err


@pytest.mark.parametrize("command", ["plan", "run"])
def test_a_namespace_that_policies_of_files_are_put_into_is_a_warning_of_theirs(
    scene: Scene, tmp_path: Path, command: str
) -> None:
    """With the policy's place, once."""
    mine = scene.policy("mine", "5d")
    del mine["metadata"]["namespace"]
    (tmp_path / "policy.json").write_text(json.dumps(mine))
    live = ("--live",) if command == "plan" else ("--yes",)
    ran = scene.ask(command, "-f", tmp_path / "policy.json", "-n", "no-such-place", *live)
    assert len([line for line in ran.errors if "no-such-place does not exist" in line]) == 1, ran


def test_who_may_not_read_namespaces_hears_nothing_of_them(own_real_cluster: RealCluster) -> None:
    """It is not known then; policies are all that is needed."""
    namespace = own_real_cluster.namespace()
    name = f"policies-of-{namespace}"
    rbac = "rbac.authorization.k8s.io"
    rule = {"apiGroups": ["gc.kube-zen.io"], "resources": ["garbagecollectionpolicies"], "verbs": ["get", "list"]}
    subject = {"kind": "ServiceAccount", "name": "reader", "namespace": namespace}
    made = [
        {"apiVersion": f"{rbac}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": [rule]},
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": name},
            "subjects": [subject],
        },
    ]
    for each in made:
        own_real_cluster.create(each)
    reader = own_real_cluster.service_account_kubeconfig(namespace, "reader")
    try:
        own_real_cluster.eventually(lambda: zen_gc("forecast", "-n", namespace, "--kubeconfig", reader).code == 0)
        for where in (namespace, f"{namespace}x"):
            ran = zen_gc("forecast", "-n", where, "--kubeconfig", reader)
            assert (ran.code, ran.errors) == (
                0,
                [f"note: there are no policies in namespace {where}; -A means all of them"],
            )
    finally:
        for each in made:
            own_real_cluster.request("DELETE", own_real_cluster.path_of(each))
