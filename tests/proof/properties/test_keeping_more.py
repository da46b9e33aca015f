"""What makes a policy keep more never makes it take more: a condition, a mark, a place, a protection, a narrower selector.

Two things are left out where they are no claim. Of a policy that retains, a condition that an object does not meet any more
takes away its place, and with it what kept its owner; and a selector that does not take an object any more does not see
whose it is. There the objects do not own each other.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proof.properties import SAME_EXAMPLES
from tests.proof.properties.objects import KEEP, REPLICA_SET, inventories
from tests.proof.properties.planning import due, planned
from tests.proof.properties.policies import (
    COUNTS,
    compiled_text,
    condition,
    kinds_of,
    plain_or_not,
    retains,
    selectors,
    valid,
)
from tests.unit.engine.situations import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

Some: TypeAlias = "Callable[..., SearchStrategy[dict[str, Any]]]"


def _given(
    data: st.DataObject, *, families: bool = True, some: Some = plain_or_not, **options: Any
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    policy = data.draw(some(**options))
    return policy, data.draw(inventories(NOW, kinds=kinds_of(policy), families=families))


def _changed(policy: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """A copy of a policy, its spec changed; the same where the change is refused."""
    other = copy.deepcopy(policy)
    change(other["spec"])
    return other if compiled_text(other).compiled is not None else policy


@settings(max_examples=100, derandomize=SAME_EXAMPLES)
@given(st.data())
def test_a_condition_more_takes_no_more(data: st.DataObject) -> None:
    """Beside the others, under `none`, or within a branch of `any`; and `any` with a branch less."""
    policy, objects = _given(data, families=False, some=valid)
    extra = data.draw(condition(kinds_of(policy)))
    where = data.draw(st.sampled_from(["all", "none", "any", "within"]))

    def add(spec: dict[str, Any]) -> None:
        conditions = spec["conditions"]
        if where in {"all", "none"}:
            conditions[where] = [*conditions.get(where, []), extra]
        elif where == "within":
            spec["conditions"] = {"all": [conditions, extra]} if conditions else extra
        elif len(conditions.get("any", [])) > 1:
            conditions["any"].pop()
        else:
            conditions["any"] = conditions.get("any", [extra])

    assert due(planned(_changed(policy, add), objects)) <= due(planned(policy, objects))


@settings(max_examples=100, derandomize=SAME_EXAMPLES)
@given(st.data())
def test_a_keep_mark_more_takes_no_more(data: st.DataObject) -> None:
    """On an object, as a label or an annotation, or on its Namespace; what carries it stays."""
    policy, objects = _given(data)
    marked = copy.deepcopy(objects)
    chosen = data.draw(st.sampled_from(marked))
    place = data.draw(st.sampled_from(["labels", "annotations"]))
    if not isinstance(chosen["metadata"].get(place), dict):
        chosen["metadata"][place] = {}
    chosen["metadata"][place][KEEP] = data.draw(st.sampled_from(["", "true", "no", "1999-01-01", "2030-01-01"]))
    left, before = due(planned(policy, marked)), due(planned(policy, objects))
    assert left <= before
    name, namespace = chosen["metadata"]["name"], chosen["metadata"].get("namespace", "default")
    for kind, where, what in left:
        assert (
            (where != name)
            if chosen["kind"] == "Namespace"
            else (kind, where, what) != (chosen["kind"], namespace, name)
        )


@settings(max_examples=100, derandomize=SAME_EXAMPLES)
@given(st.data())
def test_a_protection_more_takes_no_more(data: st.DataObject) -> None:
    """An owner that controls it, an end that has begun, a GitOps tool; or a lift that the policy takes back."""
    policy, objects = _given(data)
    guarded = copy.deepcopy(objects)
    chosen = data.draw(st.sampled_from(guarded))
    metadata = chosen["metadata"]
    change = data.draw(st.sampled_from(["owner", "terminating", "argo", "lift"]))
    other, lift = policy, ""
    if change == "owner" and isinstance(metadata.get("ownerReferences", []), list):
        if "owner" in json.dumps(policy).lower():  # to whom it matters who owns an object, it is another one now
            return
        metadata["ownerReferences"] = [*metadata.get("ownerReferences", []), {**REPLICA_SET, "controller": True}]
        lift = "includeOwned"
    elif change == "terminating":
        metadata["deletionTimestamp"] = "2026-01-01T11:00:00Z"
    elif change == "argo" and isinstance(metadata.get("annotations"), dict):
        group, where = chosen["apiVersion"].rpartition("/")[0], f"{metadata.get('namespace', '')}/{metadata['name']}"
        metadata["annotations"]["argocd.argoproj.io/tracking-id"] = f"shop:{group}/{chosen['kind']}:{where}"
        lift = "includeManaged"
    else:
        other = _changed(policy, lambda spec: spec["behavior"].clear())
    left = due(planned(other, guarded))
    assert left <= due(planned(policy, objects))
    unfinished = chosen["kind"] == "ConfigMap" and not policy["spec"]["behavior"].get(lift)
    if change == "terminating" or (lift and unfinished):
        assert (chosen["kind"], metadata.get("namespace", ""), metadata["name"]) not in left


@settings(max_examples=100, derandomize=SAME_EXAMPLES)
@given(st.data())
def test_a_place_more_takes_no_more(data: st.DataObject) -> None:
    """One more of any number, another number, or retaining at all."""
    retaining = data.draw(st.sampled_from([True, True, True, False]))
    policy, objects = _given(
        data, some=valid, plain=data.draw(st.sampled_from([True, True, False])), retaining=retaining
    )

    def add(spec: dict[str, Any]) -> None:
        retain = spec.get("retain")
        if retain is None:
            spec["retain"] = data.draw(retains())
        else:
            written = [field for field in COUNTS if field in retain]
            field = data.draw(st.sampled_from([*written * 4, *COUNTS]))
            retain[field] = retain.get(field, 0) + data.draw(st.integers(1, 3))

    assert due(planned(_changed(policy, add), objects)) <= due(planned(policy, objects))


@settings(max_examples=100, derandomize=SAME_EXAMPLES)
@given(st.data())
def test_a_narrower_selector_takes_no_more(data: st.DataObject) -> None:
    """A target less, a Namespace less, another selector beside."""
    policy, objects = _given(data, families=False)

    def narrow(spec: dict[str, Any]) -> None:
        target = data.draw(st.sampled_from(spec["targetResources"]))
        how = data.draw(st.sampled_from(["target", "namespace", "names", "labels", "labels", "fields", "tier"]))
        if how == "target" and len(spec["targetResources"]) > 1:
            spec["targetResources"].remove(target)
        elif how == "namespace" and "namespaces" in target:
            target["namespaces"] = [*target["namespaces"], data.draw(st.sampled_from(["!team", "!shop", "!t*"]))]
        elif how == "names":
            target["names"] = [*target.get("names", ["*"]), data.draw(st.sampled_from(["!keep-*", "!*-1", "!tmp-?"]))]
        elif how == "labels":
            own = target.get("labelSelector", {})
            more = data.draw(selectors())
            labels = [
                {"key": key, "operator": "In", "values": [value]} for key, value in more.get("matchLabels", {}).items()
            ]
            target["labelSelector"] = {  # what it asks for stays, also of the same label
                **own,
                "matchExpressions": own.get("matchExpressions", []) + labels + more.get("matchExpressions", []),
            }
        elif how == "fields":
            fields = target.get("fieldSelector", {}).get("matchFields", {})
            target["fieldSelector"] = {"matchFields": {"metadata.labels.app": "a", **fields}}
        elif how == "tier" and "namespaces" in target and "namespaceSelector" not in target:
            target["namespaceSelector"] = {"matchLabels": {"tier": "dev"}}

    narrowed = _changed(policy, narrow)
    assert due(planned(narrowed, objects)) <= due(planned(policy, objects))


@settings(max_examples=100, derandomize=SAME_EXAMPLES)
@given(st.data())
def test_more_than_the_limit_is_nothing(data: st.DataObject) -> None:
    """A run that would act on more than `maxObjects`, or on too large a part of what does not finish, acts on nothing."""
    policy, objects = _given(data, breaker=True)
    plan = planned(policy, objects)
    breaker = policy["spec"]["behavior"]["breaker"]
    over = plan.acts > breaker.get("maxObjects", plan.acts)
    if set(kinds_of(policy)) == {"ConfigMap"} and plan.acts >= breaker.get("minObjects", 100):
        over = over or 100 * plan.acts > breaker.get("maxPercent", 50) * plan.scanned
    if over:
        assert plan.stopped
        assert plan.tripped
    elif set(kinds_of(policy)) == {"ConfigMap"}:
        assert plan.tripped is None
