"""What one evaluation of an expression may cost, and what several may together: steps and bytes, counted per thread.

CEL and JMESPath charge here; nothing in here knows either language. An evaluation that may cost more than its text
shows calls :func:`begin` first; one without a metered operation touches nothing in here and pays nothing.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final

from zen_gc_core.errors import BudgetExceededError

MAX_STEPS: Final = 200_000
"""Steps of one evaluation: elements visited, weighted by how much is done with each."""

MAX_BYTES: Final = 10_000_000
"""Bytes of one evaluation: text searched, and text, lists and maps made."""

TOGETHER: Final = 5
"""How many such budgets the evaluations have together that ask about one object for one policy."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What an evaluation has cost.

    Args:
        steps: Elements visited, weighted.
        bytes: Bytes searched and made.
    """

    steps: int
    bytes: int


class Meter:
    """What an evaluation has left.

    Attributes:
        steps: Steps left; negative once it is over.
        bytes: Bytes left; negative once it is over.
        together: Whether the evaluations of the thread share an allowance; else each stands for itself.
        steps_together: Steps left to all of them when the present one began.
        bytes_together: Bytes left to them.
    """

    __slots__ = ("bytes", "bytes_together", "steps", "steps_together", "together")

    def __init__(self) -> None:
        self.steps = MAX_STEPS
        self.bytes = MAX_BYTES
        self.together = False
        self.steps_together = 0
        self.bytes_together = 0

    def settle(self) -> None:
        """Take what the evaluation before has cost off the allowance.

        Raises:
            BudgetExceededError: Together they have cost too much; the next is not begun.
        """
        steps, count = self.steps, self.bytes
        self.steps = MAX_STEPS
        self.bytes = MAX_BYTES
        self.steps_together += (steps if steps > 0 else 0) - MAX_STEPS  # noqa: FURB136  a call costs; refused is not spent
        self.bytes_together += (count if count > 0 else 0) - MAX_BYTES  # noqa: FURB136  likewise
        if self.steps_together < 0 or self.bytes_together < 0:
            raise BudgetExceededError(
                f"the expressions of the policy together have spent {TOGETHER} times the budget of one on this object"
            )

    def spend_steps(self, count: int) -> None:
        """Charge steps as :func:`spend_steps` does."""
        self.steps -= count
        if self.steps < 0:
            raise BudgetExceededError(f"the expression takes more than {MAX_STEPS:,} steps on this object")


class _Thread(threading.local):
    """The meter of the current thread."""

    def __init__(self) -> None:
        self.meter = Meter()


_THREAD: Final = _Thread()


def begin() -> Meter:
    """Give the current thread's evaluation its full budget.

    Returns:
        The meter of the thread, for what charges often.

    Raises:
        BudgetExceededError: The evaluations before it have spent what they had together.

    An evaluation within an evaluation (a function that evaluates another expression) shares one meter, which starts
    anew with the inner one.
    """
    meter = _THREAD.meter
    if meter.together:
        meter.settle()
        return meter
    meter.steps = MAX_STEPS
    meter.bytes = MAX_BYTES
    return meter


def share_allowance() -> None:
    """Let all evaluations that the current thread begins from now on share one allowance, until ``stand_alone``."""
    meter = _THREAD.meter
    meter.steps = MAX_STEPS
    meter.bytes = MAX_BYTES
    meter.steps_together = TOGETHER * MAX_STEPS
    meter.bytes_together = TOGETHER * MAX_BYTES
    meter.together = True


def stand_alone() -> None:
    """Let each evaluation of the current thread have a budget of its own again."""
    _THREAD.meter.together = False


def spend_steps(count: int) -> None:
    """Charge steps, before they are taken.

    Args:
        count: How many, 0 or more.

    Raises:
        BudgetExceededError: They are more than the evaluation has left.
    """
    _THREAD.meter.spend_steps(count)


def current() -> Meter:
    """The meter of the current thread, as it stands."""
    return _THREAD.meter


def spend_bytes(count: int) -> None:
    """Charge bytes, before they are searched or made.

    Args:
        count: How many, 0 or more; a character counts as one, an element of a list or map as eight.

    Raises:
        BudgetExceededError: They are more than the evaluation has left.
    """
    meter = _THREAD.meter
    meter.bytes -= count
    if meter.bytes < 0:
        raise BudgetExceededError(f"the expression handles more than {MAX_BYTES:,} bytes on this object")


def spent() -> Cost:
    """What the current thread has spent since it last called :func:`begin`."""
    meter = _THREAD.meter
    return Cost(MAX_STEPS - meter.steps, MAX_BYTES - meter.bytes)
