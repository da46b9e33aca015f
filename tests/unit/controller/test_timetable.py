"""The timetable: what a run of a scheduled policy is for, what is caught up, and what is left to the next time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.unit.engine.situations import compilation
from tests.unit.parsing.test_native_spelling import policy
from zen_gc_core.controller.beats.places import slot_of
from zen_gc_core.controller.beats.timetable import Timetable
from zen_gc_core.controller.runs.remembered import Entry
from zen_gc_core.instants import format_instant, parse_instant

HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)
TIME = parse_instant("2026-11-24T03:00:00Z")
BEFORE = parse_instant("2026-11-23T03:00:00Z")
NEXT = parse_instant("2026-11-25T03:00:00Z")
DAILY = {"cron": "0 3 * * *", "startingDeadline": "1h"}


def scheduled(*, generation: int = 1, last: dt.datetime | None = None, last_generation: Any = 1, **spec: Any) -> Entry:
    """A policy as the loop knows it."""
    document = policy(**{"schedule": DAILY, **spec})
    document["metadata"] |= {"uid": "u", "generation": generation}
    status = (
        {} if last is None else {"lastScheduleTime": format_instant(last), "lastScheduleGeneration": last_generation}
    )
    found = compilation(document)
    assert found.compiled is not None, found.errors
    entry = Entry(("GarbageCollectionPolicy", "team", "pods"), found, paused=False, resource_version="1")
    entry.status = status
    return entry


def begin(table: Timetable, entry: Entry, now: dt.datetime) -> dt.datetime | None:
    """Begin a run; the time that it is for."""
    compiled = entry.compilation.compiled
    assert compiled is not None
    assert compiled.policy.calendar.schedule is not None
    errand = table.begin(entry, compiled.policy.calendar.schedule, now)
    assert (errand.occasion is None) <= bool(errand.why)
    return errand.occasion.time if errand.occasion else None


CAUGHT_UP = [
    ({"last": BEFORE}, TIME + MINUTE, TIME),
    ({"last": BEFORE}, TIME + HOUR, TIME),
    ({"last": BEFORE}, TIME + HOUR + SECOND, None),  # beyond the starting deadline
    ({"last": BEFORE - 300 * 24 * HOUR}, TIME + MINUTE, TIME),  # the last time alone
    ({"last": TIME}, TIME + MINUTE, None),  # it had its run
    ({}, TIME + MINUTE, None),  # it never ran: the next time
    ({"last": BEFORE, "last_generation": 2}, TIME + MINUTE, None),  # it was edited since
    ({"last": BEFORE, "generation": 2}, TIME + MINUTE, None),
    ({"last": BEFORE, "last_generation": None}, TIME + MINUTE, None),
    ({"last": BEFORE, "last_generation": True}, TIME + MINUTE, None),
    ({"last": NEXT}, TIME + MINUTE, None),  # a time that is still to come says nothing
    ({"last": BEFORE, "blackouts": [{"from": "2026-11-24", "until": "2026-11-24"}]}, TIME + MINUTE, None),
    ({"last": BEFORE, "windows": [{"cron": "0 5 * * *", "duration": "1h"}]}, TIME + MINUTE, None),
    ({"last": BEFORE, "windows": [{"cron": "0 3 * * *", "duration": "1h"}]}, TIME + MINUTE, TIME),
]


@pytest.mark.parametrize(("known", "now", "expected"), CAUGHT_UP)
def test_what_was_missed_is_caught_up_once_and_only_by_the_same_policy(
    known: dict[str, Any], now: dt.datetime, expected: dt.datetime | None
) -> None:
    """Within the starting deadline, and never in a blackout; then it waits for its next time."""
    table, entry = Timetable(), scheduled(**known)
    assert begin(table, entry, now) == expected
    assert begin(table, entry, now + SECOND) is None
    assert table.next_at(slot_of(entry)) == NEXT
    assert table.come(NEXT - SECOND) == []
    assert table.come(NEXT) == [slot_of(entry)]
    assert begin(table, entry, NEXT) == NEXT


def test_a_time_for_which_the_policy_waited_needs_no_status() -> None:
    """It is planned at once, and acts at its time, however its status reads by then."""
    table, entry = Timetable(), scheduled()
    assert begin(table, entry, TIME - HOUR) is None
    entry.status = {"lastScheduleTime": "nonsense"}
    assert table.come(TIME) == [slot_of(entry)]
    assert begin(table, entry, TIME + SECOND) == TIME


def test_an_edit_within_the_jitter_waits_for_the_next_time() -> None:
    """The time itself lies before the edit."""
    jittery = {"cron": "0 3 * * *", "jitter": "1h", "startingDeadline": "2h"}
    table, entry = Timetable(), scheduled(schedule=jittery)
    begin(table, entry, TIME - HOUR)
    at = table.next_at(slot_of(entry))
    assert at is not None
    assert TIME < at < TIME + HOUR
    edited = scheduled(schedule=jittery, generation=2, last=BEFORE)
    table.forget(slot_of(entry))
    assert begin(table, edited, TIME + SECOND) is None
    coming = table.next_at(slot_of(edited))
    assert coming is not None
    assert coming >= NEXT


def test_a_restart_within_the_jitter_keeps_the_time() -> None:
    """It is the same policy, whose run is still to begin."""
    jittery = {"cron": "0 3 * * *", "jitter": "1h", "startingDeadline": "2h"}
    table, entry = Timetable(), scheduled(schedule=jittery)
    begin(table, entry, TIME - HOUR)
    at = table.next_at(slot_of(entry))
    later, same = Timetable(), scheduled(schedule=jittery, last=BEFORE)
    assert begin(later, same, TIME + SECOND) is None
    assert later.next_at(slot_of(same)) == at


def test_a_run_that_failed_is_looked_at_again_and_acts_only_where_it_had_not_begun() -> None:
    """What was claimed has had its run, whatever came of it; what was not is tried again, later and later."""
    table, entry = Timetable(), scheduled()
    slot = slot_of(entry)
    begin(table, entry, TIME - HOUR)
    assert begin(table, entry, TIME) == TIME
    table.done(slot, TIME, MINUTE, failed=True, claimed=False)
    assert table.come(TIME + MINUTE - SECOND) == []
    assert table.come(TIME + MINUTE) == [slot]
    assert begin(table, entry, TIME + MINUTE) == TIME
    table.done(slot, TIME + MINUTE, MINUTE, failed=True, claimed=True)
    assert table.come(TIME + 2 * MINUTE) == []
    assert table.come(TIME + 3 * MINUTE) == [slot]
    assert begin(table, entry, TIME + 3 * MINUTE) is None
    table.done(slot, TIME + 3 * MINUTE, MINUTE, failed=False, claimed=True)
    assert table.come(NEXT - SECOND) == []


def test_who_does_not_lead_waits_for_nothing() -> None:
    """And finds out anew what was missed when it leads again: by the status, which tells of the others' runs."""
    table, entry = Timetable(), scheduled()
    begin(table, entry, TIME - HOUR)
    table.clear()
    assert table.come(NEXT) == []
    assert table.next_at(slot_of(entry)) is None
    assert begin(table, entry, TIME + MINUTE) is None
    table.clear()
    entry.status = {"lastScheduleTime": format_instant(BEFORE), "lastScheduleGeneration": 1}
    assert begin(table, entry, TIME + MINUTE) == TIME
