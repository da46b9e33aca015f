"""The timetable: when scheduled policies run, and what each of their runs is for. Data and arithmetic; the clock is the caller's.

A time counts for a policy that was waiting for it. What passed while nobody waited, because the program was away or
another replica led, is caught up once, and only where the policy's status says that it is the same one as before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zen_gc_core.controller.beats.places import Slot, slot_of
from zen_gc_core.controller.beats.scheduling import backoff
from zen_gc_core.controller.runs.errands import Errand, last_time
from zen_gc_core.engine.calendar.opening import Shown, may_write
from zen_gc_core.engine.calendar.timetable import due_occasion, next_occasion

if TYPE_CHECKING:
    import datetime as dt

    from zen_gc_core.controller.runs.remembered import Entry
    from zen_gc_core.engine.calendar.timetable import Occasion
    from zen_gc_core.model.calendars import Schedule


@dataclass(slots=True)
class _Row:
    """A scheduled policy.

    Args:
        floor: Times up to this one are over.
        next: The time that is waited for; None where there is none.
        before: The floor before the run under way; what it did not claim is not over.
        again: When it is looked at again because it failed; None where it did not.
        failures: How often in a row.
    """

    floor: dt.datetime
    next: Occasion | None
    before: dt.datetime
    again: dt.datetime | None = None
    failures: int = 0


class Timetable:
    """When scheduled policies run; used by one thread, but for ``next_at``."""

    def __init__(self) -> None:
        self._rows: dict[Slot, _Row] = {}

    def forget(self, slot: Slot) -> None:
        """Wait for nothing on behalf of a policy: it is gone, was edited, or has no schedule."""
        self._rows.pop(slot, None)

    def clear(self) -> None:
        """Wait for nothing: another replica leads."""
        self._rows.clear()

    @property
    def waits(self) -> bool:
        """Whether any policy waits for a time."""
        return bool(self._rows)

    def come(self, now: dt.datetime) -> list[Slot]:
        """The policies that run now.

        Args:
            now: The present, in UTC.
        """
        return [
            slot
            for slot, row in self._rows.items()
            if (row.next is not None and row.next.at <= now) or (row.again is not None and row.again <= now)
        ]

    def next_at(self, slot: Slot) -> dt.datetime | None:
        """When a policy runs next for one of its times; None where it does not. May be asked by any thread."""
        row = self._rows.get(slot)
        return row.next.at if row is not None and row.next is not None else None

    def begin(self, entry: Entry, schedule: Schedule, now: dt.datetime) -> Errand:
        """What a run that begins now is for; from now on the policy waits for its next time.

        Args:
            entry: The policy.
            schedule: Its schedule.
            now: The present, in UTC.
        """
        slot, uid = slot_of(entry), entry.reference.uid
        waited = slot in self._rows
        if not waited:
            floor = _floor(entry, now)
            self._rows[slot] = _Row(floor, None, floor)
        row = self._rows[slot]
        row.before, row.again = row.floor, None
        occasion = due_occasion(schedule, uid, row.floor, now)
        if occasion is not None:
            row.floor = occasion.time
        row.next = next_occasion(schedule, uid, row.floor, now)
        if occasion is not None and not waited and (why := _closed(entry, now)) is not None:
            missed = Shown(occasion.time, schedule.time_zone)
            return Errand(None, f"its run of {missed} was missed, and is not caught up: {why}")
        return Errand(occasion, _waits(schedule, row.next))

    def done(self, slot: Slot, now: dt.datetime, interval: dt.timedelta, *, failed: bool, claimed: bool) -> None:
        """A run has ended; one that failed is looked at again sooner than at the policy's next time.

        Args:
            slot: The policy.
            now: The present, in UTC.
            interval: How soon, after a first failure.
            failed: Whether it could not do what it should.
            claimed: Whether nothing is left to be done for the time that it was for.
        """
        row = self._rows.get(slot)
        if row is None:
            return
        if not failed:
            row.failures = 0
            return
        row.again = now + interval * backoff(row.failures)
        row.failures += 1
        if not claimed:
            row.floor = row.before


def _floor(entry: Entry, now: dt.datetime) -> dt.datetime:
    """Up to when the times of a policy are over that nobody waited for."""
    time, generation = last_time(entry.status)
    same = time is not None and generation == entry.reference.generation
    return time if same and time is not None and time <= now else now


def _closed(entry: Entry, now: dt.datetime) -> str | None:
    compiled = entry.compilation.compiled
    return may_write(compiled.policy.calendar, now).why if compiled is not None else None


def _waits(schedule: Schedule, occasion: Occasion | None) -> str:
    if occasion is None:
        return "none of its scheduled times is in sight"
    return f"it acts at its next scheduled time, {Shown(occasion.at, schedule.time_zone)}"
