"""Cron expressions: five fields that everybody means alike; what is meant otherwise elsewhere is refused with a hint."""

from __future__ import annotations

import re

import pytest

from zen_gc_core.errors import InputError
from zen_gc_core.model.crons import LONGEST, MACROS, parse_cron

RIGHT = [
    ("0 3 * * *", "0 3 * * *"),
    ("  0\t3 * *   * ", "0 3 * * *"),
    ("0 3 * * *\n", "0 3 * * *"),
    ("*/15 * * * *", "0,15,30,45 * * * *"),
    ("0-59 0-23 1-31 1-12 *", "* * * * *"),
    ("0 9-17/4 * * 1-5", "0 9,13,17 * * 1,2,3,4,5"),
    ("5,5,3 * * * *", "3,5 * * * *"),
    ("0 0 * jan,JUL *", "0 0 * 1,7 *"),
    ("0 0 * * mon-FRI", "0 0 * * 1,2,3,4,5"),
    ("0 0 * * 7", "0 0 * * 0"),
    ("0 0 * * 0,7", "0 0 * * 0"),
    ("0 0 * * 5-7", "0 0 * * 0,5,6"),
    ("0 0 * * FRI-SUN", "0 0 * * 0,5,6"),
    ("0 0 * * 0-6", "0 0 * * *"),
    ("0 0 29 2 *", "0 0 29 2 *"),
    ("00 03 * * *", "0 3 * * *"),
    ("@daily", "0 0 * * *"),
    ("@Weekly", "0 0 * * 0"),
]


@pytest.mark.parametrize(("text", "canonical"), RIGHT)
def test_what_is_right_has_one_spelling(text: str, canonical: str) -> None:
    """Every value is written out, and all of them are a star."""
    assert parse_cron(text).canonical == canonical
    assert str(parse_cron(text)) == text


WRONG = [
    (
        "",
        "has 0 fields; a cron expression has five: minute, hour, day of month, month and day of week, such as '0 3 * * *'",
    ),
    ("0 3 * *", "has 4 fields; a cron expression has five"),
    (
        "0 0 3 * * *",
        "has 6 fields; a cron expression has five: minute, hour, day of month, month and day of week; without seconds it is '0 3 * * *'",
    ),
    (
        "0 0 3 * * * 2026",
        "has 7 fields; a cron expression has five: minute, hour, day of month, month and day of week; without seconds and years it is '0 3 * * *'",
    ),
    ("60 * * * *", "minute: 60 is not within 0-59"),
    ("0 24 * * *", "hour: 24 is not within 0-23"),
    ("0 0 0 * *", "day of month: 0 is not within 1-31"),
    ("0 0 32 * *", "day of month: 32 is not within 1-31"),
    ("0 0 * 13 *", "month: 13 is not within 1-12"),
    ("0 0 * * 8", "day of week: 8 is not within 0-6"),
    (
        "0 0 1 * MON",
        "day of month and day of week together mean 'either' to some crons and 'both' to others; write * for one of them",
    ),
    ("0 0 1-31 * 1", "day of month and day of week together"),
    ("0 0 */2 * 1", "day of month and day of week together"),
    ("0 0 31 2 *", "it never comes: there is no day 31 in Feb"),
    ("0 0 31 4,6 *", "it never comes: there is no day 31 in Apr or Jun"),
    ("0 22-6 * * *", "hour: '22-6' ends before it begins; write '22-23,0-6'"),
    ("5/15 * * * *", "minute: '5/15' has a step but no range; write '5-59/15'"),
    ("*/90 * * * *", "minute: a step is 1 to 59, not 90"),
    ("*/0 * * * *", "minute: a step is 1 to 59, not 0"),
    ("*-5 * * * *", "minute: '*-5' is not understood"),
    ("1,,2 * * * *", "minute: nothing stands between two commas"),
    (", * * * *", "minute: nothing stands between two commas"),
    ("-1 * * * *", "minute: '-1' is not understood"),
    ("1.5 * * * *", "minute: '1.5' is not understood"),
    ("٣ * * * *", "minute: '٣' is not understood"),
    ("0\n3 * * * *", r"minute: '0\n3' is not understood"),
    ("0 0 L * *", "day of month: 'L' is not understood: L, W and # are not standard; write the days themselves"),
    ("0 0 * * 5#2", "day of week: '5#2' is not understood: L, W and # are not standard"),
    ("0 0 ? * *", "day of month: '?' is not understood; write * for any"),
    ("H 3 * * *", "minute: 'H' is not understood: H is Jenkins'; write the number, and spread runs with jitter"),
    ("0 0 * * MOO", "day of week: 'MOO' is no value of it; write a number; did you mean 'MON'?"),
    ("JAN 0 * * *", "minute: 'JAN' is no value of it; it takes numbers alone"),
    ("@reboot", "'@reboot' is no time: a restart of the controller makes nothing due; write five fields"),
    ("@every 1h", "'@every' counts from the last run, and a cron does not; write evaluationInterval instead"),
    ("@dayly", "'@dayly' is not known; did you mean '@daily'?; write five fields"),
    ("TZ=Europe/Berlin 0 3 * * *", "the zone stands beside it: write timeZone"),
    ("CRON_TZ=UTC 0 3 * * *", "the zone stands beside it: write timeZone"),
    ("0 3 * * *" + " " * LONGEST, f"has {LONGEST + 9} characters; {LONGEST} are the most"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_what_is_wrong_is_refused_with_what_to_write_instead(text: str, message: str) -> None:
    """In one line; nothing is read as something else."""
    with pytest.raises(InputError, match=re.escape(message)):
        parse_cron(text)


OFTEN = [
    ("* 0 * * *", "comes 60 times between 00:00 and 00:59; write 0 for the minute to have it once"),
    ("* 9-17 * * *", "comes 60 times in each of 9 hours; write 0 for the minute to have it once in each"),
    ("* * * * *", ""),
    ("*/5 0 * * *", ""),
    ("0 0 * * *", ""),
]


@pytest.mark.parametrize(("text", "often"), OFTEN)
def test_a_star_for_the_minute_of_an_hour_is_told(text: str, often: str) -> None:
    """It is the most frequent mistake of all: every minute of that hour."""
    assert parse_cron(text).often == often


def test_the_words_mean_what_they_mean_to_kubernetes() -> None:
    """Its CronJobs take the same ones."""
    assert {word: parse_cron(word).canonical for word in MACROS} == MACROS
