"""Strategic merge patch, for the lists that built-in kinds are patched in most.

The merge keys are those of the ``patchMergeKey`` tags in ``k8s.io/api``; a list that is not named here is
replaced whole, as an untagged list is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_embedded.store.objects import Object, items, mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

MERGE_KEYS: Mapping[str, tuple[str, ...]] = {
    "conditions": ("type",),
    "containers": ("name",),
    "env": ("name",),
    "ephemeralContainers": ("name",),
    "hostAliases": ("ip",),
    "imagePullSecrets": ("name",),
    "initContainers": ("name",),
    "ownerReferences": ("uid",),
    "ports": ("containerPort", "port"),
    "secrets": ("name",),
    "volumeDevices": ("devicePath",),
    "volumeMounts": ("mountPath",),
    "volumes": ("name",),
    "webhooks": ("name",),
}
"""The fields that identify an entry of a list, by the name of the list; the first one that the entry has counts."""

PRIMITIVE_LISTS = frozenset({"finalizers"})
"""Lists of plain values that are merged as sets."""

_DIRECTIVE = "$patch"
_DELETE_PREFIX = "$deleteFromPrimitiveList/"
_ORDER_PREFIX = "$setElementOrder/"
_RETAIN = "$retainKeys"


def strategic_merge(value: Any, patch: Object) -> Object:
    """An object after a strategic merge patch."""
    if patch.get(_DIRECTIVE) == "replace":
        return {key: inner for key, inner in patch.items() if key != _DIRECTIVE}
    result: Object = dict(value) if isinstance(value, dict) else {}
    if _RETAIN in patch:
        result = {key: inner for key, inner in result.items() if key in patch[_RETAIN]}
    for key, inner in patch.items():
        if key in {_DIRECTIVE, _RETAIN} or key.startswith(_ORDER_PREFIX):
            continue
        if key.startswith(_DELETE_PREFIX):
            name = key.removeprefix(_DELETE_PREFIX)
            result[name] = [entry for entry in items(result.get(name)) if entry not in inner]
        elif inner is None or (isinstance(inner, dict) and inner.get(_DIRECTIVE) == "delete"):
            result.pop(key, None)
        else:
            result[key] = _merge_field(key, result.get(key), inner)
    return result


def _merge_field(name: str, value: Any, patch: Any) -> Any:
    if isinstance(patch, dict):
        return strategic_merge(value, patch)
    if not isinstance(patch, list):
        return patch
    if name in PRIMITIVE_LISTS:
        return [*patch, *(entry for entry in items(value) if entry not in patch)]
    if name in MERGE_KEYS and all(isinstance(entry, dict) for entry in patch):
        return _merge_list(MERGE_KEYS[name], items(value), patch)
    return patch


def _merge_list(keys: tuple[str, ...], value: list[Any], patch: list[Object]) -> list[Any]:
    if any(entry == {_DIRECTIVE: "replace"} for entry in patch):
        return [entry for entry in patch if _DIRECTIVE not in entry]
    result = list(value)
    for entry in patch:
        place = next((index for index, known in enumerate(result) if _same(keys, known, entry)), None)
        if entry.get(_DIRECTIVE) == "delete":
            if place is not None:
                del result[place]
        elif place is None:
            result.append(strategic_merge({}, entry))
        else:
            result[place] = strategic_merge(result[place], entry)
    return result


def _same(keys: tuple[str, ...], known: object, entry: Object) -> bool:
    key = next((name for name in keys if name in entry), keys[0])
    return bool(mapping(known).get(key) == entry.get(key))
