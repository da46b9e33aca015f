"""Electing a leader among replicas: client-go's rules, with an authority that ends by itself.

Only locally observed time is trusted: a lease is expired when it has not changed for its duration while we watched.
A request that fails is "not renewed" and never fatal; who loses the lease stops writing and stands by again.
"""

from __future__ import annotations

import random
import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from zen_gc_core.cluster.authority import Authority
from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import Conflict, NotFound
from zen_gc_core.cluster.lease import JITTER, Lease, LeaseStore, Timing, held_by, released
from zen_gc_core.cluster.threads import SupervisedThread, Teller
from zen_gc_core.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.connection import Connection


IMPATIENCE: Final = 0.25
"""Which part of a retry period a leader waits after a renewal that failed."""


class ElectionListener(Protocol):
    """Who is told how the election goes, in order, on a thread of its own: one that raises or hangs delays no renewal."""

    def started_leading(self) -> None:
        """The lease is ours; whether it still is, the authority alone says."""

    def stopped_leading(self, leader: str) -> None:
        """The lease is lost and the authority has ended; we stand by again.

        Args:
            leader: Who holds the lease, as it was seen last; empty when nobody.
        """

    def election_failed(self, error: ClusterError) -> None:
        """A request for the lease failed; it is tried again."""


class Elector:
    """Holds the Lease, or waits for it, on a thread of its own.

    Args:
        connection: The cluster; not shared with other work.
        namespace: The Lease's namespace.
        name: Its name.
        identity: Who we are; never the same as another replica, or as ourselves before a restart.
        listener: Who is told.
        timing: The times.
        clock: The boot-time clock, in seconds.

    Attributes:
        authority: The right to write: until (start of the last successful renewal + renew deadline - request timeout).

    Raises:
        BadConfiguration: The times do not fit together.
    """

    def __init__(  # noqa: PLR0913  what an election is made of
        self,
        connection: Connection,
        *,
        namespace: str,
        name: str,
        identity: str,
        listener: ElectionListener,
        timing: Timing | None = None,
        clock: Callable[[], float] = boottime,
    ) -> None:
        self._timing = timing or Timing()
        self._timing.check()
        self._store = LeaseStore(connection, namespace, name, self._timing.request)
        self._identity = identity
        self._listener = listener
        self._clock = clock
        self._stopping = threading.Event()
        self.thread: Final = SupervisedThread(self._run, "elector")
        """The thread, to be asked how it does."""
        self._teller = Teller("election news")
        self.authority = Authority(clock)
        self._lease: Lease | None = None
        self._observed_at = 0.0
        self._renewed_at = float("-inf")

    @property
    def leading(self) -> bool:
        """Whether the lease is ours at this instant; for showing, never for deciding about a write."""
        return self.authority.held

    @property
    def leader(self) -> str:
        """Who holds the lease, as it was seen last; empty when nobody."""
        lease = self._lease
        return lease.holder if lease is not None else ""

    def start(self) -> None:
        """Take part in the election; returns at once."""
        self._teller.start()
        self.thread.start()

    def close(self) -> None:
        """Leave the election, and release the lease if it is ours; to be called when the work has stopped.

        Until then the lease goes on being renewed. ``stopped_leading`` is not called.
        """
        self._stopping.set()
        self.thread.end()
        self.thread.join(self._timing.request * 3)
        held = self.authority.held
        self.authority.end()
        if held and not self.thread.running:
            self._release()
        self._teller.close(0.1)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if self._attempt(self._acquire):
                self._teller.tell(self._listener.started_leading)
                self._lead()
                if not self._stopping.is_set():
                    self.authority.end()
                    self._teller.tell(partial(self._listener.stopped_leading, self.leader))
            self._stopping.wait(self._pause())

    def _lead(self) -> None:
        """Renew until the lease is lost, or the election is left; a renewal that failed is soon tried again."""
        pause = self._timing.retry
        while not self._stopping.wait(max(0.0, min(pause, self._deadline - self._clock()))):
            renewed = self._attempt(self._renew)
            if not renewed and (self._lost_to_another() or self._clock() >= self._deadline):
                return
            pause = self._timing.retry if renewed else self._timing.retry * IMPATIENCE

    @property
    def _deadline(self) -> float:
        return self._renewed_at + self._timing.renew

    def _pause(self) -> float:
        """How long a standby waits: a retry period and up to a fifth more, but not past an expiry that is yet to come."""
        pause = self._timing.retry * (1 + random.random() * (JITTER - 1))  # noqa: S311  spreads load, guards nothing
        lease = self._lease
        if lease is None or not lease.holder:
            return pause
        left = self._expiry(lease) - self._clock()
        return max(0.05, min(pause, left)) if left > 0 else pause

    def _attempt(self, ask: Callable[[], bool]) -> bool:
        try:
            return ask()
        except ClusterError as error:
            self._teller.tell(partial(self._listener.election_failed, error))
            return False

    def _acquire(self) -> bool:
        """Take the lease when it is free; False while somebody holds it."""
        seen = self._store.read()
        if seen is None:
            self._lease = None
            return self._written(lambda: self._store.create(self._spec(0)))
        self._observe(seen)
        if seen.holder not in {"", self._identity} and self._clock() < self._expiry(seen):
            return False
        transitions = seen.transitions + (seen.holder != self._identity)
        return self._written(lambda: self._store.replace(seen, self._spec(transitions)))

    def _renew(self) -> bool:
        """Renew the lease in the state in which we left it; after a conflict, look who changed it."""
        lease = self._lease
        if lease is not None and self._written(lambda: self._store.replace(lease, self._renewed_spec(lease))):
            return True
        seen = self._store.read()
        if seen is None:
            self._lease = None
            return False
        if seen.holder != self._identity:
            self._observe(seen)  # as a change, so that the other's time counts from now and not from our own renewal
            return False
        return self._written(lambda: self._store.replace(seen, self._renewed_spec(seen)))

    def _written(self, write: Callable[[], Lease]) -> bool:
        """Write the Lease; the authority counts from before the request. False: somebody was faster."""
        began = self._clock()
        try:
            lease = write()
        except (Conflict, NotFound):
            return False
        self._observe(lease)
        self._renewed_at = began
        self.authority.extend(began + self._timing.renew - self._timing.request)
        return True

    def _lost_to_another(self) -> bool:
        """Whether the lease was seen deleted, released or in other hands: then it is lost at once."""
        lost = self._lease is None or self._lease.holder != self._identity
        if lost:
            self.authority.end()
        return lost

    def _observe(self, lease: Lease) -> None:
        """Remember a Lease; the time at which it last changed is our own clock's."""
        if self._lease is None or lease.spec != self._lease.spec:
            self._observed_at = self._clock()
        self._lease = lease

    def _expiry(self, lease: Lease) -> float:
        return self._observed_at + (lease.seconds or self._timing.lease)

    def _spec(self, transitions: int) -> dict[str, Any]:
        return held_by(self._identity, self._timing, transitions)

    def _renewed_spec(self, lease: Lease) -> dict[str, Any]:
        acquired = lease.spec.get("acquireTime")
        since = acquired if isinstance(acquired, str) else None
        return held_by(self._identity, self._timing, lease.transitions, since)

    def _release(self) -> None:
        """Give the lease back, so that the next replica need not wait for its expiry."""
        lease = self._lease
        if lease is None or lease.holder != self._identity:
            return
        try:
            self._store.replace(lease, released())
        except ClusterError as error:
            self._teller.tell(partial(self._listener.election_failed, error))
