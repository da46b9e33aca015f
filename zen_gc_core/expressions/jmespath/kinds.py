"""JMESPath's kinds of value over decoded JSON: what is what, and what equals what.

Types are compared exactly: in Python a boolean is an integer, in JSON it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import NoneType
from typing import Any, Final, Literal

from zen_gc_core.expressions.budget import spend_bytes, spend_steps
from zen_gc_core.texts import with_article

Kind = Literal["array", "boolean", "null", "number", "object", "string"]

Evaluator = Callable[[Any, datetime | None], Any]
"""A compiled sub-expression: the current value and the instant of the run to a value."""

ALL_KINDS: Final[frozenset[Kind]] = frozenset(["array", "boolean", "null", "number", "object", "string"])

NUMBERS: Final = frozenset([int, float])
"""The types of a JMESPath number; they count as true even when they are 0, which Python calls false."""

_KINDS: Final[dict[type, Kind]] = {
    bool: "boolean",
    dict: "object",
    float: "number",
    int: "number",
    list: "array",
    NoneType: "null",
    str: "string",
}

LONG_TEXT: Final = 1024
"""Characters from which on comparing two texts is charged; the rest is part of the step."""


def kind_of(value: Any) -> str:
    """What JMESPath calls the kind of a value; Python's name for what is no JSON."""
    return _KINDS.get(type(value), type(value).__name__)


def kinds_of(value: Any) -> frozenset[Kind]:
    """The kind of a value of decoded JSON, as a set of one."""
    return frozenset([_KINDS[type(value)]])


def types_of(kinds: frozenset[Kind]) -> frozenset[type]:
    """The Python types of some kinds."""
    return frozenset(python_type for python_type, kind in _KINDS.items() if kind in kinds)


def one_of(kinds: frozenset[Kind]) -> str:
    """Several kinds as they are written in a sentence: ``an array or a string``; all of them are ``a value``."""
    if kinds == ALL_KINDS:
        return "a value"
    return " or ".join(with_article(kind) for kind in sorted(kinds))


def same(left: Any, right: Any) -> bool:
    """Whether two values are equal as JSON: ``true`` is not 1, at any depth; 1 is 1.0.

    Raises:
        BudgetExceededError: They are too large to compare.
    """
    if left is right:
        return True
    kind = type(left)
    if kind is str:
        return type(right) is str and _same_text(left, right)
    if kind in NUMBERS:
        return type(right) in NUMBERS and bool(left == right)
    if kind is not type(right):
        return False
    if kind is list:
        spend_steps(len(left))
        return len(left) == len(right) and all(map(same, left, right))
    if kind is dict:
        spend_steps(len(left))
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    return bool(left == right)


def _same_text(left: str, right: str) -> bool:
    if len(left) > LONG_TEXT:
        spend_bytes(len(left))
    return left == right


def charge_whole(value: Any) -> None:
    """Charge everything in a value, before something walks through all of it.

    An expression can make a small value that is endless to read: each ``[@, @]`` holds the one before it twice.

    Raises:
        BudgetExceededError: It holds more than an evaluation may handle.
    """
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if type(item) is str:
            spend_bytes(len(item))
        elif type(item) is int:
            spend_bytes(item.bit_length() // 8)
        elif type(item) is list:
            spend_steps(len(item))
            waiting += item
        elif type(item) is dict:
            spend_steps(len(item))
            spend_bytes(sum(map(len, item)))
            waiting += item.values()
