"""Calendar buckets: the hour, day, week, month and year of a zone that an instant lies in.

The keys of a kind of bucket are in the order of time, also where a clock is put back: an hour that comes twice is two.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from zen_gc_core.model.retain import CALENDAR

if TYPE_CHECKING:
    from collections.abc import Callable

Key: TypeAlias = tuple[int, ...]
"""Which bucket of its kind; later ones are larger."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A kind of bucket.

    Args:
        noun: What one is called.
        key: Which one a time of the zone lies in.
        words: Which one it is, in the spelling of ISO 8601.
    """

    noun: str
    key: Callable[[dt.datetime], Key]
    words: Callable[[Key], str]


def _hour(local: dt.datetime) -> Key:
    offset = local.utcoffset() or dt.timedelta()
    return (local.year, local.month, local.day, local.hour, -int(offset.total_seconds()))


def _hour_words(key: Key) -> str:
    year, month, day, hour, offset = key
    zone = dt.timezone(dt.timedelta(seconds=-offset))
    return dt.datetime(year, month, day, hour, tzinfo=zone).isoformat(timespec="minutes")


def _week(local: dt.datetime) -> Key:
    year, week, _ = local.isocalendar()
    return (year, week)


_OF: Final = {
    "hourly": Bucket("hour", _hour, _hour_words),
    "daily": Bucket(
        "day",
        lambda local: (local.year, local.month, local.day),
        lambda key: f"{key[0]:04}-{key[1]:02}-{key[2]:02}",
    ),
    "weekly": Bucket("week", _week, lambda key: f"{key[0]:04}-W{key[1]:02}"),
    "monthly": Bucket("month", lambda local: (local.year, local.month), lambda key: f"{key[0]:04}-{key[1]:02}"),
    "yearly": Bucket("year", lambda local: (local.year,), lambda key: f"{key[0]:04}"),
}

BUCKETS: Final = {field: _OF[field] for field in CALENDAR}
"""The kinds of buckets, by the field of a policy that asks for them."""
