"""Watching an evaluation: what each part of an expression yields on given values, and what it all costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import Cost, spent
from zen_gc_core.expressions.cel.exact import ExactCompiler
from zen_gc_core.expressions.cel.syntax import Literal, Node

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zen_gc_core.expressions.cel.environment import Program
    from zen_gc_core.expressions.cel.exact import Evaluation, Frame

MAX_STEPS: Final = 1000
"""Steps that a trace keeps; parts of a macro's body are a step for each element."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one part of an expression yielded, once.

    Args:
        start: Where the part begins in the text, from 0.
        end: Where it ends.
        text: The part.
        value: What it yielded; None in ``error``.
        error: Why it yielded nothing, or None.
        cost: What it cost, with the parts below it.
    """

    start: int
    end: int
    text: str
    value: Any
    error: str | None
    cost: Cost


@dataclass(frozen=True, slots=True)
class Trace:
    """An evaluation.

    Args:
        steps: The parts in the order in which they were done: inner parts before outer ones. Literals are left out.
        complete: Whether these are all, rather than the first ones.
        value: The result; None in ``error``.
        error: Why there is no result, or None.
        cost: What it all cost.
    """

    steps: tuple[Step, ...]
    complete: bool
    value: Any
    error: ExpressionError | None
    cost: Cost


def trace(program: Program, variables: Mapping[str, Any]) -> Trace:
    """Evaluate a program by the exact tier, watching.

    Args:
        program: The program.
        variables: The values of all its variables by name.

    Raises:
        KeyError: A variable has no value.
    """
    steps: list[Step] = []
    left_out = False

    def observe(node: Node, evaluation: Evaluation) -> Evaluation:
        if isinstance(node, Literal):
            return evaluation
        start, end = node.span
        text = program.source[start:end]

        def keep(before: Cost, value: Any, error: str | None) -> None:
            nonlocal left_out
            after = spent()
            cost = Cost(after.steps - before.steps, after.bytes - before.bytes)
            if len(steps) < MAX_STEPS:
                steps.append(Step(start, end, text, value, error, cost))
            else:
                left_out = True

        def observed(frame: Frame) -> Any:
            before = spent()
            try:
                value = evaluation(frame)
            except ExpressionError as error:
                keep(before, None, str(error))
                raise
            keep(before, value, None)
            return value

        return observed

    run = ExactCompiler(program.checked, program.variables, observe).compile()
    value, failure = _outcome(run, [variables[name] for name in program.variables])
    return Trace(tuple(steps), not left_out, value, failure, spent())


def _outcome(run: Callable[..., Any], values: list[Any]) -> tuple[Any, ExpressionError | None]:
    try:
        return run(*values), None
    except ExpressionError as error:
        return None, error
