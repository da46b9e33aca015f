"""`zen-gc plan --live` beside kubectl: the same namespace, and words for what a cluster does not have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.golden.running import zen_gc
from tests.harness.embedded import InProcessCluster
from tests.harness.kubeconfig import kubeconfig
from zen_gc_core.engine.crds import crd_documents
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GROUP = "gc.kube-zen.io/v1alpha1"
KINDS = ("GarbageCollectionPolicy", "ClusterGarbageCollectionPolicy")


def namespace(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


@pytest.fixture(scope="module")
def cluster() -> Iterator[InProcessCluster]:
    """A cluster with a ConfigMap in each of three Namespaces, and no CRD."""
    with InProcessCluster() as served:
        for name in ("default", "team-a", "team-b"):
            if name != "default":
                served.create(namespace(name))
            served.create(
                {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"of-{name}", "namespace": name}}
            )
        yield served


def written(directory: Path, target: dict[str, Any], kind: str = KINDS[0], **metadata: str) -> Path:
    document = {
        "apiVersion": GROUP,
        "kind": kind,
        "metadata": {"name": "p", **metadata},
        "spec": {"targetResources": [{"apiVersion": "v1", "kind": "ConfigMap", **target}], "ttl": {"immediate": True}},
    }
    path = directory / "policy.json"
    path.write_text(json.dumps(document))
    return path


CONTEXTS = [
    ("", [], "default"),
    ("team-a", [], "team-a"),
    ("team-a", ["-n", "team-b"], "team-b"),
    ("", ["-n", "team-b"], "team-b"),
]


@pytest.mark.parametrize(("context", "arguments", "expected"), CONTEXTS)
def test_a_policy_without_a_namespace_is_where_kubectl_would_put_it(
    cluster: InProcessCluster, tmp_path: Path, context: str, arguments: list[str], expected: str
) -> None:
    """-n, else the context's, else default."""
    config = kubeconfig(cluster.url)
    if context:
        config["contexts"][0]["context"]["namespace"] = context
    (tmp_path / "config").write_text(yaml.safe_dump(config))
    ran = zen_gc(
        *("plan", "-f", written(tmp_path, {"names": ["of-*"]}), "--live", "-o", "json"),
        *("--kubeconfig", tmp_path / "config", *arguments),
    )
    (policy,) = json.loads(ran.out)["policies"]
    assert policy["namespace"] == expected
    assert [decision["name"] for decision in policy["decisions"]] == [f"of-{expected}"]
    named = cluster.kubectl(
        "create", "cm", "x", "--dry-run=client", "-o", "json", *arguments, config=tmp_path / "config"
    )
    put = cluster.kubectl(
        "create",
        "-f",
        "-",
        "--dry-run=server",
        "-o",
        "json",
        *arguments,
        stdin=named.stdout,
        config=tmp_path / "config",
    )
    assert json.loads(put.stdout)["metadata"]["namespace"] == expected


UNREACHED = [
    ({"namespaces": ["gone", "team-a"]}, "spec.targetResources[0].namespaces: Namespace gone does not exist"),
    ({"namespaces": ["prod-*"]}, "spec.targetResources[0].namespaces: takes no Namespace of this cluster"),
    (
        {"namespaces": ["*"], "namespaceSelector": {"matchLabels": {"tier": "none"}}},
        "spec.targetResources[0].namespaceSelector: takes no Namespace of this cluster",
    ),
]


@pytest.mark.parametrize(("target", "words"), UNREACHED)
def test_namespaces_that_are_not_there_are_told(
    cluster: InProcessCluster, tmp_path: Path, target: dict[str, Any], words: str
) -> None:
    """Named, matched or selected: not `0 scanned` alone."""
    path = written(tmp_path, target, KINDS[1])
    ran = zen_gc("plan", "-f", path, "--live", "--kubeconfig", cluster.kubeconfig_path)
    assert (ran.code, ran.errors) == (0, [f"{path}: warning: {words}"])


def test_the_policys_own_namespace_is_told_when_it_is_not_there(cluster: InProcessCluster, tmp_path: Path) -> None:
    """It cannot be applied there either."""
    path = written(tmp_path, {}, namespace="gone")
    ran = zen_gc("plan", "-f", path, "--live", "--kubeconfig", cluster.kubeconfig_path)
    assert ran.errors == [f"{path}: warning: metadata.namespace: Namespace gone does not exist"]


def test_namespaces_that_are_there_are_not_spoken_of(cluster: InProcessCluster, tmp_path: Path) -> None:
    """By name, by glob and by label."""
    path = written(tmp_path, {"namespaces": ["team-?", "default"]}, KINDS[1])
    assert zen_gc("plan", "-f", path, "--live", "--kubeconfig", cluster.kubeconfig_path).err == ""


@pytest.mark.parametrize("arguments", [["plan", "p"], ["approve", "p", "--up-to", "5"]], ids=["plan", "approve"])
def test_a_missing_crd_is_told_with_the_command_that_installs_it(arguments: list[str]) -> None:
    """Not that the policy is missing; that is said where the CRD is there."""
    with InProcessCluster() as bare:
        ran = zen_gc(*arguments, "-n", "default", "--kubeconfig", bare.kubeconfig_path)
        assert ran.code == 1
        assert ran.err == (
            "the CRD garbagecollectionpolicies.gc.kube-zen.io is not installed: "
            "apply it with `zen-gc crd | kubectl apply -f -`\n"
        )
        for document in crd_documents(load_plugins(installed_entry_points()).vocabulary):
            bare.create(document)
        ran = zen_gc(*arguments, "-n", "default", "--kubeconfig", bare.kubeconfig_path)
        assert "CRD" not in ran.err
        assert ran.code == 1


def test_a_cluster_that_is_not_there_is_told_with_its_address(tmp_path: Path) -> None:
    """And nothing of how this program speaks to it."""
    (tmp_path / "config").write_text(yaml.safe_dump(kubeconfig("http://127.0.0.1:1")))
    ran = zen_gc("plan", "p", "--kubeconfig", tmp_path / "config")
    assert (ran.code, ran.err) == (
        1,
        "cannot reach http://127.0.0.1:1: connection refused: is the cluster running?\n",
    )
