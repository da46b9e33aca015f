"""`zen-gc why` and the other commands that look, on a cluster: installed policies, policies of files, and no rights."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.golden.running import zen_gc
from tests.harness.embedded import InProcessCluster
from zen_gc_core.engine.crds import crd_documents
from zen_gc_core.instants import format_instant
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GROUP = "gc.kube-zen.io/v1alpha1"


def policy(name: str, wait: str, kind: str = "GarbageCollectionPolicy", **target: Any) -> dict[str, Any]:
    """A policy on ConfigMaps."""
    metadata = {"name": name, **({"namespace": "team-a"} if kind == "GarbageCollectionPolicy" else {})}
    targets = [{"apiVersion": "v1", "kind": "ConfigMap", **target}]
    spec = {"targetResources": targets, "ttl": {"afterCreation": wait}}
    return {"apiVersion": GROUP, "kind": kind, "metadata": metadata, "spec": spec}


@pytest.fixture(scope="module")
def cluster() -> Iterator[InProcessCluster]:
    """A cluster with two ConfigMaps in a Namespace, and three policies, one of which takes them."""
    with InProcessCluster() as served:
        for document in crd_documents(load_plugins(installed_entry_points()).vocabulary):
            served.create(document)
        served.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-a"}})
        for name in ("scratch", "settings"):
            metadata = {"name": name, "namespace": "team-a"}
            served.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
        served.create(policy("scratch", "1h", names=["scratch*"]))
        served.create(policy("everywhere", "2h", "ClusterGarbageCollectionPolicy", namespaces=["team-b"]))
        cluster_wide = policy("secrets", "2h", "ClusterGarbageCollectionPolicy", namespaces=["team-a"])
        cluster_wide["spec"]["targetResources"][0]["kind"] = "Secret"
        served.create(cluster_wide)
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "token", "namespace": "team-a"}}
        served.create(secret)
        jobs = policy("jobs", "1h")
        jobs["spec"]["targetResources"] = [{"apiVersion": "batch/v1", "kind": "Job"}]
        served.create(jobs)
        yield served


def in_hours(hours: int) -> str:
    """An instant from now."""
    return format_instant(dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(hours=hours))


def test_why_asks_the_installed_policies_where_there_are_no_files(cluster: InProcessCluster) -> None:
    """Those of the object's kind are taken apart, the others counted; nothing but reading is done."""
    ran = zen_gc(
        *("why", "cm/scratch", "-n", "team-a", "--kubeconfig", cluster.kubeconfig_path, "-o", "json"),
        *("--now", in_hours(3)),
    )
    assert (ran.code, ran.err) == (0, "")
    document = json.loads(ran.out)
    assert document["policiesAboutOtherKinds"] == 2
    said = {each["name"]: each["verdict"] for each in document["policies"]}
    assert said == {"scratch": "act", "everywhere": "skip"}
    (everywhere,) = (each for each in document["policies"] if each["name"] == "everywhere")
    assert "it is in team-a, not in team-b" in everywhere["toGo"][0]


def test_why_takes_a_policy_of_a_file_over_the_cluster(cluster: InProcessCluster, tmp_path: Path) -> None:
    """And none of those that are installed."""
    (tmp_path / "policy.json").write_text(json.dumps(policy("mine", "5d")))
    ran = zen_gc(
        *("why", "configmap", "settings", "-n", "team-a", "-f", tmp_path / "policy.json", "--live"),
        *("--kubeconfig", cluster.kubeconfig_path),
    )
    assert (ran.code, ran.err) == (0, "")
    assert "GarbageCollectionPolicy team-a/mine: wait" in ran.out
    assert "everywhere" not in ran.out


MISSING = [
    ("cm/nope", "the cluster has no ConfigMap team-a/nope"),
    ("podd/nope", "the cluster has no podd; did you mean 'pods'?"),
]


@pytest.mark.parametrize(("word", "error"), MISSING)
def test_what_a_cluster_does_not_have_is_told(cluster: InProcessCluster, word: str, error: str) -> None:
    """An object exits 1, a kind that is none 2."""
    ran = zen_gc("why", word, "-n", "team-a", "--kubeconfig", cluster.kubeconfig_path)
    assert (ran.code, ran.out) == (1 if "/nope" in error else 2, "")
    assert ran.err.startswith(error[:30])


FORECASTS = [(("-n", "team-a"), {"scratch"}), (("-A",), {"scratch", "secrets"}), ((), set[str]())]


@pytest.mark.parametrize(("where", "policies"), FORECASTS)
def test_a_forecast_is_of_the_policies_of_a_namespace_or_of_all(
    cluster: InProcessCluster, where: tuple[str, ...], policies: set[str]
) -> None:
    """Without either, of the context's namespace, which has none."""
    ran = zen_gc("forecast", *where, "--kubeconfig", cluster.kubeconfig_path, "-o", "json", "--within", "2h")
    document = json.loads(ran.out)
    note = "note: there are no policies in namespace default; -A means all of them\n"
    assert (ran.code, ran.err) == (0, "" if policies else note)
    found = {row["policy"]["name"] for row in document["rows"]}
    assert found == policies
    assert document["coming"] == len(found)
