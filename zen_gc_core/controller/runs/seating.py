"""Seating: which of the policies on a list are shown an object. A thousand policies cost a few look-ups, not a loop.

Two kinds of them need not be asked about each object: who takes only what carries a label, and who only waits for an age.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zen_gc_core.errors import Undecided
from zen_gc_core.instants import EARLIEST

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from zen_gc_core.engine.tallying import Tally
    from zen_gc_core.model.candidate import Candidate


@dataclass(slots=True)
class _Row:
    """Those that ask for one value of a label, and how many objects they were shown."""

    tallies: list[Tally] = field(default_factory=list)
    shown: int = 0


class _Ages:
    """Those for whom an object only waits that was created late enough."""

    def __init__(self, waiting: list[tuple[dt.datetime, dt.datetime, Tally]]) -> None:
        waiting.sort(key=lambda each: each[0])
        self._from = [earliest for earliest, _, _ in waiting]
        self._until = min((latest for _, latest, _ in waiting), default=EARLIEST)
        self._tallies = [tally for _, _, tally in waiting]
        self._passed = [0] * (len(waiting) + 1)

    def __bool__(self) -> bool:
        return bool(self._tallies)

    def of(self, candidate: Candidate) -> Sequence[Tally]:
        """Those of them who are shown an object; an object with owners may keep them, whatever its age."""
        if candidate.malformed is not None or candidate.owner_references:
            return self._tallies
        try:
            created = candidate.created
        except Undecided:
            return self._tallies
        if created > self._until:  # some clock is wrong, and who is asked tells
            return self._tallies
        waits = bisect_right(self._from, created)
        self._passed[waits] += 1
        return self._tallies[waits:]

    def settle(self) -> None:
        """Tell each of the number of those that it was not shown."""
        number = 0
        for place in range(len(self._tallies) - 1, -1, -1):
            number += self._passed[place + 1]
            self._tallies[place].waiting(number)
        self._passed = [0] * len(self._passed)


class Room:
    """Those that look at a namespace.

    Who takes nothing without a label is shown the objects that carry it, and told of the others by their number; so is
    who waits for an age. Each judges what it is shown by its own selectors.

    Args:
        tallies: Of those who look at it.
        namespace: Which it is; None: any that has no room of its own.
    """

    def __init__(self, tallies: Sequence[Tally], namespace: str | None = None) -> None:
        self._every: list[Tally] = []
        waiting: list[tuple[dt.datetime, dt.datetime, Tally]] = []
        self._rows: dict[str, dict[str, _Row]] = {}
        self._all = tallies
        self._objects = 0
        for tally in tallies:
            if tally.label is not None:
                key, value = tally.label
                self._rows.setdefault(key, {}).setdefault(value, _Row()).tallies.append(tally)
            elif (created := tally.waiting_by_age(namespace)) is not None:
                waiting.append((*created, tally))
            else:
                self._every.append(tally)
        self._ages = _Ages(waiting)

    def of(self, candidate: Candidate) -> Sequence[Tally]:
        """Those who are shown an object of the namespace."""
        every: Sequence[Tally] = self._every
        if self._ages and (old := self._ages.of(candidate)):
            every = [*every, *old]
        if not self._rows:
            return every
        self._objects += 1
        if candidate.malformed is not None:  # what it carries is not known
            for rows in self._rows.values():
                for row in rows.values():
                    row.shown += 1
            return self._all
        labels = candidate.labels
        found = every
        for key, rows in self._rows.items():
            asking = rows.get(labels[key]) if key in labels else None
            if asking is not None:
                asking.shown += 1
                found = [*found, *asking.tallies]
        return found

    def settle(self) -> None:
        """Tell those who were passed by how many objects there were beside those that they were shown."""
        self._ages.settle()
        for rows in self._rows.values():
            for row in rows.values():
                for tally in row.tallies:
                    tally.passed_by(self._objects - row.shown)
                row.shown = 0
        self._objects = 0
