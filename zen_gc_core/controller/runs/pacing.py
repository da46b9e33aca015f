"""Pacing: writes are spaced evenly, whatever number of threads writes."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zen_gc_core.cluster.clocks import boottime

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(slots=True)
class Rate:
    """Spaces writes evenly; may be used by several threads.

    Args:
        per_second: The most writes a second.
        next_turn: When the next write may leave, as the run before has left it.
        clock: The boot-time clock, in seconds.
    """

    per_second: float
    next_turn: float = 0.0
    clock: Callable[[], float] = boottime
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, until: float = math.inf) -> float | None:
        """Take a turn; the seconds until it, or None when there is none before ``until``."""
        with self._lock:
            now = self.clock()
            turn = max(now, self.next_turn)
            if turn > until:
                return None
            self.next_turn = turn + 1.0 / self.per_second
        return turn - now
