"""``spec.schedule``, ``spec.windows`` and ``spec.blackouts``: what they become, and what is said of wrong ones, with their place."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.unit.parsing.test_native_spelling import errors, policy
from zen_gc_core.engine.parsing import limits, parse_policy
from zen_gc_core.model.calendars import ALWAYS, DEADLINE, Calendar, Freeze, Recess, Schedule, Window
from zen_gc_core.model.crons import parse_cron

HOUR = dt.timedelta(hours=1)
NIGHT = {"cron": "0 22 * * *", "duration": "8h"}


def test_every_field_is_read() -> None:
    """Crons as they were written, dates in their zone."""
    parsed = parse_policy(
        policy(
            schedule={"cron": "0 3 * * *", "timeZone": "Europe/Berlin", "jitter": "1m", "startingDeadline": "1h"},
            windows=[{"cron": "0 22 * * *", "duration": "8h", "timeZone": "Europe/Berlin"}],
            blackouts=[
                {"from": "2026-12-20", "until": "2027-01-06", "reason": "change freeze", "timeZone": "Europe/Berlin"},
                {"from": "2026-12-20T18:00:00+01:00", "until": "2026-12-20T18:00:00Z"},
                {"cron": "0 9 * * 1-5", "duration": "9h", "reason": "office hours"},
            ],
        )
    )
    assert (parsed.errors, parsed.warnings) == ((), ())
    assert parsed.policy is not None
    assert parsed.policy.calendar == Calendar(
        Schedule(parse_cron("0 3 * * *"), "Europe/Berlin", HOUR / 60, HOUR),
        (Window(parse_cron("0 22 * * *"), 8 * HOUR, "Europe/Berlin"),),
        (
            Freeze(
                dt.datetime(2026, 12, 19, 23, tzinfo=dt.UTC),
                dt.datetime(2027, 1, 6, 23, tzinfo=dt.UTC),
                "change freeze",
                "Europe/Berlin",
            ),
            Freeze(dt.datetime(2026, 12, 20, 17, tzinfo=dt.UTC), dt.datetime(2026, 12, 20, 18, tzinfo=dt.UTC)),
            Recess(parse_cron("0 9 * * 1-5"), 9 * HOUR, "UTC", "office hours"),
        ),
    )


def test_a_plain_text_is_a_schedule() -> None:
    """In UTC, with a deadline for a change of leaders."""
    plain = parse_policy(policy(schedule="0 3 * * *")).policy
    assert plain is not None
    assert plain.calendar == Calendar(Schedule(parse_cron("0 3 * * *"), "UTC", None, DEADLINE))
    always = parse_policy(policy()).policy
    assert always is not None
    assert always.calendar == ALWAYS
    assert not always.calendar


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"schedule": "0 0 3 * * *"}, "spec.schedule: has 6 fields; a cron expression has five: minute, hour, day of month, month and day of week; without seconds it is '0 3 * * *'"),
    ({"schedule": "@reboot"}, "spec.schedule: '@reboot' is no time: a restart of the controller makes nothing due; write five fields, such as '0 3 * * *'"),
    ({"schedule": {"cron": "0 0 1 * MON"}}, "spec.schedule.cron: day of month and day of week together mean 'either' to some crons and 'both' to others; write * for one of them"),
    ({"schedule": ""}, "spec.schedule: must not be empty"),
    ({"schedule": 3}, "spec.schedule: must be text, not 3; write it in quotes"),
    ({"schedule": None}, "spec.schedule: is null; leave it out, or give it a value"),
    ({"schedule": []}, "spec.schedule: must be text, not a list"),
    ({"schedule": {}}, "spec.schedule.cron: is missing: when the policy runs, such as '0 3 * * *'"),
    ({"schedule": {"cron": "0 3 * * *", "timezone": "UTC"}}, "spec.schedule: unknown field 'timezone'; did you mean 'timeZone'?"),
    ({"schedule": {"cron": "0 3 * * *", "timeZone": "Europe/Berln"}}, "spec.schedule.timeZone: unknown time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?"),
    ({"schedule": {"cron": "0 3 * * *", "timeZone": "CEST"}}, "spec.schedule.timeZone: unknown time zone 'CEST'"),
    ({"schedule": {"cron": "0 3 * * *", "jitter": 0}}, "spec.schedule.jitter: a duration must be more than 0, not 0"),
    ({"schedule": {"cron": "*/5 * * * *", "jitter": "5m"}}, "spec.schedule.jitter: must be less than 5m, which is between two times of '*/5 * * * *': a run would begin after that of the next time"),
    ({"schedule": {"cron": "0 3 * * *", "startingDeadline": "0s"}}, "spec.schedule.startingDeadline: a duration must be more than 0, not '0s'"),
    ({"schedule": {"cron": "0 3 * * *", "startingDeadlineSeconds": 60}}, "spec.schedule: unknown field 'startingDeadlineSeconds'; did you mean 'startingDeadline'?"),
    ({"schedule": "0 3 * * *", "evaluationInterval": "5m"}, "spec.evaluationInterval: says how often, and schedule says when: leave one of them out"),
    ({"windows": []}, "spec.windows: must not be an empty list"),
    ({"windows": NIGHT}, "spec.windows: must be a list, not an object"),
    ({"windows": ["0 22 * * *"]}, "spec.windows[0]: a window needs a duration: write {cron: …, duration: 8h}"),
    ({"windows": [{"cron": "0 22 * * *"}]}, "spec.windows[0].duration: is missing: how long the window is open, such as 8h"),
    ({"windows": [{"duration": "8h"}]}, "spec.windows[0].cron: is missing: when the window opens, such as '0 22 * * *'"),
    ({"windows": [NIGHT, {"cron": "0 2 * * *", "duration": "0h"}]}, "spec.windows[1].duration: a duration must be more than 0, not '0h'"),
    ({"windows": [{**NIGHT, "cron": "0 0 31 2 *"}]}, "spec.windows[0].cron: it never comes: there is no day 31 in Feb"),
    ({"windows": [NIGHT] * (limits.WINDOWS + 1)}, f"spec.windows: has {limits.WINDOWS + 1} entries; {limits.WINDOWS} are the most"),
    ({"windows": [None]}, "spec.windows[0]: must be an object, not null"),
    ({"blackouts": []}, "spec.blackouts: must not be an empty list"),
    ({"blackouts": [{}]}, "spec.blackouts[0]: needs from and until, or cron and duration"),
    ({"blackouts": [{"reason": "x"}]}, "spec.blackouts[0]: needs from and until, or cron and duration"),
    ({"blackouts": [{"from": "2026-12-20"}]}, "spec.blackouts[0].until: is missing: the last day, or a time"),
    ({"blackouts": [{"until": "2026-12-20"}]}, "spec.blackouts[0].from: is missing: a date or a time from which on nothing is written"),
    ({"blackouts": [{"from": "2026-12-20", "duration": "8h"}]}, "spec.blackouts[0]: has from and duration: it is once, with from and until, or again and again, with cron and duration"),
    ({"blackouts": [{"from": "2026-12-20", "until": "2026-12-19"}]}, "spec.blackouts[0]: ends before it begins: until must be after from"),
    ({"blackouts": [{"from": "2026-12-20T10:00:00Z", "until": "2026-12-20T10:00:00Z"}]}, "spec.blackouts[0]: ends before it begins: until must be after from"),
    ({"blackouts": [{"from": "2026-12-20T18:00:00", "until": "2026-12-21"}]}, "spec.blackouts[0].from: '2026-12-20T18:00:00' is not a date or an RFC 3339 time; write its offset, too, such as 2026-12-20T18:00:00+01:00"),
    ({"blackouts": [{"from": "20.12.2026", "until": "2026-12-21"}]}, "spec.blackouts[0].from: '20.12.2026' is not a date or an RFC 3339 time, such as 2026-12-20"),
    ({"blackouts": [{"from": "2026-02-30", "until": "2026-12-21"}]}, "spec.blackouts[0].from: '2026-02-30' is not a time that exists, such as 2026-12-20"),
    ({"blackouts": [{"from": "2026-12-20", "until": "9999-12-31"}]}, "spec.blackouts[0].until: '9999-12-31' is not a time that exists"),
    ({"blackouts": [{"from": 20261220, "until": "2026-12-21"}]}, "spec.blackouts[0].from: a number is not a date or an RFC 3339 time, such as 2026-12-20"),
    ({"blackouts": [{"from": None, "until": "2026-12-21"}]}, "spec.blackouts[0].from: is null; leave it out, or give it a value"),
    ({"blackouts": [{**NIGHT, "reason": "x" * 257}]}, "spec.blackouts[0].reason: has 257 characters; 256 are the most"),
    ({"blackout": [NIGHT]}, "spec: unknown field 'blackout'; did you mean 'blackouts'?"),
    ({"maintenanceWindows": [NIGHT]}, "spec: unknown field 'maintenanceWindows'; did you mean 'windows'?"),
    ({"cron": "0 3 * * *"}, "spec: unknown field 'cron'; it belongs in spec.schedule, or an entry of spec.windows or spec.blackouts"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "message"), WRONG)
def test_what_is_wrong_is_told_once_with_its_place_and_a_hint(spec: dict[str, Any], message: str) -> None:
    """Nothing is guessed: a policy that is not understood never acts."""
    (found,) = errors(policy(**spec))
    assert found == message or (found.startswith(message) and message.count(":") > 0)


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Each entry is read, whatever is wrong with another."""
    found = errors(policy(schedule="x", windows=[{}], blackouts=[{}, {"cron": "x", "duration": 0}]))
    assert [each.partition(": ")[0] for each in found] == [
        "spec.schedule",
        "spec.windows[0].cron",
        "spec.windows[0].duration",
        "spec.blackouts[0]",
        "spec.blackouts[1].cron",
        "spec.blackouts[1].duration",
    ]


def test_every_minute_of_an_hour_is_a_warning() -> None:
    """In a schedule, and where a window opens."""
    parsed = parse_policy(policy(schedule="* 0 * * *", windows=[{"cron": "* 0 * * *", "duration": "1h"}]))
    message = "'* 0 * * *' comes 60 times between 00:00 and 00:59; write 0 for the minute to have it once"
    assert parsed.errors == ()
    assert list(map(str, parsed.warnings)) == [f"spec.schedule: {message}", f"spec.windows[0].cron: {message}"]


def test_a_window_between_two_runs_is_a_warning() -> None:
    """It may open and close without the policy running; a schedule brings times of its own."""
    short = {"cron": "0 22 * * *", "duration": "4m"}
    for spec, said in (
        (
            {"windows": [NIGHT, short], "evaluationInterval": "5m"},
            [
                "spec.windows[1].duration: is shorter than the 5m between two runs: the policy may not run while it is open"
            ],
        ),
        (
            {"windows": [{**short, "duration": 59}]},
            [
                "spec.windows[0].duration: is shorter than the 1m between two runs: the policy may not run while it is open"
            ],
        ),
        ({"windows": [short]}, []),
        ({"windows": [short], "schedule": "0 22 * * *"}, []),
    ):
        assert list(map(str, parse_policy(policy(**spec)).warnings)) == said
