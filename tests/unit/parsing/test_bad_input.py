"""Whatever JSON a document is, reading it answers: a policy that is right, or what is wrong with it."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.harness.documents import places, put
from zen_gc_core.engine.parsing import ParsedPolicy, parse_policy
from zen_gc_core.model.policy import API_VERSION
from zen_gc_core.model.scope import TheseNamespaces

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=12), below, max_size=4),
    max_leaves=12,
)
NATIVE = {
    "targetResources": [
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "names": ["ci-*", "!ci-keep"],
            "namespaces": ["team"],
            "labelSelector": {
                "matchLabels": {"a": "b"},
                "matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}],
            },
            "fieldSelector": {"matchFields": {"status.phase": "Failed"}},
        }
    ],
    "conditions": {"phase": ["Failed"], "any": [{"hasLabels": [{"key": "x"}]}]},
    "ttl": {"after": {"since": "created", "wait": "7d"}},
    "retain": {
        "groupBy": ["metadata.labels.app", "owner"],
        "orderBy": {"path": "status.at"},
        "last": 3,
        "within": "1h",
    },
    "action": {"delete": {"propagationPolicy": "Background"}},
    "behavior": {"dryRun": False, "maxDeletionsPerSecond": 5, "batchSize": 5, "breaker": {"maxObjects": 5}},
    "evaluationInterval": "5m",
    "paused": False,
}
OLD = {
    "targetResource": {"apiVersion": "v1", "kind": "Pod", "namespace": "team"},
    "ttl": {"fieldPath": "spec.severity", "mappings": {"HIGH": 60}, "default": 30},
    "conditions": {"and": [{"fieldPath": "a", "operator": "Equals", "value": "b"}]},
    "behavior": {"propagationPolicy": "Orphan", "gracePeriodSeconds": 5, "finalizer": "x"},
}


def document(spec):
    """A namespaced policy of the namespace `team`."""
    return {
        "apiVersion": API_VERSION,
        "kind": "GarbageCollectionPolicy",
        "metadata": {"name": "p", "namespace": "team"},
        "spec": spec,
    }


@st.composite
def damaged(draw):
    """A policy that is right but for one or two places that hold anything."""
    whole = document(draw(st.sampled_from([NATIVE, OLD])))
    for _ in range(draw(st.integers(1, 2))):
        whole = put(whole, draw(st.sampled_from(list(places(whole)))), draw(JSON))
    return whole


@settings(deadline=None)
@given(JSON, st.booleans())
def test_any_json_is_answered(value, crossing):
    """No exception, and no policy out of nothing."""
    parsed = parse_policy(value, allow_cross_namespace=crossing)
    assert isinstance(parsed, ParsedPolicy)
    assert parsed.policy is None
    assert parsed.errors


@settings(deadline=None, max_examples=200)
@given(damaged(), st.booleans())
def test_a_damaged_policy_is_answered_on_one_line_a_problem(value, crossing):
    """Either it still is a policy, or it says why not, in text that can be printed."""
    parsed = parse_policy(value, allow_cross_namespace=crossing)
    assert (parsed.policy is None) == bool(parsed.errors)
    for problem in (*parsed.errors, *parsed.warnings):
        assert str(problem).isprintable()
        assert str(problem).encode()


@settings(deadline=None, max_examples=200)
@given(damaged())
def test_no_damage_lets_a_namespaced_policy_out_of_its_namespace(value):
    """Its scope is its own namespace, or there is no policy."""
    parsed = parse_policy(value)
    if parsed.policy is not None:
        own = TheseNamespaces(frozenset([parsed.reference.namespace]))
        assert {target.scope for target in parsed.policy.targets} == {own}


@pytest.mark.parametrize("spec", [NATIVE, OLD])
def test_the_undamaged_policies_are_right(spec):
    """So that the damage above is what is found."""
    assert parse_policy(document(spec)).errors == ()


def test_reading_changes_nothing_of_the_document():
    """The caller may show what the user wrote."""
    for spec in (NATIVE, OLD):
        whole = document(spec)
        before = json.dumps(whole)
        parse_policy(whole, allow_cross_namespace=True)
        assert json.dumps(whole) == before


STRANGE = {
    "huge": 10**5000,
    "hugely negative": -(10**5000),
    "infinite": math.inf,
    "negative infinite": -math.inf,
    "no number": math.nan,
    "half a character": "\ud800",
    "long": "x" * 100_000,
    "a number as key": {1: 2},
    "null as key": {None: 2},
    "half a character as key": {"\ud800\n": 1},
}


@pytest.mark.parametrize("value", STRANGE.values(), ids=STRANGE)
def test_values_that_no_api_server_sends_are_refused_everywhere(value):
    """Numbers without bounds, half characters, keys that are no text."""
    for spec in (NATIVE, OLD):
        for place in places(document(spec)):
            parsed = parse_policy(put(document(spec), place, value))
            assert all(len(str(problem)) < 1500 for problem in parsed.errors)


def test_a_flood_of_unknown_fields_is_cut_short():
    """A thousand mistakes do not make a thousand lines."""
    parsed = parse_policy(document({**NATIVE, **{f"spam{number}": 1 for number in range(1000)}}))
    assert len(parsed.errors) == 9
