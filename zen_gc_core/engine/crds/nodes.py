"""The building blocks of the schema of a policy: every node may be null, and every object keeps what it does not know.

Why null: see ``zen_gc_core.engine.crds.structural``.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from zen_gc_core.engine.crds.structural import DURATION, INT_OR_STRING, OPEN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zen_gc_core.engine.crds.structural import Schema


def record(  # noqa: PLR0913  the parts of a schema node
    description: str,
    properties: Mapping[str, Schema],
    *,
    required: Sequence[str] = (),
    rules: Sequence[Schema] = (),
    least: int | None = None,
    most: int | None = None,
) -> Schema:
    """An object of known fields, which keeps the others.

    Args:
        description: What it is.
        properties: Its fields.
        required: Those that must be there.
        rules: What it must obey (``x-kubernetes-validations``).
        least: How many fields it must have.
        most: How many fields it may have.
    """
    node: dict[str, Any] = {"description": description, "type": "object", "nullable": True, OPEN: True}
    if required:
        node["required"] = list(required)
    if least is not None:
        node["minProperties"] = least
    if most is not None:
        node["maxProperties"] = most
    if properties:
        node["properties"] = dict(properties)
    if rules:
        node["x-kubernetes-validations"] = list(rules)
    return node


def closed(node: Schema) -> Schema:
    """An object that has no fields but the known ones, of which there are few.

    Structural schemas have no word for that: it is said by how many fields there are, for each choice of known ones.
    """
    names = list(node["properties"])
    choices = [choice for size in range(len(names) + 1) for choice in itertools.combinations(names, size)]
    allowed = [
        {"maxProperties": len(choice), **({"required": list(choice)} if choice else {})} for choice in reversed(choices)
    ]
    return {**node, "anyOf": allowed}


def text(description: str, *, least: int = 1, most: int | None = None, among: Sequence[str] = ()) -> Schema:
    """Text of so many characters, or one of a few words."""
    node: dict[str, Any] = {"description": description, "type": "string", "nullable": True}
    if among:
        return {**node, "enum": list(among)}
    if least:
        node["minLength"] = least
    if most is not None:
        node["maxLength"] = most
    return node


def integer(description: str, *, least: int, most: int | None = None) -> Schema:
    """An integer within bounds."""
    node: dict[str, Any] = {
        "description": description,
        "type": "integer",
        "format": "int64",
        "nullable": True,
        "minimum": least,
    }
    return node if most is None else {**node, "maximum": most}


def boolean(description: str) -> Schema:
    """A boolean."""
    return {"description": description, "type": "boolean", "nullable": True}


def duration(description: str) -> Schema:
    """A duration: seconds, or text."""
    return {
        "description": f"{description} Seconds, or text such as 1d12h.",
        INT_OR_STRING: True,
        "nullable": True,
        **DURATION,
    }


def sequence(
    description: str,
    items: Schema,
    *,
    most: int | None = None,
    least: int | None = None,
    rules: Sequence[Schema] = (),
) -> Schema:
    """A list of so many items."""
    node: dict[str, Any] = {"description": description, "type": "array", "nullable": True}
    if most is not None:
        node["maxItems"] = most
    if least is not None:
        node["minItems"] = least
    node["items"] = items
    if rules:
        node["x-kubernetes-validations"] = list(rules)
    return node


def mapping(description: str, values: Schema, *, most: int) -> Schema:
    """An object of any fields with values of one shape."""
    return {
        "description": description,
        "type": "object",
        "nullable": True,
        "maxProperties": most,
        "additionalProperties": values,
    }
