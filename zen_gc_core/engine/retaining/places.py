"""Places: the newest objects of each group, found in one pass, in whatever order they come.

A group has a heap of its newest, and of each kind of bucket a map; an object that falls out of all of them is handed
back at once, so that no more is held than what is retained. What lies within a span of the newest fills no place: it
is held only while it is due, as what falls out of the span when a newer object comes.
"""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.retaining.holding import Group
from zen_gc_core.model.retain import MOST_PLACES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from zen_gc_core.engine.retaining.groups import GroupKey
    from zen_gc_core.engine.retaining.holding import Held, Order, Rule

MOST_WITHIN: Final = 50_000
"""How many objects that are due and lie within the span are held of a list; the others wait for the next run."""


class Places:
    """The places of all groups that one list shows.

    Args:
        rule: What takes a place.
        most: How many places there may be.
        most_within: How many objects within the span are held.
        left_out: Told of each that is not, although it is due: it stays in this run.

    Attributes:
        groups: The groups, by their keys.
        overfull: Whether there would be more places; then nothing more is taken in.
        beyond: How many objects within the span were not held, being too many; and how many of them have finished.
    """

    def __init__(
        self,
        rule: Rule,
        most: int = MOST_PLACES,
        most_within: float = MOST_WITHIN,
        *,
        left_out: Callable[[Held], None] | None = None,
    ) -> None:
        self.rule = rule
        self.groups: dict[GroupKey, Group] = {}
        self.overfull = False
        self.beyond = (0, 0)
        self._most = most
        self._most_within = most_within
        self._left_out = left_out
        self._filled = 0
        self._within = 0
        self._last = rule.last
        self._span = rule.within
        self._local = rule.local
        self._span_is_all = not rule.last and not rule.buckets

    def empty(self) -> Places:
        """Places of the same rule that nothing fills yet, for what others hold: as many, and all that is within the span."""
        return Places(self.rule, self._most, math.inf)

    def held(self) -> Iterable[Held]:
        """All objects that are held."""
        return (held for group in self.groups.values() for held in group.held())

    def may_take(self, key: GroupKey, order: Order) -> bool:
        """Whether an object of this group and order would fill a place now; only one that would need be asked more."""
        group = self.groups.get(key)
        if group is None:
            return True
        last = group.last
        if len(last) < self._last or (last and order >= last[0][0]):
            return True
        if group.newest is not None and order >= group.newest.order:
            return True
        return bool(group.buckets) and self._bucket_may_take(group, order)

    def _bucket_may_take(self, group: Group, order: Order) -> bool:
        local = order[0] if self._local is None else self._local(order[0])
        for series in group.buckets:
            newest = series.newest
            if len(newest) == series.most and order < newest[series.keys[0]].order:
                continue  # it is of the oldest bucket that is kept, or before that
            known = newest.get(series.key(local))
            if known is None or order >= known.order:
                return True
        return False

    def offer(self, held: Held) -> Iterable[Held]:
        """Take in an object that may fill a place.

        Returns:
            What fills no place and can fill none any more, the object itself perhaps among it.
        """
        if self.overfull:
            return [held]
        group = self.groups.get(held.key)
        if group is None:
            group = self.groups[held.key] = Group(held.key, self.rule)
        held.key = group.key  # one for all of them
        left: list[Held] = []
        last, order = group.last, held.order
        if len(last) < self._last:
            heapq.heappush(last, (order, held))
            self._filled += 1
            held.places = 1
        elif last and order >= last[0][0]:
            older = heapq.heappushpop(last, (order, held))[1]
            if older is not held:
                held.places = 1
                _leave(older, left)
        if group.buckets:
            self._to_buckets(group, held, left)
        begins = self._to_newest(group, held, left) - self._span if self._span is not None else None
        if self._filled > self._most:
            self.overfull = True
        if not held.places:
            left.append(held)
        return left if begins is None else self._out_of_the_span(group, left, begins)

    def _to_buckets(self, group: Group, held: Held, left: list[Held]) -> None:
        order = held.order
        local = held.time if self._local is None else self._local(held.time)
        for series in group.buckets:
            newest = series.newest
            if len(newest) == series.most and order < newest[series.keys[0]].order:
                continue
            key = series.key(local)
            known = newest.get(key)
            if known is not None:
                if order < known.order:
                    continue
                known.places -= 1  # as _leave, a call fewer
                if not known.places:
                    left.append(known)
            elif len(newest) < series.most:
                heapq.heappush(series.keys, key)
                self._filled += 1
            else:
                _leave(newest.pop(heapq.heappushpop(series.keys, key)), left)
            newest[key] = held
            held.places += 1

    def _to_newest(self, group: Group, held: Held, left: list[Held]) -> dt.datetime:
        """Let an object be the newest of its group, if it is; the time of the one that is."""
        newest = group.newest
        if newest is None:
            self._filled += self._span_is_all
        elif held.order < newest.order:
            return newest.time
        else:
            _leave(newest, left)
        group.newest = held
        held.places += 1
        return held.time

    def _out_of_the_span(self, group: Group, left: Iterable[Held], begins: dt.datetime) -> list[Held]:
        """What lies before the span begins; the rest of what is due is held while it does not."""
        out = []
        for held in left:
            if held.time < begins:
                out.append(held)
            elif not held.due:
                continue
            elif self._within < self._most_within:
                self._within += 1
                heapq.heappush(group.within, held)
            else:
                self.beyond = (self.beyond[0] + 1, self.beyond[1] + held.finished)
                if self._left_out is not None:
                    self._left_out(held)
        while group.within and group.within[0].time < begins:
            self._within -= 1
            out.append(heapq.heappop(group.within))
        return out


def _leave(held: Held, left: list[Held]) -> None:
    held.places -= 1
    if not held.places:
        left.append(held)
