"""Durations: what policies and flags may write, and the way back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zen_gc_core.durations import LONGEST, format_duration, parse_duration, parse_go_duration
from zen_gc_core.errors import InputError


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1, 1),
        (3600, 3600),
        ("90m", 5400),
        ("1d12h", 129_600),
        ("2w", 1_209_600),
        ("1w2d3h4m5s", 788_645),
        ("0d5s", 5),
        ("007s", 7),
        ("36525d", 36_525 * 86_400),
    ],
)
def test_a_policy_writes_seconds_or_parts_in_falling_order(value, seconds):
    """An integer is seconds."""
    assert parse_duration(value) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "value",
    [
        *(0, -1, True, False, None, 1.0, [], {}, b"1s", 36_525 * 86_400 + 1),
        *(
            "",
            " ",
            "0s",
            "0d0h",
            "5",
            "1h1d",
            "1s1s",
            "1.5h",
            "-5m",
            "+5m",
            "5 m",
            "5m ",
            "5M",
            "1y",
            "500ms",
            "٣s",
            "5m\n",
        ),
        *("36526d", "9" * 12 + "w", "9" * 13 + "s"),
    ],
)
def test_what_is_no_duration_is_refused(value):
    """Zero deletes at once and negative ones did too; neither is a wait."""
    with pytest.raises(InputError) as refusal:
        parse_duration(value)
    assert str(refusal.value).startswith(("a duration ", "'"))


@given(st.integers(1, int(LONGEST.total_seconds())))
def test_a_duration_survives_the_way_to_text_and_back(seconds):
    """So that what is shown can be written into a policy."""
    duration = timedelta(seconds=seconds)
    assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (-5, "0s"), (59.9, "59s"), (60, "1m"), (604_800, "7d"), (90_061, "1d1h1m1s")]
)
def test_a_duration_is_shown_in_the_fewest_parts(seconds, text):
    """Fractions of a second are dropped, and a week is seven days."""
    assert format_duration(timedelta(seconds=seconds)) == text


@settings(deadline=None)
@given(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.from_regex(r"([0-9]{1,13}[wdhms]){1,5}")
)
def test_any_value_is_a_duration_or_refused(value):
    """Nothing else is ever raised, and nothing else ever returned."""
    try:
        duration = parse_duration(value)
    except InputError:
        return
    assert timedelta() < duration <= LONGEST


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0", 0),
        ("400ms", 400),
        ("1.5s", 1500),
        ("1m30s", 90_000),
        ("1h0m0s", 3_600_000),
        ("100us", 0.1),
        ("100µs", 0.1),
    ],
)
def test_a_flag_writes_durations_as_go_does(text, milliseconds):
    """The Go program's flags keep working."""
    assert parse_go_duration(text) == timedelta(milliseconds=milliseconds)


@pytest.mark.parametrize("text", ["", "5", "1d", "-1s", "s", "1s ", "1..5s", ".5s", "1e3s", "999999999999h"])
def test_what_go_would_not_read_of_a_flag_is_refused(text):
    """Days and bare numbers among it."""
    with pytest.raises(InputError):
        parse_go_duration(text)
