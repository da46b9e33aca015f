"""When sweeps begin and which policies run on them; a policy never falls out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zen_gc_core.controller.beats.scheduling import CONTROLLER, MOST_INTERVALS, BeatKey, Schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

INTERVAL = 100.0
LONG = 1e9
PODS = BeatKey(CONTROLLER, "v1", "Pod")
JOBS = BeatKey(CONTROLLER, "batch/v1", "Job")


def scheduled(interval: float = INTERVAL) -> Schedule[str]:
    """One policy, that has just come."""
    schedule: Schedule[str] = Schedule()
    schedule.put("a", interval, [PODS], 0.0)
    return schedule


def run(schedule: Schedule[str], now: float, *, failed: bool = False) -> list[str]:
    """Let everything run that runs now, without taking time."""
    taken = schedule.take(now)
    started = [*taken.due, *taken.at_once]
    for key in started:
        schedule.done(key, failed=failed)
    return started


def played(
    schedule: Schedule[str], until: float, failing: Iterable[str] = (), start: float = 0.0
) -> tuple[dict[str, list[float]], list[float]]:
    """When each policy runs, and when a beat of Pods serves somebody, on a machine that is never late."""
    runs: dict[str, list[float]] = {}
    lists: list[float] = []
    now = start
    while now < until:
        now += schedule.wait(now, until)
        taken = schedule.take(now)
        if PODS in taken.beats and taken.due:
            lists.append(now)
        for key in (*taken.due, *taken.at_once):
            runs.setdefault(key, []).append(now)
            schedule.done(key, failed=key in failing)
        now += 1e-6
    return runs, lists


def test_a_new_policy_runs_at_once() -> None:
    """And counts as running until it is done."""
    schedule = scheduled()
    assert schedule.wait(0.0, LONG) == 0
    assert schedule.take(0.0).at_once == ["a"]
    assert schedule.take(0.0).at_once == []
    assert schedule.wait(0.0, LONG) == INTERVAL


def test_the_next_run_is_an_interval_after_the_beginning_of_the_last() -> None:
    """However long that took."""
    schedule = scheduled()
    schedule.take(0.0)
    schedule.done("a", failed=False)
    assert schedule.take(INTERVAL - 1) == ([], [], [])
    assert schedule.take(INTERVAL) == ([PODS], ["a"], [])


@pytest.mark.parametrize(("failures", "intervals"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (50, 10), (5000, 10)])
def test_failures_put_a_policy_off_and_never_for_ever(failures: int, intervals: int) -> None:
    """Ten intervals are the most; the beats between them serve nobody."""
    schedule = scheduled()
    now = 0.0
    for _ in range(failures):
        while not run(schedule, now, failed=True):
            now += INTERVAL
    began = now
    now += INTERVAL
    while not run(schedule, now):
        now += INTERVAL
    assert now - began == intervals * INTERVAL


def test_a_good_run_forgets_the_failures_before_it() -> None:
    """The pace is the policy's again."""
    schedule = scheduled()
    now = 0.0
    for failed in (True, True, True, False):
        while not run(schedule, now, failed=failed):
            now += INTERVAL
    assert run(schedule, now + INTERVAL) == ["a"]


def test_an_edit_runs_a_policy_at_once_and_forgives_it() -> None:
    """Also one that was put off; then it is on the beat again."""
    schedule = scheduled()
    now = 0.0
    for _ in range(9):
        while not run(schedule, now, failed=True):
            now += INTERVAL
    schedule.put("a", INTERVAL, [PODS], now + 1.0)
    assert schedule.take(now + 1.0) == ([], [], ["a"])
    schedule.done("a", failed=True)
    assert schedule.wait(now + 1.0, LONG) == INTERVAL - 1.0
    assert run(schedule, now + INTERVAL) == ["a"]


def test_an_edit_during_a_run_lets_it_run_again_when_that_has_ended() -> None:
    """Never two runs of one policy at the same time."""
    schedule = scheduled()
    schedule.take(0.0)
    schedule.put("a", INTERVAL, [PODS], 5.0)
    assert schedule.take(5.0) == ([], [], [])
    schedule.done("a", failed=False)
    assert schedule.take(5.0).at_once == ["a"]


def test_a_policy_that_is_gone_stays_gone() -> None:
    """Also when a run of it ends later; its resource keeps no beat without policies."""
    schedule = scheduled()
    schedule.take(0.0)
    schedule.drop("a", 1.0)
    schedule.done("a", failed=False)
    assert schedule.next_after("a", 1.0, failed=False) is None
    assert schedule.wait(0.0, LONG) == LONG


def test_a_resource_keeps_the_pace_of_its_most_frequent_policy() -> None:
    """Every beat serves those that are due at it, and no others."""
    schedule = scheduled(10.0)
    schedule.put("slow", 300.0, [PODS], 41.0)
    runs, lists = played(schedule, 6000.0)
    assert len(lists) == 600
    assert set(runs["slow"][1:]) <= set(lists)
    assert len(runs["slow"]) == pytest.approx(6000 / 300, abs=2)
    schedule.drop("a", 6000.0)
    _, lists = played(schedule, 12_000.0, start=6000.0)
    assert len(lists) == pytest.approx(6000 / 300, abs=1)


def test_a_policy_runs_at_the_beat_nearest_to_when_it_is_due() -> None:
    """Its pace is its own on the whole, though each run is on a beat."""
    schedule = scheduled(3.0)
    schedule.put("seven", 7.0, [PODS], 0.0)
    runs, _ = played(schedule, 100.0)
    assert [round(at) for at in runs["seven"]][:8] == [0, 6, 15, 21, 27, 36, 42, 48]


def test_policies_that_came_at_different_times_keep_one_beat() -> None:
    """A thousand of them, each made a moment after the other, cost one list an interval from then on."""
    schedule: Schedule[str] = Schedule()
    for number in range(1000):
        schedule.put(f"p{number}", INTERVAL, [PODS], number / 7)
        run(schedule, number / 7)
    runs, lists = played(schedule, 2000.0, start=1000 / 7)
    assert len(lists) <= (2000 - 1000 / 7) / INTERVAL + 1
    assert {tuple(round(at) for at in times[-3:]) for times in runs.values()} == {(1800, 1900, 2000)}


def test_several_beats_serve_a_policy_of_several_kinds_together() -> None:
    """They come at the same time, although the kinds had beats of their own before."""
    schedule = scheduled(10.0)
    schedule.put("jobs", 60.0, [JOBS], 7.0)
    schedule.put("both", 60.0, [PODS, JOBS], 33.0)
    played(schedule, 100.0, start=33.0)
    now = 100.0
    while True:
        now += schedule.wait(now, LONG)
        taken = schedule.take(now)
        if "both" in taken.due:
            break
    assert set(taken.beats) == {PODS, JOBS}
    assert round(now) % 10 == 0


def test_edits_without_end_keep_no_beat_from_coming() -> None:
    """Those of one policy, while another waits for the beat."""
    schedule = scheduled(10.0)
    schedule.put("edited", 10.0, [PODS], 0.0)
    served = 0
    for tenth in range(1, 1001):
        schedule.put("edited", 10.0, [PODS], tenth / 10)
        served += run(schedule, tenth / 10).count("a")
    assert served == pytest.approx(10, abs=1)


def test_there_is_nothing_to_wait_for_without_policies() -> None:
    """Then the caller's patience counts."""
    assert Schedule[str]().wait(0.0, 0.5) == 0.5


INTERVALS = st.sampled_from([1.0, 2.0, 7.0, 10.0, 60.0])
ACTS: dict[str, Callable[[Schedule[str], str, float, float], None]] = {
    "edit": lambda schedule, key, interval, now: schedule.put(key, interval, [PODS], now),
    "drop": lambda schedule, key, _, now: schedule.drop(key, now),
}


@settings(deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from([*ACTS, "nothing", "nothing", "nothing"]),
            st.sampled_from("abc"),
            INTERVALS,
            st.floats(0.0, 30.0),
            st.booleans(),
            st.integers(0, 3),
        ),
        max_size=80,
    )
)
def test_lists_never_exceed_the_beats_and_the_edits(
    steps: list[tuple[str, str, float, float, bool, int]],
) -> None:
    """However slow the machine, whatever fails, however long runs last; and each policy has a next run that is told."""
    schedule: Schedule[str] = Schedule()
    there: dict[str, float] = {}
    running: dict[str, float] = {}
    now, lists, edits, beats = 0.0, 0, 0, 0.0
    for act, key, interval, passing, failed, held in steps:
        if act != "nothing":
            ACTS[act](schedule, key, interval, now)
            edits += 1
        if act == "edit":
            there[key] = interval
        elif act == "drop":
            there.pop(key, None)
            running.pop(key, None)
        taken = schedule.take(now)
        lists += bool(taken.due) + bool(taken.at_once)
        for started in (*taken.due, *taken.at_once):
            assert started not in running
            running[started] = now
        for key_ in [each for each in running if (len(each) + held) % 2 or held == 0]:
            told = schedule.next_after(key_, now, failed=failed)
            assert told is not None
            assert told <= running[key_] + there[key_] * (MOST_INTERVALS + 1) or told <= now + there[key_]
            schedule.done(key_, failed=failed)
            del running[key_]
        beats += passing / min(there.values(), default=math.inf)
        now += passing
    assert lists <= beats + 2 * edits + 1
    for key in list(running):
        schedule.done(key, failed=False)
    for _ in range(5000):
        now += schedule.wait(now, 1.0)
        for served in run(schedule, now):
            there.pop(served, None)
    assert not there, "nobody fell out"
