"""The schema of ``spec.schedule``, ``spec.windows`` and ``spec.blackouts``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.engine.crds.nodes import duration, record, sequence, text
from zen_gc_core.engine.crds.structural import anything
from zen_gc_core.engine.parsing import limits
from zen_gc_core.model.crons import LONGEST
from zen_gc_core.model.zones import LONGEST_NAME

if TYPE_CHECKING:
    from zen_gc_core.engine.crds.structural import Schema


def calendar_schemas() -> dict[str, Schema]:
    """The schemas of the three fields, by name."""
    return {
        "schedule": anything(
            "When the policy runs: a cron expression of five fields, or a map with cron, timeZone, jitter and "
            "startingDeadline. Between these times it does not act."
        ),
        "windows": sequence(
            "When the policy may write: at any time by default, else while one of these is open.",
            record(
                "From each time of a cron expression on, for so long.",
                {
                    "cron": _cron("When it opens."),
                    "duration": duration("How long it is open."),
                    "timeZone": _zone(),
                },
            ),
            least=1,
            most=limits.WINDOWS,
        ),
        "blackouts": sequence(
            "When the policy may not write, whatever the windows say.",
            record(
                "Once, with from and until, or from each time of a cron expression on, for so long.",
                {
                    "from": text("A date, from its beginning on, or an RFC 3339 time."),
                    "until": text("A date, which is the last whole day, or an RFC 3339 time."),
                    "cron": _cron("When it begins."),
                    "duration": duration("How long it lasts."),
                    "timeZone": _zone(),
                    "reason": text("Why, for those who read the status.", most=limits.REASON),
                },
            ),
            least=1,
            most=limits.BLACKOUTS,
        ),
    }


def _cron(description: str) -> Schema:
    return text(f"{description} A cron expression of five fields, such as 0 22 * * *.", most=LONGEST)


def _zone() -> Schema:
    return text("The zone of its clock, by its IANA name; by default UTC.", most=LONGEST_NAME)
