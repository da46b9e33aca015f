"""When a cron expression comes to pass: the same as walking through all minutes by foot, in zones that change their clocks."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zen_gc_core.model.crons import parse_cron
from zen_gc_core.model.wall_times import earliest, following, latest, local, once, preceding, upcoming
from zen_gc_core.model.zones import zone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from zen_gc_core.model.crons import Cron

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
FAR = dt.timedelta(hours=25)
"""More than any clock is changed by."""

CHANGES = [
    ("Europe/Berlin", dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)),
    ("Europe/Berlin", dt.datetime(2026, 10, 25, 1, tzinfo=dt.UTC)),
    ("America/New_York", dt.datetime(2026, 3, 8, 7, tzinfo=dt.UTC)),
    ("America/New_York", dt.datetime(2026, 11, 1, 6, tzinfo=dt.UTC)),
    ("Australia/Lord_Howe", dt.datetime(2026, 10, 3, 15, 30, tzinfo=dt.UTC)),
    ("Australia/Lord_Howe", dt.datetime(2026, 4, 4, 15, tzinfo=dt.UTC)),
    ("America/Santiago", dt.datetime(2026, 9, 6, 4, tzinfo=dt.UTC)),
    ("Africa/Casablanca", dt.datetime(2026, 2, 15, 2, tzinfo=dt.UTC)),
    ("Pacific/Apia", dt.datetime(2011, 12, 30, 10, tzinfo=dt.UTC)),
    ("Asia/Kolkata", dt.datetime(2026, 6, 1, tzinfo=dt.UTC)),
    ("UTC", dt.datetime(2026, 2, 28, tzinfo=dt.UTC)),
]
"""Zones, and an instant at which their clocks are changed, if they ever are; one of them by half an hour, one by a day."""


def _sets(canonical: str) -> list[set[int] | None]:
    """The values of the five fields; None for all of them."""
    return [None if part == "*" else set(map(int, part.split(","))) for part in canonical.split()]


def _by_foot(cron: Cron, there: ZoneInfo, since: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """Walk through every minute of the wall, those that are left out as well, and take each once."""
    wall = (since - FAR).astimezone(there).replace(tzinfo=None, fold=0)
    end = (until + FAR).astimezone(there).replace(tzinfo=None, fold=0)
    minutes, hours, days, _, weekdays = _sets(cron.canonical)
    found = set()
    while wall < end:
        if (
            (minutes is None or wall.minute in minutes)
            and (hours is None or wall.hour in hours)
            and (days is None or wall.day in days)
            and (weekdays is None or wall.isoweekday() % 7 in weekdays)
        ):
            aware = wall.replace(tzinfo=there)
            back = aware.astimezone(dt.UTC).astimezone(there).replace(tzinfo=None, fold=0)
            later = back - wall  # nothing, or by how much the clocks are put forward over it
            found.add((aware if not later else back.replace(tzinfo=there)).astimezone(dt.UTC))
        wall += MINUTE
    return sorted(at for at in found if since < at <= until)


def _field(least: int, most: int) -> st.SearchStrategy[str]:
    values = st.lists(st.integers(least, most), min_size=1, max_size=4, unique=True)
    steps = st.integers(2, max(2, (most - least) // 2)).map(lambda step: f"*/{step}")
    return st.one_of(st.just("*"), values.map(lambda found: ",".join(map(str, found))), steps)


@st.composite
def _crons(draw: st.DrawFn) -> Cron:
    minute, hour = draw(_field(0, 59)), draw(st.one_of(_field(0, 23), st.sampled_from(["0-3", "1,2", "2", "23,0-2"])))
    days, weekdays = draw(st.sampled_from([("*", "*"), ("*/2", "*"), ("*", "0,6"), ("1-15", "*"), ("*", "1-5")]))
    return parse_cron(f"{minute} {hour} {days} * {weekdays}")


@settings(max_examples=40)
@given(cron=_crons(), change=st.sampled_from(CHANGES), offset=st.integers(-4 * 60, 4 * 60))
def test_the_times_are_those_of_a_walk_through_all_minutes(
    cron: Cron, change: tuple[str, dt.datetime], offset: int
) -> None:
    """Forwards and backwards, over the hours that are left out and those that come twice."""
    there, since = zone(change[0]), change[1] + offset * MINUTE - DAY / 6
    until = since + DAY / 3
    expected = _by_foot(cron, there, since, until)
    found = itertools.takewhile(lambda moment: moment.at <= until, upcoming(cron, there, since))
    assert [moment.at for moment in found] == expected
    backwards = list(itertools.takewhile(lambda at: at > since, _backwards(cron, there, until)))
    assert backwards == expected[::-1]


def _backwards(cron: Cron, there: ZoneInfo, upto: dt.datetime) -> Iterator[dt.datetime]:
    while moments := preceding(cron, there, upto):
        yield moments[0].at
        upto = moments[0].at - dt.timedelta(seconds=1)


@given(cron=_crons(), change=st.sampled_from(CHANGES), offset=st.integers(-24 * 60, 24 * 60))
def test_what_follows_depends_on_nothing_but_the_expression(
    cron: Cron, change: tuple[str, dt.datetime], offset: int
) -> None:
    """Whoever asks in between is told the same."""
    there, now = zone(change[0]), change[1] + offset * MINUTE
    first = following(cron, there, now)
    assert first is not None
    assert first.at > now
    halfway = now + (first.at - now) / 2
    assert following(cron, there, halfway) == first
    assert preceding(cron, there, first.at)[0].at == first.at


SPOKEN = [
    ("30 2 * * *", "2026-03-28T12:00:00Z", ["2026-03-29T03:30:00+02:00", "2026-03-30T02:30:00+02:00"]),
    ("0 2 * * *", "2026-03-28T12:00:00Z", ["2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"]),
    ("0 2,3 * * *", "2026-03-28T12:00:00Z", ["2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"]),
    ("30 2 * * *", "2026-10-24T12:00:00Z", ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]),
    ("0 * * * *", "2026-10-24T23:30:00Z", ["2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00"]),
    ("0 0 29 2 *", "2026-03-01T00:00:00Z", ["2028-02-29T00:00:00+01:00", "2032-02-29T00:00:00+01:00"]),
]


@pytest.mark.parametrize(("text", "after", "expected"), SPOKEN)
def test_a_time_left_out_in_spring_comes_an_hour_later_and_one_that_comes_twice_once(
    text: str, after: str, expected: list[str]
) -> None:
    """In Berlin."""
    berlin = zone("Europe/Berlin")
    found = upcoming(parse_cron(text), berlin, dt.datetime.fromisoformat(after))
    assert [local(moment.at, berlin) for moment in itertools.islice(found, len(expected))] == expected


def test_a_time_on_the_wall_has_two_readings_where_clocks_are_changed() -> None:
    """And one everywhere else."""
    berlin = zone("Europe/Berlin")
    for text, hours in (("2026-03-29T02:30", 1), ("2026-10-25T02:30", 1), ("2026-06-01T00:00", 0)):
        wall = dt.datetime.fromisoformat(text)
        assert latest(wall, berlin) - earliest(wall, berlin) == dt.timedelta(hours=hours)
        assert once(wall, berlin) in {earliest(wall, berlin), latest(wall, berlin)}


def test_the_end_of_the_calendar_is_no_time() -> None:
    """Whoever plans for then is told that nothing comes."""
    end = dt.datetime(9999, 12, 31, 23, tzinfo=dt.UTC)
    assert following(parse_cron("0 3 * * *"), zone("UTC"), end) is None
    assert preceding(parse_cron("0 3 * * *"), zone("UTC"), dt.datetime(1, 1, 1, tzinfo=dt.UTC)) == ()
