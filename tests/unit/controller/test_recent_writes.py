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
    assert writes.by_small_runs(60.0, 61.0, 61.0) == Written(7, 4, 3)


def test_a_pass_counts_the_interval_before_its_beginning_or_the_last_one() -> None:
    """Whichever is more: what goes while it lists counts with what it finds, and makes nothing of what went before count less."""
    writes = RecentWrites()
    for at, objects in ((20.0, 2), (50.0, 3), (70.0, 4)):
        writes.note(at, Counter({Result.DELETED: objects}), objects, small=True)
    assert writes.by_small_runs(60.0, 61.0, 75.0) == Written(9, 9, 5)
    assert writes.by_small_runs(60.0, 61.0, 85.0) == Written(7, 7, 3)
    assert writes.by_small_runs(60.0, 61.0, 115.0) == Written(5, 5, 0)


def test_what_went_long_ago_does_not_count() -> None:
    """A policy was paused, or another replica led."""
    writes = RecentWrites()
    for at in range(1, 60):
        writes.note(float(at), Counter({Result.DELETED: 1}), 1, small=True)
    assert writes.by_small_runs(60.0, 86400.0, 86401.0) == Written(0, 0, 0)


def test_a_small_run_counts_from_where_the_pass_began_whose_population_it_goes_by() -> None:
    """Also when that is more than an interval ago, as the next pass lists; that one still counts what it does."""
    writes = RecentWrites()
    writes.note(2.0, Counter({Result.DELETED: 9}), 9, small=False)
    writes.note(20.0, Counter({Result.DELETED: 2}), 2, small=True)
    assert writes.within(60.0, 85.0, 1.0) == Written(0, 11)
    assert writes.within(60.0, 85.0) == Written(0, 0)
    assert writes.by_small_runs(60.0, 61.0, 85.0) == Written(2, 2, 0)


def test_nothing_is_forgotten_for_want_of_room() -> None:
    """What is remembered as one counts where any of it may be, and is surely gone where all of it is; that is little more."""
    writes, interval = RecentWrites(), 3 * MOST_ENTRIES
    for at in range(1, 5 * interval):
        writes.note(at - 0.5, Counter({Result.DELETED: 1}), 1, small=True)
        counted = writes.within(interval, float(at)).objects
        assert min(at, interval) <= counted <= 1.2 * interval
        if at % interval == 0:
            whole = writes.by_small_runs(interval, float(at), float(at))
            assert interval <= whole.objects <= 1.2 * interval
            assert 0.8 * interval <= whole.gone <= interval
    assert len(writes._runs) <= MOST_ENTRIES
