"""Compiling ``spec.retain``: paths are held against what objects may hold, and the zone is found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.finishing import may_finish
from zen_gc_core.engine.possibility import checked_path
from zen_gc_core.engine.retaining.groups import grouping
from zen_gc_core.engine.retaining.holding import Rule
from zen_gc_core.engine.retaining.ordering import ordering
from zen_gc_core.fieldpaths import FieldPath
from zen_gc_core.model.policy import Problem
from zen_gc_core.model.reads import Reads
from zen_gc_core.model.retain import OWNER, PHASE, OrderByField
from zen_gc_core.model.shapes import ImpossibleError
from zen_gc_core.model.zones import zone

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from zen_gc_core.engine.building import Workshop
    from zen_gc_core.engine.retaining.groups import GroupKey
    from zen_gc_core.engine.shares import KindKey
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.retain import GroupBy, Retain

GROUP_BY: Final = "spec.retain.groupBy"
ORDER_BY: Final = "spec.retain.orderBy"

_EACH_ITS_OWN: Final = (("metadata", "name"), ("metadata", "uid"), ("metadata", "resourceVersion"))


@dataclass(frozen=True, slots=True)
class Retention:
    """What a policy retains, compiled.

    Args:
        rule: What takes a place.
        group: Says which group an object is in, its kind given. Raises Missing or Undecided where that cannot be told.
        time: Says by which time it is ordered; None where it has none yet. Raises Undecided where that cannot be told.
        reads: The fields that both look at, and what says whether an object has finished.
    """

    rule: Rule
    group: Callable[[Candidate, KindKey], GroupKey]
    time: Callable[[Candidate, Run], dt.datetime | None]
    reads: Reads


def compile_retain(
    retain: Retain, workshop: Workshop, start: Callable[[Candidate, Run], dt.datetime | None] | None
) -> Retention:
    """Compile what a policy retains; what is wrong with it is noted.

    Args:
        retain: What the policy says.
        workshop: Where its keywords are built.
        start: Where its TTL starts; None where that is not said.
    """
    for index, each in enumerate(retain.group_by):
        _check(each, f"{GROUP_BY}[{index}]", workshop)
    if isinstance(retain.order_by, OrderByField):
        _check(retain.order_by.path, f"{ORDER_BY}.path", workshop)
    finishing = workshop.vocabulary.finishing
    order = ordering(retain.order_by, start, workshop.targets, finishing)
    reads = order.reads | Reads(frozenset(_read(retain.group_by)))
    named = (target for target in workshop.targets if target.wildcard is None)
    if any(may_finish(finishing, target.api_version, target.kind) for target in named):
        # An unfinished object that is owned fills no place: it must be known whole. Of a wildcard, it counts as unfinished.
        reads |= Reads.of(["status"])
    return Retention(Rule.of(retain, zone(retain.time_zone)), grouping(retain.group_by), order.of, reads)


def _read(group_by: Iterable[GroupBy]) -> Iterable[tuple[str | int, ...]]:
    for each in group_by:
        if isinstance(each, FieldPath):
            yield each.segments
        elif each == OWNER:
            yield ("metadata", "ownerReferences")
        elif each == PHASE:
            yield from (("status", "phase"), ("status", "conditions"))


def _check(path: GroupBy, where: str, workshop: Workshop) -> None:
    if not isinstance(path, FieldPath):
        return
    if path.segments in _EACH_ITS_OWN:
        workshop.warn(where, f"{path} is another one in every object: each is a group of its own, and all are retained")
    try:
        checked_path(workshop.shape, path, lambda odd: workshop.warn(where, odd))
    except ImpossibleError as wrong:
        workshop.errors.append(Problem(where, str(wrong)))
