"""Calls of functions as closures: arguments evaluated, their kinds checked, the function carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.jmespath.arrays import Body
from zen_gc_core.expressions.jmespath.functions import FUNCTIONS, REFERENCE, Function, Kinds
from zen_gc_core.expressions.jmespath.kinds import kind_of, one_of, types_of
from zen_gc_core.expressions.jmespath.places import shown
from zen_gc_core.expressions.jmespath.tree import Call, Constant
from zen_gc_core.texts import with_article

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from zen_gc_core.expressions.jmespath.kinds import Evaluator


def call(node: Call, arguments: Sequence[Evaluator], text: str) -> Evaluator:
    """Compile a call.

    Args:
        node: The call; the function exists and the number of arguments is right.
        arguments: The arguments, compiled; one for an ``&expression`` yields its :class:`Body`.
        text: The call as it is written, for errors.
    """
    function = FUNCTIONS[node.name]
    where = shown(text)
    if function.timed or function.variadic:
        return _general(function, arguments, where)
    if len(arguments) == 1:
        return _unary(function, arguments[0], where)
    literal = node.arguments[1]
    if isinstance(literal, Constant):
        return _with_literal(function, arguments[0], literal.value, where)
    return _binary(function, arguments[0], arguments[1], where)


def _unary(function: Function, argument: Evaluator, where: str) -> Evaluator:
    carry_out = function.carry_out
    allowed = types_of(function.parameters[0])

    def call_one(value: Any, now: datetime | None) -> Any:
        first = argument(value, now)
        if type(first) not in allowed:
            raise _mismatch(function, 0, first, where)
        return carry_out(first)

    return call_one


def _with_literal(function: Function, argument: Evaluator, literal: Any, where: str) -> Evaluator:
    carry_out = function.carry_out
    allowed = types_of(function.parameters[0])

    def call_with_literal(value: Any, now: datetime | None) -> Any:
        first = argument(value, now)
        if type(first) not in allowed:
            raise _mismatch(function, 0, first, where)
        return carry_out(first, literal)

    return call_with_literal


def _binary(function: Function, left: Evaluator, right: Evaluator, where: str) -> Evaluator:
    carry_out = function.carry_out
    left_allowed, right_allowed = map(types_of, function.parameters)

    def call_two(value: Any, now: datetime | None) -> Any:
        first = left(value, now)
        second = right(value, now)
        if type(first) not in left_allowed:
            raise _mismatch(function, 0, first, where)
        if type(second) not in right_allowed:
            raise _mismatch(function, 1, second, where)
        return carry_out(first, second)

    return call_two


def _general(function: Function, arguments: Sequence[Evaluator], where: str) -> Evaluator:
    carry_out = function.carry_out
    checks = [_types(function.parameters[min(place, len(function.parameters) - 1)]) for place in range(len(arguments))]

    def call_many(value: Any, now: datetime | None) -> Any:
        found = [argument(value, now) for argument in arguments]
        for place, (item, allowed) in enumerate(zip(found, checks, strict=True)):
            if type(item) not in allowed:
                raise _mismatch(function, place, item, where)
        return carry_out(now, *found) if function.timed else carry_out(*found)

    return call_many


def _types(kinds: Kinds) -> frozenset[type]:
    return frozenset([Body]) if kinds == REFERENCE else types_of(kinds)


def _mismatch(function: Function, place: int, value: Any, where: str) -> ExpressionError:
    """An error that names the call, the argument's place and its kind, and never the value: objects hold secrets."""
    needed = one_of(function.parameters[min(place, len(function.parameters) - 1)])
    return ExpressionError(f"{where}: argument {place + 1} is {with_article(kind_of(value))}, not {needed}")
