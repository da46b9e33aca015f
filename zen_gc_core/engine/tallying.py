"""Tallying: objects are counted for one policy while they go by; what is due is held, and never what is not.

A run has one tally for each listing that serves it.
"""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
import math
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine import judging, lasting
from zen_gc_core.engine.expanding import by_wildcard
from zen_gc_core.engine.finishing import may_finish, unfinished
from zen_gc_core.engine.guarding import Guards, owner_kinds
from zen_gc_core.engine.lasting import Owed
from zen_gc_core.engine.noticing import Notice
from zen_gc_core.engine.protections import needs_whole
from zen_gc_core.engine.selecting import in_scope, in_view, required_label, selected, whole_namespaces
from zen_gc_core.engine.shares import Sums, kind_key
from zen_gc_core.engine.upcoming import Soonest
from zen_gc_core.errors import Undecided
from zen_gc_core.model.decision import Decision, KeptBy, Verdict
from zen_gc_core.model.restricting import of_metadata
from zen_gc_core.texts import placed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.guarding import Guard
    from zen_gc_core.engine.retaining.holding import Held
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.policy import Target
    from zen_gc_core.model.reasons import Reason

_NO_EXPIRY: Final = KeptBy.NO_EXPIRY
_CONDITION: Final = KeptBy.CONDITION


class Tally:
    """Counts the objects of one kind for one policy while they go by.

    Args:
        case: The policy's run.
        targets: The policy's targets of that kind.

    Attributes:
        kind: What its kind is counted under.
        scanned: Objects in scope.
        matched: Those that the selectors take.
        due: Those that would be acted on.
        finished: Those of the due that have finished their work.
        marking: Those of the due that would only be marked, as their conditions have begun to hold.
        untold: Those of the due of which that is not known: only their metadata is.
        unreadable: Matched objects that cannot be read.
        first_error: The first object that an error keeps, and the error, as everybody may be told.
        first_reason: That error in one word, where it is not one of the evaluation.
        guards: What its objects keep, because they would go along.
        owed: What the policy wrote on objects and must be taken away; None where it writes nothing of the kind.
        notice: What will be due within a while; None where the policy does not ask.
        soonest: What will be due before the next pass; None where nobody remembers it.
        label: A label and its value: an object without it is only counted, and need not be offered; None: each must be.
    """

    # Of more than 30 attributes each object would have a dict of its own, of 2 KB; and there are as many as policies.
    __slots__ = (
        "_api_version",
        "_ask",
        "_by_condition",
        "_by_metadata",
        "_case",
        "_finished",
        "_heap",
        "_kept",
        "_kind",
        "_latest",
        "_never_finishes",
        "_numbers",
        "_opt_in",
        "_owner_kinds",
        "_recorded",
        "_takes_all_of",
        "_targets",
        "_without_expiry",
        "due",
        "finished",
        "first_error",
        "first_reason",
        "guards",
        "kind",
        "label",
        "marking",
        "matched",
        "notice",
        "owed",
        "scanned",
        "soonest",
        "unreadable",
        "untold",
    )

    def __init__(self, case: Case, targets: Sequence[Target]) -> None:
        self._case = case
        self._targets = targets
        self._takes_all_of = whole_namespaces(targets)
        self._opt_in = next((target.opt_in for target in targets if target.opt_in is not None), None)
        known = case.run.finishing.known(targets[0].group, targets[0].kind)
        self._never_finishes = not may_finish(case.run.finishing, targets[0].api_version, targets[0].kind)
        self._api_version, self._kind = targets[0].api_version, targets[0].kind
        self._by_metadata = by_wildcard(targets) and not known
        self._owner_kinds = owner_kinds(case.compiled.policy)
        self.guards = Guards()
        self.owed = Owed.of(case)
        self.notice = Notice.of(case)
        more = self.owed is not None or self._opt_in is not None or case.record_skipped
        self.label = None if more else required_label(targets)
        self.soonest = Soonest(case.upcoming_until) if case.upcoming_until is not None else None
        if case.compiled.holding is not None:
            self._ask = lasting.due
        else:  # what is recorded explains itself, whatever keeps it
            self._ask = judging.decide if case.record else judging.due
        self._recorded: list[Decision] = []
        self._heap: list[tuple[float, int, Decision, bool, Held | None]] = []
        self._numbers = itertools.count()
        self._latest: dt.datetime | None = None  # the latest expiry that is held, once there is room for no more
        self._finished: set[int] = set()  # of the recorded decisions, by ``id``: they live as long as this does
        self.kind = kind_key(targets[0].group, targets[0].kind)
        self.scanned = 0
        self.matched = 0
        self.due = 0
        self.finished = 0
        self.marking = 0
        self.untold = 0
        self.unreadable = 0
        self.first_error: str | None = None
        self.first_reason: Reason | None = None
        self._kept: Counter[KeptBy] = Counter()
        self._without_expiry = 0
        self._by_condition = 0

    @property
    def kept(self) -> Counter[KeptBy]:
        """Matched objects that are kept, by what keeps them."""
        kept = self._kept.copy()
        for kept_by, number in ((_NO_EXPIRY, self._without_expiry), (_CONDITION, self._by_condition)):
            if number:
                kept[kept_by] += number
        return kept

    def offer(self, candidate: Candidate) -> None:
        """Take in one object of the kind."""
        if self._takes_all_of is None or candidate.namespace in self._takes_all_of:
            self.scanned += 1
            self._judge(candidate)
            return
        try:
            reached = in_scope(self._targets, candidate, self._case.run)
            if not reached:
                self._pass_over(candidate)
                return
            self.scanned += 1
            if not selected(reached, candidate):
                self._skip(candidate, reached)
                return
        except Undecided as doubt:
            self.scanned += 1
            self.matched += 1
            words = "cannot tell whether the policy looks at it"
            owed = self.owed.passed_over(candidate) if self.owed is not None else ""
            self._keep(judging.keep(candidate, KeptBy.ERROR, f"{words}: {doubt}{owed}", words))
            return
        self._judge(candidate)

    def waiting_by_age(self, namespace: str | None) -> tuple[dt.datetime, dt.datetime] | None:
        """When objects were created that only wait, and of which nothing but their number is of interest.

        Args:
            namespace: Theirs; None: whichever.

        Returns:
            The earliest and the latest instant; None where each object has to be offered. One that has owners always has.
        """
        case, whole = self._case, self._takes_all_of
        wait = case.compiled.after_creation
        if wait is None or type(self) is not Tally or case.record or self._by_metadata:
            return None
        if not (whole is None or namespace in whole) or case.compiled.holding is not None:
            return None
        if self.owed is not None or self.notice is not None or self._opt_in is not None:
            return None
        now = case.run.now
        until = now if self.soonest is None else max(now, self.soonest.until)
        try:
            return until - wait, now
        except OverflowError:  # a plugin's: before the first year there is
            return None

    def waiting(self, number: int) -> None:
        """Count objects that were not offered, as they only wait."""
        self.scanned += number
        self.matched += number

    def passed_by(self, number: int) -> None:
        """Count objects in scope that were not offered, as they do not carry the label that is asked for."""
        self.scanned += number

    def _skip(self, candidate: Candidate, reached: Sequence[Target]) -> None:
        """Pass an object in scope over; one that has only not opted in may have to stay, and keep its owner."""
        opt_in = self._opt_in if self._opt_in is not None and in_view(reached, candidate) else None
        if opt_in is not None and candidate.owner_references:
            self.guards.look_at(candidate, self._owner_kinds, self._case.protections, self._case.run)
        self._pass_over(candidate, f"it does not carry {opt_in}" if opt_in else "", shown=self._case.record_skipped)

    def _pass_over(self, candidate: Candidate, why: str = "", *, shown: bool = False) -> None:
        """Pass an object over. What is to be taken away from it is an act, and no plan leaves one out."""
        owed = self.owed.passed_over(candidate) if self.owed is not None else ""
        if shown or (owed and self._case.record):
            skipped = judging.skip(candidate, why) if why else judging.skip(candidate)
            self._recorded.append(replace(skipped, because=f"{skipped.because}{owed}"))

    def _judge(self, candidate: Candidate) -> None:
        self.matched += 1
        case = self._case
        if candidate.owner_references:
            self.guards.look_at(candidate, self._owner_kinds, case.protections, case.run)
        by_metadata = self._by_metadata
        asks = (
            (by_metadata or not candidate.complete)
            and not (
                self._never_finishes and candidate.api_version == self._api_version and candidate.kind == self._kind
            )
            and needs_whole(candidate, case.compiled.lifted, case.run.finishing)
        )
        if asks and by_metadata:  # of a wildcard, what somebody looks after stays, and nobody asks whether it finished
            candidate = of_metadata(candidate)
        owner_matters = by_metadata or not asks
        answer = self._ask(case.compiled, candidate, case.run, case.protections, owner_matters=owner_matters)
        if isinstance(answer, dt.datetime):
            if self.soonest is not None and answer < self.soonest.until:
                self.soonest.add(answer, candidate)
            answer = None
        if case.record and not isinstance(answer, Decision):
            answer = judging.decide(case.compiled, candidate, case.run, case.protections, owner_matters=owner_matters)
        if self.owed is not None and (owed := self.owed.judged(candidate, answer)) and isinstance(answer, Decision):
            answer = replace(answer, because=f"{answer.because}{owed}")
        if self.notice is not None:
            self.notice.look(candidate, answer, owner_matters=owner_matters)
        self._note(answer, candidate, owner_matters=owner_matters)

    def _note(self, answer: Decision | KeptBy | None, candidate: Candidate, *, owner_matters: bool) -> None:
        """Take in what was said of an object."""
        if answer is None:
            return
        if answer is _NO_EXPIRY:
            self._without_expiry += 1
        elif answer is _CONDITION:
            self._by_condition += 1
        elif not isinstance(answer, Decision):
            self._kept[answer] += 1
        elif answer.verdict is Verdict.ACT and not owner_matters:
            self._judge_whole(candidate)
        else:
            self._take(answer, candidate)

    def _judge_whole(self, candidate: Candidate) -> None:
        case = self._case
        try:
            whole = case.whole(candidate) if case.whole else None
        except Undecided as doubt:
            self._keep(
                judging.keep(candidate, KeptBy.ERROR, f"it cannot be read whole: {doubt}", "it cannot be read whole")
            )
            return
        if whole is None:
            self.scanned -= 1
            self.matched -= 1
            return
        self._take(judging.decide(case.compiled, whole, case.run, case.protections), whole)

    def _take(self, decision: Decision, candidate: Candidate) -> None:
        if decision.verdict is Verdict.ACT:
            self._take_due(decision, candidate)
        elif decision.verdict is Verdict.KEEP:
            self.unreadable += candidate.malformed is not None
            self._keep(decision)
        elif self._case.record:
            self._recorded.append(decision)

    def _take_due(self, decision: Decision, candidate: Candidate) -> None:
        finished = self._count_due(decision, candidate)
        if not self._case.record:
            self._hold(decision, finished=finished)

    def _count_due(self, decision: Decision, candidate: Candidate) -> bool:
        """Count an object that is due, and record it where all are; whether it has finished its work."""
        self.due += 1
        self.marking += decision.begins
        finished = False
        if not candidate.complete and may_finish(self._case.run.finishing, candidate.api_version, candidate.kind):
            self.untold += 1
        elif not unfinished(candidate, self._case.run):
            finished = True
            self.finished += 1
        if self._case.record:
            if finished:
                self._finished.add(id(decision))
            self._recorded.append(decision)
        return finished

    def _is_beyond(self, decision: Decision) -> bool:
        """Whether what is due would not be held, now or later: as many as there may be are due no later than it."""
        latest, expires = self._latest, decision.expires_at
        return latest is not None and expires is not None and expires >= latest

    def _hold(self, decision: Decision, *, finished: bool, of: Held | None = None) -> None:
        """Hold what is due, and what is known of its place in a group; the latest expiries go where there are too many."""
        if self._is_beyond(decision):
            return
        instant = decision.expires_at.timestamp() if decision.expires_at else -math.inf
        entry = (-instant, -next(self._numbers), decision, finished, of)
        if len(self._heap) < self._case.most_due:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heappushpop(self._heap, entry)
        if len(self._heap) == self._case.most_due and self._heap:
            self._latest = self._heap[0][2].expires_at

    def _keep(self, decision: Decision) -> None:
        kept_by = decision.kept_by or KeptBy.ERROR
        self._kept[kept_by] += 1
        if kept_by is KeptBy.ERROR and self.first_error is None:
            self.first_reason = decision.reason
            told = decision.told or "it cannot be judged"
            self.first_error = f"{decision.kind} {placed(decision.namespace, decision.name)}: {told}"
        if self._case.record:
            self._recorded.append(decision)

    def spare(self, why: Callable[[Decision], Guard | None]) -> None:
        """Keep what is due here and must stay.

        Args:
            why: Why an object must stay; None where it may go, and for a decision that does not act.
        """
        if self._case.record:
            self._recorded = [
                decision
                if (guard := why(decision)) is None
                else self.spare_one(decision, guard, finished=id(decision) in self._finished)
                for decision in self._recorded
            ]
            return
        heap, self._latest = [], None
        for entry in self._heap:
            if (guard := why(entry[2])) is None:
                heap.append(entry)
            else:
                self.spare_one(entry[2], guard, finished=entry[3])
        self._heap = heap
        heapq.heapify(heap)

    def spare_one(self, decision: Decision, guard: Guard, *, finished: bool) -> Decision:
        """Keep one object that was counted as due.

        Args:
            decision: What was to be done with it.
            guard: Why it must stay.
            finished: Whether it has finished its work.

        Returns:
            The decision to keep it.
        """
        kept = replace(
            decision,
            verdict=Verdict.KEEP,
            because=guard.because,
            kept_by=guard.kept_by,
            action=None,
            request=None,
            told=guard.told,
            reason=guard.reason,
        )
        self.due -= 1
        self.marking -= decision.begins
        self.finished -= finished
        record, self._recorded = self._recorded, []
        self._keep(kept)
        self._recorded = record
        return kept

    @property
    def sums(self) -> Sums:
        """What was counted so far."""
        return Sums(self.scanned, self.matched, self.due, self.finished, self.marking, self.untold, self.kept)

    def decisions(self) -> list[Decision]:
        """The recorded decisions, in the order of the objects; or the due ones, oldest expiry first."""
        if self._case.record:
            return self._recorded
        return [entry[2] for entry in sorted(self._heap, reverse=True)]
