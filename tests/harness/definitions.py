"""CustomResourceDefinitions as tests need them: a namespaced kind, served in some versions."""

from __future__ import annotations

from typing import Any


def custom_resource_definition(group: str, kind: str, *versions: str, **more: Any) -> dict[str, Any]:
    """The definition of a namespaced kind whose plural is its name with an s.

    Args:
        group: its API group.
        kind: the kind, such as `Widget`.
        versions: the versions that are served; the first one is stored.
        more: what each version has beside its name; by default its schema takes any object without fields.
    """
    singular = kind.lower()
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{singular}s.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": f"{singular}s", "singular": singular, "kind": kind, "listKind": f"{kind}List"},
            "versions": [
                {
                    "name": version,
                    "served": True,
                    "storage": version == versions[0],
                    "schema": {"openAPIV3Schema": {"type": "object"}},
                    **more,
                }
                for version in versions
            ],
        },
    }
