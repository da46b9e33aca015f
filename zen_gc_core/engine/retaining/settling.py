"""Settling: what is retained of a policy's objects when all of its lists have been seen.

Places belong to the policy: lists of the same kind, in whatever version, have them together, and an object that several
of them show fills one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from zen_gc_core.durations import format_duration
from zen_gc_core.engine.guarding import Guard
from zen_gc_core.engine.retaining.groups import group_words
from zen_gc_core.engine.retaining.tallies import OVERFULL, TOO_MANY, RetainingTally
from zen_gc_core.engine.shares import identity, kind_key
from zen_gc_core.fieldpaths import FieldPath
from zen_gc_core.model.decision import KeptBy, Verdict
from zen_gc_core.model.policy import Problem
from zen_gc_core.model.retain import Grouped, Keeper, KeptGroup, LeftOver
from zen_gc_core.texts import did_you_mean

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.retaining.groups import GroupKey
    from zen_gc_core.engine.retaining.holding import Group, Held
    from zen_gc_core.engine.retaining.places import Places
    from zen_gc_core.engine.tallying import Tally
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.plan import Dependent
    from zen_gc_core.model.retain import Retain

_Which: TypeAlias = tuple[Any, ...]
_RETAINED: Final = Guard(KeptBy.RETAINED, "retained")


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is retained of a policy's objects.

    Args:
        overfull: Why nothing may be acted on; None when there are not too many places.
        notes: What its author should look at, now that its objects are known.
        left_over: Of an object that is due and goes: its group and its time; None where that is not known.
        owned: The same of an object that goes along with its owner.
        groups: Where it is asked for: the objects of each group, newest first.
    """

    overfull: str | None = None
    notes: tuple[Problem, ...] = ()
    left_over: Callable[[Decision], LeftOver | None] | None = None
    owned: Callable[[Dependent], LeftOver | None] | None = None
    groups: Mapping[GroupKey, tuple[Grouped, ...]] = field(default_factory=dict)

    def placed(self, along: Mapping[str, tuple[Dependent, ...]]) -> Mapping[str, tuple[Dependent, ...]]:
        """What goes along with what is due, each with its group."""
        if self.owned is None:
            return along
        owned = self.owned
        return {uid: tuple(each._replace(left_over=owned(each)) for each in them) for uid, them in along.items()}

    def ordered(self, decisions: tuple[Decision, ...]) -> tuple[tuple[Decision, ...], dict[str, LeftOver]]:
        """Decisions of a plan that is carried out, namespace by namespace and group by group; and of each its group.

        Args:
            decisions: What is due, the oldest expiry first, as it stays within a group; or all of a plan that is shown.
        """
        if self.left_over is None:
            return decisions, {}
        found = {each.uid: left for each in decisions if (left := self.left_over(each)) is not None}
        namespaces = _numbered(each.namespace for each in decisions)
        group_of = {uid: left.group.key for uid, left in found.items()}
        groups = _numbered([None, *(group_of.get(each.uid) for each in decisions)])

        def turn(decision: Decision) -> tuple[int, int]:
            return namespaces[decision.namespace], groups[group_of.get(decision.uid)]

        return tuple(sorted(decisions, key=turn)), found


def settle(case: Case, tallies: Sequence[Tally]) -> Settlement:
    """Keep what is retained, in all lists of a policy.

    Args:
        case: The policy's run.
        tallies: What was counted, a tally for each list.
    """
    ours = [tally for tally in tallies if isinstance(tally, RetainingTally)]
    if not ours:
        return Settlement()
    shown_by = {id(each): tally for tally in ours for each in tally.places.held()}
    overfull = any(tally.places.overfull for tally in ours)
    places = [tally.places for tally in ours] if overfull or len(ours) == 1 else [_together(ours, shown_by)]
    overfull = overfull or places[0].overfull
    if case.record or overfull or len(ours) > 1:
        why = _too_many if overfull else _why(case, places[0])
        for tally in ours:
            tally.spare(why)
    if not case.record:
        retained: dict[int, list[Held]] = {id(tally): [] for tally in ours}
        for each in (each for one in places for each in one.held()):
            retained[id(shown_by[id(each)])].append(each)
        for tally in ours:
            tally.hold_back(retained[id(tally)])
    if overfull:
        return Settlement(OVERFULL, groups=_groups(case, ours, None))
    _keep_owners(places[0], shown_by)
    notes = _lacking(case, ours)
    if case.record:
        return Settlement(None, notes, groups=_groups(case, ours, places[0]))
    groups = _Groups(ours, places[0])
    return Settlement(None, notes, groups.left_over, groups.owned)


def _lacking(case: Case, tallies: Sequence[RetainingTally]) -> tuple[Problem, ...]:
    """What is grouped by and no object has, where none is in a group."""
    retain = case.compiled.policy.retain
    places = {place for tally in tallies for place in tally.lacking}
    if retain is None or not places or any(tally.grouped for tally in tallies):
        return ()
    place = min(places)
    path = retain.group_by[int(place.removeprefix("groupBy[").removesuffix("]"))]
    beside = {key for tally in tallies for key in tally.lacking.get(place, ())}
    near = did_you_mean(str(path.segments[-1]), beside) if isinstance(path, FieldPath) else ""
    return (Problem(f"spec.retain.{place}", f"no object that the policy takes has {path}{near}: all are kept"),)


def _keep_owners(places: Places, shown_by: Mapping[int, RetainingTally]) -> None:
    """Let what owns something that is retained stay: the server would delete it along with its owner."""
    for each in places.held():
        if (guards := shown_by[id(each)].guards).above:
            _, kind, namespace = each.key[:3]
            guards.retain(kind, namespace, each.name, each.which)


def _too_many(decision: Decision) -> Guard | None:
    return TOO_MANY if decision.verdict is Verdict.ACT else None


def _numbered(values: Iterable[Any]) -> dict[Any, int]:
    """Values in the order in which they first come."""
    return {value: number for number, value in enumerate(dict.fromkeys(values))}


def _together(tallies: Sequence[RetainingTally], shown_by: Mapping[int, RetainingTally]) -> Places:
    """The places of all lists; what falls out of them is due in its own."""
    places = tallies[0].places.empty()
    seen: set[_Which] = set()
    for each in [each for tally in tallies for each in tally.places.held()]:
        each.places = 0
        again = (*each.key, each.which) in seen
        seen.add((*each.key, each.which))
        for left in [each] if again else places.offer(each):
            shown_by[id(left)].settle([left])
    return places


def _why(case: Case, places: Places) -> Callable[[Decision], Guard | None]:
    """What says why an object that is due is retained."""
    guards: dict[_Which, Guard] = {}
    for group in places.groups.values():
        guards.update(((*each.key[:2], each.which), guard) for each, guard in _guards(case, group))

    def why(decision: Decision) -> Guard | None:
        if decision.verdict is not Verdict.ACT:
            return None
        kind = kind_key(decision.api_version.rpartition("/")[0], decision.kind)
        return guards.get((*kind, identity(decision)))

    return why


def _guards(case: Case, group: Group) -> Iterable[tuple[Held, Guard]]:
    retain = case.compiled.policy.retain
    if retain is None or not case.record:  # nobody is told
        return ((each, _RETAINED) for each in group.held())
    return ((each, Guard(KeptBy.RETAINED, f"retained: {words}")) for each, words in _words(retain, group).values())


def _groups(
    case: Case, tallies: Sequence[RetainingTally], places: Places | None
) -> dict[GroupKey, tuple[Grouped, ...]]:
    """The objects of each group, newest first, each with the place that it fills; one of several lists is one."""
    retain = case.compiled.policy.retain
    seen: dict[GroupKey, dict[str, Grouped]] = {}
    for tally in tallies:
        for key, objects in tally.seen_in.items():
            seen.setdefault(key, {}).update(objects)
    found = {}
    for key, objects in seen.items():
        group = places.groups.get(key) if places is not None else None
        words = _words(retain, group) if retain is not None and group is not None else {}
        filled = {held.which: why for held, why in words.values()}
        newest = sorted(objects.items(), key=lambda each: (each[1].time, each[0], each[1].name), reverse=True)
        found[key] = tuple(one._replace(retained=filled.get(which, "")) for which, one in newest)
    return found


def _words(retain: Retain, group: Group) -> dict[int, tuple[Held, str]]:
    """Why each object of a group is retained, by the first of its places."""
    named = group_words(retain.group_by, group.key)
    there = f" in {named}" if named else ""
    found: dict[int, tuple[Held, str]] = {}
    for number, (_, each) in enumerate(sorted(group.last, reverse=True), 1):
        found[id(each)] = (each, f"{_ordinal(number)}newest of {retain.last}{there}")
    for series in group.buckets:
        for key, newest in series.newest.items():
            found.setdefault(id(newest), (newest, f"newest of {series.bucket.noun} {series.bucket.words(key)}"))
    if group.newest is not None and retain.within is not None:
        span = format_duration(retain.within)
        found.setdefault(id(group.newest), (group.newest, f"the newest{there}, from which {span} are counted"))
        for near in group.within:
            found.setdefault(id(near), (near, f"within {span} of the newest{there}"))
    return found


def _ordinal(number: int) -> str:
    """``2nd`` and a space; nothing for the first."""
    if number == 1:
        return ""
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending} "


class _Groups:
    """The groups of what goes, and of what goes along, each made once."""

    def __init__(self, tallies: Sequence[RetainingTally], places: Places) -> None:
        self._held = {id(held.decision): held for tally in tallies for held in tally.left_over()}
        self._owned = {dependent: place for tally in tallies for dependent, place in tally.owned.items()}
        self._places = places
        self._made: dict[GroupKey, KeptGroup] = {}

    def left_over(self, decision: Decision) -> LeftOver | None:
        held = self._held.get(id(decision))
        return self._of(held.key, held.time) if held is not None else None

    def owned(self, dependent: Dependent) -> LeftOver | None:
        found = self._owned.get(dependent)
        return self._of(*found) if found is not None else None

    def _of(self, key: GroupKey, time: dt.datetime) -> LeftOver | None:
        group = self._places.groups.get(key)
        if group is None:
            return None
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = KeptGroup(key, tuple(map(_keeper, group.keepers())))
        return LeftOver(made, time)


def _keeper(held: Held) -> Keeper:
    _, kind, namespace = held.key[:3]
    return Keeper(held.api_version, kind, namespace, held.name, held.which, held.time)
