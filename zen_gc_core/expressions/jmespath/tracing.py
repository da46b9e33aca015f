"""How an expression came to its value: each sub-expression, what it yielded, and what that cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import Cost, spent
from zen_gc_core.expressions.jmespath import tree
from zen_gc_core.expressions.jmespath.evaluating import evaluator
from zen_gc_core.expressions.jmespath.program import run

if TYPE_CHECKING:
    from datetime import datetime

    from zen_gc_core.expressions.jmespath.kinds import Evaluator
    from zen_gc_core.expressions.jmespath.program import JMESProgram

MAX_STEPS: Final = 500
"""Steps that are recorded; an expression that loops takes more. The whole expression is always the last."""


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One sub-expression, evaluated once.

    Args:
        expression: The sub-expression as it is written.
        depth: How many sub-expressions stand around it; 0 for the whole.
        value: What it yielded; None with an error. Part of the document: not to be changed.
        error: Why it yielded nothing, or None.
        cost: What it cost, with all that is in it.
    """

    expression: str
    depth: int
    value: Any
    error: str | None
    cost: Cost


def trace(program: JMESProgram, document: Any, now: datetime | None = None) -> list[TraceStep]:
    """Evaluate an expression and record how.

    Args:
        program: The compiled expression.
        document: Decoded JSON.
        now: The instant of the run.

    Returns:
        The steps in the order in which they were done: operands before what uses them, the whole expression last,
        with the error that a call of the program would raise. Literals and ``@`` are no steps; from the loops of
        large objects the first 500 are kept.
    """
    recorder = _Recorder(program.source)
    evaluate = evaluator(program.root, program.source, recorder.watch, as_condition=program.as_condition)
    value, error = None, None
    try:
        value = run(evaluate, document, now)
    except ExpressionError as raised:
        error = str(raised)
    return [*recorder.inner_steps(), TraceStep(program.source, 0, value, error, spent())]


class _Recorder:
    """Wraps the closures of one program; used for one evaluation."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._depth = -1
        self._steps: list[TraceStep] = []

    def watch(self, node: tree.Node, evaluate: Evaluator) -> Evaluator:
        """A closure that does what another does, and records it."""
        if isinstance(node, tree.Constant | tree.Current | tree.Reference):
            return evaluate
        text = self._text[node.start : node.end]

        def watched(value: Any, now: datetime | None) -> Any:
            before = spent()
            self._depth += 1
            try:
                found = evaluate(value, now)
            except ExpressionError as error:
                self._record(text, None, str(error), before)
                raise
            else:
                self._record(text, found, None, before)
                return found
            finally:
                self._depth -= 1

        return watched

    def inner_steps(self) -> list[TraceStep]:
        """The recorded steps below the whole expression."""
        return [step for step in self._steps if step.depth > 0]

    def _record(self, text: str, value: Any, error: str | None, before: Cost) -> None:
        if len(self._steps) < MAX_STEPS:
            after = spent()
            cost = Cost(after.steps - before.steps, after.bytes - before.bytes)
            self._steps.append(TraceStep(text, self._depth, value, error, cost))
