"""What a plan says of one object, and what led to it, in whichever version of its kind the policy looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.engine.examining.examination import Examination, examine
from zen_gc_core.engine.judging import skip
from zen_gc_core.engine.shares import kind_key
from zen_gc_core.model.decision import Verdict
from zen_gc_core.model.names import group_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zen_gc_core.engine.case import Case
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.plan import Plan


def answer(
    plan: Plan, case: Case, candidate: Candidate, find: Callable[[str], Candidate | None]
) -> tuple[Examination, Decision] | None:
    """What a plan says of an object, and what led to it; None where the policy looks at no version of its kind.

    Args:
        plan: The plan, with a decision for each object that the selectors take.
        case: What it was made with.
        candidate: The object.
        find: Finds the object in another version of its kind; None where it is not there.
    """
    kind = kind_key(group_of(candidate.api_version), candidate.kind)
    versions = dict.fromkeys(each.api_version for each in case.compiled.targets_of_kind(kind))
    seen = [candidate if each == candidate.api_version else find(each) for each in versions]
    examinations = {each.api_version: examine(case, each) for each in seen if each is not None}
    if not examinations:
        return None
    decisions = sorted(_decisions(plan, candidate), key=lambda each: each.verdict is not Verdict.ACT)
    for decision in decisions:
        if decision.api_version in examinations:
            return examinations[decision.api_version], decision
    examination = next(iter(examinations.values()))
    return examination, skip(examination.candidate)


def _decisions(plan: Plan, candidate: Candidate) -> Iterator[Decision]:
    kind = kind_key(group_of(candidate.api_version), candidate.kind)
    for each in plan.decisions:
        if (each.name, each.namespace) == (candidate.name, candidate.namespace) and kind_key(
            group_of(each.api_version), each.kind
        ) == kind:
            yield each
