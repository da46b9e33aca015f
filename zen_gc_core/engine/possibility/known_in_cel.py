"""What is known of a node of CEL, in types of CEL and in shapes of the object that it is of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from zen_gc_core.expressions.cel import syntax
from zen_gc_core.fieldpaths import spell
from zen_gc_core.model.shapes import ANYTHING, Shape, unequal
from zen_gc_core.texts import with_article

TYPES: Final = {
    "text": "string",
    "number": "int",
    "boolean": "bool",
    "list": "list",
    "map": "map",
    "object": "map",
    "anything": "dyn",
    "nothing": "dyn",
}
ABSENT: Final = object()
"""No value: what stands for it is no literal."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a node.

    Args:
        type: Its type in CEL; ``dyn`` for what only evaluation knows.
        shape: What it yields, if that is of the object; else None.
        path: Where it stands in its variable.
        variable: The variable.
        optional: Whether it is wrapped in an optional value.
        others: Values that it may yield beside.
        nullable: Whether it may be null.
    """

    type: str = "dyn"
    shape: Shape | None = None
    path: tuple[str | int, ...] = ()
    variable: str = ""
    optional: bool = False
    others: tuple[Any, ...] = ()
    nullable: bool = False

    @property
    def where(self) -> str:
        """Where it stands, as it would be written."""
        return spell((self.variable, *self.path)) if self.variable else "it"

    @property
    def of_json(self) -> bool:
        """Whether it is decoded JSON, which has no timestamps and no durations."""
        return self.shape is not None and not self.optional and not self.others


UNKNOWN: Final = Known()


def unwrapped(known: Known, *others: Any) -> Known:
    """The value of an optional one, or a default."""
    if known.shape is None or not known.optional:
        return UNKNOWN
    kind = TYPES[known.shape.sort]
    fits = all(unequal(known.shape, other) is None or _type_of(other) == kind for other in others)
    return replace(known, type=kind if fits else "dyn", optional=False, others=others)


def walked(source: Known, variables: int) -> list[Known]:
    """The variables of a macro that goes over something; none where nothing is known of it."""
    shape = source.shape
    if shape is None or source.optional:
        return []
    inside = shape.inside or ANYTHING
    element = Known(TYPES[inside.sort], inside, (*source.path, 0), source.variable)
    if shape.sort == "map":
        keys = shape.keys or ANYTHING
        key = Known(TYPES[keys.sort], keys, (*source.path, 0), source.variable)
        return [key] if variables == 1 else [key, element]
    if shape.sort == "list":
        return [element] if variables == 1 else [Known("int"), element]
    if shape.sort in ("anything", "nothing"):
        return [Known("dyn", ANYTHING, (*source.path, 0), source.variable)] if variables == 1 else []
    return []


def value_of(node: syntax.Node) -> Any:
    """The value of a literal node as decoded JSON; ``ABSENT`` where it is none."""
    match node:
        case syntax.Literal(value=None | str() | bool() | int() | float() as value):
            return value
        case syntax.Unary(operator="-", operand=syntax.Literal(value=int() | float() as value)):
            return -value
        case syntax.ListDisplay(items=items):
            values = [ABSENT if item.optional else value_of(item.value) for item in items]
            return ABSENT if ABSENT in values else values
        case syntax.MapDisplay(entries=entries):
            pairs = [(value_of(entry.key), value_of(entry.value)) for entry in entries if not entry.optional]
            if len(pairs) < len(entries) or any(ABSENT in pair or not isinstance(pair[0], str) for pair in pairs):
                return ABSENT
            return dict(pairs)
    return ABSENT


def _type_of(value: Any) -> str:
    known = {str: "string", bool: "bool", int: "int", float: "double", list: "list", dict: "map"}
    return known.get(type(value), "dyn")


def worded(kind: str) -> str:
    """A type of CEL in plain words."""
    words = {"string": "text", "int": "a number", "double": "a number", "bool": "true or false", "dyn": "anything"}
    return words.get(kind, with_article(kind))
