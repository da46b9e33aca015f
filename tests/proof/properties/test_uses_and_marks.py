"""What a policy reads beside the object itself never makes it take more where there is less of it, or more against it.

A use more, a mark less or a younger one, a mark of somebody else, a blackout more or a window less.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proof.properties import SAME_EXAMPLES
from tests.proof.properties.calendars import acts_today, calendars, opens, shuts
from tests.proof.properties.objects import HELD, MARKED_BY, hours_ago, inventories
from tests.proof.properties.planning import due, planned
from tests.proof.properties.policies import compiled_text, kinds_of, valid
from tests.unit.engine.situations import NOW
from zen_gc_core.engine.calendar.foreseeing import foresee
from zen_gc_core.model.decision import Verdict

if TYPE_CHECKING:
    from tests.proof.properties.planning import Place


def _given(data: st.DataObject, about: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    policy = data.draw(valid(about=about, retaining=False))
    return policy, data.draw(inventories(NOW, kinds=kinds_of(policy), namespaces=("team", "shop")))


def _place(thing: dict[str, Any]) -> Place:
    return thing["kind"], thing["metadata"].get("namespace", "default"), thing["metadata"]["name"]


@settings(max_examples=100, derandomize=SAME_EXAMPLES)
@given(st.data())
def test_a_use_more_takes_no_more(data: st.DataObject) -> None:
    """Whatever names an object by a field, or owns it, keeps it; and no other goes for that."""
    policy, objects = _given(data, "unreferenced")
    before = due(planned(policy, objects))
    chosen = data.draw(st.sampled_from([each for each in objects if each["kind"] == "ConfigMap"] or objects))
    kind, namespace, name = _place(chosen)
    uses = {
        "volumes": [{"name": "a", "configMap": {"name": name}}],
        "initContainers": [{"name": "a", "image": "a", "envFrom": [{"configMapRef": {"name": name}}]}],
        "containers": [
            {
                "name": "a",
                "image": "a",
                "env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": name, "key": "a"}}}],
            }
        ],
    }
    field = data.draw(st.sampled_from(sorted(uses)))
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "user", "namespace": namespace, "uid": "user", "creationTimestamp": hours_ago(NOW, 0)},
        "spec": {"containers": [{"name": "b", "image": "b"}], field: uses[field]},
        "status": {"phase": data.draw(st.sampled_from(["Running", "Pending", "Failed"]))},
    }
    after = due(planned(policy, [*objects, pod]))
    assert after <= before
    assert kind != "ConfigMap" or (kind, namespace, name) not in after


@settings(max_examples=100, derandomize=SAME_EXAMPLES)
@given(st.data())
def test_a_mark_less_or_a_younger_one_takes_no_more(data: st.DataObject) -> None:
    """Of a policy `since: held`: of an object whose mark is gone, younger or another's, nothing but a mark is wanted."""
    policy, objects = _given(data, "held")
    changed = copy.deepcopy(objects)
    marked = [each for each in changed if HELD in (each["metadata"].get("annotations") or {})]
    chosen = data.draw(st.sampled_from(marked or changed))
    annotations = chosen["metadata"].setdefault("annotations", {})
    how = data.draw(st.sampled_from(["gone", "younger", "of another object", "of another generation", "no time"]))
    uid = chosen["metadata"].get("uid", "")
    if not isinstance(annotations, dict):
        return
    annotations.pop(HELD, None)
    if how != "gone":
        annotations[HELD] = {
            "younger": f"{hours_ago(NOW, 0)} 1 {uid}",
            "of another object": f"{hours_ago(NOW, 40)} 1 {uid}0",
            "of another generation": f"{hours_ago(NOW, 40)} 2 {uid}",
            "no time": f"yesterday 1 {uid}",
        }[how]
    assert _goes(policy, changed) <= _goes(policy, objects)
    assert _place(chosen) not in _goes(policy, changed)


def _goes(policy: dict[str, Any], objects: list[dict[str, Any]]) -> set[Place]:
    """What a policy would act on, but for what it would only mark."""
    return {
        (each.kind, each.namespace, each.name)
        for each in planned(policy, objects).decisions
        if each.verdict is Verdict.ACT and not each.begins
    }


@settings(max_examples=100, derandomize=SAME_EXAMPLES)
@given(st.data())
def test_the_mark_of_another_takes_no_more(data: st.DataObject) -> None:
    """Of a policy that counts from the mark of a policy: who signed otherwise, or not at all, marked nothing."""
    policy, objects = _given(data, "marked")
    changed = copy.deepcopy(objects)
    chosen = data.draw(st.sampled_from(changed))
    annotations = chosen["metadata"].setdefault("annotations", {})
    if not isinstance(annotations, dict):
        return
    annotations.pop(MARKED_BY, None)
    by = data.draw(st.sampled_from(["", "other/earlier", "earlier2", "team/earlier/", "Earlier"]))
    if by:
        annotations[MARKED_BY] = by
    left = due(planned(policy, changed))
    assert left <= due(planned(policy, objects))
    assert _place(chosen) not in left


@settings(max_examples=100, derandomize=SAME_EXAMPLES)
@given(st.data())
def test_a_blackout_more_or_a_window_less_opens_nothing(data: st.DataObject) -> None:
    """And whether a policy may act today is what its calendar says to whoever reads it."""
    policy = data.draw(valid(about="calendar", retaining=False))
    policy["spec"] |= data.draw(calendars(NOW, often=True))
    policy["spec"].pop("evaluationInterval", None)
    tighter = copy.deepcopy(policy)
    spec = tighter["spec"]
    windows = spec.get("windows", [])
    if len(windows) > 1 and data.draw(st.booleans()):
        windows.pop(data.draw(st.integers(0, len(windows) - 1)))
    elif not windows and data.draw(st.booleans()):
        spec["windows"] = data.draw(st.lists(st.sampled_from(opens(NOW)), min_size=1, max_size=2))
    else:
        spec["blackouts"] = [*spec.get("blackouts", []), data.draw(st.sampled_from(shuts(NOW)))]
    for each in (policy, tighter):
        assert _acts(each) == acts_today(each["spec"])
    assert _acts(tighter) <= _acts(policy)


def _acts(policy: dict[str, Any]) -> bool:
    compiled = compiled_text(policy).compiled
    assert compiled is not None
    foresight = foresee(compiled.policy, NOW)
    return foresight is None or foresight.why is None
