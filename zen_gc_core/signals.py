"""Signals: what they ask for is done on a thread, and not in their handlers.

A handler runs in the middle of whatever the main thread is doing, also while that holds a lock: an event's, in its
``wait``, or the log's. Whatever takes such a lock there waits for itself, for ever.
"""

from __future__ import annotations

import contextlib
import queue
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType


@contextlib.contextmanager
def heard(numbers: Sequence[int], act: Callable[[int], None]) -> Iterator[None]:
    """Hear signals while a block runs, as ``hear`` does; afterwards they mean what they meant before."""
    unhear = hear(numbers, act)
    try:
        yield
    finally:
        unhear()


def hear(
    numbers: Sequence[int], act: Callable[[int], None], *, at_once: Callable[[threading.Event], None] | None = None
) -> Callable[[], None]:
    """Hear signals from now on.

    Args:
        numbers: Which.
        act: Called for each that comes, one after the other, on a thread.
        at_once: Called in the handler, in the main thread, with an event that is set once ``act`` has returned; it may
            wait for that (nobody else waits for it) with a timeout, and may raise.

    Returns:
        What lets them mean again what they meant before.

    Raises:
        ValueError: This is not the main thread.
    """
    came: queue.SimpleQueue[tuple[int, threading.Event] | None] = queue.SimpleQueue()  # a handler may interrupt its put

    def attend() -> None:
        while (one := came.get()) is not None:
            act(one[0])
            one[1].set()

    def handle(number: int, _frame: FrameType | None) -> None:
        done = threading.Event()
        came.put((number, done))
        if at_once is not None:
            at_once(done)

    before = {number: signal.signal(number, handle) for number in numbers}
    threading.Thread(target=attend, name="signals", daemon=True).start()

    def unhear() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)
        came.put(None)

    return unhear
