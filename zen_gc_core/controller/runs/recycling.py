"""Recycling: before an object is deleted, it is copied into the recycle bin. No copy, no delete.

The copy is of the object as it was read right before, which is what the deletion pins. Where the deletion surely did
nothing, the copy is taken out again; where that cannot be told, it stays, and goes when its time is over.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.access import may
from zen_gc_core.cluster.errors import (
    AccessDenied,
    AuthorityLost,
    BadConfiguration,
    Cancelled,
    ImpersonationDenied,
    Refused,
    Throttled,
    TLSTrouble,
    Unauthorized,
)
from zen_gc_core.cluster.recycle_bin import RecycleBin, resource_of
from zen_gc_core.cluster.writing import Writer
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.errors import ClusterError, InputError, ZenGCError
from zen_gc_core.model.recycled import Copy, text_of
from zen_gc_core.model.requests import Delete
from zen_gc_core.model.results import CopyResult, Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.observing import Observed
    from zen_gc_core.cluster.recycle_bin import Put
    from zen_gc_core.cluster.throttling import Throttle
    from zen_gc_core.cluster.writing import Attempt
    from zen_gc_core.controller.runs.bins import Bins
    from zen_gc_core.controller.runs.fencing import Fence
    from zen_gc_core.controller.runs.journal import Journal, Witness
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.policy import PolicyReference
    from zen_gc_core.model.results import Written

_ENDING: Final = (AuthorityLost, BadConfiguration, Cancelled, Throttled, TLSTrouble, Unauthorized)
"""What is about no single copy: the run ends by it."""


class NotRecycled(ZenGCError):  # noqa: N818  it says what happened
    """There is no copy of an object, and so it stays.

    Args:
        message: Why, in one line; it quotes neither the object nor the server.
        cause: What the copy failed with; None when nothing was sent.
    """

    def __init__(self, message: str, cause: Exception | None = None) -> None:
        self.cause = cause
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Recycling:
    """Copies the objects of one run before they are deleted; may be used by several threads.

    Args:
        policy: The policy.
        keep_for: How long a copy is kept.
        connection: The cluster.
        bins: How full the bins are.
        throttle: What all writers of the run wait for after a 429.
        fence: Asked before each request.
        authority: Asked right before each request leaves.
        witness: Told of every copy.
        timeout: Seconds for one write.
        sleep: Waits; whatever it raises ends the run.
        now: The present instant.
    """

    policy: PolicyReference
    keep_for: dt.timedelta
    connection: Connection
    bins: Bins
    throttle: Throttle
    fence: Fence
    authority: Callable[[], None]
    witness: Witness
    timeout: float
    sleep: Callable[[float], None]
    now: Callable[[], dt.datetime]

    def withheld(self, decision: Decision) -> str | None:
        """Why an object is left alone without a look: there is no room for its copy. None when there is.

        Raises:
            ClusterError: That cannot be told.
        """
        return _full(decision) if self.bins.full(decision.namespace) else None

    def write(self, decision: Decision, observed: Observed, journal: Journal, write: Callable[[], Written]) -> Written:
        """Delete an object of which there is a copy.

        Args:
            decision: What is carried out.
            observed: The object as it was read; the deletion pins this state.
            journal: The intents of the deletion.
            write: Deletes it.

        Raises:
            NotRecycled: There is no copy, and nothing was deleted.
            Stopped, ClusterError: The run must end.
        """
        put = self._put(decision, observed, journal)
        try:
            written = write()
        except Exception as error:
            self._settle(put, decision, journal, without_effect=_refused_at_once(error, journal))
            raise
        self._settle(put, decision, journal, without_effect=_did_nothing(written, journal))
        return written

    def _put(self, decision: Decision, observed: Observed, journal: Journal) -> Put:
        try:
            text = text_of(observed.raw)
        except InputError as error:
            raise NotRecycled(str(error)) from None
        now = self.now()
        until = now + self.keep_for + dt.timedelta(seconds=1)  # what is written down has no fractions
        copy = Copy(
            decision.api_version,
            decision.kind,
            observed.namespace,
            observed.name,
            observed.uid,
            str(self.policy),
            now,
            until,
            journal.attempt_id,
            text,
        )
        if not self.bins.take(copy.namespace):
            raise NotRecycled(_full(decision))
        put: Put | None = None
        self.witness.copy_intent(decision, copy.attempt_id)
        try:
            put = self._bin().put(copy, look_again=self.fence.look_again, leaving=self._leaving)
        except Exception as error:
            self.witness.copied(decision, copy.attempt_id, CopyResult.FAILED, error)
            if not isinstance(error, ClusterError) or isinstance(error, _ENDING):
                raise
            if isinstance(error, AccessDenied) and self._right_is_missing(error, copy):
                raise Stopped(error.reason, f"for the recycle bin: {error.plain}") from error
            raise NotRecycled(f"its copy could not be written ({type(error).__name__})", error) from error
        finally:
            self.bins.took(copy.namespace, made=put is not None and not put.replaced)
        self.bins.expires(put.copy.until)
        self.witness.copied(decision, copy.attempt_id, CopyResult.MADE)
        return put

    def _bin(self) -> RecycleBin:
        return RecycleBin(self.connection, self.throttle, self.timeout, self.sleep)

    def _leaving(self) -> None:
        self.fence.recent()
        self.fence.check_open()
        self.authority()

    def _right_is_missing(self, error: AccessDenied, copy: Copy) -> bool:
        """Whether a copy was forbidden because the right is not there, and not by a quota or an admission policy."""
        if isinstance(error, ImpersonationDenied):
            return True
        try:
            return not may(self.connection, error.verb, resource_of(copy), copy.namespace)
        except ClusterError:
            return True

    def _settle(self, put: Put, decision: Decision, journal: Journal, *, without_effect: bool) -> None:
        """Take a copy out again whose object was surely not deleted; an earlier one that it replaced is not lost by that."""
        if not without_effect or put.replaced:
            return
        attempt_id = journal.attempt_id
        try:
            seen = self._bin().find(put.copy)
            if seen is None:
                return
            removing = _Removing(self, decision)
            writer = Writer(self.connection, self.authority, self.throttle, removing, self.timeout, self.sleep)
            written = writer.write(seen, Delete(), attempt_id=attempt_id)
        except ZenGCError as error:
            self.witness.copied(decision, attempt_id, CopyResult.FAILED, error)
            return
        if written.result in {Result.DELETED, Result.GONE}:
            self.bins.left(put.copy.namespace)
            self.witness.copied(decision, attempt_id, CopyResult.REMOVED)
        else:
            self.witness.copied(decision, attempt_id, CopyResult.FAILED, written.cause)


@dataclass(frozen=True, slots=True)
class _Removing:
    """The intents of taking a copy out again."""

    recycling: Recycling
    decision: Decision

    def intent(self, attempt: Attempt) -> None:
        """Write it down."""
        self.recycling.witness.copy_intent(self.decision, attempt.attempt_id, removing=True)

    def look_again(self) -> None:
        """The policy and the switch hold for this write, too."""
        self.recycling.fence.look_again()

    def leaving(self) -> None:
        """Likewise, and windows and blackouts."""
        self.recycling.fence.recent()
        self.recycling.fence.check_open()

    def left(self) -> None:
        """Nobody counts."""


def _full(decision: Decision) -> str:
    return f"recycle bin of {decision.namespace or 'the cluster'} is full"


def _did_nothing(written: Written, journal: Journal) -> bool:
    """Whether a deletion surely did nothing: answered so, and no earlier request of it went unanswered."""
    if not journal.sent:
        return True
    if journal.step > 1:
        return False
    if written.result is Result.GONE:
        return not written.message  # else the answer was odd
    return written.result is Result.CONFLICT or (written.result is Result.FAILED and isinstance(written.cause, Refused))


def _refused_at_once(error: Exception, journal: Journal) -> bool:
    """As ``_did_nothing``, of a deletion that ended by an error."""
    if not journal.sent:
        return True
    return journal.step == 1 and isinstance(error, AccessDenied | Throttled | Unauthorized)
