"""Lasting: policies whose TTL counts from when the conditions began to hold, which a mark on the object says.

A run that finds the conditions true marks the object; one that finds them false, or cannot tell, owes it that the mark is
taken away, and so does one whose selectors take it no more. What is owed is never forgotten: where it cannot be written,
no mark from before counts any more (``controller/runs/passes``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine import judging
from zen_gc_core.instants import EARLIEST, format_instant
from zen_gc_core.model.decision import Decision, KeptBy, Verdict
from zen_gc_core.model.held_marks import Unmark, key_of, must_go

if TYPE_CHECKING:
    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.engine.protections import Protections
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate

MOST_OWED: Final = 10_000
"""How many marks a run takes away; where more must go, no mark from before counts any more, which needs one write."""


def due(
    compiled: CompiledPolicy, candidate: Candidate, run: Run, protections: Protections, *, owner_matters: bool = True
) -> Decision | KeptBy | None:
    """As ``judging.due``, of a policy that counts from when its conditions began to hold: these are asked first."""
    if candidate.malformed is None:
        try:
            instant = compiled.expiry(candidate, run)
            if instant is not None and instant >= EARLIEST and instant >= run.now and compiled.matcher(candidate, run):
                return None
        except Exception:  # noqa: BLE001, S110  whatever it was, it is asked again below and told
            pass
    decision = judging.decide(compiled, candidate, run, protections, owner_matters=owner_matters)
    if decision.verdict is Verdict.ACT or decision.kept_by is KeptBy.ERROR:
        return decision
    return decision.kept_by


class Owed:
    """The marks that must be taken away from objects of one list.

    Args:
        case: The policy's run.

    Attributes:
        decisions: Which, and from what.
        whole: Whether that is all that is owed: False where there is too much of it, or a mark could not be read.
    """

    def __init__(self, case: Case) -> None:
        self.decisions: list[Decision] = []
        self.whole = True
        self._case = case

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
        if answer is None or (isinstance(answer, Decision) and answer.verdict is not Verdict.KEEP):
            return ""
        case = self._case
        mark = must_go(candidate, case.run.policy)
        if mark is None or candidate.terminating or _holds(case.compiled, candidate, case.run):
            return ""
        return self._note(candidate, mark)

    def passed_over(self, candidate: Candidate) -> None:
        """Note what is owed to an object that the selectors do not take, or of which that cannot be told."""
        if candidate.malformed is not None:
            self.whole = False
        elif not candidate.terminating and (mark := must_go(candidate, self._case.run.policy)) is not None:
            self._note(candidate, mark)

    def _note(self, candidate: Candidate, mark: str) -> str:
        run = self._case.run
        if len(self.decisions) >= MOST_OWED:
            self.whole = False
        else:
            request = Unmark({}, {key_of(run.policy): mark})
            kept = judging.keep(candidate, KeptBy.CONDITION, "its conditions do not hold any more")
            self.decisions.append(replace(kept, action=request.words.verb, request=request))
        since = run.held_since(candidate)
        return f"; held since {format_instant(since)}: will be unmarked" if since is not None else "; will be unmarked"


def _holds(compiled: CompiledPolicy, candidate: Candidate, run: Run) -> bool:
    try:
        return compiled.matcher(candidate, run) is True
    except Exception:  # noqa: BLE001  whatever it was, it has not said that they hold
        return False
