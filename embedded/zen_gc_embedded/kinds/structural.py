"""What a custom resource's structural schema does to an object: pruning and defaults.

The rules are those of Kubernetes' structural schemas ("Extend the Kubernetes API with
CustomResourceDefinitions"). Judging values is ``validation``; CEL rules (``x-kubernetes-validations``)
are not evaluated by the embedded cluster.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zen_gc_embedded.causes import child
from zen_gc_embedded.store.objects import Object, items, mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_EMBEDDED = "x-kubernetes-embedded-resource"
_META_FIELDS = frozenset({"apiVersion", "kind", "metadata"})


@dataclass(frozen=True)
class Structure:
    """The schema of one version of a custom resource.

    Args:
        schema: Its ``openAPIV3Schema``.
    """

    schema: Mapping[str, Any]

    def prune(self, content: Object) -> list[str]:
        """Drop the fields that the schema does not know, and nulls that may not be there, in place.

        Returns:
            The paths of the unknown fields.
        """
        dropped: list[str] = []
        _prune(self.schema, content, "", dropped, root=True)
        return dropped

    def fill(self, content: Object) -> None:
        """Write the defaults of missing fields, in place; a null with a default counts as missing."""
        _fill({**self.schema, "properties": _content(self.schema)}, content)


def _content(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {name: inner for name, inner in mapping(schema.get("properties")).items() if name not in _META_FIELDS}


def _prune(schema: Mapping[str, Any], value: Any, path: str, dropped: list[str], *, root: bool = False) -> None:
    if isinstance(value, list):
        for index, entry in enumerate(value):
            _prune(mapping(schema.get("items")), entry, child(path, index), dropped)
        return
    if not isinstance(value, dict):
        return
    properties = mapping(schema.get("properties"))
    additional = schema.get("additionalProperties")
    keeps = bool(schema.get(_PRESERVE)) or additional is True
    whole = root or bool(schema.get(_EMBEDDED))
    for name in list(value):
        if whole and name in _META_FIELDS:
            continue
        if name in properties:
            inner = properties[name]
            if value[name] is None and not inner.get("nullable") and "default" not in inner:
                del value[name]
            else:
                _prune(inner, value[name], child(path, name), dropped)
        elif isinstance(additional, dict):
            _prune(additional, value[name], child(path, name), dropped)
        elif not keeps:
            del value[name]
            dropped.append(child(path, name))


def _fill(schema: Mapping[str, Any], value: Any) -> None:
    if isinstance(value, list):
        for entry in value:
            _fill(mapping(schema.get("items")), entry)
    if not isinstance(value, dict):
        return
    properties = mapping(schema.get("properties"))
    for name, inner in properties.items():
        if "default" in inner and (name not in value or (value[name] is None and not inner.get("nullable"))):
            value[name] = copy.deepcopy(inner["default"])
        if name in value:
            _fill(inner, value[name])
    additional = mapping(schema.get("additionalProperties"))
    for name in value.keys() - properties.keys():
        _fill(additional, value[name])


def list_keys(schema: Mapping[str, Any]) -> tuple[str, ...] | None:
    """How a list merges: the key fields of a ``map``, an empty tuple for a ``set``, None when it is replaced."""
    kind = schema.get("x-kubernetes-list-type")
    if kind == "map":
        return tuple(items(schema.get("x-kubernetes-list-map-keys")))
    return () if kind == "set" else None
