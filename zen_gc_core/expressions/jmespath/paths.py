"""Fields in a row as closures: the most frequent node of all, so the short ones are written out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from zen_gc_core.expressions.jmespath.kinds import Evaluator


def path(names: tuple[str, ...]) -> Evaluator:
    """Compile fields in a row.

    Args:
        names: Their names, at least one.

    Returns:
        A closure that yields null where a field is missing or its parent is no object.
    """
    if len(names) == 1:
        return _one(*names)
    return _two(*names) if len(names) == 2 else _many(names)


def _one(name: str) -> Evaluator:
    def field(value: Any, _: datetime | None) -> Any:
        return value.get(name) if type(value) is dict else None

    return field


def _two(outer: str, inner: str) -> Evaluator:
    def field_of_field(value: Any, _: datetime | None) -> Any:
        if type(value) is dict:
            value = value.get(outer)
            if type(value) is dict:
                return value.get(inner)
        return None

    return field_of_field


def _many(names: tuple[str, ...]) -> Evaluator:
    def field_far_down(value: Any, _: datetime | None) -> Any:
        for name in names:
            if type(value) is not dict:
                return None
            value = value.get(name)
        return value

    return field_far_down
