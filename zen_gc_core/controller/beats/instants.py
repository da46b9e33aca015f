"""What the last pass of each policy saw coming, and when that is. Data and arithmetic; the clocks are the caller's.

A pass replaces what the one before remembered; whatever else happens to a policy lets it be forgotten.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.controller.beats.places import Slot, slot_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from zen_gc_core.controller.runs.remembered import Entry
    from zen_gc_core.model.plan import Upcoming

MOST_TOGETHER: Final = 50_000
"""Objects that are remembered in all; where there are more, every policy has an equal part."""

MOST_AT_ONCE: Final = 1_000
"""Objects of one small run; where more have come, they wait for the next pass: it reads them in pages."""

APART: Final = 0.5
"""Seconds from one small run of a policy to its next: instants within that are one run.

Times are whole seconds: at one second apart each run would begin a little later than the one before, until it waits for a
second more than it needs to."""


LATE: Final = 5.0
"""Seconds for which what a pass saw still counts when the next one lists: what it knows of how many objects there are, and
of what owns others, grows old."""


@dataclass(slots=True)
class _Memory:
    """What is remembered of one policy.

    Args:
        entry: The policy, as it was when the pass was made.
        upcoming: The objects, nearest first.
        population: How many unfinished objects of its kind the pass saw; None: that is not known.
        since: When the pass began, by the boot-time clock.
        until: Until when it counts, by that clock; it ends when the next pass lists.
        taken: How many of them have come and been handed out.
        began: When its last small run began, by the boot-time clock.
    """

    entry: Entry
    upcoming: Sequence[Upcoming]
    population: int | None
    since: float
    until: float = math.inf
    taken: int = 0
    began: float = float("-inf")

    @property
    def next(self) -> Upcoming | None:
        """The nearest that has not come."""
        return self.upcoming[self.taken] if self.taken < len(self.upcoming) else None


@dataclass(frozen=True, slots=True)
class Come:
    """A policy of which something has come.

    Args:
        entry: The policy.
        due: What has come.
        population: How many unfinished objects of its kind its last pass saw; None: that is not known.
        since: When that pass began, by the boot-time clock, where the next one lists by now; else later than anything.
    """

    entry: Entry
    due: Sequence[Upcoming]
    population: int | None
    since: float


class Instants:
    """When there is something to do between passes; used by one thread, but for ``next_at``."""

    def __init__(self) -> None:
        self._memories: dict[Slot, _Memory] = {}

    def remember(self, entry: Entry, upcoming: Sequence[Upcoming], population: int | None, since: float) -> None:
        """Remember what a pass saw coming, and nothing of what the one before it did.

        Args:
            entry: The policy.
            upcoming: The objects, nearest first.
            population: How many unfinished objects of its kind there were; None: that is not known.
            since: When the pass began, by the boot-time clock.
        """
        self._memories[slot_of(entry)] = _Memory(entry, upcoming, population, since)
        if sum(len(each.upcoming) for each in self._memories.values()) > MOST_TOGETHER:
            share = MOST_TOGETHER // len(self._memories)
            for memory in self._memories.values():
                memory.upcoming = memory.upcoming[: max(share, memory.taken)]

    def forget(self, slot: Slot) -> None:
        """Let everything of a policy wait for its next pass."""
        self._memories.pop(slot, None)

    def clear(self) -> None:
        """Let everything wait for a pass."""
        self._memories.clear()

    def come(self, now: dt.datetime, at: float) -> list[Slot]:
        """The policies of which something has come, and that had no small run just now.

        Args:
            now: The present, by the earlier of the clocks.
            at: The present, by the boot-time clock.
        """
        return [
            slot
            for slot, memory in self._memories.items()
            if (nearest := memory.next) is not None
            and nearest.instant < now
            and at - memory.began >= APART
            and at < memory.until
        ]

    def take(self, slot: Slot, now: dt.datetime, at: float) -> Come | None:
        """Hand out what has come of a policy; None, and the policy is forgotten, where that is too much for a small run.

        Args:
            slot: The policy, one of ``come``.
            now: See there.
            at: See there.
        """
        memory = self._memories[slot]
        until = memory.taken
        while until < len(memory.upcoming) and memory.upcoming[until].instant < now:
            until += 1
        due = memory.upcoming[memory.taken : until]
        if len(due) > MOST_AT_ONCE:
            self.forget(slot)
            return None
        memory.taken, memory.began = until, at
        since = memory.since if memory.until < math.inf else math.inf
        return Come(memory.entry, due, memory.population, since)

    def leave(self, slot: Slot, instant: dt.datetime, at: float) -> None:
        """Leave to a pass that lists now what is due at its instant, and all else to the next one if it lists for long.

        Args:
            slot: The policy.
            instant: The instant by which the pass judges.
            at: The present, by the boot-time clock.
        """
        memory = self._memories.get(slot)
        if memory is None:
            return
        memory.until = at + LATE
        while memory.next is not None and memory.next.instant <= instant:
            memory.taken += 1

    def put_back(self, slot: Slot, rest: Sequence[Upcoming]) -> None:
        """Remember again what was handed out, and was not come to.

        Args:
            slot: The policy; one that was forgotten since stays so.
            rest: The objects, nearest first.
        """
        memory = self._memories.get(slot)
        if memory is not None and rest:
            memory.upcoming, memory.taken = (*rest, *memory.upcoming[memory.taken :]), 0

    def next_at(self, slot: Slot) -> dt.datetime | None:
        """When the next object of a policy comes; None where none does before the next pass. May be asked by any thread."""
        memory = self._memories.get(slot)
        nearest = memory.next if memory is not None else None
        return nearest.instant if nearest is not None else None

    def wait(self, now: dt.datetime, at: float, longest: float, busy: Callable[[Slot], bool]) -> float:
        """Seconds until there may be something to be done, at most ``longest``.

        Args:
            now: The present, by the earlier of the clocks.
            at: The present, by the boot-time clock.
            longest: Seconds.
            busy: Whether a run of a policy acts now, so that its end is waited for.
        """
        waits = [
            max((nearest.instant - now).total_seconds(), APART - (at - memory.began))
            for slot, memory in self._memories.items()
            if (nearest := memory.next) is not None and at < memory.until and not busy(slot)
        ]
        return max(0.0, min([longest, *waits]))
