"""Ordering: the instant by which an object is newer or older than the others of its group.

A time that cannot be right is none: before 2014, ahead of now by more than clocks may disagree, or, where it is not the
creation, before the object was made. An object without one is kept, and takes no place from others.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.errors import Undecided
from zen_gc_core.instants import EARLIEST, format_instant
from zen_gc_core.model.field_times import time_at
from zen_gc_core.model.reads import NOTHING, Reads
from zen_gc_core.model.retain import OrderByField

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.finishing import Finishing
    from zen_gc_core.model.policy import Target
    from zen_gc_core.model.retain import OrderBy

_UTC: Final = dt.UTC
_CREATION: Final = Reads(frozenset([("metadata", "creationTimestamp")]))


@dataclass(frozen=True, slots=True)
class Ordering:
    """What objects are ordered by.

    Args:
        of: The time of an object; None where it has none yet. Raises Undecided where it cannot be told.
        reads: The fields that it looks at.
    """

    of: Callable[[Candidate, Run], dt.datetime | None]
    reads: Reads


def ordering(
    order_by: OrderBy,
    start: Callable[[Candidate, Run], dt.datetime | None] | None,
    targets: Iterable[Target],
    finishing: Finishing,
) -> Ordering:
    """Compile what objects are ordered by.

    Args:
        order_by: What the policy says.
        start: Where its TTL starts; None where it has no start, and objects are ordered by their creation. What it
            reads, the TTL has declared.
        targets: What the policy looks at.
        finishing: The kinds that are known to finish.
    """
    if isinstance(order_by, OrderByField):
        time = time_at(order_by.path, order_by.unit)
        reads = Reads(frozenset([order_by.path.segments])) | _CREATION
        return Ordering(_checked(lambda candidate, _run: time(candidate)), reads)
    if order_by == "finished":
        paths = {path for target in targets for path in finishing.reads(target.group, target.kind)}
        return Ordering(_checked(_finish), Reads.of(paths) | _CREATION)
    if order_by == "start" and start is not None:
        return Ordering(_checked(start), _CREATION)
    return Ordering(_checked(lambda candidate, _run: candidate.created), NOTHING | _CREATION)


def _finish(candidate: Candidate, run: Run) -> dt.datetime | None:
    return run.finishing.finish_of(candidate, run.now, run.clock_skew)


def _checked(
    time_of: Callable[[Candidate, Run], dt.datetime | None],
) -> Callable[[Candidate, Run], dt.datetime | None]:
    def time(candidate: Candidate, run: Run) -> dt.datetime | None:
        try:
            found = time_of(candidate, run)
            if found is None:
                return None
            if found.tzinfo is not _UTC:
                found = _in_utc(found)
            born = candidate.born
        except Undecided:
            raise
        except Exception as error:  # a start may be a plugin's code
            raise Undecided(f"its order cannot be told: {type(error).__name__}: {error}") from error
        if found < EARLIEST:
            raise Undecided(f"the time {format_instant(found)} cannot be right: it is before 2014")
        if found > run.now and found - run.now > run.clock_skew:
            raise Undecided(f"the time {format_instant(found)} cannot be right: it is ahead of now")
        if born is not None and found < born:
            raise Undecided(f"the time {format_instant(found)} cannot be right: it is before it was made")
        return found

    return time


def _in_utc(found: object) -> dt.datetime:
    if not isinstance(found, dt.datetime) or found.utcoffset() is None:
        raise Undecided(f"its order is a value of type {type(found).__name__}, not an instant with a zone")
    return found.astimezone(dt.UTC)
