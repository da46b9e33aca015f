"""Durations: how policies spell them (``1d12h``), how flags do (Go's ``1m30s``), and how they are shown.

Data only: no clock in here.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from zen_gc_core.errors import InputError

LONGEST: Final = timedelta(days=36_525)
"""A hundred years: the longest duration of a policy."""

PATTERN: Final = "^([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$"
"""What the text of a duration looks like, for schemas: all that `parse_duration` reads, and a little more."""

_UNITS: Final = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_POLICY_TEXT: Final = re.compile(
    r"(?:([0-9]{1,12})w)?(?:([0-9]{1,12})d)?(?:([0-9]{1,12})h)?(?:([0-9]{1,12})m)?(?:([0-9]{1,12})s)?", re.ASCII
)
_GO_UNITS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3_600.0}
_GO_PART: Final = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,12})?)(ns|us|µs|ms|s|m|h)", re.ASCII)


def parse_duration(value: object) -> timedelta:
    """Read a duration of a policy.

    Args:
        value: An integer (seconds), or text of ``w d h m s`` parts in falling order (``1d12h``, ``90m``).

    Returns:
        The duration: more than 0, at most 100 years.

    Raises:
        InputError: The value is of another type, malformed, 0, negative or too long.
    """
    seconds = _seconds(value)
    if seconds <= 0:
        raise InputError(f"a duration must be more than 0, not {value!r}")
    if seconds > LONGEST.total_seconds():
        raise InputError(f"a duration is at most 100 years, not {value!r}")
    return timedelta(seconds=seconds)


def _seconds(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise InputError(f"a duration is an integer (seconds) or text such as '1d12h', not {value!r}")
    if isinstance(value, int):
        return value
    parts = _POLICY_TEXT.fullmatch(value)
    if parts is None or not value:
        raise InputError(f"'{value}' is no duration: write w, d, h, m, s in falling order, such as '1d12h' or '90m'")
    return sum(int(count) * size for count, size in zip(parts.groups(), _UNITS.values(), strict=True) if count)


def format_duration(duration: timedelta) -> str:
    """Spell a duration as policies do, in the fewest parts: ``1d12h``; fractions of a second are dropped.

    ``parse_duration(format_duration(d)) == d`` for every duration of whole seconds that a policy may hold. A week
    is spelt as seven days, as everybody reads it.
    """
    left = int(duration.total_seconds())
    if left <= 0:
        return "0s"
    parts = []
    for unit, size in _UNITS.items():
        if unit != "w" and left >= size:
            count, left = divmod(left, size)
            parts.append(f"{count}{unit}")
    return "".join(parts)


def parse_go_duration(text: str) -> timedelta:
    """Read a duration of a flag, in the spelling of Go's ``time.ParseDuration`` (``400ms``, ``1.5s``, ``1m30s``).

    Returns:
        The duration, 0 or more; below a microsecond it is rounded.

    Raises:
        InputError: The text is malformed, negative, or longer than 100 years.
    """
    if text == "0":
        return timedelta()
    position, seconds = 0, 0.0
    while part := _GO_PART.match(text, position):
        seconds += float(part[1]) * _GO_UNITS[part[2]]
        position = part.end()
    if position != len(text) or not text:
        raise InputError(f"'{text}' is no duration: write it as Go does, such as '400ms', '1.5s' or '1m30s'")
    if seconds > LONGEST.total_seconds():
        raise InputError(f"a duration is at most 100 years, not '{text}'")
    return timedelta(seconds=seconds)


def format_go_duration(duration: timedelta) -> str:
    """Spell a duration as a flag takes it, in seconds or minutes where it is whole (``15s``, ``1m``, ``0.4s``)."""
    seconds = duration.total_seconds()
    if seconds >= 60 and seconds % 60 == 0:
        return f"{int(seconds // 60)}m"
    return f"{seconds:g}s"
