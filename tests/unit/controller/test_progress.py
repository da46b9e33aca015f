"""A run that acts tells how far it is: first at once, then again and again, and never after its end."""

from __future__ import annotations

import threading

from zen_gc_core.controller.runs.progress import Progress

PATIENCE = 180


def test_it_is_told_before_anything_is_done_and_then_again() -> None:
    """The first time on the caller's thread, so that it stands before the first write."""
    told: list[str] = []
    thrice = threading.Event()

    def tell() -> None:
        told.append(threading.current_thread().name)
        if len(told) == 3:
            thrice.set()

    with Progress(tell, lambda error: None, every=0.001):
        assert told[0] == threading.current_thread().name
        assert thrice.wait(PATIENCE)
    assert "progress" in told
    assert threading.current_thread().name == told[0]


def test_a_telling_that_fails_stops_nothing() -> None:
    """It is tried again, and each failure is told."""
    failures: list[Exception] = []
    twice = threading.Event()

    def tell() -> None:
        raise ValueError("no")

    def failed(error: Exception) -> None:
        failures.append(error)
        if len(failures) == 2:
            twice.set()

    with Progress(tell, failed, every=0.001):
        assert twice.wait(PATIENCE)
    assert all(isinstance(error, ValueError) for error in failures)
