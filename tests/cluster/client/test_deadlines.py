"""Deadlines: what is due is shut, whatever else is waited for, and what is far away costs next to nothing."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.deadlines import SHORTEST_SLEEP, Deadline, Deadlines

if TYPE_CHECKING:
    from collections.abc import Iterator


class Clock:
    """The boot-time clock, which counts how often it is asked.

    Attributes:
        ahead: Seconds that have passed while the machine slept.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.ahead = 0.0

    def __call__(self) -> float:
        self.asked += 1
        return boottime() + self.ahead


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.settimeout(60.0)
        yield ours, theirs


def of(connection: socket.socket, at: float) -> Deadline:
    """A deadline of a connection."""
    deadline = Deadline(at)
    deadline.socket = connection
    return deadline


def test_a_deadline_that_is_far_away_is_not_looked_at_every_second(ends: tuple[socket.socket, socket.socket]) -> None:
    """A watch is open for minutes, and a program at rest should not wake for it."""
    clock = Clock()
    Deadlines(clock).watch(of(ends[0], boottime() + 600.0))
    time.sleep(4 * SHORTEST_SLEEP)
    assert clock.asked <= 2


def test_a_near_deadline_is_met_while_a_far_one_is_waited_for(ends: tuple[socket.socket, socket.socket]) -> None:
    """Whichever came first."""
    clock = Clock()
    deadlines = Deadlines(clock)
    with socket.socket() as far:
        first = of(far, boottime() + 600.0)
        deadlines.watch(first)
        time.sleep(0.1)
        near = of(ends[0], boottime() + 0.5)
        deadlines.watch(near)
        assert ends[1].recv(1) == b""
        assert (near.passed, first.passed) == (True, False)


def test_a_machine_that_slept_meets_its_deadlines_soon(ends: tuple[socket.socket, socket.socket]) -> None:
    """Waiting stands still while it sleeps: of what is left when it does, an eighth passes at the most, or a second."""
    clock = Clock()
    deadlines = Deadlines(clock)
    deadline = of(ends[0], boottime() + 40.0)
    deadlines.watch(deadline)
    clock.ahead = 3600.0
    began = time.monotonic()
    assert ends[1].recv(1) == b""
    assert deadline.passed
    assert time.monotonic() - began < 39.0
