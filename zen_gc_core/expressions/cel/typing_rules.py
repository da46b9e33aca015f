"""The static types of operators: what an operator yields for operands whose types are known, or that it has no such use.

Types are names (``int``, ``list``, …); ``dyn`` is a type that only evaluation knows.
"""

from __future__ import annotations

from typing import Final

NUMBERS: Final = frozenset({"int", "uint", "double"})
ORDERED: Final = frozenset({*NUMBERS, "string", "bytes", "bool", "timestamp", "duration"})
_ADDED: Final = frozenset({*NUMBERS, "string", "bytes", "list", "duration"})
_SUBTRACTED: Final = frozenset({*NUMBERS, "duration"})


def join(first: str, second: str) -> str:
    """The type of a value that is either of two."""
    return first if first == second else "dyn"


def binary_type(operator: str, left: str, right: str) -> str | None:
    """The type that a binary operator yields.

    Args:
        operator: As it is written.
        left: The type of the left operand.
        right: The type of the right operand.

    Returns:
        A type, or None: there is no such operation.
    """
    if operator in ("==", "!="):
        return "bool" if _comparable(left, right) else None
    if operator in ("<", "<=", ">", ">="):
        return "bool" if _ordered(left, right) else None
    if operator == "in":
        return "bool" if right in ("list", "map", "dyn") else None
    if operator == "+":
        return _sum(left, right)
    if operator == "-":
        return _difference(left, right)
    return _arithmetic(left, right, NUMBERS - {"double"} if operator == "%" else NUMBERS)


def unary_type(operator: str, operand: str) -> str | None:
    """The type that ``!`` or ``-`` yields, or None: there is no such operation."""
    if operator == "!":
        return "bool" if operand in ("bool", "dyn") else None
    return operand if operand in ("int", "double", "duration", "dyn") else None


def _comparable(left: str, right: str) -> bool:
    return left == right or "dyn" in (left, right) or "null_type" in (left, right) or {left, right} <= NUMBERS


def _ordered(left: str, right: str) -> bool:
    if not {left, right} <= {*ORDERED, "dyn"}:
        return False
    return left == right or "dyn" in (left, right) or {left, right} <= NUMBERS


def _arithmetic(left: str, right: str, allowed: frozenset[str]) -> str | None:
    known = {left, right} - {"dyn"}
    if not known:
        return "dyn"
    return known.pop() if len(known) == 1 and known <= allowed else None


def _sum(left: str, right: str) -> str | None:
    if "timestamp" in (left, right):
        return "timestamp" if {left, right} <= {"timestamp", "duration", "dyn"} and left != right else None
    if "duration" in (left, right) and "dyn" in (left, right):
        return "dyn"
    return _arithmetic(left, right, _ADDED)


def _difference(left: str, right: str) -> str | None:
    if right == "timestamp":
        return "duration" if left in ("timestamp", "dyn") else None
    if left == "timestamp":
        return {"duration": "timestamp", "dyn": "dyn"}.get(right)
    if left == "dyn" and right == "duration":
        return "dyn"
    return _arithmetic(left, right, _SUBTRACTED)
