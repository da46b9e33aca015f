"""Reading ``spec.schedule``, ``spec.windows`` and ``spec.blackouts``: when a policy acts."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from typing import TYPE_CHECKING, Final, TypeVar

from zen_gc_core.durations import format_duration
from zen_gc_core.engine.parsing import limits
from zen_gc_core.engine.parsing.document import described
from zen_gc_core.engine.parsing.spelling import item
from zen_gc_core.errors import InputError
from zen_gc_core.instants import parse_instant
from zen_gc_core.model.calendars import DEADLINE, UTC, Calendar, Freeze, Recess, Schedule, Window
from zen_gc_core.model.crons import parse_cron
from zen_gc_core.model.wall_times import earliest, latest, upcoming
from zen_gc_core.model.zones import zone

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.engine.parsing.document import Fields, Place
    from zen_gc_core.model.calendars import Blackout
    from zen_gc_core.model.crons import Cron

T = TypeVar("T")

SCHEDULE_FIELDS: Final = ("cron", "timeZone", "jitter", "startingDeadline")
WINDOW_FIELDS: Final = ("cron", "duration", "timeZone")
BLACKOUT_FIELDS: Final = ("from", "until", "cron", "duration", "timeZone", "reason")

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LOCAL: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?", re.ASCII)
_DAY: Final = dt.timedelta(days=1)
USUAL_INTERVAL: Final = dt.timedelta(minutes=1)
"""How often a policy runs unless it, or whoever runs the controller, says otherwise."""

_COMPARED: Final = 64
"""How many times of a cron expression are looked at to see how near they are to each other."""

_REFERENCE: Final = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def read_calendar(spec: Fields) -> Calendar:
    """Read when a policy acts; what is refused is left out.

    Args:
        spec: The policy's ``spec``.
    """
    schedule, interval = spec.get("schedule"), spec.get("evaluationInterval")
    if schedule is not None and interval is not None:
        interval.refuse("says how often, and schedule says when: leave one of them out")
    return Calendar(
        _schedule(schedule),
        tuple(_each(spec.get("windows"), limits.WINDOWS, _window)),
        tuple(_each(spec.get("blackouts"), limits.BLACKOUTS, _blackout)),
    )


def warn_of_short_windows(spec: Fields, calendar: Calendar, interval: dt.timedelta | None) -> None:
    """Say which windows may open and close between two runs.

    Args:
        spec: The policy's ``spec``.
        calendar: What was read of it.
        interval: How often the policy runs; None takes the controller's default.
    """
    place = spec.get("windows")
    if place is None or calendar.schedule is not None or len(calendar.windows) != len(place.value):
        return
    every = interval or USUAL_INTERVAL
    for index, window in enumerate(calendar.windows):
        if window.duration < every:
            place.problems.warn(
                f"{item(place.path, index)}.duration",
                f"is shorter than the {format_duration(every)} between two runs: the policy may not run while it is open",
            )


def _each(place: Place | None, most: int, read: Callable[[Place], T | None]) -> list[T]:
    items = place.items(least=1, most=most) if place else None
    return [found for each in items or () if (found := read(each)) is not None]


def _schedule(place: Place | None) -> Schedule | None:
    if place is None:
        return None
    if not isinstance(place.value, dict):
        cron = _cron(place)
        return Schedule(cron) if cron is not None else None
    fields = place.fields(SCHEDULE_FIELDS)
    if fields is None:
        return None
    cron, time_zone = (
        _cron(fields.required("cron", "is missing: when the policy runs, such as '0 3 * * *'")),
        _zone(fields),
    )
    deadline = late.duration() if (late := fields.get("startingDeadline")) else None
    jitter = spread.duration() if (spread := fields.get("jitter")) else None
    if cron is None:
        return None
    if spread is not None and jitter is not None:
        _check_jitter(spread, cron, jitter)
    return Schedule(cron, time_zone, jitter, deadline or DEADLINE)


def _check_jitter(place: Place, cron: Cron, jitter: dt.timedelta) -> None:
    times = [moment.at for moment in itertools.islice(upcoming(cron, zone(UTC), _REFERENCE), _COMPARED)]
    gap = min((later - earlier for earlier, later in itertools.pairwise(times)), default=jitter + _DAY)
    if jitter >= gap:
        place.refuse(
            f"must be less than {format_duration(gap)}, which is between two times of '{cron}': "
            "a run would begin after that of the next time"
        )


def _window(place: Place) -> Window | None:
    if isinstance(place.value, str):
        place.refuse("a window needs a duration: write {cron: …, duration: 8h}")
        return None
    fields = place.fields(WINDOW_FIELDS)
    if fields is None:
        return None
    cron = _cron(fields.required("cron", "is missing: when the window opens, such as '0 22 * * *'"))
    duration, time_zone = _duration(fields, "the window is open"), _zone(fields)
    return Window(cron, duration, time_zone) if cron is not None and duration is not None else None


def _blackout(place: Place) -> Blackout | None:
    fields = place.fields(BLACKOUT_FIELDS)
    if fields is None:
        return None
    once = [name for name in ("from", "until") if name in fields.place.value]
    again = [name for name in ("cron", "duration") if name in fields.place.value]
    reason, time_zone = _reason(fields.get("reason")), _zone(fields)
    if once and again:
        place.refuse(
            f"has {once[0]} and {again[0]}: it is once, with from and until, or again and again, with cron and duration"
        )
        return None
    if again:
        cron = _cron(fields.required("cron", "is missing: when the blackout begins, such as '0 9 * * 1-5'"))
        duration = _duration(fields, "the blackout lasts")
        return Recess(cron, duration, time_zone, reason) if cron is not None and duration is not None else None
    if not once:
        place.refuse("needs from and until, or cron and duration")
        return None
    since = _end(fields.required("from", "is missing: a date or a time from which on nothing is written"), time_zone)
    until = _end(fields.required("until", "is missing: the last day, or a time"), time_zone, whole=True)
    if since is None or until is None:
        return None
    if until <= since:
        place.refuse("ends before it begins: until must be after from")
        return None
    return Freeze(since, until, reason, time_zone)


def _end(place: Place | None, time_zone: str, *, whole: bool = False) -> dt.datetime | None:
    """An end of a blackout; a date is midnight of its zone, at the end of that day where it is taken whole."""
    if place is None:
        return None
    try:
        value = place.value
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            return parse_instant(value, dates=False)
        day = parse_instant(value).replace(tzinfo=None)
        return latest(day + _DAY, zone(time_zone)) if whole else earliest(day, zone(time_zone))
    except OverflowError:
        place.refuse(f"{described(place.value)} is not a time that exists")
    except InputError as error:
        local = isinstance(place.value, str) and _LOCAL.fullmatch(place.value)
        instead = "; write its offset, too, such as 2026-12-20T18:00:00+01:00" if local else ", such as 2026-12-20"
        kinds = str(error).replace("an RFC 3339 time", "a date or an RFC 3339 time")
        place.refuse(f"{kinds}{instead}")
    return None


def _cron(place: Place | None) -> Cron | None:
    text = place.text() if place else None
    if place is None or text is None:
        return None
    try:
        cron = parse_cron(text)
    except InputError as error:
        place.refuse(str(error))
        return None
    if cron.often:
        place.problems.warn(place.path, f"{described(text)} {cron.often}")
    return cron


def _duration(fields: Fields, what: str) -> dt.timedelta | None:
    place = fields.required("duration", f"is missing: how long {what}, such as 8h")
    return place.duration() if place else None


def _zone(fields: Fields) -> str:
    place = fields.get("timeZone")
    name = place.text() if place else None
    if place is None or name is None:
        return UTC
    try:
        zone(name)
    except InputError as error:
        place.refuse(str(error))
        return UTC
    return name


def _reason(place: Place | None) -> str:
    return (place.text(most=limits.REASON) if place else None) or ""
