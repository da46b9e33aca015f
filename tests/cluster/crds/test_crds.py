"""The CRDs on a real API server: established, pruning nothing, refusing nothing that the program accepts."""

from __future__ import annotations

import os
import random
import re
from pathlib import Path

import pytest
import yaml

from tests.conformance.vectors.cases import vectors
from tests.docs.policies import shown_policies
from tests.harness.documents import places, put
from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.crds import crd_documents
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.model.policy import API_VERSION, CLUSTER, NAMESPACED
from zen_gc_core.plugins import installed_entry_points, load_plugins

REPOSITORY = Path(__file__).parents[3]
GO_EXAMPLES = Path(os.environ.get("ZEN_GC_TEST_DATA", REPOSITORY.parent / "shared" / "data")) / "zen-gc-examples"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
PLURALS = {NAMESPACED: "namespaces/default/garbagecollectionpolicies", CLUSTER: "clustergarbagecollectionpolicies"}
POD = {"apiVersion": "v1", "kind": "Pod"}
RIGHT = {"targetResources": [POD], "ttl": {"afterCreation": "7d"}}
FULL = {
    "targetResources": [
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "names": ["ci-*", "!ci-keep-*"],
            "namespaces": ["*", "!prod-*"],
            "namespaceSelector": {"matchLabels": {"tier": "dev"}},
            "labelSelector": {"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]},
            "fieldSelector": {"matchFields": {"status.phase": "Failed", "spec.n": 1, "spec.b": True}},
        }
    ],
    "conditions": {
        "phase": ["Succeeded", "Failed"],
        "hasLabels": [{"key": "x"}, {"key": "y", "operator": "In", "values": ["1"]}],
        "hasAnnotations": [{"key": "x", "value": "y"}],
        "fields": [{"path": "spec.replicas", "operator": "Equals", "value": 0}],
        "olderThan": "1h",
        "owner": {"kind": "Workflow"},
        "any": [{"hasLabels": [{"key": "temp"}]}, {"none": [{"olderThan": 5}]}],
    },
    "ttl": {
        "after": {
            "since": {"path": "status.lastUsed", "else": "created"},
            "wait": {"path": "spec.severity", "mappings": {"low": "7d", "audit": "never"}, "default": "30d"},
        }
    },
    "action": {"delete": {"propagationPolicy": "Background", "gracePeriodSeconds": 30}},
    "behavior": {
        "dryRun": False,
        "maxDeletionsPerSecond": 0.5,
        "batchSize": 100,
        "includeOwned": False,
        "includeManaged": False,
        "breaker": {"maxObjects": 500, "maxPercent": 50, "minObjects": 100},
    },
    "evaluationInterval": "5m",
    "paused": False,
}
OLD = {
    "targetResource": {**POD, "namespace": "*", "labelSelector": {"matchLabels": {"a": "b"}}},
    "ttl": {"fieldPath": "spec.severity", "mappings": {"HIGH": 60}, "default": 30},
    "conditions": {"and": [{"fieldPath": "a", "operator": "Equals", "value": "b"}]},
    "behavior": {"propagationPolicy": "", "gracePeriodSeconds": 5, "finalizer": "x", "maxDeletionsPerSecond": 0},
}
RELATIVE = {"targetResource": POD, "ttl": {"relativeTo": "status.lastSeen", "secondsAfter": 60}}
WRONG = {
    "no targets": {"ttl": {"immediate": True}},
    "empty targets": {**RIGHT, "targetResources": []},
    "both targets": {**RIGHT, "targetResource": POD},
    "excludes only": {**RIGHT, "targetResources": [{**POD, "names": ["!a"]}]},
    "no values": {
        **RIGHT,
        "targetResources": [{**POD, "labelSelector": {"matchExpressions": [{"key": "a", "operator": "In"}]}}],
    },
    "no ttl": {"targetResources": [POD]},
    "empty ttl": {**RIGHT, "ttl": {}},
    "two ttls": {**RIGHT, "ttl": {"afterCreation": "7d", "immediate": True}},
    "ttls of both spellings": {**RIGHT, "ttl": {"afterCreation": "7d", "secondsAfterCreation": 60}},
    "half a ttl": {**RIGHT, "ttl": {"relativeTo": "a"}},
    "the other half": {**RIGHT, "ttl": {"secondsAfter": 5}},
    "mappings of nothing": {**RIGHT, "ttl": {"afterCreation": 5, "mappings": {"a": 1}}},
    "seconds of zero": {**RIGHT, "ttl": {"secondsAfterCreation": 0}},
    "empty action": {**RIGHT, "action": {}},
    "two actions": {**RIGHT, "action": {"delete": {}, "label": {"a": "b"}}},
    "action and old behavior": {**RIGHT, "action": {"delete": {}}, "behavior": {"gracePeriodSeconds": 5}},
    "fields in both spellings": {**RIGHT, "conditions": {"and": [], "fields": [{"path": "a", "operator": "Exists"}]}},
    "negative rate": {**RIGHT, "behavior": {"maxDeletionsPerSecond": -1}},
    "no objects": {**RIGHT, "behavior": {"breaker": {"maxObjects": 0}}},
    "propagation": {**RIGHT, "behavior": {"propagationPolicy": "background"}},
    "wrong types": {**RIGHT, "paused": "no", "evaluationInterval": True},
    "a duration in days": {**RIGHT, "ttl": {"afterCreation": "7days"}},
    "a duration in words": {**RIGHT, "conditions": {"olderThan": "3 days"}},
    "a duration of nothing": {**RIGHT, "ttl": {"afterFinished": ""}},
    "a duration in rising order": {**RIGHT, "evaluationInterval": "30s1m"},
    "seconds below zero": {**RIGHT, "ttl": {"afterCreation": -5}},
    "labels in the selector": {**RIGHT, "targetResources": [{**POD, "labelSelector": {"app": "web"}}]},
    "labels beside matchLabels": {
        **RIGHT,
        "targetResources": [{**POD, "labelSelector": {"matchLabels": {"app": "web"}, "tier": "dev"}}],
    },
    "namespaces' labels in the selector": {**RIGHT, "targetResources": [{**POD, "namespaceSelector": {"a": "b"}}]},
    "fields in the selector": {**RIGHT, "targetResources": [{**POD, "fieldSelector": {"status.phase": "Failed"}}]},
    "a phase that is no list": {**RIGHT, "conditions": {"phase": "Failed"}},
    "a label's value that is no text": {
        **RIGHT,
        "targetResources": [{**POD, "labelSelector": {"matchLabels": {"a": True}}}],
    },
}
TAKEN = {
    "all parts of a duration": {**RIGHT, "ttl": {"afterCreation": "1w2d3h4m5s"}},
    "a century": {**RIGHT, "ttl": {"afterCreation": "36525d"}, "conditions": {"olderThan": 3155760000}},
    "zeros in front": {**RIGHT, "ttl": {"afterCreation": "000000000001d"}},
    "a selector of nothing": {
        **RIGHT,
        "targetResources": [{**POD, "labelSelector": {}, "fieldSelector": {}}],
    },
    "a selector of null": {**RIGHT, "targetResources": [{**POD, "labelSelector": None, "fieldSelector": None}]},
    "both parts of a selector": {
        **RIGHT,
        "targetResources": [
            {
                **POD,
                "labelSelector": {"matchLabels": {"a": "b"}, "matchExpressions": [{"key": "c", "operator": "Exists"}]},
            }
        ],
    },
    "every namespace, where that is allowed": {**RIGHT, "targetResources": [{**POD, "namespaces": ["*"]}]},
}
"""What the program takes, close to what it does not."""

STRAYS = [None, True, 0, 1, -1, 2.5, "", "a", "*", "7d", "7days", "1h2d", [], ["a"], [None], {}, {"a": None}, {"a": 1}]


@pytest.fixture(scope="module")
def vocabulary():
    """The installed keywords."""
    return load_plugins(installed_entry_points()).vocabulary


@pytest.fixture(scope="module")
def server(real_cluster, vocabulary):
    """The real API server with the CRDs, applied as users apply them."""
    for document in crd_documents(vocabulary):
        path = f"{DEFINITIONS}/{document['metadata']['name']}"
        query = "?fieldManager=zen-gc-tests&fieldValidation=Strict&force=true"
        answer = real_cluster.request("PATCH", path + query, document, content_type="application/apply-patch+yaml")
        assert answer.status < 300, answer.text
    kubectl = ("wait", "--for=condition=Established", "--timeout=30s")
    for document in crd_documents(vocabulary):
        real_cluster.kubectl(*kubectl, f"crd/{document['metadata']['name']}")
    return real_cluster


def send(server, document):
    """Ask the server what it would store, without storing it."""
    path = f"/apis/{API_VERSION}/{PLURALS[document['kind']]}?dryRun=All"
    metadata = {"name": "policy", **({"namespace": "default"} if document["kind"] == NAMESPACED else {})}
    return server.request("POST", path, {**document, "metadata": metadata})


def refused(document, vocabulary):
    """What the program has against a policy, every namespace being allowed."""
    document = {**document, "metadata": {"name": "policy"}}
    return compile_policy(parse_policy(document, allow_cross_namespace=True), vocabulary).errors


def policy(spec, kind=NAMESPACED):
    """A policy with this spec."""
    return {"apiVersion": API_VERSION, "kind": kind, "spec": spec}


def examples():
    """Every example policy: the project's own and the Go program's."""
    found = sorted([*REPOSITORY.glob("examples/policies/*/policy.yaml"), *GO_EXAMPLES.glob("*.yaml")])
    return [pytest.param(path, id=f"{path.parent.name}-{path.stem}") for path in found]


def test_both_are_established_and_structural(server, vocabulary):
    """As the server sees it: no condition says otherwise."""
    for document in crd_documents(vocabulary):
        stored = server.request("GET", f"{DEFINITIONS}/{document['metadata']['name']}").body
        conditions = {each["type"]: each["status"] for each in stored["status"]["conditions"]}
        assert conditions == {"NamesAccepted": "True", "Established": "True"}


@pytest.mark.parametrize("path", examples())
def test_every_example_policy_is_accepted_as_it_is(server, path):
    """Nothing of it is refused, nothing taken out."""
    for document in yaml.safe_load_all(path.read_text()):
        if document["kind"] in PLURALS:
            answer = send(server, document)
            assert answer.status == 201, answer.text
            assert answer.body["spec"] == document["spec"]


@pytest.mark.parametrize("case", vectors("validation", lambda case: case.wanted["valid"] and "policy" in case.input))
def test_every_valid_policy_of_the_vectors_is_accepted(server, case):
    """As the Go program's CRD did."""
    answer = send(server, {**policy({}), **case.input["policy"]})
    assert answer.status == 201, answer.text
    assert answer.body["spec"] == case.input["policy"]["spec"]


@pytest.mark.parametrize("spec", [RIGHT, FULL, OLD, RELATIVE], ids=["small", "full", "old", "relative"])
@pytest.mark.parametrize("kind", [NAMESPACED, CLUSTER])
def test_every_field_is_accepted_and_kept(server, spec, kind):
    """In both spellings, by both kinds."""
    answer = send(server, policy(spec, kind))
    assert answer.status == 201, answer.text
    assert answer.body["spec"] == spec


def test_an_unknown_keyword_is_kept_and_the_program_refuses_the_policy(server, vocabulary):
    """A pruned condition would make the policy delete more."""
    spec = {**RIGHT, "conditions": {"acme.io/team": {"oneOf": ["web"], "deep": [{"x": None}]}, "phase": None}}
    assert send(server, policy(spec)).body["spec"] == spec
    assert refused(policy(spec), vocabulary)


@pytest.mark.parametrize("spec", WRONG.values(), ids=WRONG)
def test_what_the_schema_can_say_it_refuses_as_the_program_does(server, vocabulary, spec):
    """The user hears of it at once."""
    assert send(server, policy(spec)).status == 422
    assert refused(policy(spec), vocabulary)


@pytest.mark.parametrize("spec", TAKEN.values(), ids=TAKEN)
def test_what_the_program_takes_the_schema_takes(server, vocabulary, spec):
    """However close it is to what it refuses."""
    assert refused(policy(spec), vocabulary) == ()
    answer = send(server, policy(spec))
    assert answer.status == 201, answer.text
    assert answer.body["spec"] == spec


@pytest.mark.parametrize("shown", shown_policies(), ids=str)
def test_the_policies_of_the_pages_are_refused_by_the_schema_only_where_the_program_refuses_them(
    server, vocabulary, shown
):
    """Those that are shown as right are all taken, as they are."""
    answer = send(server, shown.document)
    assert answer.status in {201, 422}, answer.text
    if answer.status == 422:
        assert shown.refused or "acme.io/" in str(shown.document), answer.text
        assert refused(shown.document, vocabulary), answer.text


@pytest.mark.parametrize("spec", [FULL, OLD, RELATIVE], ids=["full", "old", "relative"])
def test_whatever_stands_somewhere_the_schema_refuses_nothing_that_the_program_accepts(server, vocabulary, spec):
    """And keeps every value as it was sent, null among them."""
    chosen = random.Random(repr(spec))
    for place in places(spec):
        for stray in chosen.sample(STRAYS, 4):
            damaged = put(spec, place, stray)
            answer = send(server, policy(damaged))
            if answer.status == 201:
                assert answer.body["spec"] == damaged, place
            else:
                assert refused(policy(damaged), vocabulary), (place, stray, answer.text)


def test_kubectl_shows_what_a_policy_does(server):
    """Phase, readiness, figures and times; the next run lies ahead, which a date column cannot show."""
    namespace = server.namespace()
    item = {**policy(RIGHT), "metadata": {"name": "shown", "namespace": namespace}}
    condition = {"type": "Ready", "status": "True", "reason": "Ready", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    status = {
        "phase": "Active",
        "resourcesMatched": 3,
        "resourcesDeleted": 2,
        "resourcesPending": 1,
        "lastRun": {"due": 4},
    }
    status |= {"lastGCRun": "2026-01-01T00:00:00Z", "nextGCRun": "2999-01-01T00:00:00Z", "conditions": [condition]}
    server.create({**item, "status": status})
    header, row = server.kubectl("get", "gcp", "-n", namespace).stdout.splitlines()
    columns = (
        "NAME",
        "PHASE",
        "READY",
        "REASON",
        "MATCHED",
        "DUE",
        "DELETED",
        "PENDING",
        "LAST RUN",
        "NEXT RUN",
        "AGE",
    )
    assert tuple(re.split(r"\s{2,}", header.strip())) == columns
    assert row.split()[:8] == ["shown", "Active", "True", "Ready", "3", "4", "2", "1"]
    assert "2999-01-01T00:00:00Z" in row
    server.kubectl("delete", "gcp", "shown", "-n", namespace)
