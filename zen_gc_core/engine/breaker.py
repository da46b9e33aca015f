"""The breaker: a run that would act on too much acts on nothing.

Two limits. ``maxObjects`` counts everything that a run would act on. ``maxPercent`` counts the unfinished among them
against all unfinished objects of these kinds in scope, selectors aside, of all kinds together and of each by itself:
finished Jobs and Pods swept away in bulk are normal life, half of all ConfigMaps is not, however many Pods there are
beside them. A number that cannot be had trips it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.shares import NOTHING_WRITTEN, Count
from zen_gc_core.model.policy import GROUP, NAMESPACED
from zen_gc_core.texts import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.engine.shares import Counts, Written
    from zen_gc_core.model.policy import Policy

APPROVE: Final = f"{GROUP}/approve"
"""The annotation that lifts the breaker: ``DIGEST/N``, the policy of this digest may act on up to N objects a run."""

_APPROVAL: Final = re.compile(r"([0-9a-f]{16})/([0-9]{1,18})", re.ASCII)


def tripped(
    policy: Policy,
    *,
    due: int,
    unfinished: int,
    counts: Callable[[], Counts | None],
    before: Written = NOTHING_WRITTEN,
) -> str | None:
    """Why a run must act on nothing, or None.

    Args:
        policy: The policy.
        due: How many objects it would act on.
        unfinished: How many of those are unfinished, for all that is known: no fewer.
        counts: The unfinished objects of each kind, counted by one rule; asked only when the percentage counts; None
            when they cannot be told.
        before: What other runs of it wrote to, in the time for which the limits count; where nothing is due, it is nothing.
    """
    if not due:
        before = NOTHING_WRITTEN
    beside = f" beside the {before.objects} of the time between its passes" if before.objects else ""
    fresh, due = due, due + before.objects
    if due <= approved(policy):
        return None
    breaker = policy.behavior.breaker
    if breaker.max_objects is not None and due > breaker.max_objects:
        return (
            f"it would act on {counted(fresh, 'object')}{beside}, more than breaker.maxObjects {breaker.max_objects}; "
            f"{_lift(policy, due)}"
        )
    unfinished += before.unfinished
    if unfinished < breaker.min_objects:
        return None
    kinds = counts()
    if kinds is None:
        return f"it would act on {counted(unfinished, 'unfinished object')}, and how many there are cannot be told; {_lift(policy, due)}"
    kinds = {kind: _with(before, count) for kind, count in kinds.items()}
    together = Count(sum(count.unfinished for count in kinds.values()), sum(count.whole for count in kinds.values()))
    for what, count in (("", together), *((f"{kind} ", count) for (_, kind), count in kinds.items())):
        if count.unfinished >= breaker.min_objects and count.unfinished * 100 > breaker.max_percent * count.whole:
            return (
                f"it would act on {count.unfinished} of {counted(count.whole, f'unfinished {what}object')}, more than "
                f"breaker.maxPercent {breaker.max_percent}; {_lift(policy, due)}"
            )
    return None


def _with(before: Written, count: Count) -> Count:
    """A count of one kind, with what was written to before; of several kinds, each counts it."""
    return Count(count.unfinished + before.unfinished, count.whole + before.gone)


def approved(policy: Policy) -> int:
    """Up to how many objects a run of the policy, as it is, is approved; 0 without an approval that names it."""
    approval = _APPROVAL.fullmatch(policy.reference.annotations.get(APPROVE, ""))
    if approval is None or not policy.digest or approval[1] != policy.digest:
        return 0
    return int(approval[2])


def approval_command(policy: Policy, up_to: int | str) -> str:
    """The command that approves a policy as it is.

    Args:
        policy: The policy, compiled.
        up_to: How many objects a run may act on.
    """
    reference = policy.reference
    where = f" -n {reference.namespace}" if reference.kind == NAMESPACED else " --cluster"
    return f"zen-gc approve {reference.name}{where} --digest {policy.digest} --up-to {up_to}"


def _lift(policy: Policy, due: int) -> str:
    if not policy.digest:
        return "to let it: raise the limit (its spec holds numbers that no approval can name)"
    how = f"to let it: {approval_command(policy, due)}, or raise the limit"
    if APPROVE in policy.reference.annotations and approved(policy) == 0:
        return f"its annotation {APPROVE} does not approve this state of the policy; {how}"
    return how
