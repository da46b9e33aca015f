"""What is remembered of a policy between its runs.

The loop makes and replaces entries; the one run of a policy that acts writes its ledger (see ``docs/explanation/threads.md``).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import orjson

from zen_gc_core.controller.runs.fights import Fights
from zen_gc_core.controller.runs.notifying import Told
from zen_gc_core.controller.runs.passes import Passes
from zen_gc_core.controller.runs.recent_writes import RecentWrites

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.model.policy import PolicyReference, Problem
    from zen_gc_core.model.report import Outcome

MOST_FORBIDDEN: Final = 1000
"""Objects whose write was forbidden that are remembered of a policy."""

Key = tuple[str, str, str]
"""A policy's kind, namespace and name."""


@dataclass(slots=True)
class Ledger:
    """What outlives an edit of a policy.

    Args:
        deleted: How many objects it has deleted in all.
        accepted: Its writes whose objects are terminating, and since when (boot-time clock), by uid.
        forbidden: Objects whose write was forbidden although the right to it is there, by uid.
        told: What it told of, where it only tells.
        fights: What it deleted and what came back.
        switched_off: Whether it was told that the kill switch stops it.
        deferred: Whether it was told that schedule, windows or blackouts keep it from writing.
        noticed: What it told would be due soon, by uid.
        evaluated: The numbers of the last event about a run.
        unreached: What it names and the cluster does not have, as it was told last.
        unlisted: The kinds of its wildcards that could not be listed, as it was told last.
        passes: Where it counts from when its conditions began to hold: from when its marks count.
        writes: What its runs wrote lately, for the breaker.
        told_totals: When its totals were written last after a small run (boot-time clock).
        next_write: When its rate lets the next write leave (boot-time clock).
    """

    deleted: int = 0
    accepted: OrderedDict[str, tuple[Outcome, float]] = field(default_factory=OrderedDict)
    forbidden: OrderedDict[str, None] = field(default_factory=OrderedDict)
    told: Told = field(default_factory=Told)
    fights: Fights = field(default_factory=Fights)
    switched_off: bool = False
    deferred: bool = False
    noticed: frozenset[str] = frozenset()
    evaluated: tuple[int, int, int] | None = None
    unreached: tuple[Problem, ...] = ()
    unlisted: tuple[str, ...] = ()
    passes: Passes = field(default_factory=Passes)
    writes: RecentWrites = field(default_factory=RecentWrites)
    told_totals: float = float("-inf")
    next_write: float = 0.0

    def forbid(self, uids: Iterable[str]) -> None:
        """Remember objects whose write was forbidden; the earliest are forgotten where there are too many."""
        for uid in uids:
            self.forbidden[uid] = None
        while len(self.forbidden) > MOST_FORBIDDEN:
            self.forbidden.popitem(last=False)


@dataclass(slots=True)
class Entry:
    """A policy, and what is remembered of it.

    Args:
        key: Its kind, namespace and name.
        compilation: The policy, compiled, or its errors.
        paused: Whether it rests.
        resource_version: Its version, as it was read or written last.
        ledger: What outlives an edit.
        access_checked: Whether it is known that what it needs is allowed.
        refusal_told: Whether it was told why it is refused, whatever has become of its status.
        superseded: Whether it was edited or deleted since; nothing more is said of it.
        document: The policy as it was read, until it is compiled; None from then on.
        kinds: What its wildcards meant when it ran last, by version and name.
        counted: Of which kinds its counters are there, by version and name, in the order of its last run.
        phase: That of its status; empty while there is none.
        said: A status, and what a run found that it says already, clocks aside; None where that is not known.
    """

    key: Key
    compilation: Compilation
    paused: bool
    resource_version: str
    ledger: Ledger = field(default_factory=Ledger)
    access_checked: bool = False
    refusal_told: bool = False
    superseded: bool = False
    document: dict[str, Any] | None = None
    kinds: frozenset[tuple[str, str]] = frozenset()
    counted: tuple[tuple[str, str], ...] = ()
    phase: str = field(init=False, default="")
    said: tuple[object, ...] | None = field(init=False, default=None, repr=False)
    _status: bytes = field(init=False, default=b"{}", repr=False)

    @property
    def status(self) -> dict[str, Any]:
        """Its status, as it was read or written last; a copy. Of one that is nested too deeply nothing is known."""
        return dict(orjson.loads(self._status))

    @status.setter
    def status(self, status: Mapping[str, Any]) -> None:
        try:
            written = orjson.dumps(status)  # a quarter of what it takes decoded; there may be very many policies
            self._status = memoryview(written).tobytes()  # orjson's own bytes keep all the room that it had set aside
        except orjson.JSONEncodeError:
            self._status = b"{}"
        self.phase = str(status.get("phase") or "")

    @property
    def status_as_kept(self) -> bytes:
        """The same, not decoded: to be compared with another time."""
        return self._status

    @property
    def reference(self) -> PolicyReference:
        """Which policy, and which state of it."""
        return self.compilation.reference

    @property
    def digest(self) -> str:
        """What an approval of it names; empty when there can be none."""
        return self.compilation.digest

    @property
    def interval(self) -> dt.timedelta | None:
        """How often it asks to run; None when it does not say, or never does. ``Settings.interval_of`` has the last word."""
        compiled = self.compilation.compiled
        return compiled.policy.evaluation_interval if compiled is not None else None

    @property
    def schedule(self) -> str:
        """At which times it runs, for people; empty when it runs every so often, or never does."""
        compiled = self.compilation.compiled
        schedule = compiled.policy.calendar.schedule if compiled is not None else None
        return str(schedule) if schedule is not None else ""
