"""Server-side apply: merging a configuration, and giving up what the same manager applied before.

Ownership is written to ``metadata.managedFields`` for managers that apply; other writes leave no trace
there, and only managers that apply get into conflict with each other.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from zen_gc_embedded.kinds.structural import list_keys
from zen_gc_embedded.rules.strategic import MERGE_KEYS, PRIMITIVE_LISTS
from zen_gc_embedded.statuses import apply_conflict
from zen_gc_embedded.store.objects import Object, items, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zen_gc_embedded.kinds.resources import Resource

_UNMANAGED = frozenset({"apiVersion", "kind"})
_IDENTITY = frozenset({"name", "namespace", "managedFields"})


class Applier(NamedTuple):
    """Who applies.

    Args:
        manager: The field manager.
        stamp: The present moment, for its entry.
        force: Whether fields are taken from other managers.
    """

    manager: str
    stamp: str
    force: bool


def applied(resource: Resource, live: Object, configuration: Object, applier: Applier) -> Object:
    """The object after an apply.

    Args:
        resource: Its resource; the schema of a custom one says how its lists merge.
        live: The object as it is; empty when it is created.
        configuration: What was applied.
        applier: Who applies.

    Raises:
        StatusError: 409, another manager applied another value to a field.
    """
    manager, stamp = applier.manager, applier.stamp
    schema = dict(resource.structure.schema) if resource.structure else None
    entries = items(mapping(live.get("metadata")).get("managedFields"))
    own = [entry for entry in entries if _is_own(entry, manager)]
    others = [entry for entry in entries if not _is_own(entry, manager)]
    wanted = {key: value for key, value in configuration.items() if key not in _UNMANAGED}
    metadata = {key: value for key, value in mapping(wanted.get("metadata")).items() if key not in _IDENTITY}
    fields = _fields_of(schema, {**wanted, "metadata": metadata} if metadata else _without(wanted, "metadata"))
    lost = [
        (entry, path)
        for entry in others
        for path in _disputed(fields, mapping(entry.get("fieldsV1")), wanted, live)
        if entry.get("operation") == "Apply"
    ]
    if lost and not applier.force:
        raise apply_conflict([(str(entry["manager"]), f".{'.'.join(path)}") for entry, path in lost])
    for entry, path in lost:
        _disown(mapping(entry.get("fieldsV1")), path)
    result = copy.deepcopy(live)
    for entry in own:
        _give_up(result, mapping(entry.get("fieldsV1")), [fields, *(mapping(e.get("fieldsV1")) for e in others)])
    result = _merge(schema, result, configuration)
    entry = {
        "manager": manager,
        "operation": "Apply",
        "apiVersion": resource.group_version,
        "time": stamp,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }
    if own and own[0].get("fieldsV1") == fields:
        entry["time"] = own[0].get("time", stamp)
    result["metadata"]["managedFields"] = [entry, *others]
    return result


def _is_own(entry: Mapping[str, Any], manager: str) -> bool:
    return entry.get("manager") == manager and entry.get("operation") == "Apply"


def _without(content: Object, name: str) -> Object:
    return {key: value for key, value in content.items() if key != name}


def _keys(schema: Mapping[str, Any] | None, name: str, value: list[Any]) -> tuple[str, ...] | None:
    """How a list merges: by key fields, as a set (no key fields), or not at all (None)."""
    if schema is not None and name not in {"ownerReferences", "finalizers"}:
        keys = list_keys(schema)
    else:
        keys = () if name in PRIMITIVE_LISTS else MERGE_KEYS.get(name)
    return keys if not keys or all(isinstance(entry, dict) for entry in value) else None


def _below(schema: Mapping[str, Any] | None, name: str) -> dict[str, Any] | None:
    if schema is None:
        return None
    properties = mapping(schema.get("properties"))
    return mapping(properties[name] if name in properties else schema.get("additionalProperties"))


def _identity(keys: Sequence[str], entry: Any) -> Object:
    present = {key: entry[key] for key in keys if isinstance(entry, dict) and key in entry}
    return present if len(present) <= 1 else dict(sorted(present.items()))


def _label(keys: Sequence[str], entry: Any) -> str:
    if not keys:
        return f"v:{orjson.dumps(entry).decode()}"
    return f"k:{orjson.dumps(_identity(keys, entry)).decode()}"


def _fields_of(schema: Mapping[str, Any] | None, content: Object) -> Object:
    fields: Object = {}
    for name, value in content.items():
        inner = _below(schema, name)
        fields[f"f:{name}"] = {}
        if isinstance(value, dict):
            fields[f"f:{name}"] = _fields_of(inner, value)
        elif isinstance(value, list) and (keys := _keys(inner, name, value)) is not None:
            below = mapping((inner or {}).get("items")) if inner is not None else None
            entries = {_label(keys, entry): _fields_of(below, entry) if keys else {} for entry in value}
            fields[f"f:{name}"] = entries
    return fields


def _give_up(content: Any, former: Object, kept: list[Object]) -> None:
    """Remove the fields that are in ``former`` and in none of ``kept``, in place."""
    for label, below in former.items():
        holders = [mapping(fields[label]) for fields in kept if label in fields]
        if label.startswith("f:"):
            name = label[2:]
            if not isinstance(content, dict) or name not in content:
                continue
            if below:
                _give_up(content[name], below, holders)
            if not holders and (not below or content[name] in ({}, [])):
                del content[name]
        elif isinstance(content, list) and not holders:
            wanted = orjson.loads(label[2:])
            keys = tuple(wanted) if label.startswith("k:") else ()
            content[:] = [entry for entry in content if (_identity(keys, entry) if keys else entry) != wanted]
        elif isinstance(content, list) and label.startswith("k:"):
            wanted = orjson.loads(label[2:])
            for entry in content:
                if isinstance(entry, dict) and _identity(tuple(wanted), entry) == wanted:
                    _give_up(entry, below, holders)


def _disputed(fields: Object, held: Object, wanted: Any, live: Any) -> Iterator[tuple[str, ...]]:
    """The fields that both managers set and to which the configuration gives another value than they have."""
    for label, below in fields.items():
        if label not in held or not label.startswith("f:"):
            continue
        name = label[2:]
        new, present = mapping(wanted).get(name), mapping(live).get(name)
        if isinstance(new, dict):
            yield from ((name, *rest) for rest in _disputed(below, mapping(held[label]), new, present))
        elif not below and not held[label] and new != present:
            yield (name,)


def _disown(held: Object, path: tuple[str, ...]) -> None:
    """Take a field away from a manager, in place."""
    for name in path[:-1]:
        held = mapping(held.get(f"f:{name}"))
    held.pop(f"f:{path[-1]}", None)


def _merge(schema: Mapping[str, Any] | None, value: Any, patch: Object) -> Object:
    result: Object = dict(value) if isinstance(value, dict) else {}
    for name, wanted in patch.items():
        inner = _below(schema, name)
        keys = _keys(inner, name, wanted) if isinstance(wanted, list) else None
        if isinstance(wanted, dict):
            result[name] = _merge(inner, result.get(name), wanted)
        elif keys is None:
            result[name] = wanted
        else:
            below = mapping((inner or {}).get("items")) if inner is not None else None
            result[name] = _merge_list(below, keys, items(result.get(name)), wanted)
    return result


def _merge_list(schema: Mapping[str, Any] | None, keys: Sequence[str], value: list[Any], patch: list[Any]) -> list[Any]:
    result = list(value)
    for entry in patch:
        if not keys:
            result += [] if entry in result else [entry]
            continue
        wanted = _identity(keys, entry)
        place = next((index for index, known in enumerate(result) if _identity(keys, known) == wanted), None)
        if place is None:
            result.append(entry)
        else:
            result[place] = _merge(schema, result[place], entry)
    return result
