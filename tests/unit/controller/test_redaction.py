"""What may stand in a log record."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_gc_core.controller.process.redaction import LONGEST_VALUE, fields, plain, printable, said, stack
from zen_gc_core.model.results import Result

ANY_TEXT = st.text(st.characters(exclude_categories=()))
"""All of Unicode, lone surrogates included."""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ordinary-name.v1", "ordinary-name.v1"),
        ("name\nlevel=error", "name\\nlevel=error"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("line\u2028line", "line\\u2028line"),
        ("half\ud800", "half\\ud800"),
        ("\x00", "\\x00"),
        ("größer 日本", "größer 日本"),
    ],
)
def test_what_does_something_to_a_terminal_is_shown_as_an_escape(text: str, shown: str) -> None:
    """C0, C1, escape sequences, bidirectional controls, separators, surrogates; letters of any script stay."""
    assert printable(text) == shown


@given(ANY_TEXT)
def test_a_printable_text_has_nothing_but_printable_characters(text: str) -> None:
    """For all of Unicode."""
    shown = printable(text)
    assert not [character for character in shown if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]


def test_a_long_value_is_cut_and_says_so() -> None:
    """The bound holds however long the text is."""
    shown = printable("x" * 5000)
    assert shown.startswith("x" * LONGEST_VALUE)
    assert shown.endswith(f"(and {5000 - LONGEST_VALUE} more characters)")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3, 3),
        (True, True),
        (None, None),
        (0.1234567, 0.123457),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (10**40, hex(10**40)),
        (Result.WOULD_ACT, "would-act"),
        (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "2026-01-01T00:00:00Z"),
        (["a", "b\n"], ["a", "b\\n"]),
        ({"protected": 1}, {"protected": 1}),
        ({"password": "hunter2"}, "<dict>"),
        ([{"password": "hunter2"}], ["<dict>"]),
        (b"hunter2", "<bytes>"),
        (object(), "<object>"),
    ],
)
def test_only_small_plain_values_stand_in_a_record(value: object, shown: object) -> None:
    """Whatever could be a body shows its type alone."""
    assert plain(value) == shown


@given(st.dictionaries(ANY_TEXT, st.recursive(ANY_TEXT | st.floats() | st.integers() | st.none(), st.lists)))
def test_any_record_is_json_in_ascii_on_one_line(record: dict[str, Any]) -> None:
    """Whatever a name or a value contains."""
    record.pop("exception", None)
    line = json.dumps(fields(record), allow_nan=False)
    assert line.isascii()
    assert len(line.splitlines()) == 1


class TalkativeError(ValueError):
    """An error of a plugin that quotes what it met."""


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (ValueError("invalid: hunter2"), "ValueError"),
        (KeyError("hunter2"), "KeyError"),
        (TalkativeError("hunter2"), f"{__name__}.TalkativeError"),
        (TypeError("unsupported operand"), "TypeError: unsupported operand"),
        (ConnectionRefusedError(111, "Connection refused"), "ConnectionRefusedError: [Errno 111] Connection refused"),
    ],
)
def test_an_exception_says_its_text_only_where_that_can_quote_no_object(error: Exception, shown: str) -> None:
    """The interpreter's and the operating system's texts are kept."""
    assert said(error) == shown


def test_a_stack_shows_the_frames_of_the_whole_chain_and_no_quoted_data() -> None:
    """Causes come first, as in Python's own tracebacks."""

    def inner() -> None:
        raise ValueError("hunter2")

    def outer() -> None:
        try:
            inner()
        except ValueError as error:
            raise RuntimeError("hunter2 again") from error

    with pytest.raises(RuntimeError) as caught:
        outer()
    lines = stack(caught.value).splitlines()
    assert lines.index("ValueError") < lines.index("RuntimeError")
    assert [line for line in lines if line.endswith("in inner")]
    assert "hunter2" not in "\n".join(lines)


def test_a_chain_that_bites_its_tail_ends() -> None:
    """A cause may be set to anything."""
    error, other = ValueError(), KeyError()
    error.__cause__, other.__cause__ = other, error
    assert stack(error).splitlines() == ["KeyError", "ValueError"]
