"""Error absorption: ``&&``, ``||``, ``all`` and ``exists`` yield an answer that decides, whatever else raises.

Source: the CEL language definition, "Logical Operators" and "Macros".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_core.errors import BudgetExceededError, ExpressionError
from zen_gc_core.expressions.cel.operators import boolean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def absorbing(asked: Callable[[Any], Iterable[Callable[[Any], Any]]], *, decisive: bool) -> Callable[[Any], bool]:
    """The closure of a chain of ``&&`` or ``||``, or of ``all`` or ``exists``.

    Args:
        asked: The closures that are asked in a frame, one after the other: the operands of a chain; for a macro the
            predicate once a round, when the variables of the round stand in the frame.
        decisive: The answer of one that is the answer of all: ``True`` for ``||`` and ``exists``.
    """

    def evaluate(frame: Any) -> bool:
        failure: ExpressionError | None = None
        for ask in asked(frame):
            try:
                if boolean(ask(frame)) is decisive:
                    return decisive
            except BudgetExceededError:
                raise
            except ExpressionError as error:
                failure = failure or error
        if failure is not None:
            raise failure
        return not decisive

    return evaluate
