"""What JMESPath's functions over arrays, objects and texts as sequences do.

The kinds of their arguments have been checked by the caller, except for the elements of arrays. What grows with the
object is charged to the budget before it is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import spend_bytes, spend_steps
from zen_gc_core.expressions.jmespath.kinds import LONG_TEXT, NUMBERS, kind_of, same
from zen_gc_core.texts import with_article

if TYPE_CHECKING:
    from datetime import datetime

    from zen_gc_core.expressions.jmespath.kinds import Evaluator

_TEXTS: Final = frozenset([str])


@dataclass(frozen=True, slots=True)
class Body:
    """What ``&expression`` hands to a function.

    Args:
        evaluate: The expression, compiled.
        weight: The steps that one evaluation costs.
    """

    evaluate: Evaluator
    weight: int


def contains(subject: str | list[Any], search: Any) -> bool:
    """Whether a text holds a text, or an array an element equal to what is sought.

    Raises:
        ExpressionError: Something other than a text is sought in a text.
    """
    if isinstance(subject, str):
        if type(search) is not str:
            raise ExpressionError(f"contains(): {with_article(kind_of(search))} is sought in a string")
        spend_bytes(len(subject))
        return search in subject
    spend_steps(len(subject))
    if type(search) is str and len(search) <= LONG_TEXT:
        return search in subject
    return any(same(element, search) for element in subject)


def reverse(subject: str | list[Any]) -> str | list[Any]:
    """An array, or the characters of a text, from the end to the start."""
    if isinstance(subject, str):
        spend_bytes(len(subject))
    else:
        spend_steps(len(subject))
    return subject[::-1]


def join(glue: str, texts: list[Any]) -> str:
    """The texts of an array in a row, with a text between each two."""
    _require("join", texts, _TEXTS)
    spend_bytes(sum(map(len, texts)) + len(glue) * len(texts))
    return glue.join(texts)


def keys(subject: dict[str, Any]) -> list[str]:
    """The names in an object, in its order."""
    spend_steps(len(subject))
    return list(subject)


def values(subject: dict[str, Any]) -> list[Any]:
    """The values in an object, in its order."""
    spend_steps(len(subject))
    return list(subject.values())


def merge(*subjects: dict[str, Any]) -> dict[str, Any]:
    """One object of several; of values with the same name the last counts."""
    merged: dict[str, Any] = {}
    for subject in subjects:
        spend_steps(len(subject))
        merged |= subject
    return merged


def not_null(*arguments: Any) -> Any:
    """The first argument that is not null."""
    return next((argument for argument in arguments if argument is not None), None)


def to_array(value: Any) -> list[Any]:
    """An array as it is; anything else as the only element of one."""
    return value if type(value) is list else [value]


def total(array: list[Any]) -> int | float:
    """The sum of the numbers of an array."""
    _require("sum", array, NUMBERS)
    return _sum("sum", array)


def average(array: list[Any]) -> float | None:
    """The mean of the numbers of an array; null when it is empty."""
    _require("avg", array, NUMBERS)
    try:
        return _sum("avg", array) / len(array) if array else None
    except OverflowError:
        raise ExpressionError("avg(): the number is beyond a double") from None


def _sum(name: str, numbers: list[Any]) -> int | float:
    try:
        result: int | float = sum(numbers)
    except OverflowError:
        raise ExpressionError(f"{name}(): the number is beyond a double") from None
    return result


def largest(array: list[Any]) -> Any:
    """The largest of the numbers or texts of an array; null when it is empty."""
    _require_sortable("max", array)
    return max(array, default=None)


def smallest(array: list[Any]) -> Any:
    """The smallest of the numbers or texts of an array; null when it is empty."""
    _require_sortable("min", array)
    return min(array, default=None)


def sort(array: list[Any]) -> list[Any]:
    """The numbers or texts of an array from the smallest to the largest; texts by code point."""
    _require_sortable("sort", array)
    _charge_sorting(array)
    return sorted(array)


def map_each(instant: datetime | None, body: Body, array: list[Any]) -> list[Any]:
    """What an expression yields on each element, nulls included."""
    spend_steps(len(array) * body.weight)
    evaluate = body.evaluate
    return [evaluate(element, instant) for element in array]


def sort_by(instant: datetime | None, array: list[Any], body: Body) -> list[Any]:
    """The elements in the order of what an expression yields on each; equals keep their order."""
    ranks = _ranks("sort_by", instant, array, body)
    _charge_sorting(ranks)
    order = sorted(range(len(array)), key=ranks.__getitem__)
    return [array[index] for index in order]


def largest_by(instant: datetime | None, array: list[Any], body: Body) -> Any:
    """The first element on which an expression yields the most; null when there is none."""
    ranks = _ranks("max_by", instant, array, body)
    return array[ranks.index(max(ranks))] if ranks else None


def smallest_by(instant: datetime | None, array: list[Any], body: Body) -> Any:
    """The first element on which an expression yields the least; null when there is none."""
    ranks = _ranks("min_by", instant, array, body)
    return array[ranks.index(min(ranks))] if ranks else None


def _ranks(name: str, instant: datetime | None, array: list[Any], body: Body) -> list[Any]:
    ranks = map_each(instant, body, array)
    _require_sortable(name, ranks)
    return ranks


def _require_sortable(name: str, array: list[Any]) -> None:
    """Refuse what cannot be put in order: anything but all numbers or all texts."""
    _require(name, array, _TEXTS if array and type(array[0]) is str else NUMBERS)


def _require(name: str, array: list[Any], types: frozenset[type]) -> None:
    spend_steps(len(array))
    if types.issuperset(map(type, array)):
        if types is _TEXTS:
            spend_bytes(sum(map(len, array)))
        return
    strange = next(element for element in array if type(element) not in types)
    raise ExpressionError(f"{name}(): an element of the array is {with_article(kind_of(strange))}")


def _charge_sorting(array: list[Any]) -> None:
    rounds = len(array).bit_length()
    spend_steps(len(array) * rounds)
    if array and type(array[0]) is str:
        spend_bytes(sum(map(len, array)) * rounds)
