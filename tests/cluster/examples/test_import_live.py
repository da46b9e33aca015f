"""`zen-gc import --live`: both on the objects of a cluster, and the kinds that it serves. Nothing is written."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest

from tests.golden.running import zen_gc
from tests.harness.embedded import InProcessCluster
from zen_gc_core.instants import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "previews.acme.io"},
    "spec": {
        "group": "acme.io",
        "scope": "Namespaced",
        "names": {"kind": "Preview", "plural": "previews", "singular": "preview", "listKind": "PreviewList"},
        "versions": [
            {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
        ],
    },
}
RULES = """\
rules:
- id: previews
  resources: [previews]
  jmespath: "starts_with(metadata.name, 'shop-')"
  ttl: 1h
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[InProcessCluster]:
    """A cluster with three custom objects and a ConfigMap with an annotation."""
    with InProcessCluster() as served:
        served.create(DEFINITION)
        served.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-a"}})
        for name in ("shop-1", "shop-2", "docs"):
            metadata = {"name": name, "namespace": "team-a"}
            served.create({"apiVersion": "acme.io/v1", "kind": "Preview", "metadata": metadata})
        marked = {"name": "marked", "namespace": "team-a", "annotations": {"janitor/ttl": "1h"}}
        served.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": marked})
        yield served


def test_both_are_asked_about_the_objects_of_the_cluster(cluster: InProcessCluster, tmp_path: Path) -> None:
    """The kind of a custom resource is known from the cluster; its objects and the marked one go by both."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    later = format_instant(dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(hours=3))
    ran = zen_gc(
        *("import", "-f", tmp_path / "rules.yaml", "--live", "--kubeconfig", cluster.kubeconfig_path, "-o", "json"),
        *("--now", later),
    )
    assert ran.code == 0, ran
    (compared,) = json.loads(ran.out)["comparisons"]
    goes = {each["object"] for each in compared["cells"]["both go"]["examples"]}
    assert goes == {"team-a/shop-1", "team-a/shop-2", "team-a/marked"}
    assert compared["cells"]["only ours goes"]["count"] == 0


def test_files_of_objects_beside_a_cluster_are_refused(cluster: InProcessCluster, tmp_path: Path) -> None:
    """One of the two is meant."""
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    arguments = ("--live", "--kubeconfig", cluster.kubeconfig_path, "--against", "objects.json")
    ran = zen_gc("import", "-f", tmp_path / "rules.yaml", *arguments)
    assert ran.code == 2
    assert ran.errors == ["--live takes the objects from the cluster: leave --against out"]
