"""Keepers: the objects that are retained of a group, seen again before anything else of the group goes.

A decision under ``retain`` depends on other objects, and no precondition pins these. So no write of a group leaves
unless its keepers were seen whole, each in the place that it had, in reads that began at most 5 s before. Where one is
gone or has changed, the group is left alone for the rest of the run. The reasons are in
``docs/explanation/the-delete-contract.md``.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import LookedTooLongAgo, MalformedAnswer
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.engine.retaining.standing import still_fills
from zen_gc_core.errors import ZenGCError
from zen_gc_core.model.policy import MOST_IN_A_BATCH
from zen_gc_core.model.reasons import Reason

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from zen_gc_core.controller.runs.seeing import Seeing
    from zen_gc_core.engine.case import Case
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.relations import Related, Relation
    from zen_gc_core.model.retain import Keeper, KeptGroup, LeftOver

FRESH_SECONDS: Final = 2.0
"""How old a look may be for another write to begin."""

MOST_SECONDS: Final = 5.0
"""How old it may be when the request leaves."""

MOST_READING_SECONDS: Final = 4.0
"""How long a look may take, to be of use to a write."""

MOST_BY_NAME: Final = 20
"""Keepers in a namespace that are read one by one; more are read by one list."""

CHANGED: Final = "what is retained of its group has changed since the plan: the group is left alone in this run"
CHANGED_ALONG: Final = "what is retained of the group of something that it owns has changed since the plan"
UNKNOWN: Final = "what is retained of its group is not known"


class Withheld(ZenGCError):  # noqa: N818  it says what becomes of the object
    """An object must stay in this run, for the sake of what is retained of its group; quotes no object."""


@dataclass(slots=True)
class _Seen:
    """A group while a run acts.

    Args:
        group: The group.
        looked_at: When the last look at its keepers began, by the boot-time clock, in seconds.
        changed: Whether they were not whole; then nothing of it goes any more.
    """

    group: KeptGroup
    looked_at: float = float("-inf")
    changed: bool = False


class Keepers:
    """The keepers of all groups of one plan; may be used by several threads.

    Args:
        case: The policy's run.
        plan: Its plan.
        seeing: Reads them.
        per_second: How many writes a second there may be.
        now: The present instant, by the earlier of the clocks.
        left_alone: Told of the kind and the namespace of a group that is left alone, and why.
        related: What is known by now of the objects that those of a namespace are related to.
        clock: The boot-time clock, in seconds.
    """

    def __init__(  # noqa: PLR0913  what is looked at, and how
        self,
        case: Case,
        plan: Plan,
        seeing: Seeing,
        *,
        per_second: float,
        now: Callable[[], dt.datetime],
        left_alone: Callable[[str, str, str], None],
        related: Callable[[str], Mapping[Relation, Related]] | None = None,
        clock: Callable[[], float] = boottime,
    ) -> None:
        self._case = case
        self._seeing = seeing
        self._now = now
        self._left_alone = left_alone
        self._related = related
        self._clock = clock
        self._lock = threading.Lock()
        groups: dict[int, _Seen] = {}
        self._of = {
            uid: list({id(one): one for one in (_seen(groups, each) for each in (left, *_along(plan, uid)))}.values())
            for uid, left in plan.left_over.items()
        }
        self._ahead = self._batches([decision.uid for decision in plan.decisions], per_second)

    def _batches(self, uids: Sequence[str], per_second: float) -> dict[int, list[_Seen]]:
        """The groups that are looked at together with each: those of what can be written while a look is fresh."""
        size = max(1, min(MOST_IN_A_BATCH, int(per_second * FRESH_SECONDS)))
        ahead: dict[int, list[_Seen]] = {}
        for start in range(0, len(uids), size):
            them = {id(seen): seen for uid in uids[start : start + size] for seen in self._of.get(uid, ())}
            for key in them:
                ahead.setdefault(key, list(them.values()))
        return ahead

    def withheld(self, decision: Decision) -> str | None:
        """Why an object must stay, as far as that is known without a look; None where it is not."""
        seen = self._of.get(decision.uid)
        if decision.begins:
            return None  # it takes nothing from its group
        if not seen:
            return UNKNOWN
        if seen[0].changed:
            return CHANGED
        return CHANGED_ALONG if any(each.changed for each in seen) else None

    def check(self, decision: Decision) -> None:
        """Look at the keepers of an object's group, and of those of what goes along, unless that was done a moment ago.

        Raises:
            Withheld: They are not as they were, and the object must stay.
            Stopped: They cannot be read in time.
            ClusterError: They cannot be read.
        """
        seen = self._of.get(decision.uid, ())
        if self.withheld(decision) is None and any(map(self._wants_a_look, seen)):
            with self._lock:
                wanted = [each for each in seen if self._wants_a_look(each)]  # perhaps somebody has looked meanwhile
                if wanted:
                    self._look(wanted)
        if (why := self.withheld(decision)) is not None:
            raise Withheld(why)

    def recent(self, decision: Decision) -> None:
        """Ask when a request leaves whether the last look still counts.

        Raises:
            LookedTooLongAgo: It does not; nothing was sent, and it must be looked anew.
        """
        if decision.begins:
            return
        seen = self._of.get(decision.uid)
        if not seen or any(each.changed or self._age(each) > MOST_SECONDS for each in seen):
            raise LookedTooLongAgo("what is retained of its group was looked at too long ago: nothing was sent")

    def _wants_a_look(self, seen: _Seen) -> bool:
        return not seen.changed and self._age(seen) >= FRESH_SECONDS

    def _age(self, seen: _Seen) -> float:
        return self._clock() - seen.looked_at

    def _look(self, wanted: Sequence[_Seen]) -> None:
        ahead = (one for seen in wanted for one in (seen, *self._ahead.get(id(seen), ())))
        together = {id(one): one for one in ahead if not one.changed}
        for key in together:
            self._ahead.pop(key, None)  # from now on each by itself
        if len(together) > len(wanted) and self._look_at(list(together.values())):
            return
        if self._look_at(wanted):
            return
        raise Stopped(
            Reason.RETAINED_TOO_SLOW,
            f"what is retained of a group took more than {MOST_READING_SECONDS:g} s to be read again",
        )

    def _look_at(self, groups: Sequence[_Seen]) -> bool:
        """Look at the keepers of some groups; whether that was quick enough to be of use."""
        started = self._clock()
        wanted: dict[tuple[str, str, str], list[tuple[_Seen, Keeper]]] = defaultdict(list)
        for seen in groups:
            for keeper in seen.group.keepers:
                wanted[keeper.api_version, keeper.kind, keeper.namespace].append((seen, keeper))
        for place, them in wanted.items():
            whole = self._by_list(place, them) if len(them) > MOST_BY_NAME else self._by_name(place, them)
            for seen, keeper in them:
                if keeper.uid not in whole and not seen.changed:
                    seen.changed = True
                    self._left_alone(keeper.kind, keeper.namespace, CHANGED)
        if self._clock() - started > MOST_READING_SECONDS:
            return False
        for seen in groups:
            seen.looked_at = started
        return True

    def _by_name(self, place: tuple[str, str, str], them: Iterable[tuple[_Seen, Keeper]]) -> set[str]:
        """The uids of those that still fill their places, each read by its name."""
        whole = set()
        for seen, keeper in them:
            try:
                observed = self._seeing.one(*place, keeper.name)
                if observed is not None and self._fills(seen, keeper, observed.candidate()):
                    whole.add(keeper.uid)
            except MalformedAnswer:
                continue
        return whole

    def _by_list(self, place: tuple[str, str, str], them: Iterable[tuple[_Seen, Keeper]]) -> set[str]:
        """As ``_by_name``, by one list of their namespace."""
        by_name = {keeper.name: (seen, keeper) for seen, keeper in them}
        whole: set[str] = set()
        for candidate in self._seeing.all_in(*place):
            if candidate is None:
                whole.clear()
            elif candidate.name in by_name and candidate.namespace == place[2]:
                seen, keeper = by_name[candidate.name]
                if self._fills(seen, keeper, candidate):
                    whole.add(keeper.uid)
        return whole

    def _fills(self, seen: _Seen, keeper: Keeper, candidate: Candidate) -> bool:
        run = replace(self._case.run, now=self._now())
        if self._related is not None:
            run = replace(run, related=self._related(keeper.namespace))
        return still_fills(self._case, seen.group, keeper, candidate, run)


def _along(plan: Plan, uid: str) -> Iterable[LeftOver]:
    """The groups of what goes along with an object."""
    return (each.left_over for each in plan.along.get(uid, ()) if each.left_over is not None)


def _seen(groups: dict[int, _Seen], left: LeftOver) -> _Seen:
    """A group while the run acts; the same one for all of it."""
    return groups.setdefault(id(left.group), _Seen(left.group))
