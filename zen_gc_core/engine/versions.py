"""Tallies of kinds that a policy names in several versions: each object counts once, in the version in which it came furthest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.engine.shares import Sums, added, identity, once
from zen_gc_core.engine.tallying import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.guarding import Guard
    from zen_gc_core.engine.shares import KindKey
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.policy import Target


class VersionTally(Tally):
    """A tally of one of several versions of a kind: it remembers what each object counts for.

    Attributes:
        seen: That, by the object's identity.
    """

    def __init__(self, case: Case, targets: Sequence[Target]) -> None:
        super().__init__(case, targets)
        self.label = None  # what is counted by its number alone is of no version
        self.seen: dict[str, Sums] = {}

    def offer(self, candidate: Candidate) -> None:
        """Take in one object of the kind."""
        before = self.sums
        super().offer(candidate)
        self.seen[identity(candidate)] = self.sums.less(before)

    def spare_one(self, decision: Decision, guard: Guard, *, finished: bool) -> Decision:
        """Keep one object that was counted as due; as ``Tally.spare_one``."""
        before = self.sums
        kept = super().spare_one(decision, guard, finished=finished)
        self.seen[identity(decision)] = added([self.seen[identity(decision)], self.sums.less(before)])
        return kept


def sums_of(tallies: Iterable[Tally]) -> Sums:
    """What tallies of one kind have counted; an object that several versions of it show counts once."""
    them = list(tallies)
    versions = [tally.seen for tally in them if isinstance(tally, VersionTally)]
    others = [tally.sums for tally in them if not isinstance(tally, VersionTally)]
    return added([*others, once(versions)] if versions else others)


def by_kind(tallies: Iterable[Tally]) -> dict[KindKey, list[Tally]]:
    """Tallies, by what their kinds are counted under."""
    found: dict[KindKey, list[Tally]] = {}
    for tally in tallies:
        found.setdefault(tally.kind, []).append(tally)
    return found
