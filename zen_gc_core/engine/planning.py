"""Planning: objects in, a plan out. ``conclude`` makes one plan of all that a policy's lists were tallied to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine import breaker
from zen_gc_core.engine.guarding import Settled, going_along
from zen_gc_core.engine.lasting import UNMARKED
from zen_gc_core.engine.noticing import Notice
from zen_gc_core.engine.retaining.settling import Settlement, settle
from zen_gc_core.engine.retaining.tallies import RetainingTally, RetainingVersionTally
from zen_gc_core.engine.shares import NOTHING_WRITTEN, added, identity, in_several_versions, kind_key
from zen_gc_core.engine.tallying import Tally
from zen_gc_core.engine.upcoming import together
from zen_gc_core.engine.versions import VersionTally, by_kind, sums_of
from zen_gc_core.model.decision import KeptBy, Verdict
from zen_gc_core.model.plan import Plan
from zen_gc_core.model.unlisted import NO_GAPS, Gaps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.shares import Counts, Written
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.plan import Veto
    from zen_gc_core.model.policy import Target

_FURTHEST: Final = (Verdict.SKIP, Verdict.KEEP, Verdict.WAIT, Verdict.ACT)


def tally_of(case: Case, targets: Sequence[Target]) -> Tally:
    """A tally for the objects of one list.

    Args:
        case: The policy's run.
        targets: The policy's targets of the kind that is listed.
    """
    several = kind_key(targets[0].group, targets[0].kind) in in_several_versions(case.compiled.policy)
    if case.compiled.retention is not None:
        return (RetainingVersionTally if several else RetainingTally)(case, targets)
    return (VersionTally if several else Tally)(case, targets)


def conclude(  # noqa: PLR0913, PLR0917  what a plan is made of
    case: Case,
    tallies: Sequence[Tally],
    counts: Callable[[], Counts | None],
    veto: Callable[[Plan], tuple[Veto, ...]] | None = None,
    gaps: Gaps = NO_GAPS,
    before: Written = NOTHING_WRITTEN,
) -> Plan:
    """One plan of all that was counted for a policy.

    Args:
        case: The policy's run.
        tallies: What was counted, a tally for each listing.
        counts: How many unfinished objects of each kind it would act on, and how many there are in scope, selectors
            aside; None when that cannot be told. Asked only when the breaker needs it.
        veto: Asks the plugins.
        gaps: What became known to be missing while the kinds of wildcards were listed.
        before: What other runs of the policy wrote to, which the breaker counts, too.
    """
    if case.unlisted:
        gaps = replace(gaps, unlisted=(*case.unlisted, *gaps.unlisted))
    retained = settle(case, tallies) if case.compiled.retention is not None else Settlement()
    if settled := Settled((tally.guards for tally in tallies), gaps):
        for tally in tallies:
            tally.spare(settled.guard)
    decisions, left_over = retained.ordered(_together(case, tallies))
    sums = added(map(sums_of, by_kind(tallies).values()))
    plan = Plan(
        policy=case.compiled.reference,
        now=case.run.now,
        scanned=sums.scanned,
        matched=sums.matched,
        due=sums.due - sums.marking,
        decisions=decisions,
        kept={kept_by: sums.kept.get(kept_by, 0) for kept_by in KeptBy},
        first_error=next((tally.first_error for tally in tallies if tally.first_error), None),
        first_reason=next((tally.first_reason for tally in tallies if tally.first_error), None),
        tripped=breaker.tripped(
            case.compiled.policy, due=sums.due, unfinished=sums.unfinished, counts=counts, before=before
        ),
        along={} if case.record else retained.placed(going_along((tally.guards for tally in tallies), decisions)),
        overfull=retained.overfull,
        left_over=left_over,
        unlisted=gaps.unlisted,
        groups=retained.groups,
        notes=retained.notes,
        recycled_for=recycle.keep_for if (recycle := case.compiled.policy.behavior.recycle) else None,
        marking=sums.marking,
        owed=_owed(tallies),
        soon=Notice.together(case, (tally.notice for tally in tallies)),
        upcoming=together(tallies[0].kind[1], ((tally.soonest, tally.guards) for tally in tallies)) if tallies else (),
        whole=not gaps.unlisted and all(tally.owed is None or tally.owed.whole for tally in tallies),
    )
    vetoes = veto(plan) if veto else ()
    return replace(plan, vetoed=vetoes) if vetoes else plan


def _owed(tallies: Sequence[Tally]) -> tuple[Decision, ...]:
    """What is owed to objects, each of them once, and nothing to one that meets the policy in another version."""
    found: list[Decision] = []
    for versions in by_kind(tallies).values():
        owed: dict[str, Decision] = {}
        met: set[str] = set()
        for tally in versions:
            own = {identity(each): each for each in tally.owed.decisions} if tally.owed is not None else {}
            owed |= own
            if isinstance(tally, VersionTally):
                met.update(each for each, counted in tally.seen.items() if counted.matched and each not in own)
        found += [decision for each, decision in owed.items() if each not in met]
    return tuple(found)


def _together(case: Case, tallies: Sequence[Tally]) -> tuple[Decision, ...]:
    decisions = [decision for tally in tallies for decision in tally.decisions()]
    if case.record:
        return tuple(_once_each(decisions) if any(isinstance(tally, VersionTally) for tally in tallies) else decisions)
    if len(tallies) > 1:
        once = {decision.uid: decision for decision in decisions}
        decisions = sorted(once.values(), key=lambda decision: decision.expires_at or case.run.now)
    return tuple(decisions[: case.most_due])


def _once_each(decisions: Iterable[Decision]) -> list[Decision]:
    """One decision an object, in the order of the first: that of the version in which it came furthest."""
    found: dict[tuple[str, str], Decision] = {}
    for decision in decisions:
        key = (decision.kind, identity(decision))
        if key not in found or _nearness(decision) > _nearness(found[key]):
            found[key] = decision
    return list(found.values())


def _nearness(decision: Decision) -> tuple[int, bool]:
    """How near to being acted on; of two alike, nothing is taken away where it meets the policy in one of them."""
    return _FURTHEST.index(decision.verdict), not decision.because.endswith(UNMARKED)
