"""The right to write of a program that somebody runs by hand: it holds while the program goes on, and not beyond.

The controller's right to write is its lease: nobody else acts while it does, and it ends by itself when a replica stands
still. Who runs a clean-up by hand holds no lease, and needs none to be harmless to others: what pins each write is the uid
and the resourceVersion of a fresh read, so that two runs at the same time, or a run beside a controller, meet a 404 or a
409 and no other object. What a lease would do beside that is to end an old intent. Here an intent is a person's, who
looked at a plan and said yes, and it ends with that person's attention:

- A program that stood still, because it was stopped (Ctrl-Z), its machine slept or its container was frozen, does not go on
  where it was when it comes back: its right ends after so many seconds without a renewal, and never begins anew. The clock
  is the one that counts sleep, and it is asked right before each request leaves.
- Ctrl-C, SIGTERM and a closed terminal end it after the writes that are under way (``stopping``, not this module).
- Credentials that run out meanwhile are read anew once, as kubectl does; then a 401 ends the run.
- A request that is not answered ends by its own time-out, and is sent again with the same preconditions or not at all.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import AuthorityLost

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_STANDSTILL: Final = 30.0
"""Seconds without a renewal after which nothing more is sent."""


class Attention:
    """A right to write that lasts while it is renewed, and ends for good when it is not; may be used by several threads.

    Args:
        clock: The boot-time clock, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = boottime) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._renewed = clock()
        self._stood = 0.0

    def renew(self) -> None:
        """Note that the program goes on; of one that stood still for too long, that changes nothing."""
        with self._lock:
            self._look()
            self._renewed = self._clock()

    def check(self) -> None:
        """Ask for the right to send one write now.

        Raises:
            AuthorityLost: There is none.
        """
        with self._lock:
            self._look()
            if self._stood:
                raise AuthorityLost(
                    f"the program stood still for {self._stood:.0f} s, and what was approved before counts no more: "
                    "nothing more is sent"
                )

    def _look(self) -> None:
        if not self._stood and (since := self._clock() - self._renewed) > LONGEST_STANDSTILL:
            self._stood = since
