"""Lasting: what a policy wrote on objects for as long as they meet it, and must be taken away when they do not.

That is the mark which says since when the conditions hold (``since: held``), and, with ``behavior.whileHolding``, what its
action wrote. A run that finds that an object meets the policy no more, or cannot tell, owes it that this is taken away, and
so does one whose selectors take it no more. What is owed is never forgotten: where it cannot be written, no mark from before
counts any more (``controller/runs/passes``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine import judging
from zen_gc_core.engine.expiring import instant_of
from zen_gc_core.expressions import budget
from zen_gc_core.instants import EARLIEST, format_instant
from zen_gc_core.model.decision import Decision, KeptBy, Verdict
from zen_gc_core.model.held_marks import Unmark, key_of, must_go
from zen_gc_core.model.requests import MARKED_AT, MARKED_BY, Mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.engine.protections import Protections
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate

MOST_OWED: Final = 10_000
"""How many marks a run takes away; where more must go, no mark from before counts any more, which needs one write."""


def due(
    compiled: CompiledPolicy, candidate: Candidate, run: Run, protections: Protections, *, owner_matters: bool = True
) -> Decision | KeptBy | dt.datetime | None:
    """As ``judging.due``, of a policy that counts from when its conditions began to hold: these are asked first."""
    if candidate.malformed is None and _waits(compiled, candidate, run):
        return None
    decision = judging.decide(compiled, candidate, run, protections, owner_matters=owner_matters)
    if decision.verdict is Verdict.ACT or decision.kept_by is KeptBy.ERROR:
        return decision
    return decision.kept_by


def _waits(compiled: CompiledPolicy, candidate: Candidate, run: Run) -> bool:
    """Whether the conditions hold, and the time since they do is known and too short."""
    return _together(
        compiled, lambda: _is_to_come(compiled.expiry(candidate, run), run) and compiled.matcher(candidate, run)
    )


def _is_to_come(instant: object, run: Run) -> bool:
    return isinstance(instant, dt.datetime) and instant >= EARLIEST and instant >= run.now


def _together(compiled: CompiledPolicy, ask: Callable[[], object]) -> bool:
    """Whether the answer is yes, and nothing went wrong; its expressions share one allowance."""
    if compiled.shares_allowance:
        budget.share_allowance()
    try:
        return ask() is True
    except Exception:  # noqa: BLE001  whatever it was, it has not said yes
        return False
    finally:
        budget.stand_alone()


UNMARKED: Final = "will be unmarked"
"""How the reason of a decision ends where something is taken away from its object."""


class Owed:
    """What must be taken away from the objects of one list.

    Args:
        case: The policy's run.

    Attributes:
        decisions: From which, and what.
        whole: Whether that is all that is owed: False where there is too much of it, or a mark could not be read.
    """

    def __init__(self, case: Case) -> None:
        self.decisions: list[Decision] = []
        self.whole = True
        self._case = case
        self._lasts = case.compiled.holding is not None
        self._while_holding = case.compiled.policy.behavior.while_holding

    @classmethod
    def of(cls, case: Case) -> Owed | None:
        """What is owed by a policy that writes something that must go again; None for the others."""
        return cls(case) if writes_for_a_while(case.compiled) else None

    def judged(self, candidate: Candidate, answer: Decision | KeptBy | None) -> str:
        """Note what is owed to an object that the selectors take.

        Args:
            candidate: The object.
            answer: What was said of it.

        Returns:
            What is owed, in words that follow the reason for which it is kept; empty where nothing is.
        """
        if candidate.malformed is not None:
            self.whole = False
            return ""
        acts = isinstance(answer, Decision) and answer.verdict is Verdict.ACT
        if acts or candidate.terminating:
            return ""
        compiled, run = self._case.compiled, self._case.run
        kept_by = answer.kept_by if isinstance(answer, Decision) else answer
        mark = self._mark(candidate) if kept_by is not None else None
        if mark is not None and _together(compiled, lambda: compiled.matcher(candidate, run)):
            mark = None
        written = self._written(candidate)
        if written is not None and _together(compiled, lambda: self._meets(candidate)):
            written = None
        return self._note(candidate, mark, written)

    def passed_over(self, candidate: Candidate) -> str:
        """Note what is owed to an object that the selectors do not take, or of which that cannot be told.

        Args:
            candidate: The object.

        Returns:
            What is owed, as of ``judged``.
        """
        if candidate.malformed is not None:
            self.whole = False
            return ""
        if candidate.terminating:
            return ""
        return self._note(candidate, self._mark(candidate), self._written(candidate))

    def _mark(self, candidate: Candidate) -> str | None:
        return must_go(candidate, self._case.run.policy) if self._lasts else None

    def _protected(self, candidate: Candidate) -> bool:
        """Whether an object is protected, or that cannot be told: then nobody writes on it but what keeps it safe."""
        case = self._case
        return not _together(
            case.compiled, lambda: case.protections.against(candidate, case.run, case.compiled.lifted) is None
        )

    def _meets(self, candidate: Candidate) -> bool:
        """Whether an object is due by its time and its conditions."""
        compiled, run = self._case.compiled, self._case.run
        instant = instant_of(compiled.expiry, candidate, run)
        return instant is not None and instant < run.now and compiled.matcher(candidate, run) is True

    def _written(self, candidate: Candidate) -> Mark | None:
        """What the action wrote on an object, and is there as it was written; None where that is nothing, or it is protected."""
        run = self._case.run
        if (
            not self._while_holding
            or candidate.annotations.get(MARKED_BY) != str(run.policy)
            or self._protected(candidate)
        ):
            return None
        due = judging.act(candidate, run.now)
        try:
            mark = self._case.compiled.request(due, run)
        except Exception:  # noqa: BLE001  what the action would write cannot be told
            return None
        if not isinstance(mark, Mark):
            return None
        labels = {key: value for key, value in mark.labels.items() if candidate.labels.get(key) == value}
        annotations = {key: value for key, value in mark.annotations.items() if candidate.annotations.get(key) == value}
        return Mark(labels, annotations) if labels or annotations else None

    def _note(self, candidate: Candidate, mark: str | None, written: Mark | None) -> str:
        if mark is None and written is None:
            return ""
        run = self._case.run
        if len(self.decisions) >= MOST_OWED:
            self.whole = False
            return ""
        annotations = {key_of(run.policy): mark} if mark is not None else {}
        if written is not None:
            signature = {
                key: candidate.annotations[key] for key in (MARKED_AT, MARKED_BY) if key in candidate.annotations
            }
            annotations |= {**written.annotations, **signature}
        request = Unmark(written.labels if written is not None else {}, annotations)
        kept = judging.keep(candidate, KeptBy.CONDITION, "it does not meet the policy any more")
        self.decisions.append(replace(kept, action=request.words.verb, request=request))
        since = run.held_since(candidate) if mark is not None else None
        return f"; held since {format_instant(since)}: {UNMARKED}" if since is not None else f"; {UNMARKED}"


def writes_for_a_while(compiled: CompiledPolicy) -> bool:
    """Whether a policy writes something on objects that must go again when they do not meet it any more."""
    return compiled.holding is not None or compiled.policy.behavior.while_holding
