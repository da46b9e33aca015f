"""Threads that come back: whatever ends one before its time, it is begun again, and whoever asks is told.

What a thread does is its owner's; nothing here knows Kubernetes.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime

if TYPE_CHECKING:
    from collections.abc import Callable

GATHERING: Final = 0.005
"""Seconds in which calls come together: whoever has one made while its thread waits has to wake it up, which costs."""

PAUSE: Final = 0.5
"""Seconds between the end of a thread's work and its next beginning."""

RECOVERED: Final = 5.0
"""Seconds of work after which what ended it before counts as over."""

PATIENCE: Final = 30.0
"""Seconds of beginning again and again after which a thread counts as one that does not come back."""


class SupervisedThread:
    """A daemon thread whose work is begun again whenever it ends by an exception.

    Args:
        work: What it does, until it returns.
        name: Its name.
        failed: Told of what ended the work; it may raise, and is called on the thread.
        clock: The boot-time clock, in seconds.
    """

    def __init__(
        self,
        work: Callable[[], None],
        name: str,
        failed: Callable[[str, BaseException], None] | None = None,
        clock: Callable[[], float] = boottime,
    ) -> None:
        self.name: Final = name
        self._work = work
        self._failed = failed
        self._clock = clock
        self._began = 0.0
        self._failing_since: float | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    @property
    def started(self) -> bool:
        """Whether it was begun."""
        return self._thread.ident is not None

    @property
    def running(self) -> bool:
        """Whether it has begun and not ended."""
        return self._thread.is_alive()

    @property
    def well(self) -> bool:
        """Whether it does its work: it runs, and is not one that fails again and again."""
        since = self._failing_since
        if not self.running:
            return False
        return since is None or self._recovered or self._clock() - since < PATIENCE

    @property
    def _recovered(self) -> bool:
        return self._clock() - self._began >= RECOVERED

    def end(self) -> None:
        """Do not begin again; ending the work is its owner's."""
        self._closing.set()

    def join(self, timeout: float) -> None:
        """Wait for its end, for so many seconds at the most."""
        if self.started:
            self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            self._began = self._clock()
            try:
                self._work()
            except BaseException as error:  # noqa: BLE001  whatever it was, the work is begun again
                if self._failing_since is None or self._recovered:
                    self._failing_since = self._clock()
                self._tell(error)
            else:
                return
            if self._closing.wait(PAUSE):
                return

    def _tell(self, error: BaseException) -> None:
        if self._failed is not None:
            with contextlib.suppress(Exception):
                self._failed(self.name, error)


class Teller:
    """Calls others on a thread of its own, one call after the other: who raises or hangs stops nobody else.

    Args:
        name: The thread's name.
        most: How many calls may wait; 0 for any number.
    """

    def __init__(self, name: str, most: int = 0) -> None:
        self._calls: queue.Queue[Callable[[], None] | None] = queue.Queue(most)
        self._thread = SupervisedThread(self._run, name)

    def start(self) -> None:
        """Begin; what was told before is called then."""
        self._thread.start()

    def tell(self, call: Callable[[], None]) -> bool:
        """Have something called; returns at once, and says whether it will be: not when too many calls wait already."""
        try:
            self._calls.put_nowait(call)
        except queue.Full:
            return False
        return True

    def close(self, timeout: float) -> None:
        """Let what was told be called, for so many seconds at the most, and end."""
        self._thread.end()
        with contextlib.suppress(queue.Full):
            self._calls.put(None, timeout=timeout)
            self._thread.join(timeout)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            with contextlib.suppress(Exception):
                call()
            if self._calls.empty():
                time.sleep(GATHERING)
