"""Plans and reports to ask the hooks ``zen_gc_veto`` and ``zen_gc_run_finished`` about, made of objects and of numbers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from zen_gc_core.errors import InputError
from zen_gc_core.instants import parse_instant
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.plan import Plan
from zen_gc_core.model.policy import CLUSTER, NAMESPACED, PolicyReference
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending, RunReport
from zen_gc_core.model.results import Result
from zen_gc_core.testing.keywords import NOW, due
from zen_gc_core.texts import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping


def policy_of(
    name: str = "tested",
    namespace: str = "default",
    *,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> PolicyReference:
    """A policy, as hooks and keywords know it.

    Args:
        name: Its name.
        namespace: Its namespace; empty for a cluster policy.
        labels: Its labels.
        annotations: Its annotations.
    """
    kind = NAMESPACED if namespace else CLUSTER
    return PolicyReference(kind, namespace, name, labels=labels or {}, annotations=annotations or {})


def plan_of(*objects: Any, now: str = NOW, policy: PolicyReference | None = None) -> Plan:
    """A plan to delete objects, all of which are due.

    Args:
        objects: The objects, as decoded JSON.
        now: The instant of the run, RFC 3339.
        policy: The policy; by default that of ``policy_of``.
    """
    at = parse_instant(now)
    decisions = tuple(due(JsonCandidate.from_object(each), at) for each in objects)
    count = len(decisions)
    return Plan(policy or policy_of(), at, scanned=count, matched=count, due=count, decisions=decisions)


def report_of(
    plan: Plan | None = None, *, stopped: str | None = None, dry_run: bool = False, **results: int
) -> RunReport:
    """The report of a run that is over.

    Args:
        plan: What it set out to do; by default that of ``plan_of`` without objects.
        stopped: The reason of its end, as the status has it (``BreakerTripped``); None: it was carried out.
        dry_run: Whether it only said what it would do.
        results: How many objects came to which result (``deleted=2, failed=1``).

    Raises:
        InputError: There is no such result or reason.
    """
    counted = Counter({_named(Result, name, "result"): count for name, count in results.items()})
    ending = None if stopped is None else Ending(_named(Reason, stopped, "reason"), "it was stopped")
    carried_out = plan or plan_of()
    return RunReport(carried_out, counted, carried_out.now, 0.1, ending, dry_run)


def _named(kind: Any, name: str, what: str) -> Any:
    """A member of an enumeration by its value."""
    known = {str(each.value): each for each in kind}
    if name not in known:
        raise InputError(f"there is no {what} {name!r}{did_you_mean(name, sorted(known))}")
    return known[name]
