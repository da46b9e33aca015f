"""Planning: what of several lists is one plan."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.engine.situations import compiled, document, judged, thing
from zen_gc_core.engine.planning import _once_each
from zen_gc_core.model.decision import Verdict


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
