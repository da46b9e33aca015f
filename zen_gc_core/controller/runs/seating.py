"""Seating: which of the policies on a list are shown an object. A thousand policies cost a few look-ups, not a loop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.engine.tallying import Tally
    from zen_gc_core.model.candidate import Candidate


@dataclass(slots=True)
class _Row:
    """Those that ask for one value of a label, and how many objects they were shown."""

    tallies: list[Tally] = field(default_factory=list)
    shown: int = 0


class Room:
    """Those that look at a namespace.

    Who takes nothing without a label is shown the objects that carry it, and told of the others by their number. Each
    judges what it is shown by its own selectors.

    Args:
        tallies: Of those who look at it.
    """

    def __init__(self, tallies: Sequence[Tally]) -> None:
        self._every: list[Tally] = []
        self._rows: dict[str, dict[str, _Row]] = {}
        self._all = tallies
        self._objects = 0
        for tally in tallies:
            label = tally.label
            if label is None:
                self._every.append(tally)
            else:
                key, value = label
                self._rows.setdefault(key, {}).setdefault(value, _Row()).tallies.append(tally)

    def of(self, candidate: Candidate) -> Sequence[Tally]:
        """Those who are shown an object of the namespace."""
        if not self._rows:
            return self._every
        self._objects += 1
        if candidate.malformed is not None:  # what it carries is not known
            for rows in self._rows.values():
                for row in rows.values():
                    row.shown += 1
            return self._all
        labels = candidate.labels
        found: Sequence[Tally] = self._every
        for key, rows in self._rows.items():
            asking = rows.get(labels[key]) if key in labels else None
            if asking is not None:
                asking.shown += 1
                found = [*found, *asking.tallies]
        return found

    def settle(self) -> None:
        """Tell those who were passed by how many objects there were beside those that they were shown."""
        for rows in self._rows.values():
            for row in rows.values():
                for tally in row.tallies:
                    tally.passed_by(self._objects - row.shown)
                row.shown = 0
        self._objects = 0
