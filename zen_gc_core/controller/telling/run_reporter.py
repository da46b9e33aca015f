"""Reporting what one run does to objects, to log, metrics and events: from outcomes and never from intentions."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from typing import TYPE_CHECKING, Final

from zen_gc_core.controller.telling.events import event_of
from zen_gc_core.model.report import Outcome
from zen_gc_core.model.results import Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.cluster.writing import Attempt
    from zen_gc_core.controller.telling.events import ObjectEvent, PolicyEvents
    from zen_gc_core.controller.telling.metrics import Metrics
    from zen_gc_core.controller.telling.runlog import RunLog
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.policy import PolicyReference
    from zen_gc_core.model.report import Ending
    from zen_gc_core.model.results import CopyResult

MOST_EVENTS: Final = 25
"""Events about single objects that a run writes; the rest is one number a result."""

MOST_FAILURES: Final = 10
"""Events about failed writes that it writes beyond that: what went well does not crowd them out."""


class RunReporter:
    """Tells of the writes of one run; may be used by several threads.

    Args:
        log: The log.
        metrics: The metrics.
        events: The events.
        policy: The policy.
        told: Told of each outcome, too.
    """

    def __init__(
        self,
        log: RunLog,
        metrics: Metrics,
        events: PolicyEvents,
        policy: PolicyReference,
        told: Callable[[Outcome], object] = bool,
    ) -> None:
        self._log = log
        self._metrics = metrics
        self._events = events
        self._policy = policy
        self._told_outcome = told
        self._lock = threading.Lock()
        self._results: Counter[Result] = Counter()
        self._told = 0
        self._told_failures = 0
        self._left_out: Counter[ObjectEvent] = Counter()

    def intent(self, decision: Decision, attempt: Attempt) -> None:
        """A request is about to be sent."""
        self._log.intent(self._policy, decision, attempt.attempt_id)

    @property
    def results(self) -> Counter[Result]:
        """How many objects came to which result in this run, so far."""
        with self._lock:
            return self._results.copy()

    def looked_again(self, resource: Resource, objects: int, _seconds: float) -> None:
        """Other objects on which a write depends were listed again before it."""
        self._metrics.related_listed(str(resource), objects)

    def related_unknown(self, relations: int) -> None:
        """A look at other objects has not told all about some relations of the policy."""
        self._metrics.related_unknown(self._policy, relations)

    def seen_gone(self, outcome: Outcome, seconds: float) -> None:
        """An object that an earlier run had begun to delete is gone now."""
        self._tell(outcome, seconds, 1, None)

    def acted(self, outcome: Outcome, seconds: float, attempts: int, cause: BaseException | None = None) -> None:
        """An object's turn has ended."""
        with self._lock:
            self._results[outcome.result] += 1
        self._tell(outcome, seconds, attempts, cause)

    def copy_intent(self, decision: Decision, attempt_id: str, *, removing: bool = False) -> None:
        """A copy for the recycle bin is about to be written, or to be taken out again."""
        self._log.copy_intent(self._policy, decision, attempt_id, removing=removing)

    def copied(self, decision: Decision, attempt_id: str, result: CopyResult, cause: Exception | None = None) -> None:
        """It is known what became of a copy."""
        self._log.copied(self._policy, decision, attempt_id, result, cause)
        self._metrics.copied(result)

    def left_alone(self, kind: str, namespace: str, why: str) -> None:
        """What is retained of a group has changed, so that nothing of it goes in this run."""
        self._log.left_alone(self._policy, kind, namespace, why)

    def _tell(self, outcome: Outcome, seconds: float, attempts: int, cause: BaseException | None) -> None:
        self._log.outcome(self._policy, outcome, seconds, attempts=max(attempts, 1), cause=cause)
        self._metrics.outcome(self._policy, outcome, seconds=seconds, at=dt.datetime.now(dt.UTC))
        self._told_outcome(outcome)
        event = event_of(outcome.decision.asks_for, outcome.result)
        if event is not None and self._has_place(event):
            self._events.outcome(self._policy, event, outcome, attempts)

    def _has_place(self, event: ObjectEvent) -> bool:
        """Whether there may be one more event like this; counts those that have none."""
        with self._lock:
            if self._told < MOST_EVENTS:
                self._told += 1
                return True
            if event.warning and self._told_failures < MOST_FAILURES:
                self._told_failures += 1
                return True
            self._left_out[event] += 1
            return False

    def would_act(self, decisions: tuple[Decision, ...], due: int) -> None:
        """A dry run has found objects due.

        Args:
            decisions: Those that the plan holds; of the others only the number is known.
            due: How many there are.
        """
        for decision in decisions:
            self.acted(Outcome(decision, Result.WOULD_ACT), 0.0, 0)
        if decisions and (unseen := due - len(decisions)) > 0:
            event = event_of(decisions[0].asks_for, Result.WOULD_ACT)
            if event is not None:
                self._left_out[event] += unseen

    def finished(self) -> None:
        """The run has ended: say how many more there were, failures first."""
        for event, count in sorted(self._left_out.items(), key=lambda entry: (not entry[0].warning, -entry[1])):
            self._events.left_out(self._policy, event, count)

    def failed(self, ending: Ending, *, seconds: float) -> None:
        """The run could not do what it should, and has nothing to report.

        Args:
            ending: Why.
            seconds: How long it took.
        """
        self._log.evaluation_failed(self._policy, ending, seconds=seconds)
        self._metrics.ended(self._policy, ending)
        self._events.ended(self._policy, ending)
