"""Passes of a policy that counts from when its conditions began to hold, and from when its marks count.

A pass is complete when it has seen and decided everything, and has taken away every mark that must go. After one that was
not, or where more than three intervals lie between two, no earlier mark counts: that is one write, to the policy's status,
and not one an object. While marks are being taken away, the status says so already: whoever comes after a crash starts
anew.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import InputError
from zen_gc_core.instants import parse_instant
from zen_gc_core.model.held_marks import MOST_INTERVALS, spelt

if TYPE_CHECKING:
    from collections.abc import Mapping


CLOCKS_APART: Final = dt.timedelta(seconds=30)
"""How far the clocks of two runs may be apart: the local one and the server's are no more, or nothing is written."""


@dataclass(slots=True)
class Passes:
    """What is known of a policy's passes.

    Args:
        held_from: No mark from before counts; None: nothing is known, and none does.
        last_complete: When the last complete one began; None: none is known.
        old: Whether another replica may have made passes since, so that the policy's status is to be read before the next one.
    """

    held_from: dt.datetime | None = None
    last_complete: dt.datetime | None = None
    old: bool = False

    @classmethod
    def of(cls, status: Mapping[str, Any]) -> Passes:
        """What a policy's status tells; what does not say so is not known."""
        return cls(_instant(status.get("heldFrom")), _instant(status.get("lastCompletePass")))

    def learn(self, status: Mapping[str, Any]) -> None:
        """Take in what a policy's status tells now: no mark counts that would not by that, or by what was known before.

        What was seen here may not have been written before the lease was lost; what others wrote is not known here.
        """
        found = Passes.of(status)
        self.held_from = _later(found.held_from, self.held_from) if found.held_from is not None else None
        self.last_complete, self.old = _later(found.last_complete, self.last_complete), False

    def begin(self, now: dt.datetime, interval: dt.timedelta) -> dt.datetime:
        """Begin a pass.

        Args:
            now: Its instant.
            interval: The time between two.

        Returns:
            From when marks count in it.
        """
        since = now - self.last_complete if self.last_complete is not None else None
        bridged = since is not None and since >= -CLOCKS_APART and since / MOST_INTERVALS <= interval
        if self.held_from is None or not bridged:
            self.held_from = now
        return self.held_from

    def complete(self, now: dt.datetime, held_from: dt.datetime | None) -> None:
        """Note that the pass of an instant was complete: marks count as they did when it began."""
        self.last_complete, self.held_from = max(now, self.last_complete or now), held_from

    def incomplete(self, now: dt.datetime) -> None:
        """Note that it was not, or is not yet: marks from before do not count, by whatever clock they were made."""
        self.held_from = max(now + CLOCKS_APART, self.held_from or now)

    def told(self) -> dict[str, str | None]:
        """Both, as the status has them."""
        return {
            name: spelt(moment) if moment is not None else None
            for name, moment in (("heldFrom", self.held_from), ("lastCompletePass", self.last_complete))
        }


def _later(one: dt.datetime | None, other: dt.datetime | None) -> dt.datetime | None:
    return max((each for each in (one, other) if each is not None), default=None)


def _instant(value: object) -> dt.datetime | None:
    with suppress(InputError):
        return parse_instant(value, dates=False)
    return None
