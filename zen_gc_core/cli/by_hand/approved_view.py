"""What is left of what was approved: the plan of now, seen through a plan that was saved before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from zen_gc_core.cli.by_hand.outcomes import CHANGED_SINCE, Fate
from zen_gc_core.model.approved import acting
from zen_gc_core.model.decision import Decision, Verdict
from zen_gc_core.texts import counted

if TYPE_CHECKING:
    from zen_gc_core.engine.asking import Planned
    from zen_gc_core.model.approved import Approved, Wanted


@dataclass(frozen=True, slots=True)
class ApprovedView:
    """A plan as far as it was approved.

    Args:
        planned: The plan, with the objects that were approved alone, as they are now.
        changed: What was approved and is not to be done any more, object by object.
        told: What is worth telling beside, a line each.
    """

    planned: Planned
    changed: tuple[Fate, ...] = ()
    told: tuple[str, ...] = ()


def approved_view(planned: Planned, approved: Approved | None) -> ApprovedView:
    """See a plan as far as it was approved.

    Args:
        planned: The plan of now.
        approved: What was approved; None: nothing was yet, so that all of it is seen.
    """
    plan = planned.plan
    if approved is None or plan is None:
        return ApprovedView(planned)
    named = {*approved.objects, *approved.unmarks}
    shown = tuple(each for each in plan.decisions if each.uid in named)
    now = {each.uid: each for each in shown}
    changed = tuple(
        Fate(_as_approved(uid, wanted, now.get(uid)), CHANGED_SINCE, _why(wanted, now.get(uid)))
        for uid, wanted in approved.objects.items()
        if uid not in now or not approved.takes(now[uid])
    )
    more = sum(each.uid not in approved.objects for each in acting(plan.decisions))
    told = [
        f"{counted(len(changed), 'object')} of the plan changed since, and {'stays' if len(changed) == 1 else 'stay'}"
        if changed
        else "",
        f"{counted(more, 'object is', 'objects are')} due by now and not in the plan, and {'stays' if more == 1 else 'stay'}"
        if more
        else "",
    ]
    return ApprovedView(replace(planned, plan=replace(plan, decisions=shown)), changed, tuple(filter(None, told)))


def _as_approved(uid: str, wanted: Wanted, now: Decision | None) -> Decision:
    """An object as it was approved: what it is called, and what was to be done with it."""
    if now is not None:
        return replace(now, action=wanted.action)
    version = f"{wanted.group}/" if wanted.group else ""
    return Decision(version, wanted.kind, wanted.namespace, wanted.name, uid, Verdict.KEEP, "", action=wanted.action)


def _why(wanted: Wanted, now: Decision | None) -> str:
    if now is None:
        return "it is gone, or the policy does not take it any more"
    if now.verdict is Verdict.ACT:
        return f"{wanted.action} was approved, and by now it would be: {now.action}"
    return now.because
