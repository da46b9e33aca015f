"""What a run says of a write that was stopped: dropped, as long as nothing has left."""

from __future__ import annotations

from typing import Any

from zen_gc_core.controller.runs.journal import Journal
from zen_gc_core.model.decision import Decision, Verdict


class Fence:
    """Lets everything pass."""

    def recent(self) -> None:
        """A moment ago."""

    def check_open(self) -> None:
        """At any time."""


def test_only_what_nothing_stops_any_more_counts_as_sent() -> None:
    """Asked whether it may leave, a request has not left: the lease is asked after that."""
    fence: Any = Fence()
    journal = Journal(Decision("v1", "ConfigMap", "n", "a", "u", Verdict.ACT, "due"), fence, None)  # type: ignore[arg-type]
    journal.leaving()
    assert journal.sent == 0
    journal.left()
    assert journal.sent == 1
