"""Instants: the times and dates of policies and objects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_gc_core.errors import InputError
from zen_gc_core.instants import format_instant, parse_instant

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01T12:00:00Z", NOON),
        ("2026-01-01t12:00:00z", NOON),
        ("2026-01-01T14:30:00+02:30", NOON),
        ("2026-01-01T12:00:00.5Z", NOON + timedelta(milliseconds=500)),
        ("2026-01-01T12:00:00.000000001Z", NOON + timedelta(microseconds=1)),
        ("2026-01-01", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2024-02-29", datetime(2024, 2, 29, tzinfo=UTC)),
    ],
)
def test_a_time_or_a_date_is_read_in_utc(text, expected):
    """A date is its midnight; what is finer than a microsecond is rounded up, so that nothing is due too early."""
    assert parse_instant(text) == expected


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 0, 1_767_268_800, 1.5, [], {}),
        *("", "now", "2026-01-01 12:00:00Z", "2026-01-01T12:00:00", "2026-01-01T12:00Z", "2026-1-1", "20260101"),
        *("2026-02-29", "2026-13-01", "2026-01-01T24:00:00Z", "2026-01-01T12:60:00Z", "2026-01-01T12:00:60Z"),
        *("2026-01-01T12:00:00+25:00", "0000-01-01", "٢٠٢٦-01-01", "2026-01-01\n", "2026-01-01T12:00:00.1234567890Z"),
        *("0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"),
        *("2026-01-01T12:00:00+14:99", "2026-01-01T12:00:00-00:60", "2026-01-01T12:00:00+24:00"),
        *("2026-01-01T24:00:00+01:00", "2026-01-01T12:60:00.5Z", "2026-01-01T120000Z"),
    ],
)
def test_what_is_no_time_that_exists_is_refused(value):
    """Seconds since 1970 and local times among it: they could mean anything."""
    with pytest.raises(InputError):
        parse_instant(value)


def test_a_date_is_no_time_where_dates_are_not_asked_for():
    """A creationTimestamp is a time."""
    with pytest.raises(InputError, match="RFC 3339 time"):
        parse_instant("2026-01-01", dates=False)


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001  made aware
def test_an_instant_survives_the_way_to_text_and_back(moment):
    """But for the fraction of its second."""
    assert parse_instant(format_instant(moment)) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    ("value", "words"),
    [(5, "a number"), (1.5, "a number"), (True, "a boolean"), ({}, "an object"), ([], "a list"), (None, "null")],
)
def test_what_is_no_text_is_told_in_the_words_of_json(value: object, words: str) -> None:
    """Not in Python's: who reads it wrote YAML."""
    with pytest.raises(InputError, match=f"^{words} is not an RFC 3339 time$"):
        parse_instant(value, dates=False)
