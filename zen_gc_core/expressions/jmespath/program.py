"""Compiled expressions: what the rest of zen-gc holds of a JMESPath text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import begin
from zen_gc_core.expressions.jmespath.building import build
from zen_gc_core.expressions.jmespath.checking import check
from zen_gc_core.expressions.jmespath.evaluating import evaluator
from zen_gc_core.expressions.jmespath.kinds import charge_whole
from zen_gc_core.expressions.jmespath.reading import fields_read

if TYPE_CHECKING:
    from datetime import datetime

    from zen_gc_core.expressions.jmespath.kinds import Evaluator
    from zen_gc_core.expressions.jmespath.tree import Node


class JMESProgram:
    """A compiled expression; immutable, and safe to call from any number of threads.

    Args:
        source: The text.
        root: Its tree, checked.
        as_condition: Whether it decides about an object.
    """

    __slots__ = ("_evaluate", "as_condition", "reads", "root", "source")

    def __init__(self, source: str, root: Node, *, as_condition: bool = False) -> None:
        self.source = source
        self.root = root
        self.as_condition = as_condition
        self.reads = fields_read(root)
        """The fields it reads, as paths from the document's root; ``()`` stands for the whole document."""
        self._evaluate = evaluator(root, source, as_condition=as_condition)

    def __call__(self, document: Any, now: datetime | None = None) -> Any:
        """Evaluate the expression.

        Args:
            document: Decoded JSON: plain ``dict``, ``list``, ``str``, ``int``, ``float``, ``bool`` and None.
            now: The instant of the run, aware; needed only by ``now()`` and ``age()``.

        Returns:
            The value; it may be or hold a part of the document, and must not be changed.

        Raises:
            ExpressionError: The expression has no value on this document.
            BudgetExceededError: Finding the value, or reading all of it, costs too much.
        """
        return run(self._evaluate, document, now)

    def __repr__(self) -> str:
        return f"JMESProgram({self.source!r})"


def compile_jmespath(text: str, *, as_condition: bool = False) -> JMESProgram:
    """Compile a JMESPath expression.

    Args:
        text: The expression: at most 4 KiB, 1000 nodes, nested at most 40 deep.
        as_condition: Whether it decides about an object. Comparing with what is not there, and ``!`` of a text, then
            raise ``OpenQuestionError``, where the language compares with null, and calls ``""`` false.

    Returns:
        The compiled expression.

    Raises:
        ExpressionSyntaxError: The text is no JMESPath, beyond a bound, or something in it can never work: a function
            that does not exist, a wrong number or kind of arguments, a comparison of kinds that never compare.
    """
    root = build(text)
    check(root, text)
    return JMESProgram(text, root, as_condition=as_condition)


def run(evaluate: Evaluator, document: Any, now: datetime | None) -> Any:
    """Evaluate a closure on a document within a budget of its own.

    Args:
        evaluate: The compiled expression.
        document: Decoded JSON.
        now: The instant of the run.

    Returns:
        The value, small enough to be walked through.

    Raises:
        ExpressionError: There is no value; the document may be nested too deeply.
        BudgetExceededError: It costs too much.
    """
    begin()
    try:
        value = evaluate(document, now)
    except RecursionError:
        raise ExpressionError("the object is nested too deeply for this expression") from None
    if type(value) is list or type(value) is dict:
        charge_whole(value)
    return value
