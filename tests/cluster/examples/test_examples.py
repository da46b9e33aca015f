"""The example policies on clusters: the nine of the Go program together in one namespace, and the others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.examples.installing import MARKED_BY, install
from tests.golden.examples import EXAMPLES
from tests.golden.running import zen_gc, zen_gc_process
from tests.harness import RealCluster
from tests.harness.embedded import InProcessCluster
from zen_gc_core.engine.crds import crd_documents
from zen_gc_core.model.policy import NAMESPACED
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.examples.installing import Installed
    from tests.harness import Cluster

NINE = [
    "completed-jobs",
    "evicted-pods",
    "failed-pods",
    "lost-pvcs",
    "old-deployments",
    "old-secrets",
    "orphaned-replicasets",
    "temp-configmaps",
    "test-pods",
]
OTHERS = sorted(set(EXAMPLES) - set(NINE))
ALLOWING = ["--allow-resource=persistentvolumeclaims", "--allow-resource=namespaces"]
COLUMNS = ["NAME", "PHASE", "READY", "REASON", "MATCHED", "DUE", "DELETED", "PENDING", "LAST RUN", "NEXT RUN", "AGE"]
MATCHED = {
    "completed-jobs": 7,
    "evicted-pods": 19,
    "failed-pods": 19,
    "lost-pvcs": 5,
    "old-deployments": 4,
    "old-secrets": 4,
    "orphaned-replicasets": 6,
    "temp-configmaps": 5,
    "test-pods": 5,
}
"""Three policies look at the same Pods; six ReplicaSets, one being there as an owner."""


REWRITTEN = {"quarantine"}
"""Asks who changed what and when: a real server writes metadata.managedFields anew when the objects are made."""


@pytest.fixture(params=["embedded", pytest.param("real", marks=pytest.mark.real)])
def own_cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A cluster with the CRDs on which no other test has policies: a controller runs them all."""
    if request.param == "real":
        request.getfixturevalue("apiserver_binaries")
    with InProcessCluster() if request.param == "embedded" else RealCluster(controller_manager=True) as cluster:
        for document in crd_documents(load_plugins(installed_entry_points()).vocabulary):
            cluster.create(document)
        yield cluster


@pytest.mark.parametrize("names", [NINE, OTHERS], ids=["nine", "others"])
def test_examples_together_take_exactly_what_must_go(own_cluster: Cluster, names: list[str], tmp_path: Path) -> None:
    """`zen-gc plan --live` says so before, and the controller does it; everything else stays as it was."""
    if isinstance(own_cluster, RealCluster):
        names = [name for name in names if name not in REWRITTEN]
    installed = install(own_cluster, names)

    assert _planned(own_cluster, installed, tmp_path) == installed.acted_on
    ran = zen_gc_process(["controller", "--once", "--kubeconfig", own_cluster.kubeconfig_path, *ALLOWING])

    assert ran.code == 0, ran.err
    assert _acted_on(own_cluster, installed) == installed.done
    if names == NINE:
        _assert_listed(_listed(own_cluster, installed.namespace), installed)


def _planned(cluster: Cluster, installed: Installed, directory: Path) -> dict[str, str]:
    """What `plan --live` would do with policies from files."""
    (directory / "policies.json").write_text(
        json.dumps({"apiVersion": "v1", "kind": "List", "items": installed.policies})
    )
    ran = zen_gc("plan", "-f", directory, "--live", "--kubeconfig", cluster.kubeconfig_path, "-o", "json", *ALLOWING)
    assert ran.code == 0, ran.err
    decisions = [decision for policy in json.loads(ran.out)["policies"] for decision in policy["decisions"]]
    return {
        cluster.path_of({**decision, "metadata": decision}): decision["action"]
        for decision in decisions
        if decision["verdict"] == "act"
    }


def _acted_on(cluster: Cluster, installed: Installed) -> dict[str, str]:
    """What became of the objects: deleted, or on the way; marked; nothing of those that are as they were, or go along."""
    gone = {installed.objects[path]["metadata"]["uid"] for path, action in installed.done.items() if action == "delete"}
    found = {
        path: _outcome(cluster.request("GET", path), before)
        for path, before in installed.objects.items()
        if not any(owner["uid"] in gone for owner in before["metadata"].get("ownerReferences", []))
    }
    evicted = {path for path, action in installed.acted_on.items() if action == "evict"}
    return {
        path: "evict" if outcome == "delete" and path in evicted else outcome
        for path, outcome in found.items()
        if outcome
    }


def _outcome(answer: Any, before: dict[str, Any]) -> str:
    if answer.status == 404:
        return "delete"
    metadata, known = answer.body["metadata"], before["metadata"]
    assert metadata["uid"] == known["uid"]
    if "deletionTimestamp" in metadata:
        return "delete"
    if answer.body.get("spec", {}).get("replicas") != before.get("spec", {}).get("replicas"):
        assert metadata["annotations"]["gc.kube-zen.io/scaled-from"] == str(before["spec"]["replicas"])
        return "scale"
    if answer.body.get("spec", {}).get("suspend") and not before["spec"].get("suspend"):
        assert metadata["annotations"]["gc.kube-zen.io/suspended"] == "spec.suspend"
        return "suspend"
    if "gc.kube-zen.io/patched-by" in metadata.get("annotations", {}):
        assert answer.body["spec"] != before["spec"]
        return "patch"
    if any(key.startswith("held.gc.kube-zen.io/") for key in metadata.get("annotations", {})):
        return "mark"
    marker, before_marker = (each.get("annotations", {}).get(MARKED_BY) for each in (metadata, known))
    if metadata.get("labels") != known.get("labels"):
        assert marker
        return "label"
    if marker != before_marker:
        return "annotate" if marker else "unmark"
    return ""


def _listed(cluster: Cluster, namespace: str) -> dict[str, dict[str, str]]:
    """What `kubectl get gcp` shows, by policy and column; kubectl begins each column below its title."""
    title, *lines = cluster.kubectl("get", "gcp", "-n", namespace, check=True).stdout.splitlines()
    places = [title.index(column) for column in COLUMNS]
    ends = [*places[1:], None]
    rows = [[line[start:end].strip() for start, end in zip(places, ends, strict=True)] for line in lines]
    return {row[0]: dict(zip(COLUMNS, row, strict=True)) for row in rows}


def _assert_listed(rows: dict[str, dict[str, str]], installed: Installed) -> None:
    assert rows.keys() == {policy["metadata"]["name"] for policy in installed.policies if policy["kind"] == NAMESPACED}
    assert {(row["PHASE"], row["READY"], row["REASON"]) for row in rows.values()} == {("Active", "True", "Evaluated")}
    assert {name: int(row["MATCHED"]) for name, row in rows.items()} == MATCHED
    for row in rows.values():
        assert row["LAST RUN"].removesuffix("s").isdigit(), row
        assert row["NEXT RUN"].endswith("Z"), row
    single = {name: int(row["DELETED"]) for name, row in rows.items() if not name.endswith("-pods")}
    claims = single.pop("lost-pvcs")
    assert claims in {0, 1}, "a claim with a finalizer is accepted, not deleted"
    assert single == {
        "completed-jobs": 3,
        "old-deployments": 1,
        "old-secrets": 1,
        "orphaned-replicasets": 1,
        "temp-configmaps": 2,
    }
    pods = sum("/pods/" in path for path in installed.acted_on)
    assert sum(int(row["DELETED"]) for name, row in rows.items() if name.endswith("-pods")) == pods
