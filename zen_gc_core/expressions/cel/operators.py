"""What CEL's operators do with values of any type: equality, order, arithmetic, ``in``, indexing.

Every function takes values of CEL and gives one, or raises ``ExpressionError``; whatever could grow is charged to the
budget first. Error absorption (``&&``, ``||``, macros) is no business of this module.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import spend_bytes, spend_steps
from zen_gc_core.expressions.cel.times import bounded_duration, bounded_timestamp
from zen_gc_core.expressions.cel.values import (
    NONE,
    Duration,
    Optional,
    Timestamp,
    Uint,
    as_int,
    as_uint,
    no_overload,
    type_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NUMBERS: Final = frozenset((int, Uint, float))
_ORDERED: Final = frozenset((int, Uint, float, str, bytes, bool, Timestamp, Duration))
LONG: Final = 256
"""Characters beyond which comparing or searching a text is charged."""

SHORT: Final = 16
"""Elements beyond which searching a list is charged."""


def equal(left: Any, right: Any) -> bool:
    """``left == right``: numbers by value, lists and maps by content, values of different types never."""
    kind, other = type(left), type(right)
    if kind is not other:
        if kind in NUMBERS and other in NUMBERS:
            return bool(float(left) == float(right) if float in (kind, other) else left == right)
        return False
    if kind is str or kind is bytes:
        if len(left) > LONG and len(left) == len(right):
            spend_bytes(len(left))
        return bool(left == right)
    if kind is list:
        if len(left) != len(right):
            return False
        spend_steps(len(left))
        return all(map(equal, left, right))
    if kind is dict:
        return _equal_maps(left, right)
    if kind is Optional:
        return bool(left.present == right.present and (not left.present or equal(left.value, right.value)))
    return bool(left == right)


def _equal_maps(left: dict[Any, Any], right: dict[Any, Any]) -> bool:
    if len(left) != len(right):
        return False
    spend_steps(2 * len(left))
    return all(has_key(right, key) and equal(value, right[key]) for key, value in left.items())


def not_equal(left: Any, right: Any) -> bool:
    """``left != right``."""
    return not equal(left, right)


def _ordering(sign: str, compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def ordered(left: Any, right: Any) -> bool:
        kind, other = type(left), type(right)
        if kind is other and kind in _ORDERED:
            if kind is str and len(left) > LONG:
                spend_bytes(len(left))
            return compare(left, right)
        if kind in NUMBERS and other in NUMBERS:
            # an int beside a double is made one, as Kubernetes' engine does
            return compare(float(left), float(right)) if float in (kind, other) else compare(left, right)
        raise no_overload(sign, left, right)

    return ordered


less: Final = _ordering("<", operator.lt)
less_or_equal: Final = _ordering("<=", operator.le)
greater: Final = _ordering(">", operator.gt)
greater_or_equal: Final = _ordering(">=", operator.ge)


def add(left: Any, right: Any) -> Any:
    """``left + right``: numbers, times, and the concatenation of texts, bytes and lists."""
    kind, other = type(left), type(right)
    if kind is other:
        if kind is int:
            return as_int(left + right)
        if kind is float:
            return left + right
        if kind is str or kind is bytes:
            spend_bytes(len(left) + len(right))
            return left + right
        if kind is list:
            spend_bytes(8 * (len(left) + len(right)))
            return left + right
        if kind is Uint:
            return as_uint(left + right)
        if kind is Duration:
            return bounded_duration(left + right)
    elif (kind is Timestamp and other is Duration) or (kind is Duration and other is Timestamp):
        return bounded_timestamp(left + right)
    raise no_overload("+", left, right)


def subtract(left: Any, right: Any) -> Any:
    """``left - right``: numbers and times."""
    kind, other = type(left), type(right)
    if kind is Timestamp and other is Duration:
        return bounded_timestamp(left - right)
    if kind is other:
        if kind is int:
            return as_int(left - right)
        if kind is float:
            return left - right
        if kind is Uint:
            return as_uint(left - right)
        if kind is Duration or kind is Timestamp:
            return bounded_duration(left - right)
    raise no_overload("-", left, right)


def multiply(left: Any, right: Any) -> Any:
    """``left * right``: numbers of one type."""
    kind = type(left)
    if kind is type(right):
        if kind is int:
            return as_int(left * right)
        if kind is float:
            return left * right
        if kind is Uint:
            return as_uint(left * right)
    raise no_overload("*", left, right)


def divide(left: Any, right: Any) -> Any:
    """``left / right``: integers are cut towards zero; a double may be divided by zero (IEEE 754)."""
    kind = type(left)
    if kind is type(right):
        if kind is float:
            return left / right if right else _divide_by_zero(left, right)
        if kind is int or kind is Uint:
            if right == 0:
                raise ExpressionError("division by zero")
            quotient = abs(left) // abs(right)
            if kind is Uint:
                return Uint(quotient)
            return as_int(quotient if (left < 0) == (right < 0) else -quotient)
    raise no_overload("/", left, right)


def _divide_by_zero(left: float, zero: float) -> float:
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, zero)


def modulo(left: Any, right: Any) -> Any:
    """``left % right``: integers; the remainder has the sign of ``left``."""
    kind = type(left)
    if kind is type(right) and (kind is int or kind is Uint):
        if right == 0:
            raise ExpressionError("modulus by zero")
        remainder = abs(left) % abs(right)
        return Uint(remainder) if kind is Uint else (-remainder if left < 0 else remainder)
    raise no_overload("%", left, right)


def negate(value: Any) -> Any:
    """``-value``: integers, doubles, durations."""
    kind = type(value)
    if kind is int:
        return as_int(-value)
    if kind is float:
        return -value
    if kind is Duration:
        return bounded_duration(-value)
    raise no_overload("-", value)


def is_in(value: Any, container: Any) -> bool:
    """``value in container``: an element of a list or a key of a map."""
    kind = type(container)
    if kind is dict:
        return has_key(container, value)
    if kind is list:
        if len(container) > SHORT:
            spend_steps(len(container) >> 2)
        if type(value) is str:
            if len(value) > LONG:
                spend_bytes(len(value) * len(container))
            return value in container
        return any(equal(value, element) for element in container)
    raise no_overload("in", value, container)


def _may_be_key(key: Any) -> bool:
    return type(key) in (str, bool) or type(key) in NUMBERS


def has_key(mapping: dict[Any, Any], key: Any) -> bool:
    """Whether a map has a key: numbers by value, and ``true`` is not 1."""
    kind = type(key)
    if kind is str:
        return key in mapping
    if kind is bool or kind in NUMBERS:
        if key not in mapping:
            return False
        spend_steps(len(mapping) >> 2)
        return any(
            found == key and (type(found) is bool) is (kind is bool) for found in mapping if type(found) is not str
        )
    raise ExpressionError(f"a value of type {type_name(key)} is no key of a map")


def index(container: Any, key: Any) -> Any:
    """``container[key]``: of a list, a map, or an optional one."""
    kind = type(container)
    if kind is dict:
        if key in container if type(key) is str else has_key(container, key):
            return container[key]
        raise no_such_key(key)
    if kind is list:
        place = list_index(key)
        if 0 <= place < len(container):
            return container[place]
        raise ExpressionError(f"index out of bounds: {place}")
    if kind is Optional:
        return optional_index(container, key)
    raise no_overload("[]", container, key)


def list_index(key: Any) -> int:
    """The place that a number names in a list; a double or uint must be integral."""
    if type(key) is int:
        return key
    if type(key) in NUMBERS and math.isfinite(key) and key == int(key):
        return int(key)
    raise ExpressionError(f"a list has no index of type {type_name(key)}")


def no_such_key(key: Any) -> ExpressionError:
    """The error of a map that lacks a key."""
    return ExpressionError(f"no such key: {str(key)[:80]}")


def optional_index(container: Any, key: Any) -> Optional:
    """``container[?key]`` and ``container.?key``: the element if there is one."""
    if type(container) is Optional:
        if not container.present:
            return NONE
        container = container.value
    if type(container) is dict:
        return Optional(container[key]) if _may_be_key(key) and has_key(container, key) else NONE
    if type(container) is list:
        place = list_index(key)
        return Optional(container[place]) if 0 <= place < len(container) else NONE
    raise no_overload("[?]", container, key)


def select(container: Any, field: str) -> Any:
    """``container.field`` of a map or an optional one."""
    if type(container) is dict:
        if field in container:
            return container[field]
        raise no_such_key(field)
    if type(container) is Optional:
        return optional_index(container, field)
    raise ExpressionError(f"a value of type {type_name(container)} has no field {field[:80]!r}")


def has_field(container: Any, field: str) -> bool:
    """``has(container.field)``; what is no map has no fields to ask for.

    Raises:
        ExpressionError: The container is no map.
    """
    if type(container) is dict:
        return field in container
    if type(container) is Optional:
        return optional_index(container, field).present
    raise ExpressionError(f"a value of type {type_name(container)} has no field {field[:80]!r}")


def boolean(value: Any) -> bool:
    """The value, which must be ``true`` or ``false``."""
    if value is True or value is False:
        return value
    raise ExpressionError(f"a value of type {type_name(value)} stands where a bool must")


def make_map(entries: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    """A map of entries, each key once.

    Raises:
        ExpressionError: A key is repeated, is no key, or a bool stands beside an equal number, which is not held.
    """
    made: dict[Any, Any] = {}
    for key, value in entries:
        if type(key) not in (str, int, bool, Uint):
            raise ExpressionError(f"a value of type {type_name(key)} is no key of a map")
        if key in made:
            raise ExpressionError(f"repeated key: {str(key)[:80]}")
        made[key] = value
    return made
