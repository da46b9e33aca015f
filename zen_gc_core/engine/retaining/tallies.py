"""Tallies of policies that retain: what is due fills places first, and counts as due to go when it fills none."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine import judging
from zen_gc_core.engine.guarding import Guard, dependent
from zen_gc_core.engine.retaining.groups import siblings
from zen_gc_core.engine.retaining.holding import Held
from zen_gc_core.engine.retaining.places import MOST_WITHIN, Places
from zen_gc_core.engine.retaining.standing import may_stand, place_of
from zen_gc_core.engine.shares import Sums, added, identity
from zen_gc_core.engine.tallying import Tally
from zen_gc_core.engine.versions import VersionTally
from zen_gc_core.errors import Missing, Undecided, ZenGCError
from zen_gc_core.model.decision import Decision, KeptBy, Verdict
from zen_gc_core.model.retain import MOST_PLACES, Grouped

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.retaining.groups import GroupKey
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.plan import Dependent
    from zen_gc_core.model.policy import Target

OVERFULL: Final = f"it would retain more than {MOST_PLACES:,} objects, so that nothing is acted on"
"""What is told of a policy of too many places."""

MOST_BESIDE: Final = 200
"""How many keys are noted that objects have where they lack one."""

TOO_MANY: Final = Guard(KeptBy.RETAINED, f"retained: {OVERFULL}")


class RetainingTally(Tally):
    """A tally of a policy that retains.

    Attributes:
        places: The places that its objects fill.
        grouped: Whether any of them is in a group.
        lacking: While none is: what objects lack that is grouped by, and the keys that they have beside it.
        owned: Of the objects with owners that matter: their groups and times.
        seen_in: Where that is asked for: the objects of each group, by what they are.
    """

    def __init__(self, case: Case, targets: Sequence[Target]) -> None:
        super().__init__(case, targets)
        retention = case.compiled.retention
        if retention is None:
            raise ZenGCError(f"{case.compiled.reference} retains nothing")
        self._retention = retention
        self.grouped = False
        self.lacking: dict[str, set[str]] = {}
        self.owned: dict[Dependent, tuple[GroupKey, dt.datetime]] = {}
        self.seen_in: dict[GroupKey, dict[str, Grouped]] = {}
        most_within = math.inf if case.record else MOST_WITHIN
        self.places = Places(retention.rule, most_within=most_within, left_out=self._retain_owners)

    def _note(self, answer: Decision | KeptBy | None, candidate: Candidate, *, owner_matters: bool) -> None:
        if self._case.record_groups:
            self._remember(candidate)
        if type(answer) is Decision and answer.verdict is Verdict.ACT and owner_matters and not answer.begins:
            self._take_due(answer, candidate)
            return
        if answer is not None:
            super()._note(answer, candidate, owner_matters=owner_matters)
            if not may_stand(self._case.compiled, answer):
                return
        if not self.places.overfull:
            self._stand(candidate)

    def _remember(self, candidate: Candidate) -> None:
        """Note an object among those of its group, for who asks about one of them; one that is in none is not noted."""
        place = place_of(self._retention, candidate, self._case.run)
        if place is not None:
            key, time = place
            seen = Grouped(time, candidate.namespace, candidate.name, candidate.uid)
            self.seen_in.setdefault(key, {})[identity(candidate)] = seen

    def _stand(self, candidate: Candidate) -> None:
        """Let an object that is not due fill a place: it is among the newest all the same."""
        case = self._case
        try:
            time = self._retention.time(candidate, case.run)
            place = (self._group_of(candidate), time) if time is not None else None
        except Undecided:
            place = None
        if place is None:
            self._retain_owner_of(candidate)  # it is kept as it is
            return
        key, time = place
        if candidate.owner_references:
            self._note_place(candidate, key, time)
            if self._retention.rule.within is not None:
                self._retain_owner_of(candidate)  # it may lie within the span, which is known when all have been seen
        order = (time, candidate.uid or identity(candidate), candidate.name)
        if (
            self.places.may_take(key, order)
            and judging.stands(case.compiled, candidate, case.run, case.protections)
            and (left := self.places.offer(Held(key, *order, candidate.api_version)))
        ):
            self.settle(left)

    def _take_due(self, decision: Decision, candidate: Candidate) -> None:
        if decision.begins:  # it stays, and takes its place like everything else that waits
            super()._take_due(decision, candidate)
            return
        try:
            key = self._group_of(candidate)
            time = self._retention.time(candidate, self._case.run)
            if time is None:
                raise Missing("it has no time to be ordered by yet")  # noqa: TRY301  as where it is missing
        except Missing as doubt:
            self._keep(judging.keep(candidate, KeptBy.RETAINED, f"retained: {doubt}"))
            return
        except Undecided as doubt:
            because = f"cannot tell whether it is retained: {doubt}"
            self._keep(
                judging.keep(candidate, KeptBy.ERROR, because, "cannot tell whether it is retained: spec.retain")
            )
            return
        if self.places.overfull:
            self._keep(judging.keep(candidate, TOO_MANY.kept_by, TOO_MANY.because))
            return
        if candidate.owner_references:
            self._note_place(candidate, key, time)
        held = Held(key, time, candidate.uid or identity(candidate), candidate.name, candidate.api_version)
        held.due = True
        held.finished = self._count_due(decision, candidate)
        if not self._is_beyond(decision):
            held.decision = decision
        if left := self.places.offer(held):
            self.settle(left)

    def _keep(self, decision: Decision) -> None:
        """What stays, being in no group, in no order, or in doubt, must not go along with what owns it."""
        if decision.kept_by in {KeptBy.RETAINED, KeptBy.ERROR}:
            self._retain_owner_of(decision)
        super()._keep(decision)

    def _retain_owner_of(self, thing: Candidate | Decision) -> None:
        if self.guards.above:
            self.guards.retain(thing.kind, thing.namespace, thing.name, thing.uid)

    def _retain_owners(self, held: Held) -> None:
        """What perhaps lies within the span, or is not remembered although it does, stays, and so does what owns it."""
        if self.guards.above:
            self.guards.retain(self.kind[1], held.key[2], held.name, held.which)

    def _note_place(self, candidate: Candidate, key: GroupKey, time: dt.datetime) -> None:
        """Note the place of what may go along with its owner: it must be there when that goes."""
        if self.guards.above and not self._case.record:
            self.owned[dependent(candidate)] = (key, time)

    def _group_of(self, candidate: Candidate) -> GroupKey:
        try:
            key = self._retention.group(candidate, self.kind)
        except Missing as doubt:
            if not self.grouped:
                self._look_beside(doubt.place, self.lacking.setdefault(doubt.place, set()), candidate)
            raise
        self.grouped = True
        return key

    def _look_beside(self, place: str, beside: set[str], candidate: Candidate) -> None:
        """Note the keys that an object has where it lacks one; for who sees plans, and may read the objects."""
        retain = self._case.compiled.policy.retain
        if self._case.record and retain is not None and len(beside) < MOST_BESIDE:
            index = int(place.removeprefix("groupBy[").removesuffix("]"))
            beside.update(siblings(retain.group_by[index], candidate))

    def settle(self, left: Iterable[Held]) -> None:
        """Hold what fills no place for the plan, where it is due."""
        if self._case.record:
            return
        for held in left:
            if held.decision is not None:
                self._hold(held.decision, finished=held.finished, of=held)

    def left_over(self) -> Iterable[Held]:
        """What is due and fills no place, as far as it is held."""
        return (entry[4] for entry in self._heap if entry[4] is not None)

    def hold_back(self, held_back: Iterable[Held]) -> None:
        """Count what is due, and was not handed back by its places, as retained."""
        retained = [held for held in held_back if held.due]
        number, finished = self.places.beyond
        self.due -= len(retained) + number
        self.finished -= sum(held.finished for held in retained) + finished
        self._kept[KeptBy.RETAINED] += len(retained) + number


class RetainingVersionTally(RetainingTally, VersionTally):
    """A tally of a policy that retains, of one of several versions of a kind."""

    def hold_back(self, held_back: Iterable[Held]) -> None:
        """Count what is due, and was not handed back by its places, as retained; of each object by itself."""
        retained = [held for held in held_back if held.due]
        super().hold_back(retained)
        for held in retained:
            back = Sums(due=-1, finished=-held.finished, kept=Counter({KeptBy.RETAINED: 1}))
            self.seen[held.which] = added([self.seen[held.which], back])
