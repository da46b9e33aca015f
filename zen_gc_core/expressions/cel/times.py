"""Timestamps and durations: their spelling (RFC 3339, Go's durations), their bounds, their parts in a time zone."""

from __future__ import annotations

import re
import zoneinfo
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import spend_bytes
from zen_gc_core.expressions.cel.values import NANOSECONDS, Duration, Timestamp

_EARLIEST: Final = -62_135_596_800 * NANOSECONDS
_END_OF_YEAR_1: Final = _EARLIEST + 365 * 86_400 * NANOSECONDS
_LATEST: Final = 253_402_300_799 * NANOSECONDS + 999_999_999
_LONGEST: Final = (1 << 63) - 1
"""Go's ``time.Duration``, which Kubernetes uses, holds no more nanoseconds (292 years)."""

_UNIX_DAY: Final = date(1970, 1, 1).toordinal()
_RFC3339: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_TERM: Final = re.compile(r"([0-9]{1,20})?(?:\.([0-9]{0,20}))?(ns|us|µs|μs|ms|s|m|h)")
_UNITS: Final = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": NANOSECONDS,
    "m": 60 * NANOSECONDS,
    "h": 3600 * NANOSECONDS,
}
_LONGEST_TEXT: Final = 64
_ZONE_LOOKUP: Final = 20_000
"""What finding a time zone by its name costs, in bytes."""

_OFFSET: Final = re.compile(r"([+-]?)([01][0-9]|2[0-3]):([0-5][0-9])")


def bounded_timestamp(nanoseconds: int) -> Timestamp:
    """The instant, if it lies within the years 1 to 9999.

    Raises:
        ExpressionError: It does not.
    """
    if _EARLIEST <= nanoseconds <= _LATEST:
        return Timestamp(nanoseconds)
    raise ExpressionError("timestamp out of range: it must lie within the years 1 to 9999")


def bounded_duration(nanoseconds: int) -> Duration:
    """The span, if 64 bits of nanoseconds hold it.

    Raises:
        ExpressionError: They do not.
    """
    if -_LONGEST - 1 <= nanoseconds <= _LONGEST:
        return Duration(nanoseconds)
    raise ExpressionError("duration out of range: it must be shorter than 292 years")


def parse_timestamp(text: str) -> Timestamp:
    """Read an RFC 3339 time; nothing else is a timestamp.

    Args:
        text: For example ``2026-05-30T08:15:42Z`` or ``2026-05-30T08:15:42.5+02:00``.

    Raises:
        ExpressionError: The text is malformed, or names a time that does not exist.
    """
    if len(text) > _LONGEST_TEXT:
        raise _no_timestamp(text)
    return _parse_timestamp(text)


def parse_real_timestamp(text: str) -> Timestamp:
    """Read a timestamp that somebody meant; as ``parse_timestamp`` and ``real_timestamp``."""
    if len(text) > _LONGEST_TEXT:
        raise _no_timestamp(text)
    return _parse_real_timestamp(text)


@lru_cache(4096)
def _parse_real_timestamp(text: str) -> Timestamp:
    return real_timestamp(_parse_timestamp(text))


def real_timestamp(value: Timestamp) -> Timestamp:
    """A timestamp that somebody meant.

    Raises:
        ExpressionError: It lies in year 1: Go's zero time, which is how objects spell that there is no time.
    """
    if value < _END_OF_YEAR_1:
        raise ExpressionError("the zero time (year 1) is no time")
    return value


@lru_cache(4096)
def _parse_timestamp(text: str) -> Timestamp:
    parts = _RFC3339.fullmatch(text)
    if parts is None:
        raise _no_timestamp(text)
    year, month, day, hour, minute, second, fraction, zone = parts.groups()
    try:
        days = date(int(year), int(month), int(day)).toordinal() - _UNIX_DAY
    except ValueError:
        raise _no_timestamp(text) from None
    offset = 0 if zone in "Zz" else int(zone[1:3]) * 60 + int(zone[4:6])
    if hour > "23" or minute > "59" or second > "59" or zone[1:3] > "23" or zone[4:6] > "59":
        raise _no_timestamp(text)
    if zone[0] == "-":
        offset = -offset
    seconds = days * 86_400 + int(hour) * 3600 + (int(minute) - offset) * 60 + int(second)
    return bounded_timestamp(seconds * NANOSECONDS + (int(fraction.ljust(9, "0")) if fraction else 0))


def _no_timestamp(text: str) -> ExpressionError:
    return ExpressionError(f"{text[:40]!r} is no timestamp: write it as RFC 3339 does, such as '2026-01-31T12:00:00Z'")


def parse_duration(text: str) -> Duration:
    """Read a duration as Go spells it: a sign, then numbers with a unit of ``h m s ms us ns``.

    Args:
        text: For example ``1h30m``, ``-1.5s`` or ``0``.

    Raises:
        ExpressionError: The text is malformed or too long a span; days are refused with the way out.
    """
    if len(text) > _LONGEST_TEXT:
        raise _no_duration(text)
    return _parse_duration(text)


@lru_cache(1024)
def _parse_duration(text: str) -> Duration:
    unsigned = text[1:] if text[:1] in ("+", "-") else text
    if unsigned == "0":
        return Duration(0)
    position, total = 0, 0
    while term := _TERM.match(unsigned, position):
        whole, fraction, unit = term.groups()
        if not whole and not fraction:
            break
        size = _UNITS[unit]
        total += int(whole or 0) * size
        if fraction:
            total += int(fraction) * size // 10 ** len(fraction)
        position = term.end()
    if position != len(unsigned) or not unsigned:
        raise _no_duration(text)
    return bounded_duration(-total if text[0] == "-" else total)


def _no_duration(text: str) -> ExpressionError:
    if days := re.fullmatch(r"([0-9]{1,6})d", text):
        return ExpressionError(f"CEL has no days: write {int(days[1]) * 24}h")
    return ExpressionError(f"{text[:40]!r} is no duration: write numbers with h, m, s, ms, us or ns, such as '1h30m'")


def format_timestamp(value: Timestamp) -> str:
    """Spell an instant as RFC 3339 in UTC, with as many digits of a second as it has."""
    seconds, fraction = divmod(int(value), NANOSECONDS)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return f"{moment.year:04d}{moment:-%m-%dT%H:%M:%S}{_fraction(fraction)}Z"


def format_duration(value: Duration) -> str:
    """Spell a span in seconds, as ``string(duration)`` does: ``5400s``, ``-0.5s``."""
    seconds, fraction = divmod(abs(int(value)), NANOSECONDS)
    return f"{'-' if value < 0 else ''}{seconds}{_fraction(fraction)}s"


def _fraction(nanoseconds: int) -> str:
    return f".{nanoseconds:09d}".rstrip("0") if nanoseconds else ""


def local_time(value: Timestamp, zone: str) -> datetime:
    """The wall clock in a zone at an instant, whole seconds.

    Args:
        value: The instant.
        zone: A name of the IANA time zone database, or an offset such as ``-02:30``.

    Raises:
        ExpressionError: The zone is unknown, or the wall clock leaves the years 1 to 9999.
    """
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(value) // NANOSECONDS)
    try:
        return moment.astimezone(time_zone(zone))
    except OverflowError:
        raise ExpressionError("the wall clock there is out of range") from None


def time_zone(name: str) -> tzinfo:
    """The zone of a name or an offset; what may be looked for in files is charged to the budget.

    Raises:
        ExpressionError: There is no such zone.
    """
    if name == "UTC":
        return UTC
    if offset := _OFFSET.fullmatch(name):
        minutes = int(offset[2]) * 60 + int(offset[3])
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    spend_bytes(_ZONE_LOOKUP)
    if len(name) <= _LONGEST_TEXT:
        try:
            return _zone_of_database(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            pass
    raise ExpressionError(f"{name[:40]!r} is no time zone")


@lru_cache(256)
def _zone_of_database(name: str) -> tzinfo:
    return zoneinfo.ZoneInfo(name)
