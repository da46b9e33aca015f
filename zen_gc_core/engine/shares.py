"""What the breaker measures: of each kind, how many unfinished objects a run would act on, and how many there are.

One rule says of both numbers whether an object is unfinished (``engine.finishing``), and an object counts once, in
however many versions of its kind the policy names it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from zen_gc_core.engine.finishing import surely_unfinished
from zen_gc_core.engine.selecting import in_scope
from zen_gc_core.errors import Undecided

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.decision import Decision, KeptBy
    from zen_gc_core.model.policy import Policy, Target

KindKey: TypeAlias = tuple[str, str]
"""A kind whatever its version: its group and its name."""


def kind_key(group: str, kind: str) -> KindKey:
    """What a kind is counted under; Events are in two groups, and the same objects in both."""
    return ("", kind) if (group, kind) == ("events.k8s.io", "Event") else (group, kind)


def identity(thing: Candidate | Decision) -> str:
    """Which object it is, in whatever version: its uid, or, for objects of files without one, its place."""
    return thing.uid or f"{thing.namespace}/{thing.name}"


def in_several_versions(policy: Policy) -> frozenset[KindKey]:
    """The kinds that a policy names in more than one version, or group."""
    if len(policy.targets) == 1:
        return frozenset()
    versions: dict[KindKey, set[str]] = {}
    for target in policy.targets:
        versions.setdefault(kind_key(target.group, target.kind), set()).add(target.api_version)
    return frozenset(key for key, named in versions.items() if len(named) > 1)


@dataclass(frozen=True, slots=True)
class Count:
    """The unfinished objects of a kind.

    Args:
        unfinished: How many of them a run would act on.
        population: How many there are in the policy's scope, selectors aside, as far as that is not in doubt.
    """

    unfinished: int
    population: int

    @property
    def whole(self) -> int:
        """What the share is of: no less than what would be acted on, of which some may be in doubt."""
        return max(self.population, self.unfinished)


@dataclass(frozen=True, slots=True)
class Written:
    """What other runs of the policy wrote to lately, which counts with what a run would act on.

    Args:
        objects: How many objects.
        unfinished: How many of those had not finished, for all that is known: no fewer.
        gone: How many of those are surely no part of the population any more, which was counted since.
    """

    objects: int = 0
    unfinished: int = 0
    gone: int = 0


NOTHING_WRITTEN = Written()


Counts: TypeAlias = "Mapping[KindKey, Count]"


@dataclass(slots=True)
class Sums:
    """What was counted of the objects of one kind; the numbers are those of a ``Tally``.

    Args:
        scanned: Objects in scope.
        matched: Those that the selectors take.
        due: Those that would be acted on.
        finished: Those of the due that have finished their work.
        marking: Those of the due that would be marked only: their conditions have begun to hold.
        untold: Those of the due of which that is not known; they count as unfinished.
        kept: Those of the matched that are kept, by what keeps them.
    """

    scanned: int = 0
    matched: int = 0
    due: int = 0
    finished: int = 0
    marking: int = 0
    untold: int = 0
    kept: Counter[KeptBy] = field(default_factory=Counter)

    @property
    def unfinished(self) -> int:
        """Those of the due that have not finished, for all that is known."""
        return self.due - self.finished

    def less(self, before: Sums) -> Sums:
        """What was added since."""
        return Sums(
            self.scanned - before.scanned,
            self.matched - before.matched,
            self.due - before.due,
            self.finished - before.finished,
            self.marking - before.marking,
            self.untold - before.untold,
            self.kept - before.kept,
        )


def added(all_of_them: Iterable[Sums]) -> Sums:
    """The sum of some sums."""
    ones = list(all_of_them)
    if len(ones) == 1:
        return ones[0]
    total = Sums()
    for one in ones:
        total.scanned += one.scanned
        total.matched += one.matched
        total.due += one.due
        total.finished += one.finished
        total.marking += one.marking
        total.untold += one.untold
        total.kept += one.kept
    return total


def once(versions: Iterable[Mapping[str, Sums]]) -> Sums:
    """The sum over objects that were seen in several versions, each of them in the version in which it came furthest.

    Args:
        versions: Of each version, what each object counts for, by its identity.
    """
    furthest: dict[str, Sums] = {}
    for seen in versions:
        for which, counted in seen.items():
            known = furthest.get(which)
            if known is None or _reach(counted) > _reach(known):
                furthest[which] = counted
    return added(furthest.values())


def _reach(counted: Sums) -> tuple[int, int, int]:
    return counted.due, counted.matched, counted.scanned


def counts_in_population(targets: Sequence[Target], candidate: Candidate, run: Run) -> bool:
    """Whether an object counts in the breaker's population: in scope, readable, and unfinished.

    Selectors do not matter. An object whose Namespace cannot be read does not count, nor one of which it cannot be told
    whether it has finished, which makes the share of what is due larger: the careful side.

    Args:
        targets: All targets of the policy of this kind, in whatever version.
        candidate: The object; whole, where its kind may finish.
        run: The run.
    """
    try:
        return (
            candidate.malformed is None
            and bool(in_scope(targets, candidate, run))
            and surely_unfinished(candidate, run)
        )
    except Undecided:
        return False
