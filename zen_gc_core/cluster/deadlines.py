"""Deadlines that hold for a connection whatever its server sends: when one passes, the connection is shut.

A socket's own timeout begins anew with every byte; a server that sends one now and then, or one "100 Continue" after the
other, would be waited for without end.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import socket
import threading
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.threads import SupervisedThread

if TYPE_CHECKING:
    from collections.abc import Callable

SHORTEST_SLEEP: Final = 1.0
"""Seconds between two looks at the clock, which may jump when the machine has slept."""

SLACK: Final = 1 / 8
"""The same, as a part of the time that is left: a deadline that is far away need not be met to the second."""


class Deadline:
    """A deadline of one exchange, for the connection that it is given to.

    Args:
        at: When it passes, on the boot-time clock.
    """

    __slots__ = ("at", "passed", "socket")

    def __init__(self, at: float) -> None:
        self.at = at
        self.socket: socket.socket | None = None
        self.passed = False

    def shut(self) -> None:
        """Shut the connection; whoever waits for it stops waiting."""
        self.passed = True
        found = self.socket
        if found is not None:
            with contextlib.suppress(OSError, ValueError):
                # The plain socket's: that of a TLS socket would change it under whoever reads from it.
                socket.socket.shutdown(found, socket.SHUT_RDWR)


class Deadlines:
    """Shuts connections whose deadline has passed, on a thread of its own; may be used by several threads.

    Args:
        clock: The boot-time clock, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = boottime) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._heap: list[tuple[float, int, Deadline]] = []
        self._numbers = itertools.count()
        self._thread: SupervisedThread | None = None

    def watch(self, deadline: Deadline) -> None:
        """Shut the deadline's connection when it passes, unless ``forget`` comes first."""
        with self._changed:
            heapq.heappush(self._heap, (deadline.at, next(self._numbers), deadline))
            if self._thread is None:
                self._thread = SupervisedThread(self._run, "deadlines")
                self._thread.start()
            if self._heap[0][2] is deadline:
                self._changed.notify()

    @staticmethod
    def forget(deadline: Deadline) -> None:
        """Leave the deadline's connection alone from now on."""
        deadline.socket = None

    def _run(self) -> None:
        while True:
            with self._changed:
                now = self._clock()
                due = []
                while self._heap and (self._heap[0][0] <= now or self._heap[0][2].socket is None):
                    due.append(heapq.heappop(self._heap)[2])
                if not due:
                    wait = self._heap[0][0] - now if self._heap else None
                    self._changed.wait(min(wait, max(SHORTEST_SLEEP, wait * SLACK)) if wait is not None else None)
            for deadline in due:
                deadline.shut()


DEADLINES: Final = Deadlines()
"""Those of this process."""
