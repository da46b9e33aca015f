"""Accounting: what is counted of one policy as a whole while its keywords are built, however deep they stand in each other."""

from __future__ import annotations

from dataclasses import dataclass

from zen_gc_core.engine.parsing import limits
from zen_gc_core.errors import InputError


@dataclass(slots=True)
class Account:
    """The account of one policy.

    Args:
        conditions: How many conditions there are so far.
        expression_bytes: How many bytes its expressions have together, in UTF-8.
        by_plugins: Whether a plugin's keyword is among those compiled so far.
    """

    conditions: int = 0
    expression_bytes: int = 0
    by_plugins: bool = False

    def take(self, conditions: int) -> tuple[bool, bool]:
        """Count conditions.

        Returns:
            Whether there are too many by now, and whether it is only by these.
        """
        before = self.conditions > limits.CONDITIONS
        self.conditions += conditions
        over = self.conditions > limits.CONDITIONS
        return over, over and not before

    def take_expression(self, text: str) -> None:
        """Count an expression.

        Raises:
            InputError: The policy's expressions are too large together.
        """
        self.expression_bytes += len(text.encode("utf-8", "surrogatepass"))
        if self.expression_bytes > limits.EXPRESSIONS:
            raise InputError(f"the expressions of one policy may have {limits.EXPRESSIONS:,} bytes together")
