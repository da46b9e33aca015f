"""What a policy is: which edits make it another, and the digest by which it is approved."""

from __future__ import annotations

import hashlib
import json
from copy import deepcopy

import pytest

from tests.unit.engine.situations import (
    answering,
    compilation,
    compiled,
    document,
    judged,
    offered,
    thing,
    with_words,
)
from zen_gc_core.engine.breaker import APPROVE
from zen_gc_core.model.decision import Verdict
from zen_gc_core.model.policy import CLUSTER, NAMESPACED

ARMED = {"cel": "policy.annotations['acme.io/armed'] == 'yes'"}
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def written(conditions=None, kind=NAMESPACED, labels=None, annotations=None, **metadata):
    """A policy as decoded JSON."""
    whole = document(kind, target={"apiVersion": "v1", "kind": "ConfigMap"}, conditions=conditions or {})
    whole["metadata"] |= {"annotations": annotations or {}, "labels": labels or {}, **metadata}
    return whole


def digest(policy):
    """The digest of a policy that must be valid."""
    return compiled(policy).policy.digest


def test_the_digest_is_sha256_over_canonical_json():
    """RFC 8785 of what the policy is, its first 16 hex digits: made here another way."""
    policy = written(ARMED, annotations={"acme.io/armed": "yes", "acme.io/other": "x"}, labels={"a": "b"})
    policy["spec"]["ttl"] = {"afterCreation": "1h"}
    identity = {
        "annotations": {"acme.io/armed": "yes"},
        "kind": NAMESPACED,
        "name": "tidy",
        "namespace": "team",
        "spec": policy["spec"],
    }
    canonical = json.dumps(identity, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert digest(policy) == hashlib.sha256(canonical).hexdigest()[:16]


def _edited(**changes):
    policy = written(ARMED, annotations={"acme.io/armed": "yes"})
    for path, value in changes.items():
        section, _, name = path.partition("_")
        if value is None:
            policy[section].pop(name, None)
        else:
            policy[section][name] = value
    return policy


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"metadata_uid": "another"}, True),
        ({"metadata_generation": 99}, True),
        ({"metadata_resourceVersion": "7"}, True),
        ({"metadata_labels": {"team": "x"}}, True),
        ({"spec_paused": True}, True),
        ({"spec_paused": False}, True),
        ({"metadata_annotations": {"acme.io/armed": "yes", APPROVE: "x/1", APPLIED: "{}", "b": "c"}}, True),
        ({"metadata_annotations": {"acme.io/armed": "no"}}, False),
        ({"metadata_annotations": {}}, False),
        ({"metadata_name": "other"}, False),
        ({"metadata_namespace": "other"}, False),
        ({"spec_ttl": {"afterCreation": "60m"}}, False),
        ({"spec_ttl": {"secondsAfterCreation": 3600}}, False),
        ({"spec_behavior": {"dryRun": False}}, False),
        ({"spec_evaluationInterval": "1h"}, False),
    ],
)
def test_the_digest_is_of_what_the_policy_means(changes, same):
    """Not of who made it, when, or whether it rests; every other letter of the spec counts."""
    assert (digest(_edited(**changes)) == digest(_edited())) is same


def test_numbers_have_one_spelling():
    """What a file says as 10.0 the cluster stores as 10."""
    one, other = written(), written()
    one["spec"]["behavior"], other["spec"]["behavior"] = {"maxDeletionsPerSecond": 10.0}, {"maxDeletionsPerSecond": 10}
    assert digest(one) == digest(other)


def test_the_two_kinds_of_policy_have_different_digests():
    """A cluster policy of the same name and spec is another."""
    everywhere = {"apiVersion": "v1", "kind": "Node"}
    one = document(CLUSTER, target=everywhere)
    other = {**deepcopy(one), "kind": NAMESPACED}
    assert compiled(one).policy.digest != compilation(other).digest


def test_a_spec_that_canonical_json_cannot_hold_has_no_digest():
    """Beyond 2**53 two integers may look alike."""
    policy = written({"fields": [{"path": "data.x", "operator": "Equals", "value": 2**60}]})
    assert compilation(policy).digest == ""


@pytest.mark.parametrize(
    ("expression", "before", "after", "differs"),
    [
        ("policy.annotations['a'] == '1'", {"a": "1"}, {"a": "2"}, True),
        ("policy.annotations['a'] == '1'", {"a": "1"}, {}, True),
        ("policy.annotations['a'] == '1'", {"a": "1"}, {"a": "1", "b": "2"}, False),
        ("has(policy.annotations.a)", {}, {"a": "1"}, True),
        ("'a' in policy.annotations", {}, {"a": "1"}, True),
        ("policy.annotations.exists(k, k == 'a')", {}, {"b": "1"}, True),
        ("policy.annotations.exists(k, k == 'a')", {}, {APPLIED: "{}"}, False),
        ("policy.annotations[object.metadata.name] == '1'", {}, {"b": "1"}, True),
        ("policy.name == 'tidy'", {"a": "1"}, {"a": "2"}, False),
        ("policy == policy", {}, {"a": "2"}, True),
        ("object.metadata.name == 'x'", {"a": "1"}, {"a": "2"}, False),
        ("object.metadata.name == 'x'", {}, {APPROVE: "x/1"}, True),
    ],
)
def test_a_policy_is_another_when_what_it_reads_of_itself_changes(expression, before, after, differs):
    """Exactly what its expressions name, or all of it where that cannot be told; the approval always counts."""
    policy = compiled(written({"cel": expression}, annotations=before))
    assert (policy.difference(written(annotations=after)["metadata"]) is not None) is differs


def test_labels_count_as_annotations_do():
    """An expression may read either."""
    policy = compiled(written({"cel": "policy.labels.team == 'a'"}, labels={"team": "a"}))
    assert policy.difference(written(labels={"team": "a", "x": "y"})["metadata"]) is None
    assert policy.difference(written(labels={"team": "b"})["metadata"]) is not None
    other = compiled(written({"cel": "policy.labels.team == 'a'"}, labels={"team": "b"}))
    assert policy.policy.digest != other.policy.digest


def test_a_policy_with_a_plugins_keyword_is_another_with_every_label_and_annotation():
    """A plugin is handed the policy, and may read all of it."""
    words = with_words(matchers=[offered("acme.io/x", answering(answer=True))])
    policy = compiled(written({"acme.io/x": {}}), words)
    assert policy.difference(written(annotations={"b": "c"})["metadata"]) is not None
    assert policy.difference(written(labels={"b": "c"})["metadata"]) is not None
    assert policy.difference(written(annotations={APPLIED: "{}"})["metadata"]) is None


def test_an_expression_sees_the_annotations_of_the_policy_as_it_is():
    """Disarming by an annotation disarms what is compiled anew."""
    armed, disarmed = (compiled(written(ARMED, annotations={"acme.io/armed": word})) for word in ("yes", "no"))
    assert judged(armed, thing()).verdict is Verdict.ACT
    assert judged(disarmed, thing()).verdict is Verdict.KEEP
