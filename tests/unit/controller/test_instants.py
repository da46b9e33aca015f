"""What passes saw coming: nearest first, bounded, and forgotten when in doubt."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from zen_gc_core.controller.beats.instants import APART, LATE, MOST_AT_ONCE, MOST_TOGETHER, Instants
from zen_gc_core.controller.beats.places import slot_of
from zen_gc_core.controller.runs.remembered import Entry
from zen_gc_core.engine.compiling import Compilation
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.model.plan import Upcoming
from zen_gc_core.model.policy import API_VERSION, NAMESPACED

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def entry(name: str) -> Entry:
    """A policy."""
    metadata = {"name": name, "namespace": "ns", "uid": name, "generation": 1}
    reference = parse_policy({"apiVersion": API_VERSION, "kind": NAMESPACED, "metadata": metadata}).reference
    return Entry((NAMESPACED, "ns", name), Compilation(reference, None, (), ()), paused=False, resource_version="1")


def coming(*seconds: float) -> tuple[Upcoming, ...]:
    """Objects that are due after so many seconds each."""
    return tuple(Upcoming(NOW + each * SECOND, "ns", f"x-{number}", str(number)) for number, each in enumerate(seconds))


def test_what_has_come_is_handed_out_once() -> None:
    """All of it together; the rest when its time comes, half a second later at the earliest."""
    instants, policy = Instants(), entry("p")
    slot = slot_of(policy)
    instants.remember(policy, coming(1, 2, 10), 7, 0.0)
    assert instants.come(NOW + SECOND, 0.0) == []
    now = NOW + 2.5 * SECOND
    assert instants.come(now, 0.0) == [slot]
    come = instants.take(slot, now, 0.0)
    assert come is not None
    assert ([each.name for each in come.due], come.population, come.since) == (["x-0", "x-1"], 7, math.inf)
    assert instants.next_at(slot) == NOW + 10 * SECOND
    assert instants.come(NOW + 11 * SECOND, APART / 2) == []
    assert instants.come(NOW + 11 * SECOND, APART) == [slot]


def test_what_was_not_come_to_is_handed_out_again() -> None:
    """Before the others, and not of a policy that was forgotten since."""
    instants, policy = Instants(), entry("p")
    slot = slot_of(policy)
    instants.remember(policy, coming(1, 2, 10), 7, 0.0)
    come = instants.take(slot, NOW + 3 * SECOND, 0.0)
    assert come is not None
    instants.put_back(slot, come.due[1:])
    assert instants.next_at(slot) == NOW + 2 * SECOND
    again = instants.take(slot, NOW + 11 * SECOND, APART)
    assert again is not None
    assert [each.instant for each in again.due] == [NOW + 2 * SECOND, NOW + 10 * SECOND]
    instants.forget(slot)
    instants.put_back(slot, again.due)
    assert instants.next_at(slot) is None


def test_what_a_pass_saw_does_not_count_for_long_when_the_next_one_lists() -> None:
    """Then it waits for that one, and nobody looks all the time; until it lists, it counts however late that is."""
    instants, policy = Instants(), entry("p")
    instants.remember(policy, coming(1), None, 0.0)
    now = NOW + 2 * SECOND
    assert instants.come(now, 1000.0) == [slot_of(policy)]
    instants.leave(slot_of(policy), NOW, 1000.0)
    assert instants.come(now, 1000.0 + LATE - 0.1) == [slot_of(policy)]
    assert instants.come(now, 1000.0 + LATE) == []
    assert instants.wait(now, 1000.0 + LATE, 0.5, lambda _: False) == 0.5


def test_what_is_due_at_the_instant_of_a_pass_is_left_to_it() -> None:
    """What comes after that is not."""
    instants, policy = Instants(), entry("p")
    slot = slot_of(policy)
    instants.remember(policy, coming(1, 2, 3), None, 0.0)
    instants.leave(slot, NOW + 2 * SECOND, 60.0)
    come = instants.take(slot, NOW + 9 * SECOND, 60.0)
    assert come is not None
    assert ([each.name for each in come.due], come.since) == (["x-2"], 0.0)
    instants.leave(slot_of(entry("another")), NOW, 60.0)


def test_too_much_at_once_waits_for_the_pass() -> None:
    """And so does all else of that policy."""
    instants, policy = Instants(), entry("p")
    instants.remember(policy, coming(*[1] * (MOST_AT_ONCE + 1), 50), None, 0.0)
    assert instants.take(slot_of(policy), NOW + 2 * SECOND, 0.0) is None
    assert instants.next_at(slot_of(policy)) is None


def test_policies_share_what_is_remembered() -> None:
    """Each has an equal part, the nearest of its objects."""
    instants = Instants()
    for number in range(6):
        instants.remember(entry(f"p{number}"), coming(*range(10_000)), None, 0.0)
    now = NOW + 10_000 * SECOND
    assert len(instants.come(now, 0.0)) == 6
    share = MOST_TOGETHER // 6
    assert [len(memory.upcoming) for memory in instants._memories.values()] == [share] * 6


def test_a_pass_replaces_what_the_one_before_saw() -> None:
    """Also by nothing."""
    instants, policy = Instants(), entry("p")
    instants.remember(policy, coming(1), None, 0.0)
    instants.remember(policy, coming(5), None, 0.0)
    assert instants.next_at(slot_of(policy)) == NOW + 5 * SECOND
    instants.forget(slot_of(policy))
    assert instants.come(NOW + 99 * SECOND, 0.0) == []


def test_the_loop_sleeps_until_the_nearest_and_not_for_who_is_busy() -> None:
    """What waits for a run under way is not waited for by looking all the time."""
    instants, policy = Instants(), entry("p")
    instants.remember(policy, coming(1, 3), None, 0.0)
    assert instants.wait(NOW, 0.0, 0.5, lambda _: False) == 0.5
    assert instants.wait(NOW + 0.8 * SECOND, 0.0, 0.5, lambda _: False) == 0.2
    assert instants.wait(NOW + 2 * SECOND, 0.0, 0.5, lambda _: False) == 0.0
    assert instants.wait(NOW + 2 * SECOND, 0.0, 0.5, lambda _: True) == 0.5
