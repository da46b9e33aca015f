"""Windows and blackouts at an instant, and the scheduled times of a policy: what is ambiguous lets nothing be written."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.parsing.test_native_spelling import policy
from zen_gc_core.engine.calendar import gate as gates
from zen_gc_core.engine.calendar.foreseeing import calendar_warnings, foresee
from zen_gc_core.engine.calendar.gate import Gate
from zen_gc_core.engine.calendar.opening import blackout_at, is_open, may_write, next_opening, window_at
from zen_gc_core.engine.calendar.timetable import due_occasion, next_occasion, occasion_at
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.model.calendars import Calendar, Recess, Schedule, Window
from zen_gc_core.model.crons import parse_cron
from zen_gc_core.model.wall_times import local
from zen_gc_core.model.zones import zone

if TYPE_CHECKING:
    from zen_gc_core.model.policy import Policy

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
BERLIN = {"timeZone": "Europe/Berlin"}
NIGHT = {"cron": "0 22 * * *", "duration": "8h", **BERLIN}


def at(text: str) -> dt.datetime:
    """An instant, written as people write it."""
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def parsed(**spec: Any) -> Policy:
    """A policy that is right."""
    found = parse_policy(policy(**spec))
    assert found.errors == ()
    assert found.policy is not None
    return found.policy


def calendar(**spec: Any) -> Calendar:
    """Its calendar."""
    return parsed(**spec).calendar


OPEN = [
    ({}, "2026-11-27T12:00:00Z", None),
    (
        {"windows": [NIGHT]},
        "2026-11-27T21:59:59+01:00",
        "no window is open; the next one opens at 2026-11-27T22:00:00+01:00",
    ),
    ({"windows": [NIGHT]}, "2026-11-27T22:00:00+01:00", None),
    ({"windows": [NIGHT]}, "2026-11-28T05:59:59+01:00", None),
    (
        {"windows": [NIGHT]},
        "2026-11-28T06:00:00+01:00",
        "no window is open; the next one opens at 2026-11-28T22:00:00+01:00",
    ),
    ({"windows": [NIGHT, {"cron": "0 12 * * *", "duration": "1h"}]}, "2026-11-27T12:30:00Z", None),
    # A date in until is that whole day, in its zone.
    ({"blackouts": [{"from": "2026-12-20", "until": "2027-01-06", **BERLIN}]}, "2026-12-19T23:59:59+01:00", None),
    (
        {"blackouts": [{"from": "2026-12-20", "until": "2027-01-06", "reason": "change freeze", **BERLIN}]},
        "2026-12-20T00:00:00+01:00",
        "a blackout lasts until 2027-01-07T00:00:00+01:00: change freeze",
    ),
    (
        {"blackouts": [{"from": "2026-12-20", "until": "2027-01-06"}]},
        "2027-01-06T23:59:59Z",
        "a blackout lasts until 2027-01-07T00:00:00+00:00",
    ),
    ({"blackouts": [{"from": "2026-12-20", "until": "2027-01-06"}]}, "2027-01-07T00:00:00Z", None),
    (
        {"blackouts": [{"from": "2026-12-20T10:00:00Z", "until": "2026-12-20T11:00:00Z"}]},
        "2026-12-20T10:59:59Z",
        "a blackout lasts until 2026-12-20T11:00:00+00:00",
    ),
    ({"blackouts": [{"from": "2026-12-20T10:00:00Z", "until": "2026-12-20T11:00:00Z"}]}, "2026-12-20T11:00:00Z", None),
    # Deny beats allow.
    (
        {"windows": [NIGHT], "blackouts": [{"cron": "0 23 * * *", "duration": "1h", **BERLIN}]},
        "2026-11-27T23:30:00+01:00",
        "a blackout lasts until 2026-11-28T00:00:00+01:00",
    ),
    (
        {"windows": [NIGHT], "blackouts": [{"cron": "0 20 * * *", "duration": "4h", **BERLIN}]},
        "2026-11-27T21:00:00+01:00",
        "a blackout lasts until 2026-11-28T00:00:00+01:00",
    ),
    # The day of 25 hours: a window ends by the earlier reading, a blackout by the later.
    ({"windows": [NIGHT]}, "2026-10-25T04:59:59+01:00", None),
    (
        {"windows": [NIGHT]},
        "2026-10-25T05:00:00+01:00",
        "no window is open; the next one opens at 2026-10-25T22:00:00+01:00",
    ),
    (
        {"blackouts": [{"cron": "0 0 * * 0", "duration": "24h", **BERLIN}]},
        "2026-10-25T23:59:59+01:00",
        "a blackout lasts until 2026-10-26T00:00:00+01:00",
    ),
    # The day of 23 hours.
    ({"windows": [NIGHT]}, "2026-03-29T05:59:59+02:00", None),
    (
        {"windows": [NIGHT]},
        "2026-03-29T06:00:00+02:00",
        "no window is open; the next one opens at 2026-03-29T22:00:00+02:00",
    ),
    (
        {"blackouts": [{"cron": "0 0 * * 0", "duration": "24h", **BERLIN}]},
        "2026-03-30T00:59:59+02:00",
        "a blackout lasts until 2026-03-30T01:00:00+02:00",
    ),
    # A blackout that begins at a time that comes twice covers both, and what lies between.
    (
        {"blackouts": [{"cron": "30 2 * * *", "duration": "30m", **BERLIN}]},
        "2026-10-25T02:30:00+02:00",
        "a blackout lasts until 2026-10-25T03:00:00+01:00",
    ),
    (
        {"blackouts": [{"cron": "30 2 * * *", "duration": "30m", **BERLIN}]},
        "2026-10-25T02:59:59+01:00",
        "a blackout lasts until 2026-10-25T03:00:00+01:00",
    ),
    # A window opens at the first of them, once.
    ({"windows": [{"cron": "30 2 * * *", "duration": "30m", **BERLIN}]}, "2026-10-25T02:45:00+02:00", None),
    (
        {"windows": [{"cron": "30 2 * * *", "duration": "30m", **BERLIN}]},
        "2026-10-25T02:45:00+01:00",
        "no window is open; the next one opens at 2026-10-26T02:30:00+01:00",
    ),
    # One that opens at a time that is left out opens as much later, as a schedule does.
    ({"windows": [{"cron": "30 2 * * *", "duration": "1h", **BERLIN}]}, "2026-03-29T03:30:00+02:00", None),
    (
        {"windows": [{"cron": "30 2 * * *", "duration": "1h", **BERLIN}]},
        "2026-03-29T04:30:00+02:00",
        "no window is open; the next one opens at 2026-03-30T02:30:00+02:00",
    ),
]


@pytest.mark.parametrize(("spec", "now", "why"), OPEN)
def test_a_policy_writes_in_windows_and_never_in_blackouts(spec: dict[str, Any], now: str, why: str | None) -> None:
    """To the second."""
    assert may_write(calendar(**spec), at(now)).why == why


ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"])
CHANGES = st.sampled_from(
    [
        "2026-03-29T01:00Z",
        "2026-10-25T01:00Z",
        "2026-03-08T07:00Z",
        "2026-11-01T06:00Z",
        "2026-10-03T15:30Z",
        "2011-12-30T10:00Z",
    ]
)
CRONS = st.sampled_from(
    ["0 22 * * *", "30 2 * * *", "0 * * * *", "*/30 1-3 * * *", "0 0 * * 0", "0 9 * * 1-5", "15 2,3 * * *"]
)
SPANS = st.sampled_from([1, 30, 45, 60, 90, 8 * 60, 24 * 60, 50 * 60])


@given(zone_name=ZONES, change=CHANGES, cron=CRONS, minutes=SPANS, offset=st.integers(-1800, 1800))
def test_a_blackout_covers_every_reading_and_a_window_no_more_than_one(
    zone_name: str, change: str, cron: str, minutes: int, offset: int
) -> None:
    """Walking back by foot from an instant: what may be in the blackout is, and an open window was opened in time."""
    now, there, duration = at(change) + offset * MINUTE, zone(zone_name), minutes * MINUTE
    expression = parse_cron(cron)
    begun = _begun(cron, there, now, minutes + 26 * 60)
    lately = [start for start in begun if start <= now < start + duration]
    if lately:  # whichever of the two readings it is
        assert blackout_at(Recess(expression, duration, zone_name), now) is not None
    window = window_at(Window(expression, duration, zone_name), now)
    if window is not None:
        assert window.since <= now < window.until <= window.since + duration
        assert window.since <= now < window.since + duration
    if lately and _quiet(there, now, duration):
        assert window is not None
        assert blackout_at(Recess(expression, duration, zone_name), now) is not None
    if not lately and _quiet(there, now, duration):
        assert window is None
        assert blackout_at(Recess(expression, duration, zone_name), now) is None


def _begun(cron: str, there: Any, now: dt.datetime, minutes: int) -> list[dt.datetime]:
    """Every instant before now at which the clock on the wall shows a time of an expression."""
    fields = [None if part == "*" else set(map(int, part.split(","))) for part in parse_cron(cron).canonical.split()]
    found = []
    instant = now.replace(second=0, microsecond=0)
    for _ in range(minutes):
        wall = instant.astimezone(there)
        values = (wall.minute, wall.hour, wall.day, wall.month, wall.isoweekday() % 7)
        if all(known is None or value in known for known, value in zip(fields, values, strict=True)):
            found.append(instant)
        instant -= MINUTE
    return found


def _quiet(there: Any, now: dt.datetime, duration: dt.timedelta) -> bool:
    """Whether no clock is changed anywhere near."""
    span = duration + 49 * HOUR
    return len({(now + share * span / 20).astimezone(there).utcoffset() for share in range(-20, 21)}) == 1


@given(
    zone_name=ZONES,
    change=CHANGES,
    windows=st.lists(st.tuples(CRONS, SPANS), max_size=2),
    blackouts=st.lists(st.tuples(CRONS, SPANS), max_size=2),
    moment=st.tuples(st.integers(-1800, 1800), st.integers(0, 999)),
)
def test_what_is_remembered_is_what_would_be_found_out_anew(
    zone_name: str, change: str, windows: Any, blackouts: Any, moment: tuple[int, int]
) -> None:
    """For as long as an answer is said to hold; and the next opening is one, with none before it."""
    found = Calendar(
        None,
        tuple(Window(parse_cron(cron), minutes * MINUTE, zone_name) for cron, minutes in windows),
        tuple(Recess(parse_cron(cron), minutes * MINUTE, zone_name) for cron, minutes in blackouts),
    )
    offset, later = moment
    now = at(change) + offset * MINUTE
    answer = may_write(found, now)
    assert is_open(found, now) == (answer.why is None)
    then = now + (max(answer.until, now) - now) * later // 1000
    assert (may_write(found, then).why is None) == (answer.why is None)
    opens = next_opening(found, now)
    if opens is not None:
        assert may_write(found, opens.at).why is None
        assert opens.at == now or may_write(found, now + (opens.at - now) * later // 1000).why is not None


def test_the_gate_asks_once_for_as_long_as_the_answer_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """And anew when a clock is put back."""
    asked: list[dt.datetime] = []
    monkeypatch.setattr(gates, "may_write", lambda found, now: asked.append(now) or may_write(found, now))
    gate = Gate(calendar(windows=[NIGHT]))
    for minute in range(5):
        assert gate.closed(at("2026-11-27T22:00:00+01:00") + minute * MINUTE) is None
    assert len(asked) == 1
    assert gate.closed(at("2026-11-27T21:59:00+01:00")) is not None
    assert gate.closed(at("2026-11-28T06:00:00+01:00")) is not None
    assert Gate(calendar()).closed(at("2026-11-28T06:00:00+01:00")) is None


DAILY = Schedule(parse_cron("0 3 * * *"), "Europe/Berlin", starting_deadline=HOUR)
MONDAY, TUESDAY = at("2026-11-23T03:00:00+01:00"), at("2026-11-24T03:00:00+01:00")

DUE = [
    (MONDAY - HOUR, TUESDAY - MINUTE, None),  # Monday's is too late by far
    (MONDAY, TUESDAY - MINUTE, None),
    (MONDAY, TUESDAY, TUESDAY),
    (MONDAY, TUESDAY + HOUR, TUESDAY),
    (MONDAY, TUESDAY + HOUR + MINUTE, None),
    (TUESDAY, TUESDAY + MINUTE, None),  # it had its run
    (TUESDAY + MINUTE, TUESDAY + 2 * MINUTE, None),  # an edit after it
    (MONDAY - 30 * HOUR, TUESDAY + MINUTE, TUESDAY),  # the last one alone
]


@pytest.mark.parametrize(("floor", "now", "expected"), DUE)
def test_one_time_is_due_at_most_and_none_that_is_over(
    floor: dt.datetime, now: dt.datetime, expected: dt.datetime | None
) -> None:
    """Within the starting deadline."""
    found = due_occasion(DAILY, "u", floor, now)
    assert (found.time if found else None) == expected
    coming = next_occasion(DAILY, "u", floor, now)
    assert coming is not None
    assert coming.time > max(floor, now)


@given(uid=st.text(max_size=40), minutes=st.integers(0, 3 * 24 * 60), jitter=st.integers(1, 3600))
def test_jitter_is_the_same_for_the_same_policy_and_time(uid: str, minutes: int, jitter: int) -> None:
    """Within its bounds; and a run that is to begin is either still to come or due, never both, never neither."""
    schedule = Schedule(parse_cron("0 3 * * *"), "UTC", dt.timedelta(seconds=jitter), 25 * HOUR)
    now = at("2026-11-23T03:00:00Z") + minutes * MINUTE
    floor = now - 20 * HOUR
    coming = next_occasion(schedule, uid, floor, now)
    assert coming is not None
    assert coming.at > now
    assert coming == occasion_at(schedule, uid, coming.time)
    assert dt.timedelta() <= coming.at - coming.time < dt.timedelta(seconds=jitter)
    due = due_occasion(schedule, uid, floor, now)
    times = [day + 3 * HOUR for day in (at("2026-11-22T00:00Z") + 24 * each * HOUR for each in range(6))]
    begun = [time for time in times if floor < time and occasion_at(schedule, uid, time).at <= now]
    assert (due.time if due else None) == (begun[-1] if begun else None)
    assert coming.time == next(time for time in times if time > floor and occasion_at(schedule, uid, time).at > now)


def test_what_comes_next_is_told_with_the_offset_of_its_zone() -> None:
    """Three times, over the night in which the clocks are put back."""
    now = at("2026-10-24T12:00:00Z")
    found = foresee(parsed(schedule={"cron": "30 2 * * *", "jitter": "1m", **BERLIN}), now)
    assert found is not None
    assert [str(each) for each in found.next] == [
        "2026-10-25T02:30:00+02:00, and up to 1m later",
        "2026-10-26T02:30:00+01:00, and up to 1m later",
        "2026-10-27T02:30:00+01:00, and up to 1m later",
    ]
    assert found.why == "it acts at its scheduled times, next at 2026-10-25T02:30:00+02:00"
    document = policy(schedule={"cron": "30 2 * * *", "jitter": "1h", **BERLIN})
    document["metadata"]["uid"] = "u"
    installed = parse_policy(document).policy
    assert installed is not None
    assert installed.calendar.schedule is not None
    begins = [
        occasion_at(installed.calendar.schedule, "u", at(text)).at
        for text in ("2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00")
    ]
    known = foresee(installed, now)
    assert known is not None
    assert [str(each) for each in known.next[:2]] == [local(each, zone("Europe/Berlin")) for each in begins]
    windows = foresee(parsed(windows=[NIGHT]), now)
    assert windows is not None
    assert str(windows.next[0]) == "2026-10-24T22:00:00+02:00 to 2026-10-25T05:00:00+01:00"
    assert foresee(parsed(), now) is None
    frozen = foresee(parsed(blackouts=[{"from": "2026-10-24", "until": "2026-10-25"}]), now)
    assert frozen is not None
    assert list(map(str, frozen.next)) == ["from 2026-10-26T00:00:00+00:00 on"]
    paused = foresee(parsed(schedule="0 3 * * *", paused=True), now)
    assert paused is not None
    assert (paused.why, paused.next) == ("the policy is paused", ())


WARNED = [
    (
        {"blackouts": [{"from": "2025-12-20", "until": "2026-01-06"}]},
        "spec.blackouts[0]: has passed: it ended at 2026-01-07T00:00:00+00:00; leave it out, or write the next one",
    ),
    (
        {"windows": [NIGHT], "blackouts": [{"cron": "0 21 * * *", "duration": "12h", **BERLIN}]},
        "spec.windows: nothing is ever written: the policy may not write at any time that is in sight; blackouts beat windows",
    ),
    (
        {"blackouts": [{"cron": "0 * * * *", "duration": "1h"}]},
        "spec.blackouts: nothing is ever written: the policy may not write at any time that is in sight",
    ),
    (
        {"schedule": "0 12 * * *", "windows": [NIGHT]},
        "spec.schedule: none of its times until 2027-03-06T12:00:00+00:00 is one at which windows and blackouts let it write: all of its runs are deferred",
    ),
    ({"schedule": "0 23 * * *", "windows": [NIGHT]}, None),
    ({"blackouts": [{"from": "2026-12-20", "until": "2027-01-06"}]}, None),
    ({}, None),
]


@pytest.mark.parametrize(("spec", "message"), WARNED)
def test_what_never_comes_to_pass_is_told(spec: dict[str, Any], message: str | None) -> None:
    """As of an instant."""
    assert [str(each) for each in calendar_warnings(parsed(**spec), at("2026-11-27T00:00:00Z"))] == (
        [message] if message else []
    )


def test_the_end_of_the_calendar_is_closed() -> None:
    """Where it cannot be told whether a window is open, nothing is written."""
    end = dt.datetime(9999, 12, 31, 23, 30, tzinfo=dt.UTC)
    assert may_write(calendar(windows=[NIGHT]), end).why is not None
    assert may_write(calendar(blackouts=[{"cron": "0 * * * *", "duration": "1h"}]), end).why is not None
    for instant in (end, dt.datetime(1, 1, 1, tzinfo=dt.UTC)):
        for spec in ({"windows": [NIGHT]}, {"blackouts": [NIGHT]}, {"schedule": {"cron": "0 3 * * *", **BERLIN}}):
            assert foresee(parsed(**spec), instant) is not None
            calendar_warnings(parsed(**spec), instant)
