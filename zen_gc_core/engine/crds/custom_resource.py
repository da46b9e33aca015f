"""A CustomResourceDefinition of the project's group, in its one version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from zen_gc_core.model.policy import API_VERSION, GROUP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.engine.crds.structural import Schema

Column: TypeAlias = tuple[str, str, str]


def custom_resource(  # noqa: PLR0913  what a kind is made of
    kind: str,
    plural: str,
    scope: str,
    short_names: Sequence[str],
    *,
    description: str,
    columns: Sequence[Column],
    wide_columns: Sequence[Column] = (),
    spec: Schema,
    status: Schema | None = None,
) -> dict[str, Any]:
    """A definition.

    Args:
        kind: The kind.
        plural: What it is called in paths.
        scope: ``Namespaced`` or ``Cluster``.
        short_names: What people may type.
        description: What an object of it is.
        columns: The columns of ``kubectl get``: their titles, types and paths.
        wide_columns: Those of ``kubectl get -o wide``, beside them.
        spec: The schema of ``spec``.
        status: The schema of ``status``; None: there is none.
    """
    shown = [
        *({"name": name, "type": kind_of, "jsonPath": path} for name, kind_of, path in columns),
        *({"name": name, "type": kind_of, "priority": 1, "jsonPath": path} for name, kind_of, path in wide_columns),
    ]
    schema = {
        "description": description,
        "type": "object",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": spec,
            **({"status": status} if status is not None else {}),
        },
    }
    version = {
        "name": API_VERSION.rpartition("/")[2],
        "served": True,
        "storage": True,
        **({"subresources": {"status": {}}} if status is not None else {}),
        "additionalPrinterColumns": shown,
        "schema": {"openAPIV3Schema": schema},
    }
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
            "versions": [version],
        },
    }
