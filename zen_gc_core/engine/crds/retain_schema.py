"""The schema of ``spec.retain``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.engine.crds.nodes import duration, integer, record, sequence, text
from zen_gc_core.engine.crds.structural import anything
from zen_gc_core.engine.parsing import limits
from zen_gc_core.model.retain import MOST_PLACES
from zen_gc_core.model.zones import LONGEST_NAME

if TYPE_CHECKING:
    from zen_gc_core.engine.crds.structural import Schema

_UNITS = {"hourly": "hours", "daily": "days", "weekly": "weeks", "monthly": "months", "yearly": "years"}


def retain_schema() -> Schema:
    """The schema of ``spec.retain``."""
    calendar = {
        name: integer(
            f"The newest object of each of so many {units}: the last ones that have an object.",
            least=0,
            most=MOST_PLACES,
        )
        for name, units in _UNITS.items()
    }
    return record(
        "What stays of each group of objects, whatever its age: all that one of the numbers takes.",
        {
            "groupBy": sequence(
                "What is alike in all objects of a group, beside kind and namespace: field paths, owner, phase.",
                text("A field path, owner, or phase.", most=limits.FIELD_PATH),
                least=1,
                most=limits.GROUP_BY,
            ),
            "orderBy": anything(
                "What the newest is told by: created, finished, or a map with the path of a time. By default where the "
                "TTL starts, or the creation."
            ),
            "last": integer("So many of the newest.", least=0, most=MOST_PLACES),
            "within": duration("What is no older than the newest of its group by more than this."),
            **calendar,
            "timeZone": text("The zone of hours, days, weeks, months and years; by default UTC.", most=LONGEST_NAME),
        },
        least=1,
    )
