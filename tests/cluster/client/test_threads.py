"""Threads come back, and whoever is told something stops nobody."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from zen_gc_core.cluster.threads import PATIENCE, RECOVERED, SupervisedThread, Teller

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = 20.0


@pytest.mark.parametrize("error", [RuntimeError("odd"), RecursionError(), MemoryError(), SystemExit(3)])
def test_a_thread_whose_work_fails_is_begun_again(error: BaseException) -> None:
    """Whatever ended it, and also when whoever is told of it fails."""
    began = threading.Semaphore(0)
    done = threading.Event()
    told: list[str] = []

    def work() -> None:
        began.release()
        if not done.is_set():
            done.set()
            raise error

    def failed(name: str, cause: BaseException) -> None:
        told.append(f"{name} {type(cause).__name__}")
        raise ValueError

    thread = SupervisedThread(work, "worker", failed)
    assert not thread.well
    thread.start()
    assert began.acquire(timeout=LONG)
    assert began.acquire(timeout=LONG)
    thread.join(LONG)
    assert told == [f"worker {type(error).__name__}"]
    assert not thread.running


def test_a_thread_that_fails_again_and_again_is_not_well() -> None:
    """After half a minute; one that has worked for a while since is."""
    clock = [0.0]
    rounds = threading.Semaphore(0)
    go = threading.Semaphore(0)

    def work() -> None:
        rounds.release()
        go.acquire(timeout=LONG)
        raise RuntimeError

    def next_round(**_: object) -> None:
        go.release()
        assert rounds.acquire(timeout=LONG)

    thread = SupervisedThread(work, "worker", clock=lambda: clock[0])
    thread.start()
    assert rounds.acquire(timeout=LONG)
    assert thread.well
    next_round()
    clock[0] += RECOVERED - 1
    assert thread.well, "it has failed once"
    while clock[0] < PATIENCE:
        next_round()
        clock[0] += RECOVERED - 1
    next_round()
    assert not thread.well
    clock[0] += RECOVERED
    assert thread.well, "it has worked since"
    thread.end()
    go.release()
    thread.join(LONG)
    assert not thread.running


def test_who_raises_or_hangs_when_told_stops_nobody() -> None:
    """The next is told; who hangs keeps the others waiting and not the one who tells."""
    heard: list[str] = []
    hang = threading.Event()
    teller = Teller("teller")
    teller.start()

    def odd() -> None:
        raise RuntimeError("odd")

    calls: list[Callable[[], object]] = [odd, lambda: heard.append("one"), lambda: hang.wait(LONG) and None]
    for call in calls:
        teller.tell(call)
    began = time.monotonic()
    teller.tell(lambda: heard.append("two"))
    teller.close(0.2)
    assert time.monotonic() - began < LONG / 2
    assert heard == ["one"]
    hang.set()
    teller.close(LONG)
    assert heard == ["one", "two"]


def test_what_is_told_beyond_what_may_wait_is_refused() -> None:
    """At once, and those that wait are called all the same."""
    heard: list[int] = []
    hang, busy = threading.Event(), threading.Event()
    teller = Teller("teller", 2)
    teller.start()

    def hanging() -> None:
        busy.set()
        hang.wait(LONG)

    assert teller.tell(hanging)
    assert busy.wait(LONG)
    assert [teller.tell(partial(heard.append, number)) for number in range(4)] == [True, True, False, False]
    hang.set()
    teller.close(LONG)
    assert heard == [0, 1]
