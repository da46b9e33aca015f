"""Whether a policy may write at an instant: a window is open, and no blackout lasts. Blackouts beat windows.

On days on which clocks are changed, a duration can be read in two ways: as time that passes, and as what the clock on
the wall shows at its end. A window ends at the earlier of them, a blackout at the later; and a blackout whose first time
comes twice, or is left out, begins at the earliest instant that it may mean.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, NamedTuple

from zen_gc_core.model.calendars import UTC, Freeze
from zen_gc_core.model.wall_times import earliest, following, latest, local, once, preceding
from zen_gc_core.model.zones import zone

if TYPE_CHECKING:
    from zen_gc_core.model.calendars import Blackout, Calendar, Recess, Window

HORIZON: Final = dt.timedelta(days=366)
"""How far it is looked ahead."""

MOST_LOOKS: Final = 1000
"""How many windows and blackouts are looked at, at most, to find the next opening: a policy may have many of both."""


class Shown(NamedTuple):
    """An instant that is shown in a zone.

    Args:
        at: The instant.
        time_zone: The zone, by its IANA name.
    """

    at: dt.datetime
    time_zone: str = UTC

    def __str__(self) -> str:
        return local(self.at, zone(self.time_zone))


class Span(NamedTuple):
    """A stretch of time.

    Args:
        since: Its first instant.
        until: The first instant after it.
        time_zone: The zone in which its ends are shown.
    """

    since: dt.datetime
    until: dt.datetime
    time_zone: str = UTC

    def __contains__(self, instant: object) -> bool:
        """Whether an instant lies in it."""
        return isinstance(instant, dt.datetime) and self.since <= instant < self.until


class Answer(NamedTuple):
    """Whether a policy may write.

    Args:
        why: Why it may not; None when it may.
        until: From when on that may be otherwise.
    """

    why: str | None
    until: dt.datetime


def may_write(calendar: Calendar, now: dt.datetime) -> Answer:
    """Whether a policy may write at an instant.

    Args:
        calendar: The policy's.
        now: The instant, in UTC.
    """
    try:
        return _may_write(calendar, now)
    except OverflowError:
        return Answer("the calendar ends: whether a window is open cannot be told", now)


def _may_write(calendar: Calendar, now: dt.datetime) -> Answer:
    for blackout in calendar.blackouts:
        if (span := blackout_at(blackout, now)) is not None:
            reason = f": {blackout.reason}" if blackout.reason else ""
            return Answer(f"a blackout lasts until {Shown(span.until, span.time_zone)}{reason}", span.until)
    spans = [span for window in calendar.windows if (span := window_at(window, now)) is not None]
    if calendar.windows and not spans:
        opens = next_opening(calendar, now)
        words = f"the next one opens at {opens}" if opens is not None else "none is in sight"
        return Answer(f"no window is open; {words}", opens.at if opens is not None else now)
    ends = [span.until for span in spans] or [now + HORIZON]
    begins = [begin for blackout in calendar.blackouts if (begin := _begins(blackout, now)) is not None]
    return Answer(None, min([max(ends), *begins]))


def is_open(calendar: Calendar, now: dt.datetime) -> bool:
    """Whether a policy may write at an instant, without a word of why not.

    Args:
        calendar: The policy's.
        now: The instant, in UTC.
    """
    try:
        if _any_blackout_at(calendar, now) is not None:
            return False
        return not calendar.windows or any(window_at(window, now) for window in calendar.windows)
    except OverflowError:
        return False


def next_opening(calendar: Calendar, now: dt.datetime) -> Shown | None:
    """When a policy may write next: now, where it may.

    Args:
        calendar: The policy's.
        now: The instant, in UTC.

    Returns:
        The instant; None where none is in sight, within a year and a good many windows.
    """
    try:
        return _next_opening(calendar, now)
    except OverflowError:  # the calendar ends
        return None


def _next_opening(calendar: Calendar, now: dt.datetime) -> Shown | None:
    found = Shown(now)
    for _ in range(MOST_LOOKS // max(1, len(calendar.windows) + len(calendar.blackouts))):
        if found.at - now > HORIZON:
            return None
        if (blackout := _any_blackout_at(calendar, found.at)) is not None:
            found = Shown(blackout.until, blackout.time_zone)
        elif not calendar.windows or any(window_at(window, found.at) for window in calendar.windows):
            return found
        else:
            openings = [
                Shown(moment.at, window.time_zone)
                for window in calendar.windows
                if (moment := following(window.cron, zone(window.time_zone), found.at)) is not None
            ]
            if not openings:
                return None
            found = min(openings)
    return None


def _any_blackout_at(calendar: Calendar, now: dt.datetime) -> Span | None:
    return next((span for blackout in calendar.blackouts if (span := blackout_at(blackout, now))), None)


def window_at(window: Window, now: dt.datetime) -> Span | None:
    """The stretch for which a window is open at an instant; None when it is closed."""
    there = zone(window.time_zone)
    for moment in preceding(window.cron, there, now):
        wall = moment.at.astimezone(there).replace(tzinfo=None, fold=0)
        until = min(moment.at + window.duration, once(wall + window.duration, there))
        if now < until:
            return Span(moment.at, until, window.time_zone)
    return None


def blackout_at(blackout: Blackout, now: dt.datetime) -> Span | None:
    """The stretch for which a blackout lasts at an instant; None when it does not."""
    if isinstance(blackout, Freeze):
        span = Span(blackout.since, blackout.until, blackout.time_zone)
        return span if now in span else None
    there = zone(blackout.time_zone)
    spans = [_recess(blackout, moment.wall) for moment in preceding(blackout.cron, there, now, earliest)]
    return max((span for span in spans if now in span), key=lambda span: span.until, default=None)


def _recess(blackout: Recess, wall: dt.datetime) -> Span:
    there = zone(blackout.time_zone)
    passed = latest(wall, there) + blackout.duration
    return Span(earliest(wall, there), max(passed, latest(wall + blackout.duration, there)), blackout.time_zone)


def _begins(blackout: Blackout, now: dt.datetime) -> dt.datetime | None:
    """When a blackout begins that does not last now."""
    if isinstance(blackout, Freeze):
        return blackout.since if blackout.since > now else None
    moment = following(blackout.cron, zone(blackout.time_zone), now, earliest)
    return moment.at if moment is not None else None
