"""The scheduled times of a policy: which comes next, and which has come and is not too late. Nothing remembers the last run.

A policy's run for a time begins within its jitter after it, always as much for the same policy and time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

from zen_gc_core.instants import format_instant
from zen_gc_core.model.wall_times import following, preceding
from zen_gc_core.model.zones import zone

if TYPE_CHECKING:
    from zen_gc_core.model.calendars import Schedule

_DIGITS: Final = 8


class Occasion(NamedTuple):
    """A scheduled time of a policy.

    Args:
        time: The time, in UTC.
        at: When its run begins: within the jitter after it.
    """

    time: dt.datetime
    at: dt.datetime


def occasion_at(schedule: Schedule, uid: str, time: dt.datetime) -> Occasion:
    """A scheduled time, with when its run begins.

    Args:
        schedule: The policy's schedule.
        uid: The policy's uid.
        time: The time.
    """
    if schedule.jitter is None:
        return Occasion(time, time)
    digest = hashlib.sha256(f"{uid} {format_instant(time)}".encode()).digest()
    share = int.from_bytes(digest[:_DIGITS]) / (1 << 8 * _DIGITS)
    return Occasion(time, time + dt.timedelta(seconds=int(share * schedule.jitter.total_seconds())))


def next_occasion(schedule: Schedule, uid: str, floor: dt.datetime, now: dt.datetime) -> Occasion | None:
    """The first time whose run is still to begin.

    Args:
        schedule: The policy's schedule.
        uid: Its uid.
        floor: Times up to this one, or at it, are over, whether or not they had a run.
        now: The present.

    Returns:
        The time; None when there is none.
    """
    jitter = schedule.jitter or dt.timedelta()
    after = max(floor, now - jitter)
    while (moment := following(schedule.cron, zone(schedule.time_zone), after)) is not None:
        occasion = occasion_at(schedule, uid, moment.at)
        if occasion.at > now:
            return occasion
        after = moment.at
    return None


def due_occasion(schedule: Schedule, uid: str, floor: dt.datetime, now: dt.datetime) -> Occasion | None:
    """The last time whose run should have begun, unless it is too late for it.

    Args:
        schedule: The policy's schedule.
        uid: Its uid.
        floor: See `next_occasion`.
        now: The present.

    Returns:
        The time; None when there is none after the floor, and where its run would begin beyond the starting deadline.
    """
    upto = now
    while upto > floor and (moments := preceding(schedule.cron, zone(schedule.time_zone), upto)):
        occasion = occasion_at(schedule, uid, moments[0].at)
        if occasion.time <= floor or now - occasion.at > schedule.starting_deadline:
            return None
        if occasion.at <= now:
            return occasion
        upto = occasion.time - dt.timedelta(seconds=1)
    return None


def mean_interval(schedule: Schedule, now: dt.datetime, count: int) -> dt.timedelta:
    """The time between two scheduled times, on average over the last ones that have come.

    Args:
        schedule: The policy's schedule.
        now: The present.
        count: How many intervals are looked at.

    Returns:
        The time; as far as there were so many.
    """
    upto, first = now, now
    for _ in range(count + 1):
        moments = preceding(schedule.cron, zone(schedule.time_zone), upto)
        if not moments:
            break
        first = moments[0].at
        upto = first - dt.timedelta(seconds=1)
    return (now - first) / count
