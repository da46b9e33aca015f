"""One object's intents on their way to the log, and the last questions before a request leaves."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Protocol

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.controller.process.logs import MOST_BLOCKED_SECONDS
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.model.reasons import Reason

if TYPE_CHECKING:
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.cluster.writing import Attempt
    from zen_gc_core.controller.runs.fencing import Fence
    from zen_gc_core.controller.runs.keepers import Keepers
    from zen_gc_core.controller.runs.relatives import Reliance
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.report import Outcome
    from zen_gc_core.model.results import CopyResult


class Witness(Protocol):
    """Told of every write of a run."""

    def intent(self, decision: Decision, attempt: Attempt) -> None:
        """Called before each request is sent; whatever it raises stops the request."""

    def acted(self, outcome: Outcome, seconds: float, attempts: int, cause: BaseException | None = None) -> None:
        """Called once an object.

        Args:
            outcome: What became of it.
            seconds: Since the first request.
            attempts: How many requests there were.
            cause: What a failed write failed with.
        """

    def copy_intent(self, decision: Decision, attempt_id: str, *, removing: bool = False) -> None:
        """Called before a copy for the recycle bin is written, or taken out again; whatever it raises stops that.

        Args:
            decision: What is to be done with the object that it is of.
            attempt_id: The id of the write.
            removing: Whether it is taken out.
        """

    def copied(self, decision: Decision, attempt_id: str, result: CopyResult, cause: Exception | None = None) -> None:
        """Called when it is known what became of a copy.

        Args:
            decision: What is to be done with the object that it is of.
            attempt_id: The id of the write.
            result: What became of it.
            cause: What failed.
        """

    def left_alone(self, kind: str, namespace: str, why: str) -> None:
        """Called once a group of objects of which nothing goes in this run, though something was to.

        Args:
            kind: The kind of its objects.
            namespace: Their namespace.
            why: Why; it says nothing of the objects.
        """

    def looked_again(self, resource: Resource, objects: int, seconds: float) -> None:
        """Called for each list of other objects on which writes depend, that was read again before them.

        Args:
            resource: What was listed.
            objects: How many there were.
            seconds: How long it took.
        """

    def related_unknown(self, relations: int) -> None:
        """Called where such a look has not told all.

        Args:
            relations: About how many relations.
        """


class Journal:
    """One object's intents, told to the witness; no request leaves past the fence.

    Args:
        decision: What is to be done with the object.
        fence: Asked before each request.
        witness: Told of each intent.
        keepers: What is retained of its group, asked likewise; None where the policy retains nothing.

    Attributes:
        attempts: How many intents were written down.
        step: Which sending of the write the last intent was for; beyond the first, an earlier one was not answered.
        sent: How many requests may have left.
        reliance: What is known of the objects that it is related to, asked likewise; None where nothing depends on any.
    """

    def __init__(self, decision: Decision, fence: Fence, witness: Witness, keepers: Keepers | None = None) -> None:
        self.attempt_id = str(uuid.uuid4())
        self.attempts = 0
        self.step = 0
        self.sent = 0
        self.reliance: Reliance | None = None
        self.started: float | None = None
        self._decision = decision
        self._fence = fence
        self._witness = witness
        self._keepers = keepers

    @property
    def seconds(self) -> float:
        """Since the first request began to be made; 0 before."""
        return 0.0 if self.started is None else boottime() - self.started

    def intent(self, attempt: Attempt) -> None:
        """Write an intent down.

        Raises:
            Stopped: That took too long.
        """
        self.attempts += 1
        self.step = attempt.step
        began = boottime()
        self._witness.intent(self._decision, attempt)
        if (blocked := boottime() - began) >= MOST_BLOCKED_SECONDS:
            raise Stopped(Reason.LOG_BLOCKED, f"the log was blocked for {blocked:.0f} s")

    def look_again(self) -> None:
        """Look anew at what was looked at too long ago.

        Raises:
            Stopped: The run must end.
            Withheld: The object must stay.
        """
        self._fence.look_again()
        if self.reliance is not None:
            self.reliance.check()
        if self._keepers is not None:
            self._keepers.check(self._decision)
        self._fence.check_open()

    def leaving(self) -> None:
        """Ask, right before a request leaves, whether what was looked at still counts.

        Raises:
            LookedTooLongAgo: It does not, and must be looked at anew.
            Stopped: A window has ended, or a blackout has begun.
        """
        self._fence.recent()
        if self.reliance is not None:
            self.reliance.recent()
        if self._keepers is not None:
            self._keepers.recent(self._decision)
        self._fence.check_open()

    def left(self) -> None:
        """Note that a request is on its way: from now on nobody can say that nothing was sent."""
        self.sent += 1
