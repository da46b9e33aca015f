"""What CEL's operators say of values of any type: equality, order, ``in``, true or false.

Every function takes values of CEL and gives one, or raises ``ExpressionError``; whatever could cost more than its text
shows is charged to the budget first. Error absorption (``&&``, ``||``, macros) is no business of this module.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import spend_bytes, spend_steps
from zen_gc_core.expressions.cel.values import Duration, Optional, Timestamp, Uint, no_overload, type_name

if TYPE_CHECKING:
    from collections.abc import Callable

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


def boolean(value: Any) -> bool:
    """The value, which must be ``true`` or ``false``."""
    if value is True or value is False:
        return value
    raise ExpressionError(f"a value of type {type_name(value)} stands where a bool must")
