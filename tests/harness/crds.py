"""The project's CRDs on a cluster of the tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from tests.harness.cluster import Cluster

CRDS = Path(__file__).parents[2] / "crds/policies.yaml"


def install_crds(cluster: Cluster) -> None:
    """Install them, unless they are there."""
    for document in yaml.safe_load_all(CRDS.read_text()):
        if cluster.request("GET", cluster.path_of(document)).status == 404:
            cluster.create(document)


def custom_kind(group: str, plural: str, kind: str) -> dict[str, Any]:
    """The CustomResourceDefinition of a namespaced kind of version v1 whose objects may hold anything."""
    names = {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"}
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    versions = [{"name": "v1", "served": True, "storage": True, "schema": schema}]
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {"group": group, "scope": "Namespaced", "names": names, "versions": versions},
    }
