"""What is known of a sub-expression of JMESPath, in shapes of the object that it is of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from zen_gc_core.model.shapes import ANYTHING, Shape


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a sub-expression.

    Args:
        shape: What it yields, if not null.
        where: How it is written; empty for the object itself.
        others: Values that it may yield beside.
        literal: Its value, where it is one; in a tuple.
    """

    shape: Shape = ANYTHING
    where: str = ""
    others: tuple[Any, ...] = ()
    literal: tuple[Any, ...] = ()


UNKNOWN: Final = Known()


def alternatives(known: list[Known]) -> Known:
    """What ``a || b`` yields: a shape, or one of the literals beside it."""
    shapes = [each for each in known if not each.literal]
    if len(shapes) != 1:
        return UNKNOWN
    literals = tuple(each.literal[0] for each in known if each.literal)
    return replace(shapes[0], others=(*shapes[0].others, *literals))


def joined(where: str, step: str | int) -> str:
    """How a step from somewhere is written."""
    if isinstance(step, int):
        return f"{where}[{step}]"
    name = step if step.isidentifier() else f'"{step}"'
    return f"{where}.{name}" if where else name
