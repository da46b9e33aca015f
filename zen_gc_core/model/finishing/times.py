"""Times in a status: what is no time, what is one, and what cannot be right.

Null, empty text and Go's zero time (year 1) are no time. Anything else that is not RFC 3339, or lies where no finish
can lie, makes the finish undecided: it must not be passed over in favour of an earlier one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_core.errors import InputError, Undecided
from zen_gc_core.fieldpaths import MISSING, walk
from zen_gc_core.instants import EARLIEST, format_instant, is_zero, parse_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime, timedelta

    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.finishing.rows import Walk


def found(candidate: Candidate, path: Walk) -> list[Any]:
    """The values of an object at a path with lists in it; what is missing on the way is left out."""
    value = candidate.get(path[0])
    if not path[1]:
        return [] if value is MISSING else [value]
    values = [value]
    for part in path[1]:
        values = [walk(item, part) for each in values if isinstance(each, list) for item in each]
    return [each for each in values if each is not MISSING]


def reader_of(path: Walk) -> Callable[[Candidate, dict[str, Any]], Iterable[Any]]:
    """What reads the values at a path, as ``found``, of an object and its decoded status.

    Most times lie in a list of the status, and are read from it in one go; what is missing there is None.
    """
    first, parts = path
    if len(parts) != 1 or first.segments[:1] != ("status",) or not (names := _names(first.segments[1:])):
        return lambda candidate, _: found(candidate, path)
    if len(names) != 1 or not (inner := _names(parts[0])):
        return lambda candidate, _: found(candidate, path)
    (listed,) = names
    *outer, last = inner

    def in_a_list(_: Candidate, status: dict[str, Any]) -> Iterable[Any]:
        items = status.get(listed)
        if type(items) is not list:
            return ()
        values = []
        for item in items:
            for name in outer:
                if type(item) is not dict:
                    break
                item = item.get(name)  # noqa: PLW2901  one step down
            if type(item) is dict:
                values.append(item.get(last))
        return values

    return in_a_list


def _names(segments: tuple[str | int, ...]) -> list[str]:
    """Segments that are all keys of maps; empty when one is an index."""
    names = [segment for segment in segments if isinstance(segment, str)]
    return names if len(names) == len(segments) else []


def latest(values: Iterable[Any]) -> datetime | None:
    """The latest instant among values that should be times; None where there is no time.

    Raises:
        Undecided: One is neither a time nor none.
    """
    found: datetime | None = None
    seen: Any = None
    for value in values:
        if value is None or value in (seen, ""):
            continue  # most times of an object are alike
        seen = value
        try:
            instant = parse_instant(value, dates=False)
        except InputError as error:
            raise Undecided(f"its finish cannot be right: {error}") from None
        if (found is None or instant > found) and not is_zero(instant):
            found = instant
    return found


def status_writes(managed: Any) -> Iterator[Any]:
    """The times of the entries of ``metadata.managedFields`` that speak of the status."""
    for entry in managed if isinstance(managed, list) else ():
        if isinstance(entry, dict) and entry.get("subresource") == "status":
            yield entry.get("time")


def possible(finish: datetime, candidate: Candidate, now: datetime, clock_skew: timedelta) -> datetime:
    """A finish, if it can be right.

    Args:
        finish: The instant.
        candidate: The object.
        now: The instant of the run.
        clock_skew: How far clocks may disagree. A finish before the creation by no more than this is taken for the
            creation: a node's clock and the API server's are two.

    Raises:
        Undecided: It is before 2014, ahead of now, or before the object was made.
    """
    if finish < EARLIEST:
        raise Undecided(f"its finish {format_instant(finish)} cannot be right: it is before 2014")
    if finish > now and finish - now > clock_skew:
        raise Undecided(f"its finish {format_instant(finish)} cannot be right: it is ahead of now")
    born = candidate.born
    if born is not None and finish < born:
        if born - finish > clock_skew:
            raise Undecided(f"its finish {format_instant(finish)} cannot be right: it is before it was made")
        return born
    return finish
