"""What is found wrong with an expression, and what of it refuses the policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from zen_gc_core.expressions.jmespath.places import fault_at

if TYPE_CHECKING:
    from zen_gc_core.errors import ExpressionSyntaxError
    from zen_gc_core.model.polarity import Polarity
    from zen_gc_core.model.shapes import Fault


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the author should look at; what refuses the expression is raised instead.

    Args:
        message: In one line.
    """

    message: str


@dataclass(slots=True)
class Findings:
    """What one expression was found to hold.

    Args:
        text: The expression.
        warnings: What does not refuse it.
    """

    text: str
    warnings: list[Finding] = field(default_factory=list)

    def refuse(self, offset: int, message: str) -> NoReturn:
        """Refuse the expression for what stands at an offset."""
        raise self.error(offset, message)

    def error(self, offset: int, message: str) -> ExpressionSyntaxError:
        """The error that refuses the expression for what stands at an offset."""
        return fault_at(self.text, offset, message)

    def warn(self, message: str) -> None:
        """Note what the author should look at."""
        if (finding := Finding(message)) not in self.warnings:
            self.warnings.append(finding)

    def never(self, offset: int, fault: Fault, polarity: Polarity) -> None:
        """Note that something never matches: refused where that could collect, and where types tell."""
        if fault.by_type or polarity.collects:
            self.refuse(offset, fault.message)
        self.warn(fault.message)
