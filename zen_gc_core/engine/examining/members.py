"""Members: the objects of a group of which a policy retains some, each with its place, as far as a reader wants to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.shares import identity, kind_key
from zen_gc_core.model.decision import Verdict
from zen_gc_core.model.names import group_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.engine.examining.examination import Examination
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.retain import Grouped

MOST_SHOWN: Final = 15
"""How many of a group are shown, beside the object itself and its neighbours: those that fill places come first."""

_NEIGHBOURS: Final = 2
"""How many are shown on each side of the object that is asked about."""


@dataclass(frozen=True, slots=True)
class Member:
    """An object of a group.

    Args:
        number: Which it is of the group, counted from the newest, which is 1.
        seen: The object, and the place that it fills.
        decision: What the plan says of it.
        asked: Whether it is the object that is asked about.
    """

    number: int
    seen: Grouped
    decision: Decision
    asked: bool


@dataclass(frozen=True, slots=True)
class Members:
    """The objects of a group.

    Args:
        count: How many there are.
        retained: How many of them fill a place, or are held back by the newest of them.
        shown: Some of them, newest first: those that are retained, those around the object that is asked about.
    """

    count: int
    retained: int
    shown: tuple[Member, ...]

    @property
    def left_out(self) -> int:
        """How many are not shown."""
        return self.count - len(self.shown)


def members(plan: Plan, examination: Examination) -> Members | None:
    """The objects of the group of an object; None where it is in none, or the plan does not name them.

    Args:
        plan: The plan, with a decision for each object.
        examination: What its policy says of the object.
    """
    group = examination.group
    there = plan.groups.get(group.key, ()) if group is not None else ()
    if not there:
        return None
    candidate = examination.candidate
    kind = kind_key(group_of(candidate.api_version), candidate.kind)
    decisions = {
        identity(each): each
        for each in plan.decisions
        if each.namespace == candidate.namespace and kind_key(group_of(each.api_version), each.kind) == kind
    }
    ours = next((index for index, each in enumerate(there) if _is(each, candidate.namespace, candidate.name)), None)
    shown = tuple(
        Member(index + 1, there[index], decisions[which], index == ours)
        for index in sorted(_worth_showing(there, ours))
        if (which := _identity(there[index])) in decisions
    )
    return Members(len(there), sum(bool(each.retained) for each in there), shown)


def _is(each: Grouped, namespace: str, name: str) -> bool:
    return (each.namespace, each.name) == (namespace, name)


def _identity(each: Grouped) -> str:
    return each.uid or f"{each.namespace}/{each.name}"


def _worth_showing(there: Sequence[Grouped], ours: int | None) -> set[int]:
    around = range(ours - _NEIGHBOURS, ours + _NEIGHBOURS + 1) if ours is not None else ()
    filling = [index for index, each in enumerate(there) if each.retained]
    others = [index for index, each in enumerate(there) if not each.retained]
    return {*[*filling, *others][:MOST_SHOWN], *(index for index in around if 0 <= index < len(there))}


def said_of(member: Member) -> str:
    """What becomes of an object of a group, and why, in words."""
    decision = member.decision
    if decision.verdict is Verdict.ACT:
        return decision.action or str(decision.verdict)
    if decision.verdict is Verdict.WAIT:
        return f"wait, and fills a place: {member.seen.retained}" if member.seen.retained else "wait"
    return f"{decision.verdict}: {decision.because}"
