"""The math library: extremes, rounding, signs, bits.

Source: cel-go, ``ext/math.go``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.cel.functions import Function
from zen_gc_core.expressions.cel.library.lists import extreme
from zen_gc_core.expressions.cel.operators import NUMBERS, greater, less
from zen_gc_core.expressions.cel.values import INT_MAX, UINT_MAX, Uint, as_int, type_name

if TYPE_CHECKING:
    from collections.abc import Callable

_WIDTH: Final = 64


def _extreme(better: Callable[[Any, Any], bool], name: str) -> Callable[..., Any]:
    def better_number(value: Any, best: Any) -> bool:
        if type(value) not in NUMBERS:
            raise ExpressionError(f"math.{name}() compares numbers, not a value of type {type_name(value)}")
        return better(value, best)

    find = extreme(better_number, f"math.{name}")

    def find_among(*arguments: Any) -> Any:
        return find(arguments[0] if len(arguments) == 1 and type(arguments[0]) is list else arguments)

    return find_among


def _finite(operation: Callable[[float], float]) -> Callable[[float], float]:
    def apply(value: float) -> float:
        return math.copysign(float(operation(value)), value) if math.isfinite(value) else value

    return apply


def _round(value: float) -> float:
    return float(math.floor(abs(value) + 0.5)) if abs(value) < 1 << 52 else abs(value)


def _sqrt(value: float) -> float:
    return math.sqrt(value) if value >= 0 else math.nan


def _sign_of_double(value: float) -> float:
    return value if math.isnan(value) else float((value > 0) - (value < 0))


def _signed(bits: int) -> int:
    bits &= UINT_MAX
    return bits - (1 << _WIDTH) if bits > INT_MAX else bits


def _shift(value: int, count: int, *, left: bool) -> int:
    if count < 0:
        raise ExpressionError("bits cannot be shifted by a negative number")
    if count >= _WIDTH:
        return 0
    bits = int(value) & UINT_MAX
    return (bits << count) & UINT_MAX if left else bits >> count


def _function(name: str, types: tuple[str, ...], result: str, call: Callable[..., Any], documentation: str) -> Function:
    return Function(f"math.{name}", types, result, call, documentation=documentation)


FUNCTIONS: Final = (
    _function("greatest", ("dyn...",), "dyn", _extreme(greater, "greatest"), "The greatest of numbers of any type, or of a list of them."),
    _function("least", ("dyn...",), "dyn", _extreme(less, "least"), "The least of numbers of any type, or of a list of them."),
    _function("ceil", ("double",), "double", _finite(math.ceil), "The number rounded up."),
    _function("floor", ("double",), "double", _finite(math.floor), "The number rounded down."),
    _function("round", ("double",), "double", _finite(_round), "The nearest whole number; halves are rounded away from zero."),
    _function("trunc", ("double",), "double", _finite(math.trunc), "The number cut towards zero."),
    _function("sqrt", ("double",), "double", _sqrt, "The square root; NaN of a negative number."),
    _function("sqrt", ("int",), "double", _sqrt, "The square root; NaN of a negative number."),
    _function("sqrt", ("uint",), "double", _sqrt, "The square root."),
    _function("abs", ("int",), "int", lambda value: as_int(abs(value)), "The absolute value."),
    _function("abs", ("uint",), "uint", lambda value: value, "The absolute value."),
    _function("abs", ("double",), "double", abs, "The absolute value."),
    _function("sign", ("int",), "int", lambda value: (value > 0) - (value < 0), "-1, 0 or 1."),
    _function("sign", ("uint",), "uint", lambda value: Uint(value > 0), "0 or 1."),
    _function("sign", ("double",), "double", _sign_of_double, "-1.0, 0.0 or 1.0; NaN of NaN."),
    _function("isNaN", ("double",), "bool", math.isnan, "Whether it is NaN."),
    _function("isInf", ("double",), "bool", math.isinf, "Whether it is infinite."),
    _function("isFinite", ("double",), "bool", math.isfinite, "Whether it is neither NaN nor infinite."),
    _function("bitAnd", ("int", "int"), "int", lambda left, right: left & right, "The bits that both have."),
    _function("bitAnd", ("uint", "uint"), "uint", lambda left, right: Uint(left & right), "The bits that both have."),
    _function("bitOr", ("int", "int"), "int", lambda left, right: left | right, "The bits that either has."),
    _function("bitOr", ("uint", "uint"), "uint", lambda left, right: Uint(left | right), "The bits that either has."),
    _function("bitXor", ("int", "int"), "int", lambda left, right: left ^ right, "The bits that one alone has."),
    _function("bitXor", ("uint", "uint"), "uint", lambda left, right: Uint(left ^ right), "The bits that one alone has."),
    _function("bitNot", ("int",), "int", lambda value: ~value, "The bits that it has not."),
    _function("bitNot", ("uint",), "uint", lambda value: Uint(~int(value) & UINT_MAX), "The bits that it has not."),
    _function("bitShiftLeft", ("int", "int"), "int", lambda value, count: _signed(_shift(value, count, left=True)), "The bits moved left; 0 by 64 or more."),
    _function("bitShiftLeft", ("uint", "int"), "uint", lambda value, count: Uint(_shift(value, count, left=True)), "The bits moved left; 0 by 64 or more."),
    _function("bitShiftRight", ("int", "int"), "int", lambda value, count: _signed(_shift(value, count, left=False)), "The bits moved right, zeros from the left; 0 by 64 or more."),
    _function("bitShiftRight", ("uint", "int"), "uint", lambda value, count: Uint(_shift(value, count, left=False)), "The bits moved right; 0 by 64 or more."),
)  # fmt: skip
"""The functions of this library."""
