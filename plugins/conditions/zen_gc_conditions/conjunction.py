"""A conjunction of three-valued callables: what makes a list of requirements hold. Nothing of Kubernetes in here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core import Candidate, Run, Undecided

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def all_hold(calls: Sequence[Callable[[Candidate, Run], bool]]) -> Callable[[Candidate, Run], bool]:
    """One callable that holds when all do; one false is false, whatever else cannot be told (as ``&&`` in CEL).

    Args:
        calls: At least one callable; each answers true or false, or raises Undecided.
    """
    if len(calls) == 1:
        return calls[0]

    def holds(candidate: Candidate, run: Run) -> bool:
        undecided: Undecided | None = None
        for call in calls:
            try:
                if not call(candidate, run):
                    return False
            except Undecided as doubt:
                undecided = undecided or doubt
        if undecided is not None:
            raise undecided
        return True

    return holds


def first_false(calls: Sequence[Callable[[Candidate, Run], bool]], candidate: Candidate, run: Run) -> int:
    """The place of the first callable that is false, where one is."""
    return next(index for index, call in enumerate(calls) if _is_false(call, candidate, run))


def _is_false(call: Callable[[Candidate, Run], bool], candidate: Candidate, run: Run) -> bool:
    try:
        return not call(candidate, run)
    except Undecided:
        return False
