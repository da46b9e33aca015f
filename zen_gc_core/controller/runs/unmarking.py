"""Unmarking: marks are taken away from objects of which the conditions do not hold any more, one guarded write at a time.

Each is owed: a look that has shown that the conditions do not hold is not undone by a later one. So nothing is judged
again; what is read anew is whether the object is still the same and still carries exactly the mark.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.errors import AccessDenied, MalformedAnswer
from zen_gc_core.cluster.throttling import Throttle
from zen_gc_core.cluster.writing import Writer
from zen_gc_core.controller.runs.journal import Journal
from zen_gc_core.controller.runs.outcomes import Outcomes
from zen_gc_core.controller.runs.seeing import Seeing
from zen_gc_core.controller.runs.stopping import Stopped, ending_by_write
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.report import Ending, Outcome
from zen_gc_core.model.results import Result, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zen_gc_core.cluster.observing import Observed
    from zen_gc_core.controller.runs.acting import Acting
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.requests import Request

TRIES: Final = 5
"""How often an object is read and written again that somebody else changes at the same time."""

_SETTLED: Final = frozenset({Result.UNMARKED, Result.GONE, Result.ACCEPTED})
"""Results after which the object has no such mark: it was taken away, or the object is gone or going."""


class Unmarking:
    """Takes marks away.

    Args:
        acting: What to act with.
        decisions: What is owed.
        sleep: Waits; whatever it raises ends it.

    Attributes:
        results: What came of them, by result.
        stopped: What ended it early; None when nothing did.
        owed: How many are owed still.
    """

    def __init__(self, acting: Acting, decisions: Sequence[Decision], sleep: Callable[[float], None]) -> None:
        self.results: Counter[Result] = Counter()
        self.stopped: Ending | None = None
        self.owed = len(decisions)
        self._decisions = decisions
        self._acting = acting
        self._sleep = sleep
        self._throttle = Throttle(sleep=sleep)
        self._seeing = Seeing(acting.connection, acting.resources, self._throttle, sleep, acting.stopping)
        self._outcomes = Outcomes(acting.witness)

    def carry_out(self) -> None:
        """Take away what is owed, one after the other, as far as that goes."""
        try:
            for decision in self._decisions:
                wait = self._acting.rate.take(self._acting.until)
                if wait is None:
                    break
                self._sleep(wait)
                self._acting.fence.pass_one()
                self.owed -= self._unmark(decision)
        except Stopped as stop:
            self.stopped = stop.ending
        except ClusterError as error:
            self.stopped = ending_by_write(error)
        self.results = self._outcomes.carried.results

    def _unmark(self, decision: Decision) -> bool:
        """Take one mark away; whether the object has none any more."""
        request = decision.request
        if request is None:
            return False
        for _ in range(TRIES):
            journal = Journal(decision, self._acting.fence, self._acting.witness)
            try:
                observed = self._seeing.one(decision.api_version, decision.kind, decision.namespace, decision.name)
            except MalformedAnswer as error:
                return self._note(decision, journal, Written(Result.FAILED, f"it cannot be read: {error}", error))
            if observed is None or observed.uid != decision.uid:
                return self._note(decision, journal, Written(Result.GONE))
            candidate = observed.candidate()
            if candidate.malformed is not None:
                return self._note(decision, journal, Written(Result.FAILED, "it cannot be read"))
            if (why := request.carried_by(candidate)) is not None:
                self._note(decision, journal, Written(Result.DROPPED, why))
                return True
            written = self._write(decision, request, observed, journal)
            settled = written is not None and self._note(decision, journal, written)
            if written is None or written.result is not Result.CONFLICT:
                return settled
        return False

    def _write(self, decision: Decision, request: Request, observed: Observed, journal: Journal) -> Written | None:
        """Send it; None where it was forbidden, which is told."""
        acting = self._acting
        writer = Writer(
            acting.connection, acting.authority, self._throttle, journal, timeout=acting.timeout, sleep=self._sleep
        )
        try:
            return writer.write(observed, request, attempt_id=journal.attempt_id)
        except AccessDenied as error:
            self._outcomes.forbid(decision, journal, error)
            return None
        except (Stopped, ClusterError) as error:
            self._outcomes.note_end(decision, journal, error)
            raise

    def _note(self, decision: Decision, journal: Journal, written: Written) -> bool:
        attempt_id = journal.attempt_id if journal.attempts else ""
        self._outcomes.note(Outcome(decision, written.result, written.message, attempt_id), journal, written.cause)
        return written.result in _SETTLED
