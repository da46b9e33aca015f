"""Error absorption: ``&&``, ``||``, ``all`` and ``exists`` yield an answer that decides, whatever else raises.

Source: the CEL language definition, "Logical Operators" and "Macros".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_core.errors import BudgetExceededError, ExpressionError
from zen_gc_core.expressions.cel.operators import boolean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


def absorbing_operator(operands: Sequence[Callable[[Any], Any]], *, decisive: bool) -> Callable[[Any], bool]:
    """The closure of a chain of ``&&`` or ``||``.

    Args:
        operands: The closures of the operands.
        decisive: The answer of one operand that is the answer of all: ``True`` for ``||``.
    """

    def evaluate(frame: Any) -> bool:
        failure: ExpressionError | None = None
        for operand in operands:
            try:
                if boolean(operand(frame)) is decisive:
                    return decisive
            except BudgetExceededError:
                raise
            except ExpressionError as error:
                failure = failure or error
        if failure is not None:
            raise failure
        return not decisive

    return evaluate


def absorbing_loop(
    rounds: Callable[[Any], Iterable[Any]], body: Callable[[Any], Any], *, decisive: bool
) -> Callable[[Any], bool]:
    """The closure of ``all`` or ``exists``.

    Args:
        rounds: What sets the variables of each round in the frame.
        body: The closure of the predicate.
        decisive: The answer of one round that is the answer of all: ``True`` for ``exists``.
    """

    def evaluate(frame: Any) -> bool:
        failure: ExpressionError | None = None
        for _ in rounds(frame):
            try:
                if boolean(body(frame)) is decisive:
                    return decisive
            except BudgetExceededError:
                raise
            except ExpressionError as error:
                failure = failure or error
        if failure is not None:
            raise failure
        return not decisive

    return evaluate
