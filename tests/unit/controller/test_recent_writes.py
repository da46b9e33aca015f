"""One window for every limit: what runs of a policy wrote in the last interval counts, whatever run it was."""

from __future__ import annotations

from collections import Counter

from zen_gc_core.controller.runs.recent_writes import MOST_ENTRIES, RecentWrites
from zen_gc_core.engine.shares import Written
from zen_gc_core.model.results import Result


def test_a_small_run_counts_what_any_run_wrote_in_the_last_interval() -> None:
    """Whatever may have been sent; no longer than an interval."""
    writes = RecentWrites()
    writes.note(10.0, Counter({Result.DELETED: 5, Result.DROPPED: 9}), 14, small=False)
    writes.note(40.0, Counter({Result.FAILED: 1, Result.ACCEPTED: 1, Result.GONE: 1}), 3, small=True)
    assert writes.within(60.0, 69.0) == Written(8, 8)
    assert writes.within(60.0, 70.0) == Written(3, 3)


def test_a_pass_counts_what_small_runs_wrote() -> None:
    """Its own limit is that of one pass, as it was before there were small runs; what is gone is added to the population."""
    writes = RecentWrites()
    writes.note(10.0, Counter({Result.DELETED: 5}), 5, small=False)
    writes.note(20.0, Counter({Result.DELETED: 2, Result.ACCEPTED: 1}), 3, small=True)
    writes.note(30.0, Counter({Result.DELETED: 4}), 1, small=True)
    assert writes.by_small_runs(60.0, 61.0) == Written(7, 4, 3)


def test_nothing_is_forgotten_for_want_of_room() -> None:
    """It counts for longer."""
    writes = RecentWrites()
    for at in range(MOST_ENTRIES + 500):
        writes.note(float(at), Counter({Result.DELETED: 1}), 1, small=True)
    assert writes.within(1e6, MOST_ENTRIES + 500.0).objects == MOST_ENTRIES + 500
