"""Planning: what of several lists is one plan."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.engine.situations import EVERYWHERE, compiled, document, judged, run_of, thing
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.planning import _once_each, conclude, tally_of
from zen_gc_core.engine.protections import Protections
from zen_gc_core.engine.shares import Count
from zen_gc_core.model.decision import Verdict
from zen_gc_core.model.json_candidates import JsonCandidate


def test_of_an_object_in_several_lists_a_decision_that_acts_comes_before_the_others():
    """In the place of the first; of two that act it is the first."""
    acts, waits = (
        judged(compiled(document(ttl=ttl)), thing(uid="x"))
        for ttl in ({"immediate": True}, {"afterCreation": "36000d"})
    )
    assert (acts.verdict, waits.verdict) == (Verdict.ACT, Verdict.WAIT)
    other, again = replace(waits, uid="y"), replace(acts, because="again")
    assert _once_each([waits, other, acts]) == [acts, other]
    assert _once_each([acts, other, again]) == [acts, other]
    assert _once_each([acts, other, waits]) == [acts, other]
    assert _once_each([waits, other, replace(waits, because="again")]) == [waits, other]


def test_what_is_due_of_two_lists_comes_in_the_order_of_time_and_each_object_once():
    """So that the oldest go first where not all may go in one run."""
    policy = document()
    policy["spec"]["targetResources"] = [EVERYWHERE, {**EVERYWHERE, "kind": "Secret"}]
    case = Case(compiled(policy), run_of(compiled(policy)), Protections())
    tallies = [tally_of(case, case.compiled.targets_of("v1", kind)) for kind in ("ConfigMap", "Secret")]
    for day, tally in enumerate((*tallies, *tallies), 1):
        made = f"2025-06-{10 - day:02}T00:00:00Z"
        tally.offer(
            JsonCandidate.from_object(thing(tally.kind[1], name=f"d{day}", uid=f"d{day}", creationTimestamp=made))
        )
    tallies[1].offer(JsonCandidate.from_object(thing(name="d1", uid="d1", creationTimestamp="2025-06-09T00:00:00Z")))
    plan = conclude(case, tallies, lambda: {("", kind): Count(0, 1000) for kind in ("ConfigMap", "Secret")})
    assert [decision.uid for decision in plan.decisions] == ["d4", "d3", "d2", "d1"]
