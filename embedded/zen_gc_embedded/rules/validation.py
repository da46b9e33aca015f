"""Judging a value by a structural schema, worded as ``k8s.io/kube-openapi/pkg/validation`` words it.

Values only: unknown fields are ``structural``'s business. Formats other than ``date-time`` and ``date`` are
taken as they come, as the API server does with formats that it does not know.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from zen_gc_embedded import causes
from zen_gc_embedded.causes import child
from zen_gc_embedded.kinds.structural import list_keys
from zen_gc_embedded.store.objects import items, mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from zen_gc_embedded.causes import Cause

    Schema = Mapping[str, Any]

_META_FIELDS = ("apiVersion", "kind", "metadata")
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "number": (int, float),
    "integer": (int,),
}


def problems(schema: Schema, content: Mapping[str, Any]) -> list[Cause]:
    """All that is wrong with the fields of a whole object; its metadata is judged elsewhere."""
    fields = {name: value for name, value in content.items() if name not in _META_FIELDS}
    known = {name: inner for name, inner in mapping(schema.get("properties")).items() if name not in _META_FIELDS}
    needed = [name for name in items(schema.get("required")) if name not in _META_FIELDS]
    return list(_judge({**schema, "properties": known, "required": needed}, fields, ""))


def status_problems(schema: Schema, content: Mapping[str, Any]) -> list[Cause]:
    """All that is wrong with the status of an object, worded as for a write of the status alone."""
    inner = mapping(mapping(schema.get("properties")).get("status"))
    if "status" not in content:
        return []
    return [cause._replace(field=child("status", cause.field)) for cause in _judge(inner, content["status"], "")]


def _judge(schema: Schema, value: Any, path: str) -> Iterator[Cause]:
    if value is None and schema.get("nullable"):
        return
    mismatch = _type_problem(schema, value, path)
    if mismatch:
        yield mismatch
        if schema.get("type") == "integer" and _kind_of(value) == "number":
            detail = f"Checked value must be of type integer (default format) in {path}"
            yield causes.not_valid("<nil>", "", detail)
        return
    if "enum" in schema and value not in schema["enum"]:
        yield causes.not_supported(path, value, schema["enum"])
    if isinstance(value, str):
        yield from _judge_text(schema, value, path)
    elif isinstance(value, dict):
        yield from _judge_object(schema, value, path)
    elif isinstance(value, list):
        yield from _judge_array(schema, value, path)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _judge_number(schema, value, path)
    yield from _judge_combinations(schema, value, path)


def _kind_of(value: Any) -> str:
    if value is None:
        return "null"
    return next(name for name in ("boolean", "object", "array", "string", "integer", "number") if _is_a(value, name))


def _is_a(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[kind])


def _type_problem(schema: Schema, value: Any, path: str) -> Cause | None:
    if schema.get("x-kubernetes-int-or-string"):
        if _is_a(value, "integer") or isinstance(value, str):
            return None
        wanted = "integer,string"
    else:
        wanted = str(schema.get("type", ""))
        if (not wanted and value is not None) or (wanted and value is not None and _is_a(value, wanted)):
            return None
    found = _kind_of(value)
    place = f"{path} in body" if path else "body"
    return causes.wrong_type(path or "<nil>", found, f'{place} must be of type {wanted}: "{found}"')


def _judge_text(schema: Schema, value: str, path: str) -> Iterator[Cause]:
    if len(value) > schema.get("maxLength", len(value)):
        yield causes.too_long(path, schema["maxLength"])
    if len(value) < schema.get("minLength", 0):
        least = schema["minLength"]
        yield causes.not_valid(path, value, f"{path} in body should be at least {least} chars long")
    pattern = schema.get("pattern")
    if pattern and not re.search(pattern, value):
        yield causes.not_valid(path, value, f"{path} in body should match '{pattern}'")
    parse = _FORMATS.get(str(schema.get("format", "")))
    if parse and not parse(value):
        kind = schema["format"]
        yield causes.not_valid(path, value, f'{path} in body must be of type {kind}: "{value}"')


def _judge_number(schema: Schema, value: float, path: str) -> Iterator[Cause]:
    most, least, step = schema.get("maximum"), schema.get("minimum"), schema.get("multipleOf")
    if most is not None and (value > most or (schema.get("exclusiveMaximum") and value == most)):
        rule = "less than" if schema.get("exclusiveMaximum") else "less than or equal to"
        yield causes.not_valid(path, value, f"{path} in body should be {rule} {most}")
    if least is not None and (value < least or (schema.get("exclusiveMinimum") and value == least)):
        rule = "greater than" if schema.get("exclusiveMinimum") else "greater than or equal to"
        yield causes.not_valid(path, value, f"{path} in body should be {rule} {least}")
    if step and value % step:
        yield causes.not_valid(path, value, f"{path} in body should be a multiple of {step}")


def _judge_array(schema: Schema, value: list[Any], path: str) -> Iterator[Cause]:
    if len(value) > schema.get("maxItems", len(value)):
        yield causes.too_many(path, len(value), schema["maxItems"])
    if len(value) < schema.get("minItems", 0):
        yield causes.not_valid(path, len(value), f"{path} in body should have at least {schema['minItems']} items")
    keys = list_keys(schema)
    seen: list[Any] = []
    for index, entry in enumerate(value):
        if keys is not None:
            identity = {key: mapping(entry).get(key) for key in keys} if keys else entry
            if identity in seen:
                yield causes.duplicate(child(path, index), identity)
            seen.append(identity)
        yield from _judge(mapping(schema.get("items")), entry, child(path, index))


def _judge_object(schema: Schema, value: dict[str, Any], path: str) -> Iterator[Cause]:
    if len(value) > schema.get("maxProperties", len(value)):
        yield causes.too_many(path, len(value), schema["maxProperties"])
    if len(value) < schema.get("minProperties", 0):
        least = schema["minProperties"]
        yield causes.not_valid(path, len(value), f"{path} in body should have at least {least} properties")
    properties, additional = mapping(schema.get("properties")), schema.get("additionalProperties")
    for name in items(schema.get("required")):
        if name not in value:
            yield causes.required(child(path, name))
    for name, entry in value.items():
        if name in properties:
            yield from _judge(properties[name], entry, child(path, name))
        elif isinstance(additional, dict):
            yield from _judge(additional, entry, child(path, name))


def _judge_combinations(schema: Schema, value: Any, path: str) -> Iterator[Cause]:
    for inner in items(schema.get("allOf")):
        yield from _judge(inner, value, path)
    holding = {
        word: sum(not any(_judge(inner, value, path)) for inner in schema[word]) for word in _COUNTS & schema.keys()
    }
    if holding.get("anyOf") == 0:
        yield causes.not_valid(path, "", f'"{path}" must validate at least one schema (anyOf)')
    if holding.get("oneOf", 1) != 1:
        yield causes.not_valid(path, "", f'"{path}" must validate one and only one schema (oneOf)')
    if "not" in schema and not any(_judge(schema["not"], value, path)):
        yield causes.not_valid(path, "", f'"{path}" must not validate the schema (not)')


_COUNTS = {"anyOf", "oneOf"}


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


_FORMATS: Mapping[str, Callable[[str], bool]] = {"date-time": _is_time, "date": _is_date}
