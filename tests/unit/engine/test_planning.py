"""Planning: what of several lists is one plan."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.engine.situations import EVERYWHERE, compiled, document, judged, run_of, thing
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.guarding import Guard
from zen_gc_core.engine.planning import _once_each, conclude, tally_of
from zen_gc_core.engine.protections import Protections
from zen_gc_core.engine.shares import Count
from zen_gc_core.model.decision import KeptBy, Verdict
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.plan import Veto


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


def tally_of_config_maps(**bounds):
    """A tally of a policy that takes ConfigMaps after an hour."""
    policy = compiled(document())
    return tally_of(Case(policy, run_of(policy), Protections(), **bounds), policy.policy.targets)


def made(day):
    """A ConfigMap of a day of June."""
    return JsonCandidate.from_object(
        thing(name=f"d{day}", uid=f"d{day}", creationTimestamp=f"2025-06-{day:02}T00:00:00Z")
    )


def test_no_more_is_held_than_there_may_be_and_the_oldest_of_it():
    """In whatever order they come; of two of the same time it is the first."""
    tally = tally_of_config_maps(most_due=3)
    for day in (5, 2, 9, 1, 7, 3):
        tally.offer(made(day))
    assert [decision.uid for decision in tally.decisions()] == ["d1", "d2", "d3"]
    assert tally.due == 6
    same = tally_of_config_maps(most_due=2)
    for name in ("first", "second", "third"):
        same.offer(JsonCandidate.from_object(thing(name=name, uid=name)))
    assert [decision.uid for decision in same.decisions()] == ["first", "second"]


def test_the_oldest_are_held_also_after_some_were_spared():
    """What was held before is as good as what comes."""
    tally = tally_of_config_maps(most_due=3)
    for day in (9, 7, 8):
        tally.offer(made(day))
    tally.spare(lambda decision: Guard(KeptBy.PROTECTED, "spared") if decision.uid == "d9" else None)
    for day in (5, 6):
        tally.offer(made(day))
    assert [decision.uid for decision in tally.decisions()] == ["d5", "d6", "d7"]
    assert (tally.due, tally.kept[KeptBy.PROTECTED]) == (4, 1)


def test_a_plugin_that_says_no_stops_the_plan():
    """It is asked with the whole of it; without a word against it the plan stays as it is."""
    policy = compiled(document())
    case, asked = Case(policy, run_of(policy), Protections()), []

    def concluded(*vetoes):
        tally = tally_of(case, policy.policy.targets)
        tally.offer(made(1))
        return conclude(case, [tally], dict, lambda plan: asked.append(plan) or vetoes)

    plan, stopped = concluded(), concluded(Veto("acme", "not on a Friday"))
    assert (plan.vetoed, plan.stopped, plan.due) == ((), False, 1)
    assert (stopped.vetoed, stopped.stopped) == ((Veto("acme", "not on a Friday"),), True)
    assert asked == [plan, plan]


def test_of_what_it_is_not_known_whether_it_finished_none_has():
    """Also when it is spared: the breaker counts it as unfinished until it goes, and then no more."""
    policy = compiled(document(target={"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "namespaces": ["*"]}))
    tally = tally_of(Case(policy, run_of(policy), Protections()), policy.policy.targets)
    workflow = thing("Workflow", "argoproj.io/v1alpha1")
    tally.offer(JsonCandidate.from_object(workflow, complete=False))
    assert (tally.due, tally.untold, tally.finished) == (1, 1, 0)
    tally.spare(lambda _: Guard(KeptBy.PROTECTED, "spared"))
    assert (tally.due, tally.finished, tally.sums.unfinished) == (0, 0, 0)
