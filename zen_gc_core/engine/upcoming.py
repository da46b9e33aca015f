"""What will be due before long: a pass sees it, and somebody may act on it at its instant. A hint, and never more than that.

Whoever follows it reads the object, judges it from the beginning and holds every guard. So only policies take part that
can be judged by one object alone; of the others, and of whatever is in doubt, everything waits for the next pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.expanding import wildcards
from zen_gc_core.engine.lasting import writes_for_a_while
from zen_gc_core.model.plan import Upcoming
from zen_gc_core.model.scope import MatchingNamespaces

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.engine.guarding import Guards
    from zen_gc_core.model.candidate import Candidate

MOST: Final = 10_000
"""Objects that are remembered of a policy; the nearest are."""

MOST_BYTES: Final = 2 * 1024 * 1024
BYTES_EACH: Final = 300
"""What one takes beside its name and namespace."""

_HOLDERS: Final = frozenset(("Namespace", "CustomResourceDefinition"))
"""Kinds whose objects take others along that have to be listed."""


def takes_part(compiled: CompiledPolicy) -> bool:
    """Whether objects of a policy may be acted on between its passes: each can be judged without looking at others.

    What has a schedule, retains, relates, counts from when conditions began to hold, unmarks, or only says what it would do
    does not; nor what finds its kinds or namespaces anew in each pass, or has kinds that may own each other.
    """
    policy = compiled.policy
    api_version, kind = policy.targets[0].api_version, policy.targets[0].kind
    for target in policy.targets:
        if (target.api_version, target.kind) != (api_version, kind) or isinstance(target.scope, MatchingNamespaces):
            return False
    return (
        kind not in _HOLDERS
        and not wildcards(policy)
        and policy.calendar.schedule is None
        and compiled.retention is None
        and not compiled.relations
        and not writes_for_a_while(compiled)
        and not policy.behavior.dry_run
    )


class Soonest:
    """The objects of one list that will be due until an instant, as many as are remembered.

    Args:
        until: The instant.

    Attributes:
        until: The instant, or an earlier one where there are too many.
    """

    __slots__ = ("_found", "until")

    def __init__(self, until: dt.datetime) -> None:
        self.until = until
        self._found: list[Upcoming] = []

    def add(self, instant: dt.datetime, candidate: Candidate) -> None:
        """Remember an object whose time comes before ``until``; one without a uid is not told from another."""
        if not candidate.uid:
            return
        self._found.append(Upcoming(instant, candidate.namespace, candidate.name, candidate.uid))
        if len(self._found) >= 2 * MOST:
            self._found.sort()
            del self._found[MOST:]
            self.until = min(self.until, self._found[-1].instant)

    def __iter__(self) -> Iterator[Upcoming]:
        """Those that are remembered, in no order."""
        return iter(self._found)


def together(kind: str, lists: Iterable[tuple[Soonest | None, Guards]]) -> tuple[Upcoming, ...]:
    """The nearest of all lists, without what owns an object in view: whether that must stay is for a pass to see.

    Args:
        kind: Their kind.
        lists: Of each list what comes soon, and what its objects keep.
    """
    pairs = list(lists)
    if any(guards.doubtful for _, guards in pairs):
        return ()
    owners = {key for _, guards in pairs for key in guards.along}
    found = sorted(
        each
        for soonest, _ in pairs
        if soonest is not None
        for each in soonest
        if (each.uid,) not in owners and not {(kind, each.namespace, each.name), (kind, "", each.name)} & owners
    )
    room, kept = MOST_BYTES, 0
    for each in found[:MOST]:
        room -= BYTES_EACH + len(each.name) + len(each.namespace)
        if room < 0:
            break
        kept += 1
    return tuple(found[:kept])
