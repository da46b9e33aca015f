"""Threads of which nobody may use all."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter

from zen_gc_core.controller.beats.shares import BUSY, IDLE_LOOKS, LOOK, Room, Shares

PATIENCE = 180.0


def test_who_asks_for_everything_gets_its_share_and_the_others_go_on() -> None:
    """A hundred steps that hang hold two threads of six."""
    shares = Shares(6, 2, "test")
    over, done = threading.Event(), threading.Semaphore(0)
    hanging = threading.Semaphore(0)
    active: Counter[str] = Counter()

    def hang() -> None:
        active["greedy"] += 1
        hanging.release()
        over.wait(PATIENCE)

    for _ in range(100):
        shares.submit("greedy", hang)
    for number in range(50):
        shares.submit(f"other-{number % 3}", done.release)
    try:
        assert all(done.acquire(timeout=PATIENCE) for _ in range(50))
        assert all(hanging.acquire(timeout=PATIENCE) for _ in range(2))
        assert active["greedy"] == 2
    finally:
        shares.close()
        over.set()


def test_everything_is_done_in_turn() -> None:
    """One who came first with much does not come before one who came later with little."""
    shares = Shares(1, 1, "test")
    order: list[str] = []
    start, end = threading.Event(), threading.Event()
    shares.submit("first", lambda: start.wait(PATIENCE) and None)
    for number in range(3):
        shares.submit("much", lambda number=number: order.append(f"much {number}"))  # type: ignore[misc]  # binds the number
    shares.submit("little", lambda: order.append("little"))
    shares.submit("last", end.set)
    start.set()
    assert end.wait(PATIENCE)
    assert order[:2] == ["much 0", "little"]
    shares.close()


def test_nothing_begins_after_the_end() -> None:
    """What waits is forgotten."""
    shares = Shares(1, 1, "test")
    over, began = threading.Event(), threading.Event()
    shares.submit("a", lambda: began.set() or (over.wait(PATIENCE) and None))
    assert began.wait(PATIENCE)
    done: list[int] = []
    shares.submit("a", lambda: done.append(1))
    shares.close()
    over.set()
    shares.submit("b", lambda: done.append(2))
    assert done == []


def test_steps_that_wait_for_each_other_all_get_a_thread() -> None:
    """Sixteen that can only end together do."""
    shares = Shares(16, 16, "test")
    together, done = threading.Barrier(16), threading.Semaphore(0)

    def meet() -> None:
        together.wait(PATIENCE)
        done.release()

    for _ in range(16):
        shares.submit("a", meet)
    try:
        assert all(done.acquire(timeout=PATIENCE) for _ in range(16))
    finally:
        together.abort()
        shares.close()


def test_a_step_that_ends_its_thread_costs_nobody_else_his_turn() -> None:
    """What waits behind a step that raises is done by another thread."""
    shares = Shares(1, 1, "test")
    done = threading.Event()
    shares.submit("a", sys.exit)
    shares.submit("b", done.set)
    assert done.wait(PATIENCE)
    shares.close()


def test_what_looks_at_who_waits_ends_with_the_rest() -> None:
    """Also where it looks in the moment at which everything is closed."""
    for _ in range(20):
        shares, over = Shares(8, 1, "closing"), threading.Event()
        for _ in range(3):
            shares.submit("a", lambda over=over: over.wait(PATIENCE) and None)  # type: ignore[misc]  # binds the event
        time.sleep(LOOK)
        shares.close()
        over.set()
    until = time.monotonic() + PATIENCE
    while "closing-room" in (names := [each.name for each in threading.enumerate()]) and time.monotonic() < until:
        time.sleep(LOOK)
    assert "closing-room" not in names


def test_there_is_more_room_while_the_processor_is_idle() -> None:
    """It doubles, up to the most there may be; a moment is no reason."""
    room = Room(10)
    room.look(working=1, long=0, computed=BUSY / 2)
    room.look(working=1, long=0, computed=BUSY)
    assert room.size == 1
    sizes = []
    for _ in range(5 * IDLE_LOOKS):
        room.look(working=1, long=0, computed=BUSY / 2)
        sizes.append(room.size)
    assert sizes[IDLE_LOOKS - 1 :: IDLE_LOOKS] == [2, 4, 8, 10, 10]
    assert room.full


def test_there_is_no_more_room_while_steps_compute() -> None:
    """One thread does what many would do no sooner, also where some of them take long."""
    room = Room(10)
    for _ in range(100):
        room.look(working=2, long=1, computed=1.0)
    assert room.size == 1


def test_steps_that_take_long_let_others_begin_whatever_the_processor_does() -> None:
    """Somebody else may compute all the time, as who judges the objects of a sweep does."""
    room = Room(10)
    sizes = []
    for working in (1, 2, 4, 8):
        room.look(working=working, long=working // 2 + 1, computed=1.0)
        sizes.append(room.size)
    assert sizes == [2, 4, 8, 10]


def test_room_goes_back_to_what_is_needed() -> None:
    """There is always room for one."""
    room = Room(10)
    room.shrink(5)
    assert room.size == 5
    room.shrink(0)
    assert room.size == 1
