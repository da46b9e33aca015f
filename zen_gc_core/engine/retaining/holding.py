"""What is held of a group: the objects that fill its places, in the order in which they fall out of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from zen_gc_core.engine.retaining.buckets import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from zoneinfo import ZoneInfo

    from zen_gc_core.engine.retaining.buckets import Bucket, Key
    from zen_gc_core.engine.retaining.groups import GroupKey
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.retain import Retain


@dataclass(frozen=True, slots=True)
class Rule:
    """What takes a place.

    Args:
        last: How many of the newest.
        within: What is no older than the newest by more than this is held back, too; None: nothing.
        buckets: The kinds of buckets, and how many of each.
        zone: The zone of their calendar.
    """

    last: int
    within: dt.timedelta | None
    buckets: tuple[tuple[str, Bucket, int], ...]
    zone: dt.tzinfo

    @classmethod
    def of(cls, retain: Retain, zone: ZoneInfo) -> Rule:
        """The rule that a policy states."""
        buckets = tuple((field, BUCKETS[field], number) for field, number in retain.calendar.items())
        return cls(retain.last, retain.within, buckets, dt.UTC if zone.key == "UTC" else zone)

    @property
    def local(self) -> Callable[[dt.datetime], dt.datetime] | None:
        """What says of an instant how the calendar has it; None where that is as it is."""
        return None if self.zone is dt.UTC else lambda time: time.astimezone(self.zone)


Order: TypeAlias = "tuple[dt.datetime, str, str]"
"""What objects of a group are compared by: their time, their uid, their name."""


class Held:
    """An object among those of its group.

    Attributes:
        key: Its group.
        time: When it is; later is newer.
        which: Its uid; of two with the same time, the larger is newer.
        name: Its name.
        order: What it is compared by.
        api_version: Group and version in which it was seen.
        due: Whether something is to be done with it when it fills no place.
        decision: What; None also where there are too many before it.
        finished: Whether it has finished its work.
        places: How many places it fills.
    """

    __slots__ = ("api_version", "decision", "due", "finished", "key", "name", "order", "places", "time", "which")

    def __init__(self, key: GroupKey, time: dt.datetime, which: str, name: str, api_version: str) -> None:
        self.key = key
        self.time = time
        self.which = which
        self.name = name
        self.order = (time, which, name)
        self.api_version = api_version
        self.due = False
        self.decision: Decision | None = None
        self.finished = False
        self.places = 0

    def __lt__(self, other: Held) -> bool:
        """Whether it is older."""
        return self.order < other.order


class Series:
    """The places of one kind of bucket in one group.

    Attributes:
        bucket: The kind of bucket.
        key: Which of them a time of the zone lies in.
        most: How many of them are kept.
        newest: The newest object of each that is kept.
        keys: A heap of the keys of these.
    """

    __slots__ = ("bucket", "key", "keys", "most", "newest")

    def __init__(self, bucket: Bucket, most: int) -> None:
        self.bucket = bucket
        self.key = bucket.key
        self.most = most
        self.newest: dict[Key, Held] = {}
        self.keys: list[Key] = []


class Group:
    """The places of one group.

    Attributes:
        key: The group.
        last: A heap of its newest, by their order.
        buckets: Those of each kind of bucket.
        newest: The newest of all, where the span counts from it.
        within: A heap of those that are due and lie within the span.
    """

    __slots__ = ("buckets", "key", "last", "newest", "within")

    def __init__(self, key: GroupKey, rule: Rule) -> None:
        self.key = key
        self.last: list[tuple[Order, Held]] = []
        self.buckets = [Series(bucket, most) for _, bucket, most in rule.buckets]
        self.newest: Held | None = None
        self.within: list[Held] = []

    def filling(self) -> Iterable[Held]:
        """The objects that fill its places."""
        found = {id(held): held for _, held in self.last}
        found.update((id(held), held) for series in self.buckets for held in series.newest.values())
        if self.newest is not None:
            found[id(self.newest)] = self.newest
        return found.values()

    def held(self) -> Iterable[Held]:
        """The objects that fill its places, and those that are due and lie within the span."""
        return (*self.filling(), *self.within) if self.within else self.filling()

    def keepers(self) -> list[Held]:
        """The objects that fill its places, newest first."""
        return sorted(self.filling(), reverse=True)
