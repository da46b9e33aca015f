"""Reporting one run: log, metrics and events, from outcomes and never from intentions."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from typing import TYPE_CHECKING, Final

from zen_gc_core.controller.telling.error_types import ErrorType
from zen_gc_core.model.report import Outcome
from zen_gc_core.model.results import Result
from zen_gc_core.texts import placed

if TYPE_CHECKING:
    from zen_gc_core.cluster.writing import Attempt
    from zen_gc_core.controller.runs.run_context import RunContext
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.policy import PolicyReference
    from zen_gc_core.model.requests import Request

MOST_EVENTS: Final = 25
"""Events about single objects that a run writes; the rest is one number."""


class RunReporter:
    """Tells of the writes of one run; may be used by several threads.

    Args:
        context: Who is told.
        policy: The policy.
    """

    def __init__(self, context: RunContext, policy: PolicyReference) -> None:
        self._context = context
        self._policy = policy
        self._lock = threading.Lock()
        self._told = 0
        self._left_out: Counter[str] = Counter()

    def intent(self, decision: Decision, attempt: Attempt) -> None:
        """A request is about to be sent."""
        self._context.log.intent(self._policy, decision, attempt.attempt_id)

    def acted(self, outcome: Outcome, seconds: float, attempts: int, cause: BaseException | None = None) -> None:
        """An object's turn has ended."""
        self._context.log.outcome(self._policy, outcome, seconds, attempts=max(attempts, 1), cause=cause)
        self._context.metrics.outcome(self._policy, outcome, seconds=seconds, at=dt.datetime.now(dt.UTC))
        phrase = event_of(outcome.decision.asks_for, outcome.result)
        if phrase is None:
            return
        reason, words = phrase
        with self._lock:
            self._told += 1
            if self._told > MOST_EVENTS:
                self._left_out[reason] += 1
                return
        warning = outcome.result is Result.FAILED
        why = _reason(outcome, attempts)
        place = placed(outcome.decision.namespace, outcome.decision.name)
        message = f"{words} resource {place} (reason: {why})"
        self._context.events.record(self._policy, reason, message, warning=warning)

    def would_act(self, decisions: tuple[Decision, ...]) -> None:
        """A dry run has found these objects due."""
        for decision in decisions:
            self.acted(Outcome(decision, Result.WOULD_ACT), 0.0, 0)

    def finished(self) -> None:
        """The run has ended: say how many more there were."""
        if self._left_out:
            (reason, _), *_ = self._left_out.most_common(1)
            self._context.events.record(self._policy, reason, f"…and {self._left_out.total()} more")

    def failed(self, reason: str, message: str, *, seconds: float) -> None:
        """The run could not do what it should.

        Args:
            reason: The condition's reason.
            message: Why, in one line.
            seconds: How long it took.
        """
        self._context.log.evaluation_failed(self._policy, reason, message, seconds=seconds)
        self._context.metrics.error(self._policy, ErrorType.of_reason(reason))
        self._context.events.record(
            self._policy, "EvaluationFailed", f"Failed to evaluate policy: {reason}: {message}", warning=True
        )


def event_of(request: type[Request], result: Result) -> tuple[str, str] | None:
    """The reason of the event about one object, and the words that its message begins with; None: there is none.

    Args:
        request: What was asked for.
        result: What came of it.
    """
    words = request.words
    phrases = {
        request.done: (f"Resource{request.done.capitalize()}", request.done.capitalize()),
        Result.ACCEPTED: ("ResourceDeleting", "Began to delete"),
        Result.WOULD_ACT: (f"Would{words.verb.capitalize()}", f"Would {words.verb}"),
        Result.FAILED: (f"{words.noun.capitalize()}Failed", f"Failed to {words.verb}"),
    }
    return phrases.get(result)


def _reason(outcome: Outcome, attempts: int) -> str:
    if outcome.result is Result.FAILED:
        noun = outcome.decision.asks_for.words.noun
        return f"{noun} failed after retries" if attempts > 1 else f"{noun} failed"
    return f"{outcome.decision.kind} due"
