"""Kubernetes' list library: places of elements, the least, the greatest, the sum, the order.

Source: Kubernetes, "Common Expression Language in Kubernetes", Kubernetes list library.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import spend_steps
from zen_gc_core.expressions.cel.arithmetic import add
from zen_gc_core.expressions.cel.functions import Function
from zen_gc_core.expressions.cel.operators import equal, greater, less
from zen_gc_core.expressions.cel.values import Duration, Uint, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SUMMED: Final = (int, Uint, float, Duration)


def _index_of(values: list[Any], wanted: Any) -> int:
    spend_steps(len(values))
    return next((place for place, value in enumerate(values) if equal(value, wanted)), -1)


def _last_index_of(values: list[Any], wanted: Any) -> int:
    spend_steps(len(values))
    return next((place for place in reversed(range(len(values))) if equal(values[place], wanted)), -1)


def _sum(values: list[Any]) -> Any:
    spend_steps(len(values))
    if not values:
        return 0
    total = values[0]
    if type(total) not in _SUMMED:
        raise ExpressionError(f"sum() adds numbers or durations, not values of type {type_name(total)}")
    for value in values[1:]:
        total = add(total, value)
    return total


def extreme(better: Callable[[Any, Any], bool], name: str) -> Callable[[Sequence[Any]], Any]:
    """What finds the first element that no other is better than; it charges a step an element.

    Args:
        better: Whether the first of two is; asked of each element, the first included, and of the best so far.
        name: The function's name, for its error: of an empty list there is none.
    """

    def find(values: Sequence[Any]) -> Any:
        spend_steps(len(values))
        if not values:
            raise ExpressionError(f"{name}() of an empty list")
        best = values[0]
        for value in values:
            if better(value, best):
                best = value
        return best

    return find


def _is_sorted(values: list[Any]) -> bool:
    spend_steps(len(values))
    return not any(less(after, before) for before, after in pairwise(values))


FUNCTIONS: Final = (
    Function("indexOf", ("list", "dyn"), "int", _index_of, member=True, documentation="The first place of an element, or -1."),
    Function("lastIndexOf", ("list", "dyn"), "int", _last_index_of, member=True, documentation="The last place of an element, or -1."),
    Function("sum", ("list",), "dyn", _sum, member=True, documentation="The sum of numbers of one type or of durations; 0 of an empty list."),
    Function("min", ("list",), "dyn", extreme(less, "min"), member=True, documentation="The least element; an error of an empty list."),
    Function("max", ("list",), "dyn", extreme(greater, "max"), member=True, documentation="The greatest element; an error of an empty list."),
    Function("isSorted", ("list",), "bool", _is_sorted, member=True, documentation="Whether no element is less than the one before it."),
)  # fmt: skip
"""The functions of this library."""
