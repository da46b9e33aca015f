"""The sets library: lists compared without regard to order and repetition.

Source: cel-go, ``ext/sets.go``.
"""

from __future__ import annotations

from typing import Any, Final

from zen_gc_core.expressions.budget import spend_steps
from zen_gc_core.expressions.cel.functions import Function
from zen_gc_core.expressions.cel.operators import equal


def _is_among(value: Any, values: list[Any]) -> bool:
    return any(equal(value, other) for other in values)


def _contains(outer: list[Any], inner: list[Any]) -> bool:
    spend_steps(len(outer) * len(inner))
    return all(_is_among(value, outer) for value in inner)


def _intersects(left: list[Any], right: list[Any]) -> bool:
    spend_steps(len(left) * len(right))
    return any(_is_among(value, left) for value in right)


def _equivalent(left: list[Any], right: list[Any]) -> bool:
    return _contains(left, right) and _contains(right, left)


FUNCTIONS: Final = (
    Function("sets.contains", ("list", "list"), "bool", _contains, documentation="Whether every element of the second list is in the first."),
    Function("sets.intersects", ("list", "list"), "bool", _intersects, documentation="Whether any element is in both lists."),
    Function("sets.equivalent", ("list", "list"), "bool", _equivalent, documentation="Whether each list holds all elements of the other."),
)  # fmt: skip
"""The functions of this library."""
