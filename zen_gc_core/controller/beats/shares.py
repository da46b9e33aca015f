"""Shares: threads that many use, of which none may use all. Whoever asks for more than its share waits for itself.

More threads help only where steps wait for something: where they compute, one takes the processor from the other, and
each change of threads costs. So there is one thread at first, and more while the processor is idle or steps take long.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.threads import SupervisedThread

if TYPE_CHECKING:
    from collections.abc import Callable

LOOK: Final = 0.005
"""Seconds from one look at those who wait to the next."""

BUSY: Final = 0.7
"""Processor time in a second of which it is said that the steps compute."""

IDLE_LOOKS: Final = 2
"""Looks in a row at which they did not, after which there is room for twice as many."""

LONG: Final = 0.02
"""Seconds after which a step that has not ended is taken to wait, whatever the processor does."""


class Room:
    """For how many steps there is room at the same time.

    Args:
        most: For how many at the most.

    Attributes:
        size: For how many now.
    """

    def __init__(self, most: int) -> None:
        self.size = 1
        self._most = most
        self._idle = 0

    @property
    def full(self) -> bool:
        """Whether it grows no more."""
        return self.size >= self._most

    def look(self, *, working: int, long: int, computed: float) -> None:
        """Make room for twice as many, if those who wait gain by it: the processor is idle, or most steps take long.

        Args:
            working: How many steps are under way.
            long: How many of them have been so for long.
            computed: How much of one processor the program has used since the last look, as a share of the time.
        """
        self._idle = 0 if computed >= BUSY else self._idle + 1
        if self._idle >= IDLE_LOOKS or 2 * long > working:
            self.size, self._idle = min(self._most, 2 * self.size), 0

    def shrink(self, working: int) -> None:
        """Nobody waits: there is as much room as is needed."""
        self.size, self._idle = max(1, working), 0


@dataclass(eq=False, slots=True)
class _Step:
    """A step of somebody's work.

    Args:
        whose: Whose it is.
        work: What is to be done.
        since: When it was begun.
    """

    whose: str
    work: Callable[[], None]
    since: float = 0.0


class Shares:
    """Threads for steps of work, a share of them for each whose work it is; may be used by several threads.

    Args:
        most: How many steps go on at the same time.
        share: How many of them may be of one.
        name: What the threads are called.
    """

    def __init__(self, most: int, share: int, name: str) -> None:
        self._share = share
        self._room = Room(most)
        self._pool = ThreadPoolExecutor(most, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[_Step]] = {}
        self._active: Counter[str] = Counter()
        self._working: set[_Step] = set()
        self._closed = False
        self._crowded = threading.Event()
        self._watch = SupervisedThread(self._look_at_who_waits, f"{name}-room")

    def submit(self, whose: str, step: Callable[[], None]) -> None:
        """Have a step done as soon as there is room in its owner's share, in turn with the steps of others.

        Args:
            whose: Whose work it is.
            step: What is to be done; must not raise.
        """
        with self._lock:
            if self._closed:
                return
            self._waiting.setdefault(whose, deque()).append(_Step(whose, step))
            self._begin()
            if self._waiting and not self._room.full and not self._crowded.is_set():
                self._have_it_looked_at()

    def _have_it_looked_at(self) -> None:
        """Begin to look at those who wait; where no thread can be started now, the next step that waits tries again."""
        with contextlib.suppress(RuntimeError):
            if not self._watch.started:
                self._watch.start()
            self._crowded.set()

    def close(self) -> None:
        """Begin nothing more; what is under way ends by itself."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
        self._watch.end()
        self._crowded.set()
        self._pool.shutdown(wait=False)

    def _begin(self) -> None:
        """Give free threads to those who wait and have room, one each in turn."""
        while (following := self._following()) is not None:
            self._pool.submit(self._work, following)

    def _following(self) -> _Step | None:
        """The step that is begun now; None where nobody waits who has room."""
        if len(self._working) >= self._room.size:
            return None
        whose = next((each for each in self._waiting if self._active[each] < self._share), None)
        if whose is None:
            return None
        steps = self._waiting.pop(whose)
        step = steps.popleft()
        if steps:
            self._waiting[whose] = steps  # behind all others
        self._active[whose] += 1
        self._working.add(step)
        step.since = time.monotonic()
        return step

    def _work(self, step: _Step) -> None:
        following: _Step | None = step
        while following is not None:
            step = following
            try:
                step.work()
            except BaseException:  # the thread goes no further with it; another goes on
                if (following := self._done(step)) is not None:
                    self._pool.submit(self._work, following)
                raise
            following = self._done(step)

    def _done(self, step: _Step) -> _Step | None:
        """A step has ended; what its thread goes on with."""
        with self._lock:
            self._working.discard(step)
            self._active[step.whose] -= 1
            if not self._active[step.whose]:
                del self._active[step.whose]
            following = self._following()
            if not self._waiting:
                self._room.shrink(len(self._working))
            return following

    def _look_at_who_waits(self) -> None:
        while True:
            self._crowded.wait()
            began, computed = time.monotonic(), time.process_time()
            time.sleep(LOOK)
            with self._lock:
                if self._closed:
                    return
                if not self._waiting or self._room.full:
                    self._crowded.clear()
                    continue
                now = time.monotonic()
                share = (time.process_time() - computed) / max(now - began, LOOK)
                long = sum(step.since < now - LONG for step in self._working)
                self._room.look(working=len(self._working), long=long, computed=share)
                self._begin()
