"""The Kubernetes Events of the controller: one method an event, so that reasons and words stay what people look for.

An event stands beside the policy that it is about, for whoever may read that. How events are written, and repeated, is
``zen_gc_core.cluster.events``' to know.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, Self

from zen_gc_core.cluster.events import LONGEST_MESSAGE
from zen_gc_core.durations import format_duration
from zen_gc_core.instants import format_instant
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.results import Result
from zen_gc_core.texts import counted, placed

if TYPE_CHECKING:
    from collections.abc import Collection

    from zen_gc_core.errors import ClusterError
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.plan import Plan, Soon
    from zen_gc_core.model.policy import PolicyReference, Problem
    from zen_gc_core.model.report import Ending, Outcome
    from zen_gc_core.model.requests import Request


_ROOM: Final = LONGEST_MESSAGE - 40
"""Characters for names in a message; the rest says how many are not named."""


class EventReason(enum.StrEnum):
    """The reasons of events about policies and runs; those about objects are made of what was asked (`event_of`).

    Attributes:
        words: When there is such an event, for the reference.
        warning: Whether its type is Warning.
    """

    words: str
    warning: bool

    def __new__(cls, value: str, words: str, kind: str = "Warning") -> Self:
        """Make a member."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words
        member.warning = kind == "Warning"
        return member

    POLICY_EVALUATED = "PolicyEvaluated", "the numbers changed, or something was done", "Normal"
    EVALUATION_FAILED = "EvaluationFailed", "a run could not do what it should; the message begins with the reason"
    BREAKER_TRIPPED = "BreakerTripped", "see above"
    WRITES_PAUSED = "WritesPaused", "the kill switch stops the policy; once, until it has run without it"
    WRITES_DEFERRED = (
        "WritesDeferred",
        "schedule, windows or blackouts keep the policy from writing what is due; once, until it has run without that",
        "Normal",
    )
    VETOED = "Vetoed", "see above"
    EXPIRES_SOON = (
        "ExpiresSoon",
        "objects will be due within `behavior.notice`, others than those that were named last; it names the next 25",
        "Normal",
    )
    FIGHT = (
        "Fight",
        "an object came back three times within an hour, whenever it was deleted: the policy leaves it alone",
    )
    INVALID_POLICY = "InvalidPolicy", "the policy is refused"
    STATUS_UPDATE_FAILED = "StatusUpdateFailed", "the status could not be written; the next run tries again"


class ObjectEvent(NamedTuple):
    """An event about one object.

    Attributes:
        reason: Its reason.
        words: What its message begins with.
        warning: Whether its type is Warning.
    """

    reason: str
    words: str
    warning: bool


def event_of(request: type[Request], result: Result) -> ObjectEvent | None:
    """The event about one object; None when there is none.

    Args:
        request: What was asked for.
        result: What came of it.
    """
    words = request.words
    events = {
        request.done: ObjectEvent(f"Resource{request.done.capitalize()}", request.done.capitalize(), warning=False),
        Result.WOULD_ACT: ObjectEvent(f"Would{words.verb.capitalize()}", f"Would {words.verb}", warning=False),
    }
    if request.patient:
        blocked = ObjectEvent(f"{words.noun.capitalize()}Blocked", f"Waits to {words.verb}", warning=False)
        events[Result.BLOCKED] = blocked
    if not request.sends:
        return events.get(result)
    events |= {
        Result.ACCEPTED: ObjectEvent("ResourceDeleting", "Began to delete", warning=False),
        Result.NOT_RECYCLED: ObjectEvent("ResourceNotRecycled", f"Did not {words.verb}", warning=True),
        Result.FAILED: ObjectEvent(Reason.of_failed(request), f"Failed to {words.verb}", warning=True),
    }
    return events.get(result)


class Recorder(Protocol):
    """Where events go."""

    def record(self, about: PolicyReference, reason: str, message: str, *, warning: bool = False) -> None:
        """Take one event."""


class PolicyEvents:
    """Says in Kubernetes Events what the controller does; may be used by several threads.

    Args:
        recorder: Where to.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def outcome(self, policy: PolicyReference, event: ObjectEvent, outcome: Outcome, attempts: int) -> None:
        """What became of one object.

        Args:
            policy: The policy.
            event: What `event_of` makes of it.
            outcome: What became of it.
            attempts: How often a request was sent.
        """
        place = placed(outcome.decision.namespace, outcome.decision.name)
        message = f"{event.words} resource {place} (reason: {_why(outcome, attempts)})"
        self._recorder.record(policy, event.reason, message, warning=event.warning)

    def left_out(self, policy: PolicyReference, event: ObjectEvent, count: int) -> None:
        """So many objects more came to the same, and have no event of their own."""
        self._recorder.record(policy, event.reason, f"…and {count} more", warning=event.warning)

    def evaluated(self, policy: PolicyReference, matched: int, deleted: int, pending: int) -> None:
        """A run has ended, and its numbers are new or it did something."""
        message = f"Evaluated policy: matched={matched}, deleted={deleted}, pending={pending}"
        self._record(policy, EventReason.POLICY_EVALUATED, message)

    def ended(self, policy: PolicyReference, ending: Ending, plan: Plan | None = None) -> None:
        """A run could not do what it should.

        Args:
            policy: The policy.
            ending: Why; of somebody's wish nothing is told.
            plan: Its plan; None when there was none.
        """
        if not ending.failed:
            return
        if ending.reason is Reason.BREAKER_TRIPPED:
            self._record(policy, EventReason.BREAKER_TRIPPED, ending.message)
        elif ending.reason is Reason.VETOED and plan is not None:
            for veto in plan.vetoed:
                self._record(policy, EventReason.VETOED, f"plugin {veto.plugin}: {veto.reason}")
        else:
            self._record(policy, EventReason.EVALUATION_FAILED, f"Failed to evaluate policy: {ending}")

    def paused(self, policy: PolicyReference, ending: Ending) -> None:
        """The kill switch stops the writes of a run that has some."""
        self._record(policy, EventReason.WRITES_PAUSED, ending.message)

    def deferred(self, policy: PolicyReference, ending: Ending) -> None:
        """Schedule, windows or blackouts keep a run from writes that it has."""
        self._record(policy, EventReason.WRITES_DEFERRED, f"Writes deferred: {ending.message}")

    def expires_soon(self, policy: PolicyReference, soon: Soon) -> None:
        """Objects will be due within a while.

        Args:
            policy: The policy.
            soon: Which, and how many.
        """
        message = f"{counted(soon.count, 'object')} due within {format_duration(soon.within)}: "
        named = 0
        for name in map(_due, soon.decisions):
            if len(message) + len(name) > _ROOM:
                break
            message, named = f"{message}{'; ' if named else ''}{name}", named + 1
        left_out = f"; and {soon.count - named} more" if soon.count > named else ""
        self._record(policy, EventReason.EXPIRES_SOON, f"{message}{left_out}")

    def fight(self, policy: PolicyReference, why: str) -> None:
        """An object came back whenever it was deleted."""
        self._record(policy, EventReason.FIGHT, why)

    def invalid(self, policy: PolicyReference, problems: Collection[Problem]) -> None:
        """A policy is refused, for all of these problems."""
        self._record(policy, EventReason.INVALID_POLICY, "; ".join(map(str, problems)))

    def status_not_written(self, policy: PolicyReference, error: ClusterError) -> None:
        """A policy's status could not be written."""
        self._record(policy, EventReason.STATUS_UPDATE_FAILED, f"Failed to update status: {error}")

    def _record(self, policy: PolicyReference, reason: EventReason, message: str) -> None:
        self._recorder.record(policy, reason.value, message, warning=reason.warning)


def _due(decision: Decision) -> str:
    at = f" at {format_instant(decision.expires_at)}" if decision.expires_at is not None else ""
    return f"{decision.kind} {placed(decision.namespace, decision.name)}{at}"


def _why(outcome: Outcome, attempts: int) -> str:
    if outcome.result is Result.FAILED:
        noun = outcome.decision.asks_for.words.noun
        return f"{noun} failed after retries" if attempts > 1 else f"{noun} failed"
    if outcome.result is Result.NOT_RECYCLED:
        return outcome.message
    if outcome.result is Result.BLOCKED:
        return "a PodDisruptionBudget does not let it go now"
    return f"{outcome.decision.kind} due"
