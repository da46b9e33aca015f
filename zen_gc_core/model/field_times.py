"""Times that a field of an object holds: RFC 3339, a date, ``2026-01-14T150405Z``, or a number in a unit.

Null is a missing time, as a field that is not there is.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Literal

from zen_gc_core.errors import InputError, Missing, Undecided
from zen_gc_core.fieldpaths import MISSING
from zen_gc_core.instants import EARLIEST, format_instant, parse_instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.fieldpaths import FieldPath
    from zen_gc_core.model.candidate import Candidate

TimeUnit = Literal["s", "ms", "us", "ns"]
"""What a number counts since 1970-01-01T00:00:00Z."""

_MICROSECONDS: Final = {"s": Fraction(1_000_000), "ms": Fraction(1000), "us": Fraction(1), "ns": Fraction(1, 1000)}
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LONGEST_SHOWN: Final = 40
_COMPACT: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T)([0-9]{2})([0-9]{2})([0-9]{2}Z)", re.ASCII)
_NUMBER: Final = re.compile(r"-?[0-9]{1,24}(?:\.[0-9]{1,12})?", re.ASCII)


def time_at(path: FieldPath, unit: TimeUnit | None) -> Callable[[Candidate], dt.datetime]:
    """What reads the time at a path.

    Args:
        path: The path.
        unit: What a number counts; None: the field holds a time as text.

    Returns:
        A callable that yields an aware datetime. It raises Missing where there is no time, and Undecided for one that
        is none or lies before 2014.
    """
    read = parse_text if unit is None else _counting(unit)

    def time(candidate: Candidate) -> dt.datetime:
        value = candidate.get(path)
        if is_missing(value):
            raise Missing(f"{path} is {said_missing(value)}")
        try:
            instant = read(value)
        except InputError as error:
            raise Undecided(f"{path}: {error}") from None
        if instant < EARLIEST:
            raise Undecided(f"{path} {format_instant(instant)} cannot be right: it is before 2014")
        return instant

    return time


def is_missing(value: Any) -> bool:
    """Whether a field is not there: null counts as that."""
    return value is MISSING or value is None


def said_missing(value: Any) -> str:
    """How a missing field is spoken of."""
    return "missing" if value is MISSING else "null"


def parse_text(value: Any) -> dt.datetime:
    """Read a time that is text.

    Raises:
        InputError: It is none.
    """
    if isinstance(value, str) and (parts := _COMPACT.fullmatch(value)):
        day, hour, minute, rest = parts.groups()
        return parse_instant(f"{day}{hour}:{minute}:{rest}", dates=False)
    return parse_instant(value)


def _counting(unit: TimeUnit) -> Callable[[Any], dt.datetime]:
    size = _MICROSECONDS[unit]

    def read(value: Any) -> dt.datetime:
        number = _number(value)
        if number is None:
            raise InputError(f"{_shown(value)} is no number of {unit}")
        try:
            return _EPOCH + dt.timedelta(microseconds=math.ceil(number * size))  # never due too early
        except OverflowError:
            raise InputError(f"{_shown(value)} {unit} lies beyond the year {dt.MAXYEAR}") from None

    return read


def _number(value: Any) -> Fraction | None:
    """A number, or what text spells as one (annotations hold nothing else); None for anything else."""
    if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, int | float):
        return Fraction(value)
    return Fraction(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def _shown(value: Any) -> str:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        text = repr(value) if isinstance(value, str) else str(value)[:_LONGEST_SHOWN]
        return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    return f"a value of type {type(value).__name__}"
