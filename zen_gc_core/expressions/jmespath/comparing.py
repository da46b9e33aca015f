"""Comparisons as closures.

Equality is exact (see ``kinds.same``); against a literal text, number, boolean or null it costs one Python comparison.
Order exists among numbers and among texts. As in the library, a comparison with anything else is null; a number
against a text, where the library fails with a bare ``TypeError``, is an expression error.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import spend_bytes
from zen_gc_core.expressions.jmespath.kinds import LONG_TEXT, NUMBERS, same
from zen_gc_core.expressions.jmespath.tree import Comparison, Constant

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from zen_gc_core.expressions.jmespath.kinds import Evaluator

_ORDERS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def comparison(node: Comparison, left: Evaluator, right: Evaluator) -> Evaluator:
    """Compile a comparison.

    Args:
        node: The comparison.
        left: Its left operand, compiled.
        right: Its right operand, compiled.
    """
    if node.operator in _ORDERS:
        return _ordering(_ORDERS[node.operator], left, right)
    equal = _equality(node, left, right)
    if node.operator == "eq":
        return equal
    return lambda value, now: not equal(value, now)


def _equality(node: Comparison, left: Evaluator, right: Evaluator) -> Evaluator:
    if isinstance(node.right, Constant):
        return _equality_with(node.right.value, left, right)
    if isinstance(node.left, Constant):
        return _equality_with(node.left.value, right, left)
    return lambda value, now: same(left(value, now), right(value, now))


def _equality_with(literal: Any, evaluate: Evaluator, evaluate_literal: Evaluator) -> Evaluator:
    if literal is None or isinstance(literal, bool):
        return lambda value, now: evaluate(value, now) is literal
    if isinstance(literal, str):
        return lambda value, now: bool(evaluate(value, now) == literal)
    if isinstance(literal, int | float):
        return lambda value, now: bool((found := evaluate(value, now)) == literal) and type(found) in NUMBERS
    return lambda value, now: same(evaluate(value, now), evaluate_literal(value, now))


def _ordering(compare: Callable[[Any, Any], bool], left: Evaluator, right: Evaluator) -> Evaluator:
    def order(value: Any, now: datetime | None) -> bool | None:
        first = left(value, now)
        second = right(value, now)
        if type(first) in NUMBERS:
            if type(second) in NUMBERS:
                return compare(first, second)
            if type(second) is str:
                raise ExpressionError("a number and a string have no order")
            return None
        if type(first) is str:
            if type(second) is str:
                if len(first) > LONG_TEXT:
                    spend_bytes(len(first))
                return compare(first, second)
            if type(second) in NUMBERS:
                raise ExpressionError("a string and a number have no order")
        return None

    return order
