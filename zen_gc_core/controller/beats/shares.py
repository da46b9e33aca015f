"""Shares: threads that many use, of which none may use all. Whoever asks for more than its share waits for itself."""

from __future__ import annotations

import threading
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Shares:
    """Threads for steps of work, a share of them for each whose work it is; may be used by several threads.

    Args:
        most: How many steps go on at the same time.
        share: How many of them may be of one.
        name: What the threads are called.
    """

    def __init__(self, most: int, share: int, name: str) -> None:
        self._most = most
        self._share = share
        self._pool = ThreadPoolExecutor(most, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[Callable[[], None]]] = {}
        self._active: Counter[str] = Counter()
        self._closed = False

    def submit(self, whose: str, step: Callable[[], None]) -> None:
        """Have a step done as soon as there is room in its owner's share, in turn with the steps of others.

        Args:
            whose: Whose work it is.
            step: What is to be done; must not raise.
        """
        with self._lock:
            if self._closed:
                return
            self._waiting.setdefault(whose, deque()).append(step)
            self._begin()

    def close(self) -> None:
        """Begin nothing more; what is under way ends by itself."""
        with self._lock:
            self._closed = True
            self._waiting.clear()
        self._pool.shutdown(wait=False)

    def _begin(self) -> None:
        """Give free threads to those who wait and have room, one each in turn."""
        while self._active.total() < self._most:
            whose = next((each for each in self._waiting if self._active[each] < self._share), None)
            if whose is None:
                return
            steps = self._waiting.pop(whose)
            step = steps.popleft()
            if steps:
                self._waiting[whose] = steps  # behind all others
            self._active[whose] += 1
            self._pool.submit(self._work, whose, step)

    def _work(self, whose: str, step: Callable[[], None]) -> None:
        try:
            step()
        finally:
            with self._lock:
                self._active[whose] -= 1
                if not self._active[whose]:
                    del self._active[whose]
                if not self._closed:
                    self._begin()
