"""Optional values: making them and asking them. ``optMap`` and ``optFlatMap`` are macros, ``or`` and ``orValue`` lazy.

Source: cel-go, ``cel/library.go``, OptionalTypes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.cel.functions import Function
from zen_gc_core.expressions.cel.indexing import optional_index
from zen_gc_core.expressions.cel.values import NONE, Duration, Optional, Timestamp, Uint, type_name

if TYPE_CHECKING:
    from collections.abc import Callable


def _of_non_zero(value: Any) -> Optional:
    if value is None or value is False or value is NONE:
        return NONE
    if type(value) in (int, Uint, float, Duration) and value == 0:
        return NONE
    if type(value) in (str, bytes, list, dict) and not value:
        return NONE
    return NONE if type(value) is Timestamp and value == 0 else Optional(value)


def an_optional(value: Any) -> Optional:
    """The value, which must be an optional one.

    Raises:
        ExpressionError: It is not.
    """
    if type(value) is Optional:
        return value
    raise ExpressionError(f"a value of type {type_name(value)} stands where an optional must")


def value_or(value: Any, otherwise: Callable[[], Any]) -> Any:
    """``value.orValue(otherwise)``; ``otherwise`` is evaluated only when there is no value."""
    maybe = an_optional(value)
    return maybe.value if maybe.present else otherwise()


def optional_or(value: Any, otherwise: Callable[[], Any]) -> Optional:
    """``value.or(otherwise)``; ``otherwise`` is evaluated only when there is no value."""
    maybe = an_optional(value)
    return maybe if maybe.present else an_optional(otherwise())


def map_optional(value: Any, function: Callable[[Any], Any]) -> Optional:
    """``value.optMap(x, …)``."""
    maybe = an_optional(value)
    return Optional(function(maybe.value)) if maybe.present else NONE


def flat_map_optional(value: Any, function: Callable[[Any], Any]) -> Optional:
    """``value.optFlatMap(x, …)``."""
    maybe = an_optional(value)
    return an_optional(function(maybe.value)) if maybe.present else NONE


def present_values(value: Any) -> tuple[Any, ...]:
    """What ``?value`` adds to a list: the value or nothing."""
    maybe = an_optional(value)
    return (maybe.value,) if maybe.present else ()


def _unwrap(values: list[Any]) -> list[Any]:
    return [element for value in values for element in present_values(value)]


def _forbidden(*_arguments: Any) -> Any:
    raise ExpressionError("'or' and 'orValue' are evaluated by the compiler")


LAZY: Final = frozenset({"or", "orValue"})
"""Members whose argument is evaluated only when it is needed."""

FUNCTIONS: Final = (
    Function("optional.of", ("dyn",), "optional", Optional, documentation="An optional with a value."),
    Function("optional.none", (), "optional", lambda: NONE, documentation="An optional without a value."),
    Function("optional.ofNonZeroValue", ("dyn",), "optional", _of_non_zero, documentation="An optional with the value, unless it is null, false, 0 or empty."),
    Function("optional.unwrap", ("list",), "list", _unwrap, documentation="The values of a list of optionals, without those that have none."),
    Function("unwrapOpt", ("list",), "list", _unwrap, member=True, documentation="The values of a list of optionals, without those that have none."),
    Function("hasValue", ("optional",), "bool", lambda value: value.present, member=True, documentation="Whether there is a value."),
    Function("value", ("optional",), "dyn", lambda value: value.value, member=True, documentation="The value; an error if there is none."),
    Function("or", ("optional", "optional"), "optional", _forbidden, member=True, documentation="The optional, or another if it has no value."),
    Function("orValue", ("optional", "dyn"), "dyn", _forbidden, member=True, documentation="The value, or another if there is none."),
    Function("first", ("list",), "optional", lambda values: optional_index(values, 0), member=True, documentation="The first element, if there is one."),
    Function("last", ("list",), "optional", lambda values: optional_index(values, len(values) - 1), member=True, documentation="The last element, if there is one."),
)  # fmt: skip
"""The functions of this library."""
