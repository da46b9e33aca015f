"""Outcomes: what becomes of the objects of a plan, counted and told; forbidden writes in a row end the run."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Outcome
from zen_gc_core.model.results import DONE, Result

if TYPE_CHECKING:
    from zen_gc_core.cluster.errors import AccessDenied
    from zen_gc_core.controller.runs.journal import Journal, Witness
    from zen_gc_core.errors import ClusterError
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.report import Ending

MOST_FORBIDDEN: Final = 20
"""Forbidden writes in a row that end a run."""

ANSWERED: Final = frozenset({*DONE, Result.ACCEPTED, Result.GONE, Result.BLOCKED, Result.CONFLICT})
"""Results of a server that lets us write; they end such a row."""


@dataclass(slots=True)
class Carried:
    """What came of carrying out a plan.

    Args:
        results: How many objects came to which result.
        accepted: Those whose objects are terminating now, to be seen gone later.
        notified: The uids of those that were told of.
        came: The uids of those that came to a result.
        forbidden: The uids of objects whose write was forbidden although the right to it is there.
        not_recycled: Why the first object of which there is no copy has none; empty when there is none.
        stopped: Why it ended early; None when it did not.
        unexpected: What was raised that nobody expected; None when nothing was.
    """

    results: Counter[Result] = field(default_factory=Counter)
    accepted: list[Outcome] = field(default_factory=list)
    notified: list[str] = field(default_factory=list)
    came: set[str] = field(default_factory=set)
    forbidden: list[str] = field(default_factory=list)
    not_recycled: str = ""
    stopped: Ending | None = None
    unexpected: Exception | None = None


class Outcomes:
    """Counts what becomes of the objects of one plan, and tells it; may be used by several threads.

    Args:
        witness: Told of every object.

    Attributes:
        carried: What came of the plan so far.
    """

    def __init__(self, witness: Witness) -> None:
        self.carried = Carried()
        self._witness = witness
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._copies_failed = 0

    def note(self, outcome: Outcome, journal: Journal, cause: Exception | None = None) -> None:
        """Take in the outcome of one object.

        Args:
            outcome: What became of it.
            journal: Its intents.
            cause: What a failed write failed with.
        """
        with self._lock:
            self.carried.results[outcome.result] += 1
            self.carried.came.add(outcome.decision.uid)
            if outcome.result in ANSWERED:
                self._in_a_row = self._copies_failed = 0
            if outcome.result is Result.ACCEPTED:
                self.carried.accepted.append(outcome)
            if outcome.result is Result.NOTIFIED:
                self.carried.notified.append(outcome.decision.uid)
        self._witness.acted(outcome, journal.seconds, journal.attempts, cause)

    def note_end(self, decision: Decision, journal: Journal, error: Stopped | ClusterError) -> None:
        """Tell the outcome of a write that ended the run, so that no intent is left without one."""
        if not journal.attempts:
            return
        result = Result.FAILED if journal.sent else Result.DROPPED
        self.note(Outcome(decision, result, str(error), journal.attempt_id), journal, error)

    def forbid(self, decision: Decision, journal: Journal, error: AccessDenied) -> None:
        """Tell of an object whose write admission forbids; the run goes on, unless that is so of one after the other.

        Raises:
            Stopped: It is.
        """
        self.note(Outcome(decision, Result.FAILED, f"403 Forbidden: {error.said}", journal.attempt_id), journal, error)
        with self._lock:
            self.carried.forbidden.append(decision.uid)
            self._in_a_row += 1
            too_many = self._in_a_row >= MOST_FORBIDDEN
        if too_many:
            raise Stopped(
                Reason.FORBIDDEN,
                f"{MOST_FORBIDDEN} writes in a row were forbidden although the right to them is there: "
                "an admission policy or a webhook forbids them",
            )

    def not_recycled(self, outcome: Outcome, journal: Journal, cause: Exception | None = None) -> None:
        """Tell of an object that stays because there is no copy of it; the run goes on, unless one after the other fails.

        Args:
            outcome: What became of it; its message may be told to everybody.
            journal: Its intents.
            cause: What its copy failed with; None when none was tried.

        Raises:
            Stopped: Copies fail one after the other.
        """
        self.note(outcome, journal, cause)
        with self._lock:
            self.carried.not_recycled = self.carried.not_recycled or outcome.message
            self._copies_failed += cause is not None
            too_many = self._copies_failed >= MOST_FORBIDDEN
        if too_many:
            raise Stopped(Reason.RECYCLING_FAILED, f"{MOST_FORBIDDEN} copies in a row failed: {outcome.message}")

    def end(self, ending: Ending) -> None:
        """Note why the run ends early; of several reasons the first one counts."""
        with self._lock:
            self.carried.stopped = self.carried.stopped or ending

    def raised(self, error: Exception) -> None:
        """Note what nobody expected; of several errors the first one counts."""
        with self._lock:
            self.carried.unexpected = self.carried.unexpected or error
