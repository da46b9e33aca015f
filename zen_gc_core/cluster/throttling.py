"""Waiting when the API server says 429: one patience for all writers of a policy."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import Throttled

if TYPE_CHECKING:
    from collections.abc import Callable

SHORTEST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 60.0
PATIENCE: Final = 300.0
"""Seconds of waiting after which a run ends."""


class Throttle:
    """What all writers of one run wait for; may be used by several threads.

    Args:
        clock: The boot-time clock, in seconds.
        sleep: Waits for seconds; whatever it raises ends the wait.
    """

    def __init__(self, clock: Callable[[], float] = boottime, sleep: Callable[[float], None] = time.sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._until = float("-inf")
        self._waited = 0.0

    def slow_down(self, answer: Throttled) -> None:
        """Take note of a 429: everybody waits as long as it says, 1 s without a word, at most 60 s.

        Raises:
            Throttled: The waits of this run come to more than 5 minutes.
        """
        asked = SHORTEST_WAIT if answer.retry_after is None else answer.retry_after
        now = self._clock()
        until = now + min(max(asked, SHORTEST_WAIT), LONGEST_WAIT)
        with self._lock:
            if until > self._until:
                self._waited += until - max(self._until, now)
                self._until = until
            if self._waited > PATIENCE:
                raise Throttled(f"the API server has asked for patience for {PATIENCE / 60:.0f} minutes: {answer}")

    def wait(self) -> None:
        """Wait until nobody has asked for patience any more; each time that was asked for is slept once."""
        slept = float("-inf")
        while (until := self._until) > slept and (seconds := until - self._clock()) > 0:
            self._sleep(seconds)
            slept = until
