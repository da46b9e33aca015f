"""A CustomResourceDefinition of the project's group, in its one version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_core.model.policy import API_VERSION, GROUP

if TYPE_CHECKING:
    from collections.abc import Sequence


def custom_resource(kind: str, plural: str, scope: str, short_names: Sequence[str], **version: Any) -> dict[str, Any]:
    """A definition.

    Args:
        kind: The kind.
        plural: What it is called in paths.
        scope: ``Namespaced`` or ``Cluster``.
        short_names: What people may type.
        version: The fields of its version, beside those that all have.
    """
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": scope,
            "names": {
                "kind": kind,
                "listKind": f"{kind}List",
                "plural": plural,
                "singular": kind.lower(),
                "shortNames": list(short_names),
            },
            "versions": [{"name": API_VERSION.rpartition("/")[2], "served": True, "storage": True, **version}],
        },
    }
