"""When random policies may act: windows, blackouts and schedules, from which it follows at once whether they may today."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from zen_gc_core.instants import format_instant

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

ALWAYS = {"cron": "0 0 * * *", "duration": "24h"}
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu")


def _seldom(now: dt.datetime) -> dict[str, Any]:
    """An hour a year, half a year from an instant."""
    return {"cron": f"0 3 1 {(now.month + 5) % 12 + 1} *", "duration": "1h"}


def _dates(now: dt.datetime, first: int, last: int) -> dict[str, Any]:
    return {
        "from": format_instant(now + dt.timedelta(days=first)),
        "until": format_instant(now + dt.timedelta(days=last)),
    }


def opens(now: dt.datetime) -> list[dict[str, Any]]:
    """Windows: always open, and shut for half a year."""
    return [ALWAYS, {**ALWAYS, "timeZone": ZONES[0]}, _seldom(now), {**_seldom(now), "timeZone": ZONES[1]}]


def shuts(now: dt.datetime) -> list[dict[str, Any]]:
    """Blackouts: that last, that have passed, that are to come, and one that comes seldom."""
    return [
        {**_dates(now, -1, 1), "reason": "a freeze"},
        {**_dates(now, -9, -8), "timeZone": ZONES[2]},
        _dates(now, 8, 9),
        {**_seldom(now), "reason": "an audit"},
    ]


@st.composite
def calendars(draw: DrawFn, now: dt.datetime, *, often: bool = False) -> dict[str, Any]:
    """When a policy may act; most may whenever it is.

    Args:
        draw: Hypothesis'.
        now: What is meant by today.
        often: Whether that is asked more often than not.
    """
    if not often and draw(st.sampled_from(range(8))) < 7:
        return {}
    made: dict[str, Any] = {}
    if draw(st.booleans()):
        made["windows"] = draw(st.lists(st.sampled_from(opens(now)), min_size=1, max_size=2))
    if draw(st.booleans()):
        made["blackouts"] = draw(st.lists(st.sampled_from(shuts(now)), min_size=1, max_size=2))
    if draw(st.sampled_from(range(4))) == 3:
        made["schedule"] = {"cron": _seldom(now)["cron"], "timeZone": draw(st.sampled_from(ZONES))}
    return made


def acts_today(spec: dict[str, Any]) -> bool:
    """Whether a policy with such a calendar acts on what is due when it was drawn.

    Args:
        spec: The policy's.
    """
    windows = [window["cron"] == ALWAYS["cron"] for window in spec.get("windows", [])]
    lasts = any(blackout.get("reason") == "a freeze" for blackout in spec.get("blackouts", []))
    return (any(windows) or not windows) and not lasts and "schedule" not in spec
