"""What is said of random objects: plans over files, as the command makes them, reduced to what properties compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from tests.proof.properties.policies import compiled_text
from tests.unit.engine.situations import NOW
from zen_gc_core.engine.asking import Asking
from zen_gc_core.engine.files import Files
from zen_gc_core.engine.offline import plan_offline
from zen_gc_core.engine.protections import Grants
from zen_gc_core.model.decision import Verdict
from zen_gc_core.model.json_candidates import JsonCandidate

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from zen_gc_core.model.plan import Plan

Place: TypeAlias = tuple[str, str, str]
"""Kind, namespace and name."""


def planned(policy: dict[str, Any], objects: Iterable[dict[str, Any]], now: dt.datetime = NOW) -> Plan:
    """The plan of a valid policy over objects of files, which are all that there is."""
    made = compiled_text(policy)
    assert made.compiled is not None, made.errors
    files = Files(map(JsonCandidate.from_object, objects), [made])
    (one,) = plan_offline([made], files, Asking(now, Grants(), everything=True))
    assert one.plan is not None, one.compilation.errors
    return one.plan


def said(plan: Plan) -> dict[Place, tuple[str, str]]:
    """The verdict on each object, and why."""
    return {(each.kind, each.namespace, each.name): (each.verdict, each.because) for each in plan.decisions}


def due(plan: Plan) -> set[Place]:
    """What a plan would act on, its breaker aside."""
    return {place for place, (verdict, _) in said(plan).items() if verdict == Verdict.ACT}
