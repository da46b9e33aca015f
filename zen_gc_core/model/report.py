"""What was done: the outcome of one write, and the report of one run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zen_gc_core.model.reasons import Reason
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
class Ending:
    """Why a run ended without carrying out its plan, or all of it.

    Args:
        reason: Why.
        message: Details, in one line; fit for logs and events: it quotes no object.
        words: What the status says instead: a plugin's own words, for those who may read the policy. Empty: the message.
    """

    reason: Reason
    message: str
    words: str = ""

    @property
    def failed(self) -> bool:
        """Whether that is a failure, and not somebody's wish."""
        return not self.reason.wished

    def __str__(self) -> str:
        return f"{self.reason}: {self.message}"


@dataclass(frozen=True, slots=True)
class RunReport:
    """What one run of one policy did.

    Args:
        plan: What it set out to do.
        results: How many objects came to which result.
        started: When it began.
        duration: How long it took, in seconds.
        stopped: What ended it before its plan did, or kept it from acting at all; None when nothing did.
        dry_run: Whether it only said what it would do.
        not_recycled: Why the first object that stays for want of a copy has none; empty when there is none.
    """

    plan: Plan
    results: Counter[Result] = field(default_factory=Counter)
    started: dt.datetime | None = None
    duration: float = 0.0
    stopped: Ending | None = None
    dry_run: bool = False
    not_recycled: str = ""

    @property
    def ending(self) -> Ending | None:
        """Why it did not do all that it could have: too many places, the breaker, a veto, or what stopped it; None when it did.

        The one answer: log, metrics, events, status and ``--once`` tell this one, whatever else was in the way.
        """
        plan = self.plan
        if plan.overfull is not None:
            return Ending(Reason.RETAIN_TOO_MANY_GROUPS, plan.overfull)
        if plan.tripped is not None:
            return Ending(Reason.BREAKER_TRIPPED, plan.tripped)
        if plan.vetoed:
            plugins = ", ".join(sorted({veto.plugin for veto in plan.vetoed}))
            words = "; ".join(f"{veto.plugin}: {veto.reason}" for veto in plan.vetoed)
            return Ending(Reason.VETOED, f"by {plugins}", words)
        return self.stopped

    @property
    def failed(self) -> bool:
        """Whether something went wrong: it ended by a failure, a write or a copy failed, or a kind could not be listed."""
        ending = self.ending
        wrong = self.results[Result.FAILED] + self.results[Result.NOT_RECYCLED] > 0 or bool(self.plan.unlisted)
        return (ending is not None and ending.failed) or wrong
