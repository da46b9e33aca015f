"""What a policy retains of a group of objects, whatever their age; and what a plan that lets others go relies on.

Data alone: how places are filled is in ``zen_gc_core.engine.retaining``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from zen_gc_core.fieldpaths import FieldPath
    from zen_gc_core.model.field_times import TimeUnit

MOST_PLACES: Final = 50_000
"""The most objects that one policy may retain; one that would retain more acts on nothing."""

CALENDAR: Final = ("hourly", "daily", "weekly", "monthly", "yearly")
"""The fields that retain the newest object of each of some hours, days, weeks, months and years."""

OWNER: Final = "owner"
PHASE: Final = "phase"

GroupBy: TypeAlias = "FieldPath | Literal['owner', 'phase']"
"""What is alike in all objects of a group: the scalar at a path, the controller, the phase."""


@dataclass(frozen=True, slots=True)
class OrderByField:
    """Objects are ordered by the time that a field holds.

    Args:
        path: The field.
        unit: What a number counts; None: the field holds a time as text.
    """

    path: FieldPath
    unit: TimeUnit | None = None


OrderBy: TypeAlias = "Literal['start', 'created', 'finished'] | OrderByField"
"""By what objects are ordered; ``start`` is where the TTL starts."""


@dataclass(frozen=True, slots=True)
class Retain:
    """What a policy retains of each group: what any of these takes.

    Args:
        group_by: What is alike in all objects of a group, beside their kind and their namespace.
        order_by: By what they are ordered, the newest first.
        last: How many of the newest.
        within: And everything that is no older than the newest by more than this; None: nothing.
        calendar: And the newest of each of so many hours, days …, by the words of ``CALENDAR``; those above 0.
        time_zone: The zone of that calendar, by its IANA name.
    """

    group_by: tuple[GroupBy, ...] = ()
    order_by: OrderBy = "start"
    last: int = 0
    within: dt.timedelta | None = None
    calendar: Mapping[str, int] = field(default_factory=dict)
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Keeper:
    """An object that fills a place of its group.

    Args:
        api_version: Group and version in which it was seen.
        kind: Its kind.
        namespace: Its namespace; empty when cluster-scoped.
        name: Its name.
        uid: Its uid.
        time: The time by which it is ordered.
    """

    api_version: str
    kind: str
    namespace: str
    name: str
    uid: str
    time: dt.datetime


class Grouped(NamedTuple):
    """An object of a group, whether it fills a place of it or not.

    Args:
        time: The time by which it is ordered.
        namespace: Its namespace; empty when cluster-scoped.
        name: Its name.
        uid: Its uid; may be empty for objects of files.
        retained: Which place it fills, in words (``2nd newest of 3 in pipeline=build``); empty where it fills none.
    """

    time: dt.datetime
    namespace: str
    name: str
    uid: str
    retained: str = ""


@dataclass(frozen=True, slots=True)
class KeptGroup:
    """A group, and the objects that must be there for others of it to go.

    Args:
        key: What its objects have in common.
        keepers: The objects that fill its places, newest first; never empty.
    """

    key: tuple[object, ...]
    keepers: tuple[Keeper, ...]


@dataclass(frozen=True, slots=True)
class LeftOver:
    """What an object is that is due and fills no place.

    Args:
        group: Its group.
        time: The time by which it is ordered.
    """

    group: KeptGroup
    time: dt.datetime
