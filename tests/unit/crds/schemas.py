"""A reading of structural schemas, to ask what they accept; the API server's own is asked in tests/cluster."""

from __future__ import annotations

import re

OPEN = "x-kubernetes-preserve-unknown-fields"
INT_OR_STRING = "x-kubernetes-int-or-string"
TYPES = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
BOUNDS = {
    "minimum": lambda value, bound: value >= bound,
    "maximum": lambda value, bound: value <= bound,
    "minLength": lambda value, bound: len(value) >= bound,
    "maxLength": lambda value, bound: len(value) <= bound,
    "minItems": lambda value, bound: len(value) >= bound,
    "maxItems": lambda value, bound: len(value) <= bound,
    "minProperties": lambda value, bound: len(value) >= bound,
    "maxProperties": lambda value, bound: len(value) <= bound,
    "enum": lambda value, bound: value in bound,
    "required": lambda value, bound: set(bound) <= set(value),
}


def accepts(schema, value):
    """Whether a structural schema accepts decoded JSON; CEL rules are not asked."""
    if value is None:
        return schema.get("nullable", False) and (None in schema["enum"] if "enum" in schema else True)
    if schema.get(INT_OR_STRING):
        if TYPES["integer"](value):
            return value >= schema.get("minimum", value)
        text = TYPES["string"](value) and len(value) >= schema.get("minLength", 0)
        return text and bool(re.search(schema.get("pattern", ""), value))
    if "type" in schema and not TYPES[schema["type"]](value):
        return False
    if not all(holds(value, schema[bound]) for bound, holds in BOUNDS.items() if bound in schema):
        return False
    if "anyOf" in schema and not any(accepts(each, value) for each in schema["anyOf"]):
        return False
    if isinstance(value, list) and "items" in schema:
        return all(accepts(schema["items"], each) for each in value)
    if isinstance(value, dict):
        below = schema.get("properties", {})
        others = schema.get("additionalProperties")
        return all(
            accepts(below[name], each) if name in below else others is None or accepts(others, each)
            for name, each in value.items()
        )
    return True


def nodes(schema, path="spec"):
    """All nodes of a structural schema, each with its place."""
    yield path, schema
    for name, below in schema.get("properties", {}).items():
        yield from nodes(below, f"{path}.{name}")
    for word in ("items", "additionalProperties"):
        if word in schema:
            yield from nodes(schema[word], f"{path}[]")
