"""Clocks: the boot-time clock that deadlines are counted on, and the API server's clock as its answers show it.

Nothing here sends a request.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import functools
import sys
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

REMEMBERED_SECONDS: Final = 60
"""How long an answer's ``Date`` counts."""

DATE_RESOLUTION: Final = 1.0
"""The ``Date`` header is cut to whole seconds (RFC 9110, section 5.6.7)."""

if sys.platform == "linux":

    def boottime() -> float:
        """Seconds since boot, time asleep included; the clock of every deadline."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

else:

    def boottime() -> float:
        """Seconds on the monotonic clock, the nearest that this system has to time since boot."""
        return time.monotonic()


def earlier_of(local: dt.datetime, server: dt.datetime | None) -> dt.datetime:
    """The earlier of two clocks; the local one where the server's is not known."""
    return local if server is None else min(local, server)


@functools.lru_cache(maxsize=16)
def _timestamp(date: str) -> float | None:
    """Seconds since 1970 of a ``Date``; all answers of a second have the same one."""
    try:
        return email.utils.parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError, TypeError):
        return None


class _Second:
    """What the answers of one second say: bounds of (the server's clock minus the boot-time clock), in seconds."""

    __slots__ = ("at", "earliest", "latest", "limit")

    def __init__(self, at: int, low: float, high: float) -> None:
        self.at = at
        self.earliest = low
        self.latest = low
        self.limit = high

    def add(self, low: float, high: float) -> None:
        self.earliest = min(self.earliest, low)
        self.latest = max(self.latest, low)
        self.limit = min(self.limit, high)


class ServerClock:
    """The API server's clock, from the ``Date`` of its answers of the last 60 s; may be used by several threads.

    Behind one address there may be several API servers with clocks of their own: the earliest of them counts for
    "is it due?", and the one that is furthest from the local clock for the skew.

    Args:
        clock: The boot-time clock, in seconds.
        wall: The local wall clock, in seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = boottime, wall: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._wall = wall
        self._seconds: deque[_Second] = deque()
        # Earliest, latest and limit of all of them: clock and skew are asked for more often than an answer comes.
        self._bounds: tuple[float, float, float] | None = None
        self._lock = threading.Lock()

    def record(self, date: str | None, sent: float, received: float) -> None:
        """Take note of an answer.

        Args:
            date: Its ``Date`` header; an absent or unreadable one says nothing.
            sent: When the request was sent, on the boot-time clock.
            received: When the answer's headers were there, on the boot-time clock.
        """
        if not date:
            return
        served = _timestamp(date)
        if served is None:
            return
        low, high = served - received, served + DATE_RESOLUTION - sent
        with self._lock:
            if self._seconds and self._seconds[-1].at == int(received):
                self._seconds[-1].add(low, high)
            else:
                self._seconds.append(_Second(int(received), low, high))
            earliest, latest, limit = self._bounds or (low, low, high)
            self._bounds = min(earliest, low), max(latest, low), min(limit, high)
            self._forget()

    def now(self) -> dt.datetime | None:
        """What time it is by the server (the earliest, when there are several); None without an answer in 60 s."""
        with self._lock:
            self._forget()
            bounds = self._bounds
        return None if bounds is None else dt.datetime.fromtimestamp(self._clock() + bounds[0], dt.UTC)

    def skew(self) -> dt.timedelta | None:
        """How far the local clock is ahead of the server's (behind: negative); None without an answer in 60 s.

        It is 0 as long as the answers leave room for equal clocks: a ``Date`` is whole seconds, and takes its time.
        """
        with self._lock:
            self._forget()
            bounds = self._bounds
        if bounds is None:
            return None
        _, latest, limit = bounds
        local = self._wall() - self._clock()
        ahead, behind = local - limit, latest - local
        seconds = max(ahead, 0.0) if ahead >= behind else -max(behind, 0.0)
        return dt.timedelta(seconds=seconds)

    def _forget(self) -> None:
        oldest = self._clock() - REMEMBERED_SECONDS
        if not self._seconds or self._seconds[0].at >= oldest:
            return
        while self._seconds and self._seconds[0].at < oldest:
            self._seconds.popleft()
        self._bounds = None
        if self._seconds:
            self._bounds = (
                min(second.earliest for second in self._seconds),
                max(second.latest for second in self._seconds),
                min(second.limit for second in self._seconds),
            )
