"""Reading ``spec.behavior``, ``spec.evaluationInterval`` and ``spec.paused``: how and how often a policy acts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.parsing import limits
from zen_gc_core.model.policy import MOST_IN_A_BATCH, Behavior, Breaker, Recycle

if TYPE_CHECKING:
    from datetime import timedelta

    from zen_gc_core.engine.parsing.document import Fields, Place

FIELDS: Final = (
    "dryRun",
    "maxDeletionsPerSecond",
    "batchSize",
    "includeOwned",
    "includeManaged",
    "whileHolding",
    "notice",
    "breaker",
    "recycle",
)
RECYCLE_FIELDS: Final = ("keepFor",)
BREAKER_FIELDS: Final = ("maxObjects", "maxPercent", "minObjects")


def read_behavior(place: Place | None) -> Behavior:
    """Read how a policy acts; what is not written has its default."""
    fields = place.fields(FIELDS) if place else None
    if fields is None:
        return Behavior()
    return Behavior(
        dry_run=fields.boolean("dryRun", default=False),
        max_deletions_per_second=_rate(fields.get("maxDeletionsPerSecond")),
        batch_size=_batch_size(fields.get("batchSize")),
        include_owned=fields.boolean("includeOwned", default=False),
        include_managed=fields.boolean("includeManaged", default=False),
        while_holding=fields.boolean("whileHolding", default=False),
        breaker=_breaker(fields.get("breaker")),
        recycle=_recycle(fields.get("recycle")),
        notice=_notice(fields.get("notice")),
    )


def read_interval(place: Place | None, *, namespaced: bool) -> timedelta | None:
    """Read how often a policy runs: a duration of a second or more; None where none is written."""
    if place is None:
        return None
    interval = place.duration()
    if interval is not None and namespaced and interval < limits.SHORTEST_INTERVAL:
        place.problems.warn(
            place.path,
            f"a namespaced policy runs every {limits.SHORTEST_INTERVAL.seconds} s at the most, which is what counts, "
            "unless the controller runs with a shorter --min-interval",
        )
    return interval


def _rate(place: Place | None) -> float | None:
    """The most writes a second; 0 asks for the controller's default, as in the Go program."""
    if place is None:
        return None
    rate = place.number(least=0, most=limits.DELETIONS_PER_SECOND) or None
    if rate is not None and rate < limits.LOWEST_RATE:
        place.refuse(
            f"must be {limits.LOWEST_RATE} or more, which is one a minute; to act on nothing, write paused: true in the spec"
        )
        return None
    return rate


def _batch_size(place: Place | None) -> int | None:
    """The most writes between two looks at the policy; 0 asks for the controller's default, as in the Go program."""
    size = place.integer(least=0) if place else None
    if place is None or not size:
        return None
    if size > MOST_IN_A_BATCH:
        place.problems.warn(place.path, f"{size} is more than {MOST_IN_A_BATCH}, which is what counts")
    return min(size, MOST_IN_A_BATCH)


def _breaker(place: Place | None) -> Breaker:
    fields = place.fields(BREAKER_FIELDS) if place else None
    if fields is None:
        return Breaker()
    default = Breaker()
    return Breaker(
        _max_objects(fields.get("maxObjects")),
        _bounded(fields, "maxPercent", default.max_percent, most=100),
        _bounded(fields, "minObjects", default.min_objects),
    )


def _recycle(place: Place | None) -> Recycle | None:
    """How long copies are kept; whoever asks for copies says so, since none is as good as any other."""
    fields = place.fields(RECYCLE_FIELDS) if place else None
    asked = fields.required("keepFor", "is missing: how long a copy is kept, such as 7d") if fields else None
    keep_for = asked.duration() if asked else None
    if asked is None or keep_for is None:
        return None
    if keep_for < limits.SHORTEST_KEEPING:
        asked.refuse("must be 10m or more: a deletion may wait for minutes once its copy is made; 7d is usual")
        return None
    return Recycle(keep_for)


def _notice(place: Place | None) -> timedelta | None:
    notice = place.duration() if place else None
    if place is not None and notice is not None and notice < limits.SHORTEST_NOTICE:
        place.refuse("must be 1m or more; 24h is usual")
        return None
    return notice


def _max_objects(place: Place | None) -> int | None:
    if place is None:
        return None
    if place.value == 0 and isinstance(place.value, int) and not isinstance(place.value, bool):
        place.refuse("must be 1 or more, not 0; to act on nothing, write paused: true in the spec")
        return None
    return place.integer(least=1)


def _bounded(fields: Fields, name: str, default: int, *, most: int = limits.INTEGER) -> int:
    place = fields.get(name)
    value = place.integer(least=1, most=most) if place else None
    return default if value is None else value
