"""Scheduling: sweeps keep beats, and policies run on them. Data and arithmetic; the clock is the caller's.

A beat is a pace of one resource, seen as one identity: its period is the shortest interval of the policies on it. A
policy runs at the beat nearest to when it is due, and never falls out: whatever happened to its last run, there is a
next one. Failures put it off, by at most ten intervals, and lead back to the beat.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

K = TypeVar("K")

MOST_INTERVALS: Final = 10
"""The longest that failures put a policy off, in intervals."""

CONTROLLER: Final = ""
"""The controller's own identity."""


class BeatKey(NamedTuple):
    """What a beat is of.

    Args:
        identity: As whom the resource is listed.
        api_version: Group and version of the resource's kind; empty for policies that look at nothing.
        kind: The kind.
    """

    identity: str
    api_version: str
    kind: str


class Taken(NamedTuple, Generic[K]):
    """What is to be done now.

    Args:
        beats: The beats that have come.
        due: The policies that run on them.
        at_once: The policies that run without waiting for a beat.
    """

    beats: list[BeatKey]
    due: list[K]
    at_once: list[K]


@dataclass(slots=True)
class _Beat(Generic[K]):
    """One beat: it comes at ``anchor`` and every ``period`` from then on."""

    anchor: float
    period: float = math.inf
    next_at: float = math.inf
    policies: dict[K, float] = field(default_factory=dict)

    def paced(self, now: float) -> None:
        """Take the period of the policies that are there; a beat that has come stays."""
        self._pace(min(self.policies.values()), now)

    def at_least_as_fast(self, interval: float, now: float) -> None:
        """As ``paced``, where one came whose interval that is, and the others are as they were."""
        self._pace(min(self.period, interval), now)

    def _pace(self, period: float, now: float) -> None:
        self.period = period
        if self.next_at > now:
            self.next_at = self.after(now)

    def after(self, now: float) -> float:
        """The first beat after an instant."""
        at = self.anchor + (math.floor((now - self.anchor) / self.period) + 1) * self.period
        return at if at > now else at + self.period

    def nearest(self, due: float, now: float) -> float:
        """The beat nearest to an instant that is still to come."""
        steps = math.ceil((due - self.anchor) / self.period - 0.5)
        return max(self.anchor + steps * self.period, self.after(now))

    def serves(self, due: float, now: float) -> bool:
        """Whether no beat to come is nearer to an instant than the one that has come now."""
        return due <= max(now, self.after(now) - self.period / 2)


@dataclass(slots=True)
class _Entry:
    interval: float
    beats: tuple[BeatKey, ...]
    due: float
    failures: int = 0
    began: float | None = None
    asked: bool = True


class Schedule(Generic[K]):
    """The beats, and the next run of every policy, by what its caller knows it as.

    All times are seconds of one clock that never jumps.
    """

    def __init__(self) -> None:
        self._entries: dict[K, _Entry] = {}
        self._beats: dict[BeatKey, _Beat[K]] = {}
        self._asked: dict[K, None] = {}

    def put(self, key: K, interval: float, beats: Collection[BeatKey], now: float, *, ask: bool = True) -> None:
        """Add a policy, or note that it changed: it runs at once, or again when its run under way has ended.

        Args:
            key: The policy.
            interval: Seconds between its runs.
            beats: The resources that it looks at; none: it runs when it is asked for, and at no beat.
            now: The present.
            ask: Whether it is to run again; else it is the run under way for which it is better known now.
        """
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = _Entry(interval, tuple(beats), now)
        else:
            self._leave(key, set(entry.beats) - set(beats), now)
            entry.interval, entry.beats, entry.due, entry.failures = interval, tuple(beats), now, 0
        if ask:
            entry.asked = True
            self._asked[key] = None
        self._join(key, entry, now)

    def ask(self, key: K) -> None:
        """Let a policy run at once, or again when its run under way has ended.

        Args:
            key: The policy; one that is not there is left alone.
        """
        if (entry := self._entries.get(key)) is not None:
            entry.asked = True
            self._asked[key] = None

    def _join(self, key: K, entry: _Entry, now: float) -> None:
        """Let a policy take part in its beats; the beats of one policy come at the same times, as far as they can."""
        known = [self._beats[name] for name in entry.beats if name in self._beats]
        anchor = min(known, key=lambda beat: beat.period).anchor if known else now
        for name in entry.beats:
            beat = self._beats.setdefault(name, _Beat(anchor))
            beat.anchor = anchor
            before = beat.policies.get(key, math.inf)
            beat.policies[key] = entry.interval
            if entry.interval <= beat.period or before > beat.period:
                beat.at_least_as_fast(entry.interval, now)
            else:  # it may have been what set the pace
                beat.paced(now)

    def _leave(self, key: K, beats: Iterable[BeatKey], now: float) -> None:
        for name in beats:
            beat = self._beats[name]
            beat.policies.pop(key, None)
            if beat.policies:
                beat.paced(now)
            else:
                del self._beats[name]

    def drop(self, key: K, now: float) -> None:
        """Remove a policy; a run of it that is under way finds no entry when it ends."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._asked.pop(key, None)
            self._leave(key, entry.beats, now)

    def take(self, now: float) -> Taken[K]:
        """What is to be done now; policies count as running until ``done``."""
        come = [name for name, beat in self._beats.items() if beat.next_at <= now]
        at_once = self._start([key for key in self._asked if self._entries[key].began is None], now)
        due: list[K] = []
        for name in come:
            beat = self._beats[name]
            due += self._start([key for key in beat.policies if self._served(key, name, now)], now)
            beat.next_at = beat.after(now)
        return Taken(come, due, at_once)

    def _served(self, key: K, name: BeatKey, now: float) -> bool:
        """Whether a policy runs on a beat that has come; of several, the slowest sets its pace, and the others follow."""
        entry = self._entries[key]
        return (len(entry.beats) == 1 or name == self._pacing(entry)) and self._beats[name].serves(entry.due, now)

    def _pacing(self, entry: _Entry) -> BeatKey:
        return max(entry.beats, key=lambda name: (self._beats[name].period, name))

    def _start(self, keys: Iterable[K], now: float) -> list[K]:
        started = [key for key in keys if self._entries[key].began is None]
        for key in started:
            entry = self._entries[key]
            entry.began = now
            entry.asked = False
            self._asked.pop(key, None)
        return started

    def done(self, key: K, *, failed: bool) -> None:
        """Note the end of a run, and set when the policy is due next.

        Args:
            key: The policy.
            failed: Whether it could not do what it should.
        """
        entry = self._entries.get(key)
        if entry is None or entry.began is None:
            return
        entry.due = _due(entry, failed=failed)
        entry.failures = entry.failures + 1 if failed and not entry.asked else 0
        entry.began = None

    def next_after(self, key: K, now: float, *, failed: bool) -> float | None:
        """When a policy's run under way, were it done now, would be followed by the next.

        May be asked by any thread.

        Args:
            key: The policy.
            now: The present.
            failed: Whether the run could not do what it should.

        Returns:
            The instant; None for a policy that is not there, or that runs when it is asked for.
        """
        entry = self._entries.get(key)
        if entry is None or entry.began is None:
            return None
        if entry.asked:
            return now
        if not entry.beats:
            return None
        try:
            return self._beats[self._pacing(entry)].nearest(_due(entry, failed=failed), now)
        except KeyError:  # it is dropped at this moment
            return None

    def next_of(self, key: K, now: float) -> float | None:
        """When a policy that does not run now runs next; None where that is not known. May be asked by any thread."""
        entry = self._entries.get(key)
        if entry is None or entry.began is not None or not entry.beats:
            return None
        try:
            return self._beats[self._pacing(entry)].nearest(entry.due, now)
        except KeyError:  # it is dropped at this moment
            return None

    def wait(self, now: float, longest: float) -> float:
        """Seconds until there is something to be done, at most ``longest``."""
        if any(self._entries[key].began is None for key in self._asked):
            return 0.0
        return max(0.0, min([longest, *(beat.next_at - now for beat in self._beats.values())]))


def backoff(failures: int) -> float:
    """How many intervals a failure puts a policy off, by how many came before it in a row."""
    return min(2.0 ** min(failures, MOST_INTERVALS), MOST_INTERVALS)


def _due(entry: _Entry, *, failed: bool) -> float:
    """When a policy whose run ends is due next.

    An interval after it was due, so that a beat before or after that does not change its pace; after its beginning,
    where that was off by more than half an interval, or where it failed.
    """
    began = entry.began if entry.began is not None else entry.due
    if failed:
        return began + entry.interval * backoff(entry.failures)
    punctual = abs(began - entry.due) <= entry.interval / 2
    return (entry.due if punctual else began) + entry.interval
