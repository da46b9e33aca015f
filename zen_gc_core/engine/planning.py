"""Planning: objects in, a plan out. One tally a policy and run; it holds counts and what is due, never what is not."""

from __future__ import annotations

import heapq
from collections import Counter
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine import breaker, judging
from zen_gc_core.engine.protections import needs_whole
from zen_gc_core.engine.selecting import in_scope, selected
from zen_gc_core.errors import Undecided
from zen_gc_core.model.decision import Decision, KeptBy, Verdict
from zen_gc_core.model.finishing import finish_of
from zen_gc_core.model.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.engine.protections import Protections
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.plan import Veto
    from zen_gc_core.model.policy import Target

MOST_DUE: Final = 10_000
"""How many due objects a plan of the controller holds; the rest waits for the next run."""


class Tally:
    """Gathers one policy's plan while the objects go by.

    Args:
        compiled: The policy.
        run: The run.
        protections: What protects objects.
        record: Whether every matched object gets its decision (``zen-gc plan``), or the due ones alone.
        record_skipped: Whether the scanned but unmatched get one, too.
        most_due: How many due objects are held; those due the longest win.
        whole: Reads an object whole of which only the metadata was listed; None when it is gone. Raises Undecided
            when it cannot.
    """

    def __init__(  # noqa: PLR0913  each is a choice of the caller
        self,
        compiled: CompiledPolicy,
        run: Run,
        protections: Protections,
        *,
        record: bool = False,
        record_skipped: bool = False,
        most_due: int = MOST_DUE,
        whole: Callable[[Candidate], Candidate | None] | None = None,
    ) -> None:
        self._compiled = compiled
        self._run = run
        self._protections = protections
        self._record = record
        self._record_skipped = record_skipped
        self._most_due = most_due
        self._whole = whole
        self._targets: dict[tuple[str, str], tuple[Target, ...]] = {}
        self._recorded: list[Decision] = []
        self._heap: list[tuple[float, int, Decision]] = []
        self._seen: set[str] = set()
        self._kept: Counter[KeptBy] = Counter()
        self.scanned = 0
        self.matched = 0
        self.due = 0
        self.finished = 0
        self.first_error: str | None = None

    def offer(self, candidate: Candidate) -> None:
        """Take in one object of a kind that the policy looks at."""
        kind = (candidate.api_version, candidate.kind)
        targets = self._targets.get(kind)
        if targets is None:
            targets = self._targets[kind] = self._compiled.targets_of(*kind)
        try:
            reached = in_scope(targets, candidate, self._run)
            if not reached:
                return
            self.scanned += 1
            if not selected(reached, candidate):
                self._skip(candidate)
                return
        except Undecided as doubt:
            self.scanned += 1
            self.matched += 1
            self._keep(judging.keep(candidate, KeptBy.ERROR, f"cannot tell whether the policy looks at it: {doubt}"))
            return
        self.matched += 1
        self._judge(candidate)

    def _judge(self, candidate: Candidate) -> None:
        include_owned = self._compiled.policy.behavior.include_owned
        owner_matters = candidate.complete or not needs_whole(candidate, include_owned=include_owned)
        answer = judging.due(self._compiled, candidate, self._run, self._protections, owner_matters=owner_matters)
        if isinstance(answer, Decision) and answer.verdict is Verdict.ACT and not owner_matters:
            self._judge_whole(candidate)
        elif isinstance(answer, Decision):
            self._take(answer, candidate)
        elif self._record:
            decision = judging.decide(
                self._compiled, candidate, self._run, self._protections, owner_matters=owner_matters
            )
            self._take(decision, candidate)
        elif answer is not None:
            self._kept[answer] += 1

    def _judge_whole(self, candidate: Candidate) -> None:
        try:
            whole = self._whole(candidate) if self._whole else None
        except Undecided as doubt:
            self._keep(judging.keep(candidate, KeptBy.ERROR, f"it cannot be read whole: {doubt}"))
            return
        if whole is None:
            self.scanned -= 1
            self.matched -= 1
            return
        self._take(judging.decide(self._compiled, whole, self._run, self._protections), whole)

    def _take(self, decision: Decision, candidate: Candidate) -> None:
        if decision.verdict is Verdict.ACT:
            self._take_due(decision, candidate)
        elif decision.verdict is Verdict.KEEP:
            self._keep(decision)
        elif self._record:
            self._recorded.append(decision)

    def _take_due(self, decision: Decision, candidate: Candidate) -> None:
        if decision.uid and decision.uid in self._seen:
            self.matched -= 1
            self.scanned -= 1
            return
        self.due += 1
        if decision.uid:
            self._seen.add(decision.uid)
        if candidate.complete and finish_of(candidate) is not None:
            self.finished += 1
        if self._record:
            self._recorded.append(decision)
            return
        instant = decision.expires_at.timestamp() if decision.expires_at else 0.0
        entry = (-instant, self.due, decision)
        if len(self._heap) < self._most_due:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)

    def _keep(self, decision: Decision) -> None:
        kept_by = decision.kept_by or KeptBy.ERROR
        self._kept[kept_by] += 1
        if kept_by is KeptBy.ERROR and self.first_error is None:
            self.first_error = f"{decision.kind} {_place(decision)}: {decision.because}"
        if self._record:
            self._recorded.append(decision)

    def _skip(self, candidate: Candidate) -> None:
        if self._record_skipped:
            self._recorded.append(judging.skip(candidate))

    def plan(
        self, population: Callable[[], int | None], veto: Callable[[Plan], tuple[Veto, ...]] | None = None
    ) -> Plan:
        """The plan of all objects taken in.

        Args:
            population: How many unfinished objects of these kinds are in scope, selectors aside; None when that
                cannot be told. Asked only when the breaker needs it.
            veto: Asks the plugins.
        """
        reason = breaker.tripped(
            self._compiled.policy, due=self.due, unfinished=self.due - self.finished, population=population
        )
        plan = self._plan(reason, ())
        vetoes = veto(plan) if veto else ()
        return self._plan(reason, vetoes) if vetoes else plan

    def _plan(self, reason: str | None, vetoes: tuple[Veto, ...]) -> Plan:
        decisions = self._recorded if self._record else [entry[2] for entry in sorted(self._heap, reverse=True)]
        return Plan(
            policy=self._compiled.reference,
            now=self._run.now,
            scanned=self.scanned,
            matched=self.matched,
            due=self.due,
            decisions=tuple(decisions),
            kept={kept_by: self._kept[kept_by] for kept_by in KeptBy},
            first_error=self.first_error,
            tripped=reason,
            vetoed=vetoes,
        )


def _place(decision: Decision) -> str:
    return f"{decision.namespace}/{decision.name}" if decision.namespace else decision.name


def unfinished_in_scope(compiled: CompiledPolicy, candidate: Candidate, run: Run) -> bool:
    """Whether an object counts in the breaker's population: of a targeted kind, in scope, unfinished.

    Selectors do not matter. An object whose Namespace cannot be read does not count, which makes the share of what
    is due larger: the careful side.
    """
    targets = compiled.targets_of(candidate.api_version, candidate.kind)
    try:
        return bool(in_scope(targets, candidate, run)) and finish_of(candidate) is None
    except Undecided:
        return False
