"""The case: one run of one policy, as everything that judges its objects needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.engine.protections import Protections
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.unlisted import Unlisted

MOST_DUE: Final = 10_000
"""How many due objects a plan of the controller holds; the rest waits for the next run."""


@dataclass(frozen=True, slots=True)
class Case:
    """One run of one policy, as planning needs it.

    Args:
        compiled: The policy, its scopes settled.
        run: The run.
        protections: What protects objects.
        record: Whether every matched object gets its decision (``zen-gc plan``), or the due ones alone.
        record_skipped: Whether the scanned but unmatched get one, too.
        record_groups: Whether the objects of each group of which some are retained are remembered, too.
        most_due: How many due objects are held; those due the longest win.
        whole: Reads an object whole of which only the metadata was listed; None when it is gone. Raises Undecided
            when it cannot.
        unlisted: What is known before anything is listed: kinds of wildcards that cannot be.
        upcoming_until: Until when it is remembered what will be due; None: it is not.
    """

    compiled: CompiledPolicy
    run: Run
    protections: Protections
    record: bool = False
    record_skipped: bool = False
    record_groups: bool = False
    most_due: int = MOST_DUE
    whole: Callable[[Candidate], Candidate | None] | None = None
    unlisted: tuple[Unlisted, ...] = ()
    upcoming_until: dt.datetime | None = None
