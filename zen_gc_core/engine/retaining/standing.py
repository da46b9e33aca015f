"""Standing: the place of one object in its group as it is now, asked right before others of the group go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.engine import judging
from zen_gc_core.engine.selecting import surely_selected
from zen_gc_core.engine.shares import kind_key
from zen_gc_core.errors import Undecided

if TYPE_CHECKING:
    import datetime as dt

    from zen_gc_core.engine.retaining.compiling import Retention
    from zen_gc_core.engine.retaining.groups import GroupKey
    from zen_gc_core.engine.tallying import Case
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.retain import Keeper, KeptGroup


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
        surely_selected(case.compiled.targets_of(candidate.api_version, candidate.kind), candidate, run)
        and place_of(retention, candidate, run) == (group.key, keeper.time)
        and judging.stands(case.compiled, candidate, run, case.protections)
    )
