"""The right to write, as an instant on the boot-time clock: asked right before each write, and never a flag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import AuthorityLost

if TYPE_CHECKING:
    from collections.abc import Callable


class Authority:
    """A right to write that ends by itself unless it is extended; may be used by several threads.

    Args:
        clock: The boot-time clock, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = boottime) -> None:
        self._clock = clock
        self._until = float("-inf")

    @classmethod
    def forever(cls) -> Authority:
        """The right of a single replica that runs without leader election; it has no end."""
        endless = cls()
        endless.extend(float("inf"))
        return endless

    def check(self) -> None:
        """Ask for the right to send one write now.

        Raises:
            AuthorityLost: There is none.
        """
        if not self.held:
            raise AuthorityLost("this replica does not hold the lease any more: nothing is sent")

    @property
    def held(self) -> bool:
        """Whether there is a right to write at this instant."""
        return self._clock() < self._until

    def extend(self, until: float) -> None:
        """Set its end.

        Args:
            until: The end, in seconds on the boot-time clock.
        """
        self._until = until

    def end(self) -> None:
        """End it now."""
        self._until = float("-inf")
