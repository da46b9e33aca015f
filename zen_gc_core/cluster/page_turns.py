"""Turns at reading pages: all sweeps together have one page in flight, and one that was read before it was wanted.

That is what the API server's fairness charges for, and what the memory bound counts on. Nobody waits long for another:
neither for a page that does not come, nor for somebody who takes long to judge what has.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

LONGEST_TURN: Final = 1.0
"""Seconds after which a page in flight keeps nobody else from asking for one."""


class PageTurns:
    """The turns of the lists that share them; may be used by several threads.

    Who reads a page brackets each request by ``begin`` and ``end``; who judges says that he waits for one, and that he has it.

    Args:
        clock: The boot-time clock, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = boottime) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._in_flight: dict[Hashable, float] = {}
        self._waiting: dict[Hashable, None] = {}
        self._wanted: set[Hashable] = set()
        self._left: set[Hashable] = set()
        self._ahead: Hashable | None = None

    def begin(self, who: Hashable) -> bool:
        """Wait until a list may ask for its next page; False when nobody wants it any more.

        Args:
            who: The list.
        """
        with self._changed:
            self._waiting[who] = None
            try:
                while who not in self._left:
                    wait = self._seconds_of_others() if self._is_next(who) else None
                    if wait is not None and wait <= 0:
                        self._in_flight[who] = self._clock()
                        self._ahead = self._ahead if who in self._wanted else who
                        return True
                    self._changed.wait(wait)
                self._left.discard(who)
                return False
            finally:
                del self._waiting[who]
                self._changed.notify_all()

    def _is_next(self, who: Hashable) -> bool:
        """Whether a list is the first of those that may ask: what nobody waits for yet asks only while nothing is read ahead."""
        may = (each for each in self._waiting if each in self._wanted or self._ahead is None or self._ahead is each)
        return next(may, None) is who

    def end(self, who: Hashable) -> None:
        """The page of a list has come, or failed."""
        with self._changed:
            self._in_flight.pop(who, None)
            self._changed.notify_all()

    def want(self, who: Hashable) -> None:
        """A list's page is waited for: it is not one that was read before it was wanted."""
        with self._changed:
            self._wanted.add(who)
            self._step_back(who)

    def have(self, who: Hashable) -> None:
        """Whoever waited for a list's page has it."""
        with self._changed:
            self._wanted.discard(who)
            self._step_back(who)

    def leave(self, who: Hashable) -> None:
        """Nobody wants a list any more."""
        with self._changed:
            self._wanted.discard(who)
            self._left.add(who)
            self._step_back(who)

    def forget(self, who: Hashable) -> None:
        """The reader of a list has ended."""
        with self._changed:
            self._left.discard(who)

    def _step_back(self, who: Hashable) -> None:
        if self._ahead is who:
            self._ahead = None
        self._changed.notify_all()

    def _seconds_of_others(self) -> float:
        """How long the pages in flight keep others from asking."""
        newest = max(self._in_flight.values(), default=float("-inf"))
        return newest + LONGEST_TURN - self._clock()
