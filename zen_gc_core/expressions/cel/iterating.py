"""What macros go over: the elements of lists, the keys of maps, pairs of both; charged when they are entered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.cel.values import type_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen_gc_core.expressions.budget import Meter


def elements(source: Any, weight: int, meter: Meter) -> Iterable[Any]:
    """The elements of a list or the keys of a map.

    Args:
        source: What the macro goes over.
        weight: Steps that each element is charged.
        meter: What they are charged to.

    Raises:
        ExpressionError: It is neither.
        BudgetExceededError: There are too many.
    """
    if type(source) is list or type(source) is dict:
        meter.spend_steps(len(source) * weight)
        return source
    raise ExpressionError(f"a macro goes over a list or map, not over a value of type {type_name(source)}")


def pairs(source: Any, weight: int, meter: Meter) -> Iterable[tuple[Any, Any]]:
    """The indices and elements of a list, or the keys and values of a map; otherwise as :func:`elements`."""
    elements(source, weight, meter)
    return enumerate(source) if type(source) is list else source.items()


def only_entry(value: Any) -> Iterable[tuple[Any, Any]]:
    """The entry of a map that has one, as ``transformMapEntry`` wants it."""
    if type(value) is dict and len(value) == 1:
        return value.items()
    raise ExpressionError("transformMapEntry() takes a map with one entry")
