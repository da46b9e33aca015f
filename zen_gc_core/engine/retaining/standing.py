"""Standing: the place of one object in its group as it is now, asked right before others of the group go, or its owner."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zen_gc_core.engine import judging
from zen_gc_core.engine.selecting import surely_taken, taken
from zen_gc_core.engine.shares import kind_key
from zen_gc_core.errors import Undecided
from zen_gc_core.model.decision import Decision, KeptBy, Verdict

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.engine.protections import Protections
    from zen_gc_core.engine.retaining.compiling import Retention
    from zen_gc_core.engine.retaining.groups import GroupKey
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.policy import Target
    from zen_gc_core.model.retain import Keeper, KeptGroup, LeftOver


def place_of(retention: Retention, candidate: Candidate, run: Run) -> tuple[GroupKey, dt.datetime] | None:
    """The group and the time of an object; None where they cannot be told."""
    kind = kind_key(candidate.api_version.rpartition("/")[0], candidate.kind)
    try:
        time = retention.time(candidate, run)
        return None if time is None else (retention.group(candidate, kind), time)
    except Undecided:
        return None


def still_fills(case: Case, group: KeptGroup, keeper: Keeper, candidate: Candidate, run: Run) -> bool:
    """Whether an object still fills the place that it filled when the plan was made.

    It is the same object, selectors and conditions take it, nothing protects it, it is not terminating, and its group
    and its time are the same.

    Args:
        case: The policy's run.
        group: Its group.
        keeper: The object, as the plan has it.
        candidate: The object, as it was just read; whole.
        run: The run at the present instant.
    """
    retention = case.compiled.retention
    if retention is None or candidate.uid != keeper.uid or candidate.malformed is not None or candidate.terminating:
        return False
    return (
        surely_taken(case.compiled.targets_of(candidate.api_version, candidate.kind), candidate, run)
        and place_of(retention, candidate, run) == (group.key, keeper.time)
        and judging.stands(case.compiled, candidate, run, case.protections)
    )


def may_stand(compiled: CompiledPolicy, answer: Decision | KeptBy | None) -> bool:
    """Whether an object of which this was said, and which is not due, may be among those that are retained.

    It is, where only its time keeps it; and where it carries already what an action would write.
    """
    if isinstance(answer, Decision):
        if answer.verdict is not Verdict.KEEP:
            return answer.verdict is Verdict.WAIT or answer.begins
        answer = answer.kept_by
    if answer is KeptBy.CONDITION:
        return not all(request.removes for request in compiled.requests)
    return answer is None or answer is KeptBy.NO_EXPIRY


def retained_elsewhere(case: Case, candidate: Candidate, left_over: LeftOver | None, run: Run) -> str | None:
    """Why an object that would go along with its owner may be retained by now, or None.

    Args:
        case: The policy's run.
        candidate: The object, as it was just read; whole.
        left_over: What it was when the plan was made; None where it was in no group.
        run: The run at the present instant.
    """
    retention = case.compiled.retention
    targets = case.compiled.targets_of(candidate.api_version, candidate.kind)
    if retention is None or not _counts(case.compiled, targets, candidate, run, case.protections):
        return None
    if left_over is not None and place_of(retention, candidate, run) == (left_over.group.key, left_over.time):
        return None
    what = f"{candidate.kind} {candidate.name}, which it owns and would take along"
    return f"{what}: its group, or its place in it, is another one now"


def keeping_what_is_retained(protections: Protections, compiled: CompiledPolicy) -> Protections:
    """Protections by which a Namespace or a CustomResourceDefinition stays that holds something retained by the same policy.

    All of a group are in one namespace, and of one kind, and the newest of them always stays. So whatever counts for
    the policy keeps what it is in, be it itself the newest or not.

    Args:
        protections: What protects objects otherwise.
        compiled: The policy, its scopes settled.
    """
    if compiled.retention is None:
        return protections

    def retained(candidate: Candidate, run: Run) -> str | None:
        kind = kind_key(candidate.api_version.rpartition("/")[0], candidate.kind)
        if not _counts(compiled, compiled.targets_of_kind(kind), candidate, run, protections):
            return None
        return "the policy retains it, or others of its group"

    return replace(protections, retained=retained)


def _counts(
    compiled: CompiledPolicy, targets: Sequence[Target], candidate: Candidate, run: Run, protections: Protections
) -> bool:
    """Whether an object is among those of which the newest stay; also where that cannot be told."""
    try:
        if not taken(targets, candidate, run):
            return False
    except Undecided:
        return True
    answer = judging.decide(compiled, candidate, run, protections)
    return answer.verdict is Verdict.ACT or answer.kept_by is KeptBy.ERROR or may_stand(compiled, answer)
