"""A decision is total, pure and deterministic, and what is due by time alone stays due."""

from __future__ import annotations

import copy
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proof.properties import SAME_EXAMPLES
from tests.proof.properties.objects import API_VERSIONS, JSON, inventories, things
from tests.proof.properties.paging import cut, planned_by_pages
from tests.proof.properties.planning import due, planned, said
from tests.proof.properties.policies import compiled_text, kinds_of, plain_or_not, valid
from tests.unit.engine.situations import NOW, judged
from zen_gc_core.model.decision import KeptBy, Verdict

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@settings(max_examples=100, derandomize=SAME_EXAMPLES)
@given(st.data())
def test_a_decision_on_any_json_is_made_and_is_the_same_twice(data: st.DataObject) -> None:
    """Whatever stands in an object; it acts only on what has a name, and says why it keeps what it keeps."""
    policy = data.draw(valid(related=False))
    compiled = compiled_text(policy).compiled
    kind = data.draw(st.sampled_from(kinds_of(policy)))
    thing = data.draw(things(NOW, 0, kinds=(kind,)) | _anything(kind))
    before = copy.deepcopy(thing)
    first, again = judged(compiled, thing), judged(compiled, thing)
    assert first == again
    assert thing == before
    assert first.because
    assert (first.verdict is Verdict.KEEP) == (first.kept_by is not None)
    assert judged(compiled, json.loads(json.dumps(thing))) == first


def _anything(kind: str) -> SearchStrategy[dict[str, Any]]:
    """Whatever JSON, but that it says what it is."""
    return st.fixed_dictionaries(
        {
            "apiVersion": st.just(API_VERSIONS[kind]),
            "kind": st.just(kind),
            "metadata": JSON | st.dictionaries(st.sampled_from(_METADATA), JSON, max_size=6),
        },
        optional={"spec": JSON, "status": JSON, "data": JSON},
    )


_METADATA = ["name", "namespace", "uid", "labels", "annotations", "creationTimestamp", "ownerReferences", "finalizers"]


@settings(max_examples=100, derandomize=SAME_EXAMPLES)
@given(st.data())
def test_a_plan_is_the_same_twice_and_in_any_order_of_the_objects(data: st.DataObject) -> None:
    """Verdicts and reasons, of all that would be written; and it changes no object."""
    policy = data.draw(plain_or_not())
    objects = data.draw(inventories(NOW, kinds=kinds_of(policy)))
    before = copy.deepcopy(objects)
    plan = planned(policy, objects)
    assert said(planned(policy, objects)) == said(plan)
    assert objects == before
    turned = planned(policy, data.draw(st.permutations(objects)))
    assert said(turned) == said(plan)
    assert (turned.scanned, turned.matched, turned.due, turned.kept) == (
        plan.scanned,
        plan.matched,
        plan.due,
        plan.kept,
    )
    assert plan.acts == len(due(plan))
    assert sum(plan.kept.values()) == sum(each.verdict is Verdict.KEEP for each in plan.decisions)
    assert all(each.because for each in plan.decisions if each.kept_by is not KeptBy.CONDITION)
    owed = {(each.kind, each.namespace, each.name) for each in plan.owed}
    assert owed == {place for place, (_, because) in said(plan).items() if because.endswith("will be unmarked")}


@settings(max_examples=100, derandomize=SAME_EXAMPLES)
@given(st.data())
def test_how_a_list_is_cut_into_pages_and_ordered_makes_no_difference(data: st.DataObject) -> None:
    """To the controller, which holds what is due alone, and to a plan, which holds all."""
    policy = data.draw(plain_or_not(related=False, cluster=True, wildcard=False))
    objects = data.draw(inventories(NOW, kinds=kinds_of(policy)))
    plan = planned(policy, objects)
    for record in (True, False):
        order = data.draw(st.permutations(objects))
        paged = planned_by_pages(policy, order, cut(data, order), record=record)
        assert due(paged) == due(plan)
        assert (paged.matched, paged.due, paged.tripped) == (plan.matched, plan.due, plan.tripped)
        assert not record or (said(paged), paged.kept) == (said(plan), plan.kept)


@settings(max_examples=100, derandomize=SAME_EXAMPLES)
@given(st.data())
def test_what_is_due_by_time_alone_stays_due(data: st.DataObject) -> None:
    """Where neither conditions nor the TTL speak of now; retained or not."""
    policy = data.draw(plain_or_not(timeless=True))
    objects = data.draw(inventories(NOW, kinds=kinds_of(policy)))
    later = NOW + data.draw(st.sampled_from([dt.timedelta(seconds=1), *map(_hours, (1, 4, 30, 10_000))]))
    assert due(planned(policy, objects)) <= due(planned(policy, objects, later))


def _hours(count: int) -> dt.timedelta:
    return dt.timedelta(hours=count)
