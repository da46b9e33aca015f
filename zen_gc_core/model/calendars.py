"""When a policy acts, as its author wrote it: schedule, windows, blackouts. Data alone.

What follows from it at an instant is in ``zen_gc_core.engine.calendar``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from zen_gc_core.model.crons import Cron

DEADLINE: Final = dt.timedelta(minutes=5)
"""How late a scheduled run may begin where the policy does not say."""

UTC: Final = "UTC"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a policy acts: at the times of a cron expression, and at no other.

    Args:
        cron: The expression.
        time_zone: The zone of its wall, by its IANA name.
        jitter: Within how long after such a time its runs are spread; None: they begin at it.
        starting_deadline: How late a run may begin; what is later waits for the next time.
    """

    cron: Cron
    time_zone: str = UTC
    jitter: dt.timedelta | None = None
    starting_deadline: dt.timedelta = DEADLINE

    def __str__(self) -> str:
        return f"{self.cron} {self.time_zone}"


@dataclass(frozen=True, slots=True)
class Window:
    """When a policy may write: for so long from each of these times on.

    Args:
        cron: The times.
        duration: How long.
        time_zone: The zone of their wall, by its IANA name.
    """

    cron: Cron
    duration: dt.timedelta
    time_zone: str = UTC


@dataclass(frozen=True, slots=True)
class Freeze:
    """When a policy may not write: once.

    Args:
        since: From when on.
        until: Before when.
        reason: Why, in its author's words; empty when they do not say.
        time_zone: The zone in which its ends are shown.
    """

    since: dt.datetime
    until: dt.datetime
    reason: str = ""
    time_zone: str = UTC


@dataclass(frozen=True, slots=True)
class Recess:
    """When a policy may not write: for so long from each of these times on.

    Args:
        cron: The times.
        duration: How long.
        time_zone: The zone of their wall, by its IANA name.
        reason: Why, in its author's words; empty when they do not say.
    """

    cron: Cron
    duration: dt.timedelta
    time_zone: str = UTC
    reason: str = ""


Blackout: TypeAlias = "Freeze | Recess"
"""One entry of ``blackouts``."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """All that says when a policy acts.

    Args:
        schedule: When it runs; None: every so often.
        windows: When it may write; empty: at any time.
        blackouts: When it may not write, whatever the windows say.
    """

    schedule: Schedule | None = None
    windows: tuple[Window, ...] = ()
    blackouts: tuple[Blackout, ...] = ()

    def __bool__(self) -> bool:
        return self != ALWAYS


ALWAYS: Final = Calendar()
"""A policy that runs every so often, and acts at any time."""
