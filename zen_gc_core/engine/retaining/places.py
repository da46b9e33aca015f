"""Places: the newest objects of each group, found in one pass, in whatever order they come.

A group has a heap of its newest, and of each kind of bucket a map; an object that falls out of all of them is handed
back at once, so that no more is held than what is retained. What lies within a span of the newest fills no place: it
is held only while it is due, as what falls out of the span when a newer object comes.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.retaining.buckets import BUCKETS
from zen_gc_core.model.retain import MOST_PLACES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from zen_gc_core.engine.retaining.buckets import Bucket, Key
    from zen_gc_core.engine.retaining.groups import GroupKey
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.retain import Retain

MOST_WITHIN: Final = 50_000
"""How many objects that are due and lie within the span are held of a list; the others wait for the next run."""


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
    zone: ZoneInfo

    @classmethod
    def of(cls, retain: Retain, zone: ZoneInfo) -> Rule:
        """The rule that a policy states."""
        buckets = tuple((field, BUCKETS[field], number) for field, number in retain.calendar.items())
        return cls(retain.last, retain.within, buckets, zone)


class Held:
    """An object among those of its group.

    Attributes:
        key: Its group.
        time: When it is; later is newer.
        which: Its uid; of two with the same time, the larger is newer.
        name: Its name.
        api_version: Group and version in which it was seen.
        decision: What is to be done with it when it fills no place; None while that is nothing.
        finished: Whether it has finished its work.
        places: How many places it fills.
    """

    __slots__ = ("api_version", "decision", "finished", "key", "name", "places", "time", "which")

    def __init__(self, key: GroupKey, time: dt.datetime, which: str, name: str, api_version: str) -> None:
        self.key = key
        self.time = time
        self.which = which
        self.name = name
        self.api_version = api_version
        self.decision: Decision | None = None
        self.finished = False
        self.places = 0

    def __lt__(self, other: Held) -> bool:
        """Whether it is older."""
        return (self.time, self.which, self.name) < (other.time, other.which, other.name)


class Group:
    """The places of one group.

    Attributes:
        key: The group.
        last: A heap of its newest.
        buckets: Of each kind of bucket: the newest object of each that is kept.
        oldest: Of each kind of bucket: a heap of their keys.
        newest: The newest of all, where the span counts from it.
        within: A heap of those that are due and lie within the span.
    """

    __slots__ = ("buckets", "key", "last", "newest", "oldest", "within")

    def __init__(self, key: GroupKey, kinds: int) -> None:
        self.key = key
        self.last: list[Held] = []
        self.buckets: Sequence[dict[Key, Held]] = [{} for _ in range(kinds)]
        self.oldest: Sequence[list[Key]] = [[] for _ in range(kinds)]
        self.newest: Held | None = None
        self.within: list[Held] = []

    def keepers(self) -> list[Held]:
        """The objects that fill its places, newest first."""
        found = {id(held): held for held in self.last}
        found.update((id(held), held) for bucket in self.buckets for held in bucket.values())
        if self.newest is not None:
            found[id(self.newest)] = self.newest
        return sorted(found.values(), reverse=True)


class Places:
    """The places of all groups that one list shows.

    Args:
        rule: What takes a place.
        most: How many places there may be.
        most_within: How many objects within the span are held.

    Attributes:
        groups: The groups, by their keys.
        overfull: Whether there would be more places; then nothing more is taken in.
        beyond: How many objects within the span were not held, being too many; and how many of them have finished.
    """

    def __init__(self, rule: Rule, most: int = MOST_PLACES, most_within: float = MOST_WITHIN) -> None:
        self.rule = rule
        self.groups: dict[GroupKey, Group] = {}
        self.overfull = False
        self.beyond = (0, 0)
        self._most = most
        self._most_within = most_within
        self._filled = 0
        self._within = 0
        self._span_is_all = not rule.last and not rule.buckets

    def empty(self) -> Places:
        """Places of the same rule and bounds that nothing fills yet."""
        return Places(self.rule, self._most, self._most_within)

    def may_take(self, key: GroupKey, time: dt.datetime) -> bool:
        """Whether an object of this group and time could fill a place now; only one that could need be asked more."""
        group = self.groups.get(key)
        rule = self.rule
        if group is None or len(group.last) < rule.last or (group.last and time >= group.last[0].time):
            return True
        if rule.within is not None and group.newest is not None and time >= group.newest.time:
            return True
        return bool(rule.buckets) and self._bucket_may_take(group, time)

    def _bucket_may_take(self, group: Group, time: dt.datetime) -> bool:
        local = time.astimezone(self.rule.zone)
        for (_, bucket, most), there, oldest in zip(self.rule.buckets, group.buckets, group.oldest, strict=True):
            key = bucket.key(local)
            known = there.get(key)
            if time >= known.time if known is not None else len(there) < most or key > oldest[0]:
                return True
        return False

    def offer(self, held: Held) -> Iterable[Held]:
        """Take in an object that may fill a place.

        Returns:
            What fills no place and can fill none any more, the object itself perhaps among it.
        """
        if self.overfull:
            return ()
        rule = self.rule
        group = self.groups.get(held.key)
        if group is None:
            group = self.groups[held.key] = Group(held.key, len(rule.buckets))
        left: list[Held] = []
        if rule.last:
            self._to_last(group, held, left)
        if rule.buckets:
            self._to_buckets(group, held, left)
        if rule.within is not None:
            self._to_newest(group, held, left)
        self.overfull = self._filled > self._most
        if not held.places:
            left.append(held)
        return self._out_of_the_span(group, left, rule.within) if rule.within is not None else left

    def _to_last(self, group: Group, held: Held, left: list[Held]) -> None:
        if len(group.last) < self.rule.last:
            heapq.heappush(group.last, held)
            self._filled += 1
        else:
            older = heapq.heappushpop(group.last, held)
            if older is held:
                return
            _leave(older, left)
        held.places += 1

    def _to_buckets(self, group: Group, held: Held, left: list[Held]) -> None:
        local = held.time.astimezone(self.rule.zone)
        for (_, bucket, most), there, oldest in zip(self.rule.buckets, group.buckets, group.oldest, strict=True):
            key = bucket.key(local)
            known = there.get(key)
            if known is not None:
                if held < known:
                    continue
                _leave(known, left)
            elif len(there) < most:
                heapq.heappush(oldest, key)
                self._filled += 1
            elif key > oldest[0]:
                _leave(there.pop(heapq.heappushpop(oldest, key)), left)
            else:
                continue
            there[key] = held
            held.places += 1

    def _to_newest(self, group: Group, held: Held, left: list[Held]) -> None:
        newest = group.newest
        if newest is None:
            self._filled += self._span_is_all
        elif held < newest:
            return
        else:
            _leave(newest, left)
        group.newest = held
        held.places += 1

    def _out_of_the_span(self, group: Group, left: Iterable[Held], span: dt.timedelta) -> list[Held]:
        """What lies beyond the span; the rest of what is due is held while it does not."""
        if group.newest is None:
            return []
        begins = group.newest.time - span
        out = []
        for held in left:
            if held.time < begins:
                out.append(held)
            elif held.decision is None:
                continue
            elif self._within < self._most_within:
                self._within += 1
                heapq.heappush(group.within, held)
            else:
                self.beyond = (self.beyond[0] + 1, self.beyond[1] + held.finished)
        while group.within and group.within[0].time < begins:
            self._within -= 1
            out.append(heapq.heappop(group.within))
        return out


def _leave(held: Held, left: list[Held]) -> None:
    held.places -= 1
    if not held.places:
        left.append(held)
