"""Kubernetes' quantity library: ``500m``, ``1.5Gi``, compared and added exactly.

Source: Kubernetes, ``k8s.io/apimachinery/pkg/api/resource``, Quantity; ``apiserver/pkg/cel/library/quantity.go``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import ClassVar, Final

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.cel.functions import Function
from zen_gc_core.expressions.cel.values import INT_MAX, INT_MIN

_TEXT: Final = re.compile(
    r"([+-]?)(?=\.?[0-9])([0-9]{0,80})(?:\.([0-9]{0,80}))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?[0-9]{1,3})?"
)
_BINARY: Final = {unit: 1024**power for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), 1)}
_DECIMAL: Final = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_NANO: Final = 10**9


class Quantity:
    """An amount of a resource.

    Args:
        nano: The amount in billionths; Kubernetes holds no smaller part.
    """

    __slots__ = ("nano",)
    cel_type: ClassVar = "kubernetes.Quantity"

    def __init__(self, nano: int) -> None:
        self.nano = nano

    def __eq__(self, other: object) -> bool:
        return type(other) is Quantity and other.nano == self.nano

    def __hash__(self) -> int:
        return hash(self.nano)

    def __str__(self) -> str:
        whole, part = divmod(abs(self.nano), _NANO)
        return f"{'-' if self.nano < 0 else ''}{whole}{f'.{part:09d}'.rstrip('0') if part else ''}"


@lru_cache(1024)
def _parse(text: str) -> Quantity | None:
    parts = _TEXT.fullmatch(text)
    if parts is None:
        return None
    sign, whole, fraction, suffix = parts[1], parts[2], parts[3] or "", parts[4] or ""
    power = int(suffix[1:]) if suffix[1:] and suffix[0] in "eE" and suffix not in _BINARY else _DECIMAL.get(suffix, 0)
    numerator = int(f"{whole}{fraction}" or "0") * _BINARY.get(suffix, 1) * _NANO
    power -= len(fraction)
    # what is below a billionth is rounded away from zero
    nano = numerator * 10**power if power >= 0 else -(-numerator // 10**-power)
    if suffix in _BINARY:
        nano = min(nano, INT_MAX * _NANO)
    return Quantity(-nano if sign == "-" else nano)


def quantity(text: str) -> Quantity:
    """``quantity(text)``.

    Raises:
        ExpressionError: The text is no quantity.
    """
    parsed = _parse(text) if len(text) <= 200 else None
    if parsed is None:
        raise ExpressionError(f"{text[:40]!r} is no quantity")
    return parsed


def _is_quantity(text: str) -> bool:
    return len(text) <= 200 and _parse(text) is not None


def _is_integer(value: Quantity) -> bool:
    return value.nano % _NANO == 0 and INT_MIN <= value.nano // _NANO <= INT_MAX


def _as_integer(value: Quantity) -> int:
    if not _is_integer(value):
        raise ExpressionError("this quantity is no int")
    return value.nano // _NANO


def _as_float(value: Quantity) -> float:
    try:
        return value.nano / _NANO
    except OverflowError:
        return float("inf") if value.nano > 0 else float("-inf")


def _compare(left: Quantity, right: Quantity) -> int:
    return (left.nano > right.nano) - (left.nano < right.nano)


def _sign(value: Quantity) -> int:
    return (value.nano > 0) - (value.nano < 0)


FUNCTIONS: Final = (
    Function("quantity", ("string",), "quantity", quantity, documentation="The quantity that a text spells, such as `1.5Gi` or `500m`."),
    Function("isQuantity", ("string",), "bool", _is_quantity, documentation="Whether a text spells a quantity."),
    Function("sign", ("quantity",), "int", _sign, documentation="-1, 0 or 1."),
    Function("sign", ("quantity",), "int", _sign, member=True, documentation="-1, 0 or 1."),
    Function("isInteger", ("quantity",), "bool", _is_integer, member=True, documentation="Whether `asInteger` has an answer."),
    Function("asInteger", ("quantity",), "int", _as_integer, member=True, documentation="The quantity as an int; an error if it is none."),
    Function("asApproximateFloat", ("quantity",), "double", _as_float, member=True, documentation="The nearest double."),
    Function("add", ("quantity", "quantity"), "quantity", lambda left, right: Quantity(left.nano + right.nano), member=True, documentation="The sum."),
    Function("add", ("quantity", "int"), "quantity", lambda left, right: Quantity(left.nano + right * _NANO), member=True, documentation="The sum."),
    Function("sub", ("quantity", "quantity"), "quantity", lambda left, right: Quantity(left.nano - right.nano), member=True, documentation="The difference."),
    Function("sub", ("quantity", "int"), "quantity", lambda left, right: Quantity(left.nano - right * _NANO), member=True, documentation="The difference."),
    Function("compareTo", ("quantity", "quantity"), "int", _compare, member=True, documentation="-1, 0 or 1: less, equal or greater than another."),
    Function("isLessThan", ("quantity", "quantity"), "bool", lambda left, right: left.nano < right.nano, member=True, documentation="Whether it is less than another."),
    Function("isGreaterThan", ("quantity", "quantity"), "bool", lambda left, right: left.nano > right.nano, member=True, documentation="Whether it is greater than another."),
)  # fmt: skip
"""The functions of this library."""
