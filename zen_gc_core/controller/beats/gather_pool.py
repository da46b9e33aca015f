"""Who gathers: runs that depend on other objects wait for each other, and one look at these serves all of an identity.

A look begins when nobody more is expected for it, or those who are do not get on. Used by the main loop's thread alone, but
for the looks themselves, which have threads of their own and report back.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.controller.beats.places import identity_of
from zen_gc_core.controller.runs.together import gather_together

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zen_gc_core.controller.beats.sweep_pool import Ride
    from zen_gc_core.controller.runs.run_context import RunContext

AT_A_TIME: Final = 4
"""Identities for which is looked at the same time; of one there is one look at a time."""

PATIENCE: Final = 1.0
"""Seconds that a look waits for the next of the runs that are expected for it."""

LONGEST_PATIENCE: Final = 10.0
"""Seconds that it waits for all of them together."""


class GatherPool:
    """Gathers for runs.

    Args:
        context: What to work with.
        gathered: Told, on the main loop's thread, when it is known what a run has to know.
        post: Has something done on the main loop's thread; may be called by any.
        clock: A clock, in seconds.
    """

    def __init__(
        self,
        context: RunContext,
        gathered: Callable[[Ride], None],
        post: Callable[[Callable[[], None]], None],
        clock: Callable[[], float] = boottime,
    ) -> None:
        self._context = context
        self._gathered = gathered
        self._post = post
        self._clock = clock
        self._pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="gathering")
        self._expected: dict[str, set[Ride]] = {}
        self._waiting: dict[str, list[Ride]] = {}
        self._since: dict[str, float] = {}
        self._active: set[str] = set()
        self._progress = float("-inf")

    @property
    def active(self) -> bool:
        """Whether a look is under way."""
        return bool(self._active)

    def expect(self, ride: Ride) -> None:
        """A run is being prepared that may depend on other objects."""
        self._expected.setdefault(identity_of(ride.run.entry), set()).add(ride)

    def leave(self, ride: Ride) -> None:
        """A run that was expected does not come."""
        self._progress = self._clock()
        identity = identity_of(ride.run.entry)
        expected = self._expected.get(identity, set())
        expected.discard(ride)
        if not expected:
            self._expected.pop(identity, None)

    def join(self, ride: Ride) -> None:
        """A run is prepared, and waits for a look."""
        self.leave(ride)
        identity = identity_of(ride.run.entry)
        self._waiting.setdefault(identity, []).append(ride)
        self._since.setdefault(identity, self._clock())

    def start(self, *, compiling: bool) -> None:
        """Begin the looks that need not wait any more.

        Args:
            compiling: Whether policies are being compiled, which may come, too.
        """
        for identity in list(self._waiting):
            if identity not in self._active and self._all_there(identity, compiling=compiling):
                rides = self._waiting.pop(identity)
                del self._since[identity]
                self._active.add(identity)
                self._pool.submit(self._gather, identity, rides)

    def close(self) -> None:
        """Begin nothing more; what is under way ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _all_there(self, identity: str, *, compiling: bool) -> bool:
        if not (compiling or self._expected.get(identity)):
            return True
        now = self._clock()
        since = self._since[identity]
        return now - since > LONGEST_PATIENCE or now - max(self._progress, since) > PATIENCE

    def _gather(self, identity: str, rides: Sequence[Ride]) -> None:
        try:
            gather_together(self._context, [ride.run for ride in rides])
        finally:
            self._post(lambda: self._ended(identity, rides))

    def _ended(self, identity: str, rides: Sequence[Ride]) -> None:
        self._active.discard(identity)
        for ride in rides:
            self._gathered(ride)
