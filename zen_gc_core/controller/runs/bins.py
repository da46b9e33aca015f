"""How full the recycle bins are, and when the next copy may go: what all runs, and who empties the bins, share."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.recycle_bin import copies_in
from zen_gc_core.model.recycled import MOST_COPIES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from zen_gc_core.cluster.connection import Connection

COUNTED_SECONDS: Final = 300.0
"""How old a count of a bin may be while there is room in it."""

FULL_SECONDS: Final = 10.0
"""How old it may be when there is none."""


@dataclass(slots=True)
class _Soonest:
    at: dt.datetime | None = None


class Bins:
    """How full the bins are, for all runs together; may be used by several threads.

    Args:
        connection: The cluster.
        secrets: Whether Secrets may be copies, too.
        clock: The boot-time clock, in seconds.
    """

    def __init__(self, connection: Connection, *, secrets: bool, clock: Callable[[], float] = boottime) -> None:
        self._connection = connection
        self._secrets = secrets
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, int]] = {}
        self._under_way: Counter[str] = Counter()
        self._made: Counter[str] = Counter()
        self._soonest = _Soonest()

    def seen_by(self, connection: Connection) -> Bins:
        """The same bins, whose copies others count by a connection of their own."""
        other = Bins(connection, secrets=self._secrets, clock=self._clock)
        other._lock, other._soonest = self._lock, self._soonest
        other._known, other._under_way, other._made = self._known, self._under_way, self._made
        return other

    def full(self, namespace: str) -> bool:
        """Whether there is no room for one more copy.

        Args:
            namespace: Whose bin; empty for that of cluster-scoped objects.

        Raises:
            ClusterError: They cannot be counted.
        """
        now = self._clock()
        with self._lock:
            at, _ = self._known.get(namespace, (float("-inf"), 0))
            made, full = self._made[namespace], self._full(namespace)
        if now - at < (FULL_SECONDS if full else COUNTED_SECONDS):
            return full
        count = copies_in(self._connection, namespace, secrets=self._secrets)
        with self._lock:  # what was made meanwhile may be counted twice, and is never left out
            self._known[namespace] = (now, count + self._made[namespace] - made)
            return self._full(namespace)

    def _full(self, namespace: str) -> bool:
        _, count = self._known.get(namespace, (0.0, 0))
        return count + self._under_way[namespace] >= MOST_COPIES

    def take(self, namespace: str) -> bool:
        """Take the room for one copy, which is about to be made; False where there is none.

        Raises:
            ClusterError: They cannot be counted.
        """
        if self.full(namespace):
            return False
        with self._lock:
            if self._full(namespace):
                return False
            self._under_way[namespace] += 1
        return True

    def took(self, namespace: str, *, made: bool) -> None:
        """The room is taken by a copy that was made, or is free again."""
        with self._lock:
            self._under_way[namespace] -= 1
            if made:
                self._made[namespace] += 1
                self._count(namespace, 1)

    def left(self, namespace: str) -> None:
        """A copy is gone."""
        with self._lock:
            self._count(namespace, -1)

    def _count(self, namespace: str, more: int) -> None:
        if namespace in self._known:
            at, count = self._known[namespace]
            self._known[namespace] = (at, count + more)

    def forget(self) -> None:
        """Another replica writes copies now: what is known of the bins is old when this one leads again."""
        with self._lock:
            self._known.clear()
            self._soonest.at = None

    @property
    def soonest(self) -> dt.datetime | None:
        """When the first copy that is known of may go; None when none is known of."""
        with self._lock:
            return self._soonest.at

    def expires(self, until: dt.datetime) -> None:
        """There is a copy that may go at an instant."""
        with self._lock:
            at = self._soonest.at
            self._soonest.at = until if at is None else min(at, until)

    def look_anew(self) -> None:
        """The bins are looked through: what is known of copies is learnt anew."""
        with self._lock:
            self._soonest.at = None
