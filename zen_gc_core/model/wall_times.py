"""When a cron expression comes to pass: from the clock on the wall of a zone to instants, also on days with 23 or 25 hours.

One rule for all of it: **each time on the wall comes once a day that has it.** One that is left out in spring comes as
much later as the clocks are put forward; of one that comes twice in autumn the first counts. It depends on the
expression and the zone alone, never on what ran when. Only in here is cronsim asked, for times on a wall without zones.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, NamedTuple

from cronsim import CronSim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from zoneinfo import ZoneInfo

    from zen_gc_core.model.crons import Cron

_STEP: Final = dt.timedelta(hours=12)
_STEPS: Final = range(-4, 5)


class Moment(NamedTuple):
    """A time of an expression.

    Args:
        wall: What the clock on the wall shows, without a zone.
        at: When that is, in UTC.
    """

    wall: dt.datetime
    at: dt.datetime


def once(wall: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The instant of a time on the wall: the first where there are two, and as much later as it is left out where there is none."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(dt.UTC)


def earliest(wall: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The earliest instant that a time on the wall may mean."""
    return min(once(wall, zone), wall.replace(tzinfo=zone, fold=1).astimezone(dt.UTC))


def latest(wall: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The latest instant that a time on the wall may mean."""
    return max(once(wall, zone), wall.replace(tzinfo=zone, fold=1).astimezone(dt.UTC))


def following(
    cron: Cron, zone: ZoneInfo, after: dt.datetime, reading: Callable[[dt.datetime, ZoneInfo], dt.datetime] = once
) -> Moment | None:
    """The first time after an instant.

    Args:
        cron: The expression.
        zone: The zone of its wall.
        after: The instant.
        reading: How times on the wall are read.

    Returns:
        The time; None where there is none within fifty years.
    """
    try:
        return _following(cron, zone, after, reading)
    except OverflowError:  # the calendar ends
        return None


def _following(
    cron: Cron, zone: ZoneInfo, after: dt.datetime, reading: Callable[[dt.datetime, ZoneInfo], dt.datetime]
) -> Moment | None:
    best: Moment | None = None
    until: dt.datetime | None = None
    for wall in _walls(cron, _wall(after, zone) - _unsettled(zone, after) - dt.timedelta(minutes=1)):
        if until is not None and wall > until:
            break
        at = reading(wall, zone)
        if at <= after:
            continue
        if best is None:
            until = wall + _unsettled(zone, at)
        if best is None or at < best.at:
            best = Moment(wall, at)
    return best


def preceding(
    cron: Cron, zone: ZoneInfo, upto: dt.datetime, reading: Callable[[dt.datetime, ZoneInfo], dt.datetime] = once
) -> tuple[Moment, ...]:
    """The last time up to an instant, or at it; and, where clocks are changed, those around it.

    Args:
        cron: The expression.
        zone: The zone of its wall.
        upto: The instant.
        reading: How times on the wall are read.

    Returns:
        The times, the last one first; empty where there is none within fifty years.
    """
    found: list[Moment] = []
    try:
        since: dt.datetime | None = None
        for wall in _walls(cron, _wall(upto, zone) + _unsettled(zone, upto) + dt.timedelta(minutes=1), reverse=True):
            if since is not None and wall < since:
                break
            at = reading(wall, zone)
            if at > upto:
                continue
            if not found:
                since = wall - _unsettled(zone, at)
            found.append(Moment(wall, at))
    except OverflowError:  # the calendar begins
        pass
    return tuple(sorted(found, key=lambda moment: moment.at, reverse=True))


def upcoming(cron: Cron, zone: ZoneInfo, after: dt.datetime) -> Iterator[Moment]:
    """The times after an instant, one after the other."""
    while (moment := following(cron, zone, after)) is not None:
        yield moment
        after = moment.at


def local(instant: dt.datetime, zone: ZoneInfo) -> str:
    """An instant as the clocks of a zone show it, with their offset: ``2026-11-28T03:00:00+01:00``."""
    return instant.astimezone(zone).isoformat(timespec="seconds")


def _walls(cron: Cron, start: dt.datetime, *, reverse: bool = False) -> Iterator[dt.datetime]:
    """Times on a wall without a zone, none of them ``start`` itself."""
    return iter(CronSim(cron.canonical, start, reverse=reverse))


def _wall(instant: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _unsettled(zone: ZoneInfo, instant: dt.datetime) -> dt.timedelta:
    """By how much clocks are changed within two days of an instant: so far, times on the wall and instants may disagree."""
    offsets = {(instant + each * _STEP).astimezone(zone).utcoffset() or dt.timedelta() for each in _STEPS}
    return max(offsets) - min(offsets)
