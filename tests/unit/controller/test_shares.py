"""Threads of which nobody may use all."""

from __future__ import annotations

import threading
from collections import Counter

from zen_gc_core.controller.beats.shares import Shares

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
