"""What was done: the outcome of one write, and the report of one run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zen_gc_core.model.results import Result

if TYPE_CHECKING:
    import datetime as dt

    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.plan import Plan


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one object of a plan.

    Args:
        decision: The decision that was carried out.
        result: What became of it.
        message: Details, in one line; empty when there is nothing to add.
        attempt_id: The id of the write in logs and in the server's audit log; empty when nothing was sent.
    """

    decision: Decision
    result: Result
    message: str = ""
    attempt_id: str = ""


@dataclass(frozen=True, slots=True)
class RunReport:
    """What one run of one policy did.

    Args:
        plan: What it set out to do.
        results: How many objects came to which result.
        started: When it began.
        duration: How long it took, in seconds.
        stopped: Why it ended before its plan did, as a condition's reason (``AccessDenied``); None when it did not.
        message: Details of that, in one line.
        dry_run: Whether it only said what it would do.
    """

    plan: Plan
    results: Counter[Result] = field(default_factory=Counter)
    started: dt.datetime | None = None
    duration: float = 0.0
    stopped: str | None = None
    message: str = ""
    dry_run: bool = False

    @property
    def failed(self) -> bool:
        """Whether something went wrong: it was stopped, or a write failed."""
        return self.stopped is not None or self.plan.stopped or self.results[Result.FAILED] > 0
