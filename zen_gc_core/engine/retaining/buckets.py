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

Key: TypeAlias = int
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


_WEEK: Final = 7
_MONTHS: Final = 12
_OFFSETS: Final = 1 << 18
"""More than twice the seconds of any offset of a zone."""


def _hour(local: dt.datetime) -> Key:
    offset = local.utcoffset() or dt.timedelta()
    return (local.toordinal() * 24 + local.hour) * _OFFSETS - int(offset.total_seconds())


def _hour_words(key: Key) -> str:
    hours = (key + _OFFSETS // 2) // _OFFSETS
    day, hour = divmod(hours, 24)
    zone = dt.timezone(dt.timedelta(seconds=hours * _OFFSETS - key))
    return dt.datetime.combine(dt.date.fromordinal(day), dt.time(hour), zone).isoformat(timespec="minutes")


def _week_words(key: Key) -> str:
    year, week, _ = dt.date.fromordinal(key * _WEEK + 1).isocalendar()
    return f"{year:04}-W{week:02}"


def _month_words(key: Key) -> str:
    year, month = divmod(key, _MONTHS)
    return f"{year:04}-{month + 1:02}"


_OF: Final = {
    "hourly": Bucket("hour", _hour, _hour_words),
    "daily": Bucket("day", dt.datetime.toordinal, lambda key: dt.date.fromordinal(key).isoformat()),
    "weekly": Bucket("week", lambda local: (local.toordinal() - 1) // _WEEK, _week_words),  # day 1 was a Monday
    "monthly": Bucket("month", lambda local: local.year * _MONTHS + local.month - 1, _month_words),
    "yearly": Bucket("year", lambda local: local.year, lambda key: f"{key:04}"),
}

BUCKETS: Final = {field: _OF[field] for field in CALENDAR}
"""The kinds of buckets, by the field of a policy that asks for them."""
