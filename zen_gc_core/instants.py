"""Instants: RFC 3339 times and dates of policies and objects, as aware datetimes in UTC.

Data only: no clock in here.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from zen_gc_core.errors import InputError
from zen_gc_core.texts import kind_of

EARLIEST: Final = datetime(2014, 1, 1, tzinfo=UTC)
"""Kubernetes has no objects older than this; an earlier time is a mistake and keeps the object."""

_RFC3339: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?([Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_CLOCK: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_PLAIN: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
"""How API servers spell times; most are spelt so, and reading them is most of the work on an object."""

_OFFSET: Final = re.compile(_CLOCK, re.ASCII)
"""Hours and minutes of a zone, and of a day: what Python reads beyond them (+14:99, 24:00) does not exist."""

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def parse_instant(value: object, *, dates: bool = True) -> datetime:
    """Read an instant.

    Args:
        value: Text: an RFC 3339 time, or (with ``dates``) a date, which means midnight UTC.
        dates: Whether a date alone is accepted.

    Returns:
        An aware datetime in UTC; beyond microseconds it is rounded up, so that nothing is due too early.

    Raises:
        InputError: The value is no text, or text that is no such time.
    """
    if isinstance(value, str):
        if len(value) == 20 and value[10] == "T" and value[19] == "Z" and _PLAIN.fullmatch(value):
            if value[11:13] > "23":
                raise InputError(f"{_shown(value)} is not a time that exists")
            try:
                return datetime.fromisoformat(value)
            except ValueError:
                raise InputError(f"{_shown(value)} is not a time that exists") from None
        if parts := _RFC3339.fullmatch(value):
            return _from_parts(value, *parts.groups())
        if dates and _DATE.fullmatch(value):
            return _from_parts(value, value, "00:00:00", None, "Z")
    kinds = "an RFC 3339 time or a date" if dates else "an RFC 3339 time"
    raise InputError(f"{_shown(value)} is not {kinds}")


def is_zero(moment: datetime) -> bool:
    """Whether an instant is Go's zero time: it stands in year 1 and means that there is no time."""
    return moment.year == 1


def _from_parts(text: str, date: str, clock: str, fraction: str | None, zone: str) -> datetime:
    offset = "+00:00" if zone in "Zz" else zone
    if not (_OFFSET.fullmatch(offset[1:]) and _OFFSET.fullmatch(clock[:5])):
        raise InputError(f"{_shown(text)} is not a time that exists")
    try:
        moment = datetime.fromisoformat(f"{date}T{clock}{offset}").astimezone(UTC)
        if fraction:
            moment += timedelta(microseconds=-(-int(fraction.ljust(9, "0")) // 1000))
    except (ValueError, OverflowError):
        raise InputError(f"{_shown(text)} is not a time that exists") from None
    return moment


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f"'{value[:40]}…'" if len(value) > 40 else f"'{value}'"
    return kind_of(value)


def format_instant(moment: datetime) -> str:
    """Spell an aware datetime as RFC 3339 in UTC, whole seconds (``2026-01-01T12:00:00Z``); fractions are dropped."""
    in_utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{in_utc.isoformat(timespec='seconds')[:19]}Z"
