"""What would have to change for an object to go, or to stay: read off an examination and the plan's decision, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.calendar.foreseeing import foresee
from zen_gc_core.engine.keep_mark import KEEP
from zen_gc_core.instants import format_instant
from zen_gc_core.model.decision import Verdict
from zen_gc_core.texts import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zen_gc_core.engine.examining.examination import Examination
    from zen_gc_core.engine.examining.parts import Asked
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.policy import Policy

_CANNOT_TELL: Final = "it must be possible to tell"


def held_back(policy: Policy, plan: Plan) -> list[str]:
    """Why nothing is done now of what a plan says, whatever it says of one object.

    Args:
        policy: The policy.
        plan: Its plan.
    """
    found = []
    if policy.paused:
        found.append("the policy is paused (spec.paused)")
    if policy.behavior.dry_run:
        found.append("it only says what it would do (spec.behavior.dryRun)")
    if plan.overfull is not None:
        found.append(plan.overfull)
    if plan.tripped is not None:
        found.append(f"the breaker stops it: {plan.tripped}")
    found += [f"plugin {veto.plugin} vetoes it: {veto.reason}" for veto in plan.vetoed]
    foresight = None if policy.paused else foresee(policy, plan.now)
    if foresight is not None and foresight.why is not None:
        found.append(foresight.why)
    return found


def to_go(examination: Examination, decision: Decision, plan: Plan) -> list[str]:
    """All that would have to change for the policy to act on the object; nothing where it does.

    Args:
        examination: What the policy says of it.
        decision: What the plan says of it.
        plan: The plan.
    """
    held = [f"the policy must act: {why}" for why in held_back(examination.case.compiled.policy, plan)]
    return [*_of_the_object(examination, decision), *held]


def _of_the_object(examination: Examination, decision: Decision) -> list[str]:
    if decision.verdict is Verdict.ACT:
        return []
    blocking = list(dict.fromkeys(_blocking(examination)))
    alone = examination.alone
    if not blocking or (alone is not None and alone.verdict is Verdict.ACT):
        # what the policy says of other objects keeps it: what is retained, what would go along; or the action does
        blocking.append(f"this must not be so any more: {decision.because}")
    return blocking


def _blocking(examination: Examination) -> Iterator[str]:
    if not examination.taken:
        yield _unselected(examination)
        return
    if examination.candidate.malformed is not None:
        yield f"it must be readable: {examination.candidate.malformed}"
        return
    yield from (f"nothing must protect it: {why}" for why in examination.protections)
    yield from (_unmet(each, "condition ") for each in examination.conditions if each.holds is not True)
    expiry = examination.expiry
    if expiry is not None and expiry.doubt is not None:
        yield f"{_CANNOT_TELL} when it is due: {expiry.doubt}"
    elif expiry is not None and expiry.due is None:
        yield f"it must have a time at which it is due: {expiry.words or f'{expiry.ttl} gives none'}"
    elif expiry is not None and expiry.due is not None and expiry.due >= examination.case.run.now:
        since = ", its conditions holding from now on without a break" if expiry.supposed else ""
        yield f"it must be later than {format_instant(expiry.due)}{since}"


def _unselected(examination: Examination) -> str:
    ways = [
        listed([_unmet(part) for part in target.parts if part.holds is not True]) for target in examination.selectors
    ]
    return f"the policy must look at it: {' — or: '.join(filter(None, ways))}"


def _unmet(part: Asked, what: str = "") -> str:
    if part.holds is None:
        return f"{_CANNOT_TELL} whether {what}{part.what} holds: {part.because}"
    return f"{what}{part.what} must hold{f': {part.because}' if part.because else ''}"


def to_stay(examination: Examination, decision: Decision) -> list[str]:
    """Each of what would keep an object that goes, now or later; nothing where it stays anyhow.

    Args:
        examination: What the policy says of it.
        decision: What the plan says of it.
    """
    if decision.verdict not in {Verdict.ACT, Verdict.WAIT}:
        return []
    found = [f"it is marked: {keep_command(decision)}"]
    found += [f"condition {each.what} does not hold any more" for each in examination.conditions]
    if examination.group is not None:
        among = f" of {examination.group.words}" if examination.group.words else ""
        found.append(f"it is among those{among} that spec.retain keeps")
    return found


def keep_command(decision: Decision) -> str:
    """The command that puts the keep mark on an object."""
    group = decision.api_version.rpartition("/")[0]
    kind = f"{decision.kind}.{group}" if group else decision.kind
    place = f" -n {decision.namespace}" if decision.namespace else ""
    return f"kubectl annotate {kind.lower()} {decision.name}{place} {KEEP}=true"
