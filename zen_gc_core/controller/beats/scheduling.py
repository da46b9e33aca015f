"""Scheduling: when each policy runs next. Data and arithmetic; the clock is the caller's.

A policy never falls out: whatever happened to its last run, there is a next one. Failures put it off, by at most ten
intervals. Policies on the same resource keep the same pace, so that one sweep serves them all.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

K = TypeVar("K")

MOST_INTERVALS: Final = 10
"""The longest that failures put a policy off, in intervals."""

RIDE_ALONG: Final = 0.1
"""A policy due within this share of its interval rides along on a sweep that starts now."""

JITTER: Final = 0.05
"""The largest share of an interval by which a resource's sweeps are spread."""


@dataclass(slots=True)
class _Entry:
    interval: float
    next_at: float
    failures: int = 0
    running: bool = False
    again: bool = False


class Schedule(Generic[K]):
    """The next run of every policy, by what its caller knows it as.

    All times are seconds of one clock that never jumps.
    """

    def __init__(self) -> None:
        self._entries: dict[K, _Entry] = {}

    def put(self, key: K, interval: float, now: float) -> None:
        """Add a policy, or note that it changed: it runs at once, or again when its run under way has ended."""
        entry = self._entries.get(key)
        if entry is None:
            self._entries[key] = _Entry(interval, now)
            return
        entry.interval = interval
        entry.failures = 0
        entry.again = entry.running
        if not entry.running:
            entry.next_at = now

    def drop(self, key: K) -> None:
        """Remove a policy; a run of it that is under way finds no entry when it ends."""
        self._entries.pop(key, None)

    def take(self, now: float) -> list[K]:
        """The policies that are due; they count as running until ``done``."""
        return self._start(key for key, entry in self._entries.items() if entry.next_at <= now)

    def take_along(self, keys: Iterable[K], now: float) -> list[K]:
        """Those of the policies that are close to due and ride along on a sweep that starts now."""
        return self._start(
            key
            for key in keys
            if (entry := self._entries.get(key)) and entry.next_at - now <= entry.interval * RIDE_ALONG
        )

    def _start(self, keys: Iterable[K]) -> list[K]:
        started = [key for key in keys if not self._entries[key].running]
        for key in started:
            self._entries[key].running = True
        return started

    def done(self, key: K, now: float, *, failed: bool, spread: str = "") -> None:
        """Note the end of a run, and set the next.

        Args:
            key: The policy.
            now: When it began.
            failed: Whether it could not do what it should.
            spread: The resource; its sweeps are put off by a share of the interval that is its own.
        """
        entry = self._entries.get(key)
        if entry is None:
            return
        entry.running = False
        entry.failures = entry.failures + 1 if failed else 0
        if entry.again:
            entry.again = False
            entry.next_at = now
            return
        entry.next_at = _next(now, entry.interval, entry.failures, spread)

    def next_after(self, key: K, now: float, *, failed: bool, spread: str = "") -> float | None:
        """When ``done`` would let a policy run next; None for one that is not scheduled. May be asked by any thread."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        return _next(now, entry.interval, entry.failures + 1 if failed else 0, spread)

    def wait(self, now: float, longest: float) -> float:
        """Seconds until the next policy is due, at most ``longest``."""
        idle = [entry.next_at for entry in self._entries.values() if not entry.running]
        return max(0.0, min([longest, *(at - now for at in idle)]))


def _next(began: float, interval: float, failures: int, spread: str) -> float:
    backoff = min(2.0 ** min(max(failures - 1, 0), MOST_INTERVALS), MOST_INTERVALS)
    return began + interval * backoff * (1 + JITTER * _share(spread))


def _share(text: str) -> float:
    return zlib.crc32(text.encode()) % 1000 / 1000
