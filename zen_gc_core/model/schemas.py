"""Schemas: whether the objects of a kind have a field, as its OpenAPI schema says. Pure.

A schema leaves much open: maps of any keys, places where anything is kept, parts that say no type. There it tells nothing,
and nothing is refused for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from zen_gc_core.fieldpaths import spell
from zen_gc_core.texts import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zen_gc_core.fieldpaths import FieldPath


class Question(NamedTuple):
    """A field of which it is asked whether objects have it.

    Args:
        api_version: Group and version of the objects.
        kind: Their kind.
        path: The field, which is to hold text.
    """

    api_version: str
    kind: str
    path: FieldPath


@dataclass(frozen=True, slots=True)
class Told:
    """What a schema says of a field.

    Args:
        known: Whether objects have it, as far as the schema goes.
        fault: Why no object has it, or none has text there, in one line; None where the schema does not say so.
    """

    known: bool = False
    fault: str | None = None


NOT_TOLD: Final = Told()
"""The schema does not say, or there is none."""

Ask: TypeAlias = "Callable[[Sequence[Question]], Sequence[Told]]"
"""Answers questions, each in its place."""

_KNOWN: Final = Told(known=True)
_TYPES: Final = {
    "string": "text",
    "object": "an object",
    "array": "a list",
    "integer": "a number",
    "number": "a number",
    "boolean": "true or false",
}
_MOST_STEPS: Final = 16
"""How often a schema may say that it is another one."""
_PRESERVE: Final = "x-kubernetes-preserve-unknown-fields"


def field_told(schema: Any, kind: str, path: FieldPath, named: Callable[[str], Any] = lambda _: None) -> Told:
    """Whether objects have a field, and text in it.

    Args:
        schema: The schema of their kind, decoded; anything that is none tells nothing.
        kind: The kind, for the message.
        path: The field; an index stands for any element of a list.
        named: The schema that another one refers to by a name (``#/components/schemas/NAME``); None: there is none.
    """
    free = False
    here = _resolved(schema, named)
    for place, step in enumerate(path.segments):
        if here is None:
            return NOT_TOLD
        if (fault := _fault(here, step, path.segments[:place], kind)) is not None:
            return Told(fault=fault)
        inside, of_any_key = _inside(here, step)
        free, here = free or of_any_key, _resolved(inside, named)
    if here is None:
        return NOT_TOLD
    if (odd := _other(here, "string")) is not None:
        hint = f": write {path.text}[] for each of its items" if _type(here) == "array" else ""
        return Told(fault=f"{path.text} of {kind} is {odd}, and no text{hint}")
    return NOT_TOLD if free else _KNOWN


def _fault(here: Mapping[str, Any], step: str | int, before: tuple[str | int, ...], kind: str) -> str | None:
    """Why there is nothing one step below a place; None where there may be."""
    if isinstance(step, int):
        odd = _other(here, "array")
        return None if odd is None else f"{_spelt(before)} of {kind} is {odd}, and no list"
    if (odd := _other(here, "object")) is not None:
        listed = _type(here) == "array"
        hint = f": write {_spelt((*before, 0))} for each of its items" if listed else ", and has no fields"
        return f"{_spelt(before)} of {kind} is {odd}{hint}"
    fields = here.get("properties")
    if here.get("additionalProperties") or not isinstance(fields, dict) or not fields or _keeps_anything(here):
        return None
    if step in fields:
        return None
    return f"{f'{_spelt(before)} of {kind}' if before else kind} has no field '{step}'{did_you_mean(step, fields)}"


def _inside(here: Mapping[str, Any], step: str | int) -> tuple[Any, bool]:
    """The schema of what is one step below a place, and whether it is one of any keys."""
    if isinstance(step, int):
        return here.get("items"), False
    fields = here.get("properties")
    if isinstance(fields, dict) and step in fields:
        return fields[step], False
    return here.get("additionalProperties"), True


def _spelt(segments: tuple[str | int, ...]) -> str:
    """A path as authors write it, with ``[]`` for each element."""
    return "".join(
        "[]" if isinstance(each, int) else spell(("x", each)).removeprefix("x") for each in segments
    ).removeprefix(".")


def _type(schema: Mapping[str, Any]) -> str | None:
    """The type that a schema says, and means."""
    found = schema.get("type")
    return found if isinstance(found, str) and not schema.get("x-kubernetes-int-or-string") else None


def _other(schema: Mapping[str, Any], wanted: str) -> str | None:
    """What is there in words where it is not of a type; None where it is, or that is not said."""
    found = _type(schema)
    if found is None or found == wanted or _keeps_anything(schema):
        return None
    return _TYPES.get(found)


def _keeps_anything(schema: Mapping[str, Any]) -> bool:
    return bool(schema.get(_PRESERVE) or schema.get("x-kubernetes-embedded-resource"))


def _resolved(schema: Any, named: Callable[[str], Any]) -> Mapping[str, Any] | None:
    """A schema, or the one that it refers to; None where it does not say what is there."""
    for _ in range(_MOST_STEPS):
        if not isinstance(schema, dict):
            return None
        reference, parts = schema.get("$ref"), schema.get("allOf")
        if isinstance(reference, str):
            schema = named(reference.rpartition("/")[2])
        elif isinstance(parts, list) and "properties" not in schema and "type" not in schema:
            if len(parts) != 1:
                return None
            schema = parts[0]
        else:
            return schema
    return None
