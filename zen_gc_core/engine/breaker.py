"""The breaker: a run that would act on too much acts on nothing.

Two limits. ``maxObjects`` counts everything that a run would act on. ``maxPercent`` counts the unfinished among them
against all unfinished objects of these kinds in scope, selectors aside: finished Jobs and Pods swept away in bulk are
normal life, half of all ConfigMaps is not. A number that cannot be had trips it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zen_gc_core.model.policy import GROUP, NAMESPACED

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.model.policy import Policy

APPROVE: Final = f"{GROUP}/approve"
"""The annotation that lifts the breaker: ``G/N``, generation G of the policy may act on up to N objects a run."""

_APPROVAL: Final = re.compile(r"([0-9]{1,18})/([0-9]{1,18})", re.ASCII)


def tripped(policy: Policy, *, due: int, unfinished: int, population: Callable[[], int | None]) -> str | None:
    """Why a run must act on nothing, or None.

    Args:
        policy: The policy.
        due: How many objects it would act on.
        unfinished: How many of those are unfinished.
        population: How many unfinished objects of these kinds are in scope, selectors aside; asked only when the
            percentage counts; None when that cannot be told.
    """
    if due <= approved(policy):
        return None
    breaker = policy.behavior.breaker
    if breaker.max_objects is not None and due > breaker.max_objects:
        return (
            f"it would act on {due} objects, more than breaker.maxObjects {breaker.max_objects}; {_lift(policy, due)}"
        )
    if unfinished < breaker.min_objects:
        return None
    total = population()
    if total is None:
        return f"it would act on {unfinished} unfinished objects, and how many there are cannot be told; {_lift(policy, due)}"
    if unfinished * 100 > breaker.max_percent * total:
        return (
            f"it would act on {unfinished} of {total} unfinished objects, more than breaker.maxPercent "
            f"{breaker.max_percent}; {_lift(policy, due)}"
        )
    return None


def approved(policy: Policy) -> int:
    """Up to how many objects a run of this generation of the policy is approved; 0 without a valid approval."""
    reference = policy.reference
    approval = _APPROVAL.fullmatch(reference.annotations.get(APPROVE, ""))
    if approval is None or int(approval[1]) != reference.generation:
        return 0
    return int(approval[2])


def _lift(policy: Policy, due: int) -> str:
    reference = policy.reference
    where = f" -n {reference.namespace}" if reference.kind == NAMESPACED else " --cluster"
    return f"to let it: zen-gc approve {reference.name}{where} --up-to {due}, or raise the limit"
