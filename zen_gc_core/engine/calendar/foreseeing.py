"""What is told of a policy's calendar before anything happens: what comes next, and what its author should look at."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.durations import format_duration
from zen_gc_core.engine.calendar.opening import HORIZON, Shown, is_open, may_write, next_opening, window_at
from zen_gc_core.engine.calendar.timetable import next_occasion
from zen_gc_core.engine.parsing.spelling import item
from zen_gc_core.model.calendars import Freeze
from zen_gc_core.model.policy import Problem
from zen_gc_core.model.wall_times import upcoming
from zen_gc_core.model.zones import zone

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from zen_gc_core.model.calendars import Calendar, Schedule
    from zen_gc_core.model.crons import Cron
    from zen_gc_core.model.policy import Policy

NEXT: Final = 3
"""How many times are told."""

_MOST_TIMES: Final = 100
"""How many scheduled times are looked at to find one at which the policy may write."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A time at which a policy may act.

    Args:
        at: The time, in the zone of its schedule or window.
        until: Until when it may write, where it has no schedule; None: for as long as can be seen.
        jitter: How much later its run may begin.
        deferred: Why it may not write then; None where it may.
        onwards: Whether it may write for as long as can be seen from then on; None where it may not.
    """

    at: str
    until: str | None = None
    jitter: str | None = None
    deferred: str | None = None
    onwards: bool | None = None

    def __str__(self) -> str:
        if self.onwards:
            return f"from {self.at} on"
        until = f" to {self.until}" if self.until else ""
        jitter = f", and up to {self.jitter} later" if self.jitter else ""
        return f"{self.at}{until}{jitter}{f' (deferred: {self.deferred})' if self.deferred else ''}"


@dataclass(frozen=True, slots=True)
class Foresight:
    """What comes next of a policy that does not act at any time.

    Args:
        why: Why it would not act now; None when it would.
        next: When it acts next, the first times.
    """

    why: str | None
    next: tuple[Coming, ...]


def foresee(policy: Policy, now: dt.datetime) -> Foresight | None:
    """What comes next of a policy; None for one that acts whenever it runs.

    Args:
        policy: The policy.
        now: The present, in UTC.
    """
    calendar = policy.calendar
    if not calendar:
        return None
    if policy.paused:
        return Foresight("the policy is paused", ())
    why = may_write(calendar, now).why
    if calendar.schedule is None:
        return Foresight(why, tuple(itertools.islice(_openings(calendar, now), NEXT)))
    times = tuple(itertools.islice(_times(calendar, policy.reference.uid, now), NEXT))
    waits = (
        f"it acts at its scheduled times, next at {times[0].at}" if times else "none of its scheduled times is in sight"
    )
    return Foresight(why or waits, times)


def _times(calendar: Calendar, uid: str, now: dt.datetime) -> Iterator[Coming]:
    """Scheduled times, each with what is to be said of it; of an installed policy when its runs begin."""
    schedule = calendar.schedule
    if schedule is None:
        return
    jitter = format_duration(schedule.jitter) if schedule.jitter and not uid else None
    begins = _begin(schedule, uid, now) if uid else (each.at for each in upcoming(*_of(schedule), now))
    for at in begins:
        yield Coming(str(Shown(at, schedule.time_zone)), jitter=jitter, deferred=may_write(calendar, at).why)


def _begin(schedule: Schedule, uid: str, now: dt.datetime) -> Iterator[dt.datetime]:
    """When the next runs of an installed policy begin, one after the other."""
    floor = now - schedule.jitter if schedule.jitter else now
    while (occasion := next_occasion(schedule, uid, floor, now)) is not None:
        yield occasion.at
        floor = occasion.time


def _of(schedule: Schedule) -> tuple[Cron, ZoneInfo]:
    return schedule.cron, zone(schedule.time_zone)


def _openings(calendar: Calendar, now: dt.datetime) -> Iterator[Coming]:
    """When the policy may write, one stretch after the other."""
    since = next_opening(calendar, now)
    while since is not None:
        until = may_write(calendar, since.at).until
        ends = [span for window in calendar.windows if (span := window_at(window, since.at)) is not None]
        shown = ends[0].time_zone if ends else since.time_zone
        if until - since.at >= HORIZON:
            yield Coming(str(Shown(since.at, shown)), onwards=True)
            return
        yield Coming(str(Shown(since.at, shown)), str(Shown(until, shown)))
        since = next_opening(calendar, until)


def calendar_warnings(policy: Policy, now: dt.datetime) -> list[Problem]:
    """What the author of a policy should look at, as of now: blackouts that have passed, and what never comes to pass.

    Args:
        policy: The policy.
        now: The present, in UTC.
    """
    calendar = policy.calendar
    found = [
        Problem(
            item("spec.blackouts", index),
            f"has passed: it ended at {Shown(blackout.until, blackout.time_zone)}; leave it out, or write the next one",
        )
        for index, blackout in enumerate(calendar.blackouts)
        if isinstance(blackout, Freeze) and blackout.until <= now
    ]
    if next_opening(calendar, now) is None:
        where = "spec.windows" if calendar.windows else "spec.blackouts"
        found.append(
            Problem(
                where,
                f"nothing is ever written: the policy may not write at any time that is in sight{_beaten(calendar)}",
            )
        )
    elif (never := _never_in_time(calendar, now)) is not None:
        found.append(never)
    return found


def _beaten(calendar: Calendar) -> str:
    return "; blackouts beat windows" if calendar.windows and calendar.blackouts else ""


def _never_in_time(calendar: Calendar, now: dt.datetime) -> Problem | None:
    """A schedule none of whose times lies where the policy may write."""
    schedule = calendar.schedule
    if schedule is None or not (calendar.windows or calendar.blackouts):
        return None
    last = now
    for moment in itertools.islice(upcoming(*_of(schedule), now), _MOST_TIMES):
        if moment.at - now > HORIZON:
            break
        if is_open(calendar, moment.at):
            return None
        last = moment.at
    if last == now:
        return None
    return Problem(
        "spec.schedule",
        f"none of its times until {Shown(last, schedule.time_zone)} is one at which windows and blackouts let it write: "
        "all of its runs are deferred",
    )
