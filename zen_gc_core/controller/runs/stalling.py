"""Stalling: a list that does not get on is given up, so that it holds its place for a bounded time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import ListIncomplete

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.resource import Resource

STALL_SECONDS: Final = 60.0
"""How long one page is waited for, retries and all."""

LONGEST_SECONDS: Final = 1800.0
"""How long all pages together may take, however well they come."""


class Stall:
    """Whether the list of a resource gets on.

    Args:
        resource: What is listed.
        asked: Asked first; what it raises ends the list.
    """

    def __init__(self, resource: Resource, asked: Callable[[], object]) -> None:
        self._resource = resource
        self._asked = asked
        self._moved_at = boottime()
        self._until = self._moved_at + LONGEST_SECONDS

    def moved(self) -> None:
        """A page has come, or the list begins."""
        self._moved_at = boottime()

    def check(self) -> None:
        """Asked while a page is waited for.

        Raises:
            ListIncomplete: It takes too long.
        """
        self._asked()
        now = boottime()
        if now - self._moved_at > STALL_SECONDS:
            raise ListIncomplete(f"the list of {self._resource} has not got on for {STALL_SECONDS:.0f} s")
        if now > self._until:
            raise ListIncomplete(f"the list of {self._resource} takes more than {LONGEST_SECONDS:.0f} s")
