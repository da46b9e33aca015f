"""When each policy runs next; a policy never falls out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_gc_core.controller.beats.scheduling import JITTER, MOST_INTERVALS, Schedule

INTERVAL = 100.0
LONG = 1e9


def scheduled() -> Schedule[str]:
    """One policy, that has just come."""
    schedule: Schedule[str] = Schedule()
    schedule.put("a", INTERVAL, 0.0)
    return schedule


def test_a_new_policy_runs_at_once() -> None:
    """And counts as running until it is done."""
    schedule = scheduled()
    assert schedule.wait(0.0, LONG) == 0
    assert schedule.take(0.0) == ["a"]
    assert schedule.take(0.0) == []
    assert schedule.wait(0.0, LONG) == LONG


def test_the_next_run_is_an_interval_after_the_beginning_of_the_last() -> None:
    """However long that took."""
    schedule = scheduled()
    schedule.take(0.0)
    schedule.done("a", 0.0, failed=False)
    assert schedule.take(INTERVAL - 1) == []
    assert schedule.take(INTERVAL) == ["a"]


@pytest.mark.parametrize(("failures", "intervals"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (50, 10), (5000, 10)])
def test_failures_put_a_policy_off_and_never_for_ever(failures: int, intervals: int) -> None:
    """Ten intervals are the most."""
    schedule = scheduled()
    for _ in range(failures):
        schedule.done("a", 0.0, failed=True)
    assert schedule.wait(0.0, LONG) == intervals * INTERVAL


def test_a_good_run_forgets_the_failures_before_it() -> None:
    """The pace is the policy's again."""
    schedule = scheduled()
    for failed in (True, True, True, False):
        schedule.done("a", 0.0, failed=failed)
    assert schedule.wait(0.0, LONG) == INTERVAL


def test_an_edit_runs_a_policy_at_once_and_forgives_it() -> None:
    """Also one that was put off."""
    schedule = scheduled()
    for _ in range(9):
        schedule.done("a", 0.0, failed=True)
    schedule.put("a", 7.0, 1.0)
    assert schedule.take(1.0) == ["a"]
    schedule.done("a", 1.0, failed=True)
    assert schedule.wait(1.0, LONG) == 7.0


def test_an_edit_during_a_run_lets_it_run_again_when_that_has_ended() -> None:
    """Never two runs of one policy at the same time."""
    schedule = scheduled()
    schedule.take(0.0)
    schedule.put("a", INTERVAL, 5.0)
    assert schedule.take(5.0) == []
    schedule.done("a", 0.0, failed=False)
    assert schedule.take(5.0) == ["a"]


def test_a_policy_that_is_gone_stays_gone() -> None:
    """Also when a run of it ends later."""
    schedule = scheduled()
    schedule.take(0.0)
    schedule.drop("a")
    schedule.done("a", 0.0, failed=False)
    assert schedule.next_after("a", 0.0, failed=False) is None
    assert schedule.wait(0.0, LONG) == LONG


def test_what_is_nearly_due_rides_along() -> None:
    """Within a tenth of its interval, and not while it runs."""
    schedule = scheduled()
    schedule.put("b", INTERVAL, 0.0)
    schedule.take(0.0)
    schedule.done("a", 0.0, failed=False)
    schedule.done("b", 0.0, failed=False)
    assert schedule.take_along(["a", "b", "unknown"], 0.89 * INTERVAL) == []
    assert schedule.take_along(["a"], 0.9 * INTERVAL) == ["a"]
    assert schedule.take_along(["a", "b"], 0.9 * INTERVAL) == ["b"]


def test_policies_on_one_resource_keep_one_pace() -> None:
    """The jitter belongs to the resource."""
    schedule = scheduled()
    schedule.put("b", INTERVAL, 0.0)
    for key in "ab":
        schedule.done(key, 0.0, failed=False, spread="pods")
    assert schedule.take(INTERVAL * (1 + JITTER)) == ["a", "b"]


def test_there_is_nothing_to_wait_for_without_policies() -> None:
    """Then the caller's patience counts."""
    assert Schedule[str]().wait(0.0, 0.5) == 0.5


@given(
    ends=st.lists(st.tuples(st.booleans(), st.text(max_size=5), st.floats(0.0, 500.0)), max_size=60),
    interval=st.floats(1.0, 1e6),
)
def test_whatever_happens_there_is_a_next_run_and_it_is_the_one_that_was_told(
    ends: list[tuple[bool, str, float]], interval: float
) -> None:
    """At most ten intervals, and the jitter, after the last; the status tells it before the run is done."""
    schedule: Schedule[str] = Schedule()
    now = 0.0
    schedule.put("a", interval, now)
    for failed, spread, lasted in ends:
        assert schedule.take(now) == ["a"]
        told = schedule.next_after("a", now, failed=failed, spread=spread)
        schedule.done("a", now, failed=failed, spread=spread)
        wait = schedule.wait(now, LONG * interval)
        assert told == pytest.approx(now + wait)
        assert interval <= wait * (1 + 1e-9) <= interval * MOST_INTERVALS * (1 + JITTER) * (1 + 2e-9)
        now = max(now + lasted, told or 0.0)
