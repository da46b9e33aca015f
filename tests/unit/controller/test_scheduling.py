"""When each policy runs next; a policy never falls out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_gc_core.controller.scheduling import MOST_INTERVALS, RIDE_ALONG, Schedule

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
    schedule.done("a", 0.0, 0.0, failed=False)
    assert schedule.take(INTERVAL - 1) == []
    assert schedule.take(INTERVAL * (1 + RIDE_ALONG)) == ["a"]


@pytest.mark.parametrize(("failures", "intervals"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (50, 10), (5000, 10)])
def test_failures_put_a_policy_off_and_never_for_ever(failures: int, intervals: int) -> None:
    """Ten intervals are the most."""
    schedule = scheduled()
    for _ in range(failures):
        schedule.done("a", 0.0, 0.0, failed=True)
    assert intervals * INTERVAL <= schedule.wait(0.0, LONG) <= (intervals + RIDE_ALONG) * INTERVAL


def test_a_good_run_forgets_the_failures_before_it() -> None:
    """The pace is the policy's again."""
    schedule = scheduled()
    for failed in (True, True, True, False):
        schedule.done("a", 0.0, 0.0, failed=failed)
    assert INTERVAL <= schedule.wait(0.0, LONG) <= (1 + RIDE_ALONG) * INTERVAL


def test_an_edit_runs_a_policy_at_once_and_forgives_it() -> None:
    """Also one that was put off."""
    schedule = scheduled()
    for _ in range(9):
        schedule.done("a", 0.0, 0.0, failed=True)
    schedule.put("a", 7.0, 1.0)
    assert schedule.take(1.0) == ["a"]
    schedule.done("a", 1.0, 1.0, failed=True)
    assert 7.0 <= schedule.wait(1.0, LONG) <= 7.0 * (1 + RIDE_ALONG)


def test_an_edit_during_a_run_lets_it_run_again_when_that_has_ended() -> None:
    """Never two runs of one policy at the same time."""
    schedule = scheduled()
    schedule.take(0.0)
    schedule.put("a", INTERVAL, 5.0)
    assert schedule.take(5.0) == []
    schedule.done("a", 0.0, 0.0, failed=False)
    assert schedule.take(5.0) == ["a"]


def test_a_policy_that_is_gone_stays_gone() -> None:
    """Also when a run of it ends later."""
    schedule = scheduled()
    schedule.take(0.0)
    schedule.drop("a")
    schedule.done("a", 0.0, 0.0, failed=False)
    assert schedule.next_after("a", 0.0, 0.0, failed=False) is None
    assert schedule.wait(0.0, LONG) == LONG


def test_what_is_nearly_due_rides_along() -> None:
    """Within a tenth of its interval, and not while it runs."""
    schedule = scheduled()
    schedule.put("b", INTERVAL, 0.0)
    schedule.take(0.0)
    schedule.done("a", 0.0, 0.0, failed=False)
    schedule.done("b", 0.0, 0.0, failed=False)
    due = schedule.wait(0.0, LONG)
    assert schedule.take_along(["a", "b", "unknown"], due - 0.11 * INTERVAL) == []
    assert schedule.take_along(["a"], due - 0.09 * INTERVAL) == ["a"]
    assert schedule.take_along(["a", "b"], due - 0.09 * INTERVAL) == ["b"]


def played(offsets: dict[str, float], intervals: dict[str, float], until: float) -> dict[str, list[float]]:
    """When policies on one resource run, that came at different times, and take no time."""
    schedule: Schedule[str] = Schedule()
    runs: dict[str, list[float]] = {key: [] for key in offsets}
    now = 0.0
    for key, offset in offsets.items():
        schedule.put(key, intervals[key], offset)
        schedule.done(key, offset, offset, failed=False, spread="pods")
    while now < until:
        now += schedule.wait(now, LONG)
        taken = schedule.take(now)
        taken += schedule.take_along(offsets, now) if taken else []
        for key in taken:
            runs[key].append(now)
            schedule.done(key, now, now, failed=False, spread="pods")
        now += 1e-6
    return runs


def test_policies_on_one_resource_come_to_keep_one_beat() -> None:
    """Whenever they came; and then a list an interval serves them all."""
    keys = [f"p{number}" for number in range(50)]
    runs = played({key: 2.0 * number for number, key in enumerate(keys)}, dict.fromkeys(keys, INTERVAL), 20 * INTERVAL)
    last = {tuple(round(at, 3) for at in times[-3:]) for times in runs.values()}
    assert len(last) == 1
    first, second, third = last.pop()
    assert second - first == pytest.approx(INTERVAL, abs=0.01)
    assert third - second == pytest.approx(INTERVAL, abs=0.01)


def test_a_slow_pace_falls_together_with_a_quick_one() -> None:
    """Every run of the policy of minutes rides on one of the policy of seconds."""
    runs = played({"quick": 3.0, "slow": 41.0}, {"quick": 10.0, "slow": 300.0}, 6000.0)
    late = [at for at in runs["slow"] if at > 4000]
    assert late
    assert all(min(abs(at - other) for other in runs["quick"]) < 0.01 for at in late)


def test_resources_are_spread() -> None:
    """Not every sweep begins at the same moment."""
    schedule = scheduled()
    beats = {schedule.next_after("a", 0.0, 1000.0, failed=False, spread=name) for name in ("pods", "jobs", "leases")}
    assert len(beats) == 3


def test_a_run_that_took_too_long_skips_to_the_next_beat() -> None:
    """It does not run without end, and falls in step with the others."""
    schedule = scheduled()
    schedule.put("b", INTERVAL, 0.0)
    schedule.take(0.0)
    schedule.done("a", 0.0, 250.0, failed=False, spread="pods")
    schedule.done("b", 0.0, 253.0, failed=False, spread="pods")
    due = [
        schedule.next_after(key, 0.0, ended, failed=False, spread="pods") for key, ended in (("a", 250.0), ("b", 253.0))
    ]
    assert due[0] == pytest.approx(due[1])
    assert due[0] is not None
    assert 253.0 <= due[0] <= 250.0 + INTERVAL


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
        told = schedule.next_after("a", now, now + lasted, failed=failed, spread=spread)
        schedule.done("a", now, now + lasted, failed=failed, spread=spread)
        wait = schedule.wait(now + lasted, LONG * interval)
        assert told == pytest.approx(now + lasted + wait)
        longest = max(interval * (MOST_INTERVALS + RIDE_ALONG), lasted + interval)
        assert interval <= (lasted + wait) * (1 + 1e-9) + 1e-6
        assert lasted + wait <= longest * (1 + 1e-9) + 1e-6
        now = told or 0.0
