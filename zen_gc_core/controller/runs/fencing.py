"""The fence before writes: the policy is still the same, nobody has pulled the switch, the clocks agree, it is time to.

Read anew at least every 20 writes and every 5 s; whatever is not as it was ends the run, and the rest of its plan is
dropped. The next look is made ahead of need, by one of the writers, while the others go by the one before; it is as old as
its beginning, and one that is too old when it is needed is made anew. Windows and blackouts are asked last, before each
request: they need no look at the cluster.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.accounts import check_there
from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import LookedTooLongAgo
from zen_gc_core.cluster.observing import observe
from zen_gc_core.cluster.policies import POLICY_KINDS
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.reasons import Reason

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.controller.runs.kill_switch import KillSwitch
    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.model.report import Ending

FRESH_SECONDS: Final = 5.0
MOST_SECONDS: Final = 8.0
"""How old a look may be when the request leaves: fresh when it was asked for, and the time to connect."""

MOST_AHEAD: Final = 8
"""How many writes before its need the next look is made: as many as there are writers."""

MOST_SKEW_SECONDS: Final = 30.0


class Fence:
    """Asked before each write of one run; may be used by several threads.

    Args:
        connection: The cluster, with the controller's own rights.
        compiled: The policy, as it was when its plan was made.
        switch: The kill switch.
        batch_size: How many writes one look is good for.
        sleep: Waits while the server fails or asks for patience; whatever it raises ends the wait.
        clock: The boot-time clock, in seconds.
        closed: Why windows or blackouts let nothing be written now; None where they do. None: there are none.
        installed: Whether the policy is in the cluster; one of a file is what it was when it was read.
    """

    def __init__(  # noqa: PLR0913  what is looked at, and how
        self,
        connection: Connection,
        compiled: CompiledPolicy,
        *,
        switch: KillSwitch,
        batch_size: int,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = boottime,
        closed: Callable[[], str | None] | None = None,
        installed: bool = True,
    ) -> None:
        self._connection = connection
        self._installed = installed
        self._policy = compiled.reference
        self._difference = compiled.difference
        self._account = compiled.account
        self._switch = switch
        self._batch_size = batch_size
        self._sleep = sleep
        self._clock = clock
        self._closed = closed
        self._changed = threading.Condition()
        self._left = 0
        self._looked_at = float("-inf")
        self._ahead = min(MOST_AHEAD, batch_size // 2)
        self._looking = False
        self._next: float | None = None
        self._stop: Ending | None = None

    def pass_one(self) -> None:
        """Let one write pass.

        Raises:
            Stopped: The run must end.
        """
        with self._changed:
            if self._left <= 0 or self._old:
                self._renew()
            self._check_stop()
            self._left -= 1
            ahead = self._left <= self._ahead and self._next is None and not self._looking
            if ahead:
                self._looking = True
        if ahead:
            self._look_ahead()
        self.check_open()

    def look_again(self) -> None:
        """Ask again right before a request of a write that has passed leaves: it may have waited for long.

        Raises:
            Stopped: The run must end.
        """
        with self._changed:
            if self._old:
                self._renew()
            self._check_stop()
        self.check_open()

    def recent(self) -> None:
        """Ask when the request leaves whether the last look still counts: the process may have stood still since.

        Raises:
            LookedTooLongAgo: It does not; nothing was sent, and it must be looked anew.
            Stopped: A window has ended, a blackout has begun, or another writer has seen why the run must end.
        """
        self._check_stop()
        age = self._clock() - self._looked_at
        if age > MOST_SECONDS:
            raise LookedTooLongAgo(f"the policy was looked at {age:.0f} s ago: nothing was sent")
        self.check_open()

    def check_open(self) -> None:
        """Ask whether windows and blackouts let a request leave now.

        Raises:
            Stopped: They do not, and the run must end.
        """
        if self._closed is not None and (why := self._closed()) is not None:
            raise Stopped(Reason.DEFERRED, why)

    @property
    def _old(self) -> bool:
        return self._clock() - self._looked_at >= FRESH_SECONDS

    def _renew(self) -> None:
        """Go on by the look that was made ahead, if it is fresh by its beginning; by one that is made now, if not."""
        while self._looking and self._stop is None:
            self._changed.wait()
        started, self._next = self._next, None
        if started is None or self._clock() - started >= FRESH_SECONDS:
            started = self._clock()
            self._look()
        self._looked_at = started
        self._left = self._batch_size

    def _look_ahead(self) -> None:
        """Look before the others have used up what the last look is good for, so that they need not wait."""
        started = self._clock()
        seen = False
        try:
            self._look()
            seen = True
        finally:
            with self._changed:
                self._next = started if seen else None
                self._looking = False
                self._changed.notify_all()

    def _look(self) -> None:
        """Look now; what must end the run ends it for every writer, whatever look it went by.

        Raises:
            Stopped: The run must end.
        """
        try:
            self._check()
        except Stopped as stop:
            self._stop = self._stop or stop.ending
            raise

    def _check_stop(self) -> None:
        if (stop := self._stop) is not None:
            raise Stopped(stop.reason, stop.message)

    def _check(self) -> None:
        if self._installed:
            self._look_at_policy()
        self._look_at_account()
        self._switch.look(self._sleep)
        check_clocks(self._connection.clock.skew())

    def _look_at_policy(self) -> None:
        policy = self._policy
        resource = POLICY_KINDS[policy.kind]
        try:
            seen = observe(self._connection, resource, policy.namespace, policy.name, sleep=self._sleep)
        except ClusterError as error:
            raise Stopped(Reason.POLICY_UNREADABLE, f"the policy cannot be read again: {error}") from error
        if seen is None or seen.uid != policy.uid:
            raise Stopped(Reason.POLICY_DELETED, "the policy was deleted")
        document = seen.document()
        if seen.terminating:
            raise Stopped(Reason.POLICY_DELETED, "the policy is being deleted")
        if (change := self._difference(document["metadata"])) is not None:
            raise Stopped(Reason.POLICY_CHANGED, change)
        spec = document.get("spec")
        if not isinstance(spec, dict) or spec.get("paused", False) is not False:
            raise Stopped(Reason.PAUSED, "the policy was paused")

    def _look_at_account(self) -> None:
        if self._account is None:
            return
        try:
            check_there(self._connection, self._account, self._sleep)
        except ClusterError as error:
            raise Stopped(Reason.IDENTITY_MISSING, str(error)) from error


def check_clocks(skew: dt.timedelta | None) -> None:
    """Compare the local clock with the server's.

    Args:
        skew: How far they are apart; None when the server's is not known.

    Raises:
        Stopped: They are more than 30 s apart, or cannot be compared.
    """
    if skew is None:
        raise Stopped(Reason.CLOCK_SKEW, "the API server's clock is not known: its answers carry no Date")
    seconds = skew.total_seconds()
    if abs(seconds) > MOST_SKEW_SECONDS:
        ahead = "ahead of" if seconds > 0 else "behind"
        raise Stopped(Reason.CLOCK_SKEW, f"the local clock is {abs(seconds):.0f} s {ahead} the API server's")
