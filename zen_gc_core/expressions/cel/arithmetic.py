"""CEL's arithmetic: numbers of one type, times, and what ``+`` joins. What grows is charged to the budget first."""

from __future__ import annotations

import math
from typing import Any

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import spend_bytes
from zen_gc_core.expressions.cel.times import bounded_duration, bounded_timestamp
from zen_gc_core.expressions.cel.values import Duration, Timestamp, Uint, as_int, as_uint, no_overload


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
