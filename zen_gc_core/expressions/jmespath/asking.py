"""What the language answers with null, and a condition must not: closures for expressions that decide about an object.

To JMESPath a field that is not there is null, and null differs from every text: ``metadata.labels.onwer != 'ops'`` is
true of every object. In a condition it is an open question instead, unless the text asks for null. The language itself
is in ``evaluating`` and stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import ExpressionError, OpenQuestionError
from zen_gc_core.expressions.jmespath import tree
from zen_gc_core.expressions.jmespath.kinds import NUMBERS
from zen_gc_core.expressions.jmespath.places import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from zen_gc_core.expressions.jmespath.kinds import Evaluator

WANTS_A_VALUE: Final = {"contains": (1,), "to_array": (0,), "to_string": (0,)}
"""The arguments that the language takes when they are null, and with which it then says something of nothing."""


def asks_for_null(node: tree.Comparison) -> bool:
    """Whether a comparison asks whether something is null, in so many words."""
    return any(isinstance(side, tree.Constant) and side.value is None for side in (node.left, node.right))


def required(node: tree.Node, evaluate: Evaluator, text: str) -> Evaluator:
    """The closure of an operand that must be there.

    Args:
        node: The operand.
        evaluate: Its closure in the language.
        text: The whole expression.

    Returns:
        A closure that raises ``OpenQuestionError`` where the language has null.
    """
    if isinstance(node, tree.Constant):
        return evaluate
    missing = f"{shown(text[node.start : node.end])} is null"

    def value_of(value: Any, now: datetime | None) -> Any:
        found = evaluate(value, now)
        if found is None:
            raise OpenQuestionError(missing)
        return found

    return value_of


def required_path(node: tree.Path, text: str) -> Evaluator:
    """The closure of fields in a row that must be there; as ``required``, in one call."""
    names = node.names
    missing = f"{shown(text[node.start : node.end])} is missing"
    return _two(*names, missing) if len(names) == 2 else _many(names, missing)


def _two(outer: str, inner: str, missing: str) -> Evaluator:
    def field_of_field(value: Any, _: datetime | None) -> Any:
        if type(value) is dict:
            value = value.get(outer)
            if type(value) is dict:
                value = value.get(inner)
                if value is not None:
                    return value
        raise OpenQuestionError(missing)

    return field_of_field


def _many(names: tuple[str, ...], missing: str) -> Evaluator:
    def field(value: Any, _: datetime | None) -> Any:
        for name in names:
            if type(value) is not dict:
                raise OpenQuestionError(missing)
            value = value.get(name)
        if value is None:
            raise OpenQuestionError(missing)
        return value

    return field


def ordered(compare: Evaluator, written: str) -> Evaluator:
    """The closure of ``<`` and its kin, which have no answer where the language has null."""

    def order(value: Any, now: datetime | None) -> Any:
        answer = compare(value, now)
        if answer is None:
            raise ExpressionError(f"{shown(written)}: only numbers, and only texts, have an order")
        return answer

    return order


def negation(operand: Evaluator, written: str) -> Evaluator:
    """The closure of ``!``: of a text it is an open question, for ``""`` is a value and no absence."""
    text_fault = f"! of the text {shown(written)}: ask {shown(written)} == `null` for what is not there"

    def negated(value: Any, now: datetime | None) -> bool:
        found = operand(value, now)
        if type(found) is str:
            raise OpenQuestionError(text_fault)
        return not found and type(found) not in NUMBERS

    return negated


def either(operands: Sequence[Evaluator]) -> Evaluator:
    """The closure of ``||``: one that is true decides, whatever another leaves open."""
    *others, last = operands
    in_doubt = _in_doubt(operands, decisive=True)

    def first_true(value: Any, now: datetime | None) -> Any:
        try:
            for operand in others:
                found = operand(value, now)
                if found or type(found) in NUMBERS:
                    return found
        except OpenQuestionError:
            return in_doubt(value, now)
        return last(value, now)

    return first_true


def both(operands: Sequence[Evaluator]) -> Evaluator:
    """The closure of ``&&``: one that is false decides, whatever another leaves open."""
    *others, last = operands
    in_doubt = _in_doubt(operands, decisive=False)

    def first_false(value: Any, now: datetime | None) -> Any:
        try:
            for operand in others:
                found = operand(value, now)
                if not found and type(found) not in NUMBERS:
                    return found
        except OpenQuestionError:
            return in_doubt(value, now)
        return last(value, now)

    return first_false


def _in_doubt(operands: Sequence[Evaluator], *, decisive: bool) -> Evaluator:
    """The answer where an operand is open: another that is the decisive boolean, and nothing less."""

    def decided(value: Any, now: datetime | None) -> Any:
        doubt: OpenQuestionError | None = None
        for operand in operands:
            try:
                if operand(value, now) is decisive:
                    return decisive
            except OpenQuestionError as error:
                doubt = doubt or error
        raise doubt or OpenQuestionError("an operand is open")

    return decided


def without_nulls(evaluate: Evaluator, written: str) -> Evaluator:
    """The closure of ``[a, b]``, ``{x: a}`` or ``map(…)``: what a condition makes holds no null for what is not there."""

    def made(value: Any, now: datetime | None) -> Any:
        found = evaluate(value, now)
        if found is not None and None in (found.values() if type(found) is dict else found):
            raise OpenQuestionError(f"an element of {shown(written)} is null")
        return found

    return made
