"""Where in a text a fault lies, and how a piece of it is shown in one line.

Offsets become lines and columns in here and nowhere else.
"""

from __future__ import annotations

from zen_gc_core.errors import ExpressionSyntaxError
from zen_gc_core.texts import visible


def fault_at(text: str, offset: int, message: str) -> ExpressionSyntaxError:
    """An error that points at a place.

    Args:
        text: The whole expression.
        offset: Where the fault lies, from 0; the length of the text stands for its end.
        message: What is wrong, in one line.

    Returns:
        The error, with line and column from 1; lines are divided as ``str.splitlines`` does.
    """
    lines = f"{text[:offset]}^".splitlines()
    return ExpressionSyntaxError(message, text, line=len(lines), column=len(lines[-1]))


def shown(text: str) -> str:
    """A piece of an expression for a message: one line, at most 80 characters, nothing that a terminal would obey."""
    return visible(text, 80)
