"""Judging again: what a policy says of an object as it was just read, right before anything is written to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from zen_gc_core.engine import judging
from zen_gc_core.engine.guarding import guard_of
from zen_gc_core.engine.retaining.standing import place_of, retained_elsewhere
from zen_gc_core.engine.selecting import surely_taken
from zen_gc_core.model.decision import Decision, KeptBy, Verdict

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from zen_gc_core.cluster.observing import Observed
    from zen_gc_core.controller.runs.seeing import Seeing
    from zen_gc_core.engine.case import Case
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.relations import Related, Relation


@dataclass(frozen=True, slots=True)
class Rejudging:
    """Judges the objects of one plan again.

    Args:
        case: The policy's run.
        plan: Its plan.
        seeing: Reads what an object would take along.
        now: The present instant, by the earlier of the clocks.
    """

    case: Case
    plan: Plan
    seeing: Seeing
    now: Callable[[], dt.datetime]

    def decide(self, decision: Decision, observed: Observed, related: Mapping[Relation, Related]) -> Decision:
        """What the policy says now of an object that its plan would act on.

        Args:
            decision: What the plan says.
            observed: The object as it was just read.
            related: What is known of other objects now.

        Returns:
            The decision of the run's instant where it acts, and where it still does at the present one.

        Raises:
            ClusterError: What it would take along cannot be read.
        """
        case = self.case
        candidate = observed.candidate()
        if decision.uid != observed.uid:
            return judging.skip(candidate)
        targets = case.compiled.targets_of(candidate.api_version, candidate.kind)
        if not surely_taken(targets, candidate, case.run):
            return judging.skip(candidate)
        then = replace(case.run, related=related) if case.compiled.relations else case.run
        again = judging.decide(case.compiled, candidate, then, case.protections)
        if again.verdict is not Verdict.ACT:
            return again
        # A condition may hold at the run's instant and no longer now: a window of the night that the run outlived.
        present = replace(then, now=self.now())
        late = judging.decide(case.compiled, candidate, present, case.protections)
        if late.verdict is not Verdict.ACT:
            return late
        if not late.asks_for is again.asks_for is decision.asks_for:
            return judging.keep(candidate, KeptBy.CONDITION, "something else is to be done with it by now")
        if late.begins:
            return late if present.now >= then.now else again  # nobody has seen that it held before
        return (
            self._kept_by_its_place(decision, candidate, present)
            or self._kept_by_what_goes_along(decision, candidate, present)
            or again
        )

    def _kept_by_its_place(self, decision: Decision, candidate: Candidate, run: Run) -> Decision | None:
        """An object that came into another group, or became newer, may be one of those that are retained."""
        retention = self.case.compiled.retention
        if retention is None:
            return None
        left = self.plan.left_over.get(decision.uid)
        if left is None or place_of(retention, candidate, run) != (left.group.key, left.time):
            return judging.keep(candidate, KeptBy.RETAINED, "its group, or its place in it, is another one now")
        return None

    def _kept_by_what_goes_along(self, decision: Decision, candidate: Candidate, run: Run) -> Decision | None:
        """Ask anew each object that the run saw to be owned by this one: it may be marked, or retained, by now."""
        for dependent in self.plan.along.get(decision.uid, ()):
            observed = self.seeing.one(dependent.api_version, dependent.kind, dependent.namespace, dependent.name)
            if observed is None:
                continue
            owned = observed.candidate()
            if (guard := guard_of(owned, self.case.protections, run, contents=True)) is not None:
                return judging.keep(candidate, guard.kept_by, guard.because)
            if (why := retained_elsewhere(self.case, owned, dependent.left_over, run)) is not None:
                return judging.keep(candidate, KeptBy.RETAINED, why)
        return None
