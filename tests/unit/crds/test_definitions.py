"""The definitions of both kinds: current, structural, and as wide as the program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.unit.crds.schemas import accepts, nodes
from zen_gc_core.engine.crds import crd_documents, dump
from zen_gc_core.engine.crds.rules import written
from zen_gc_core.engine.crds.structural import INT_OR_STRING, OPEN
from zen_gc_core.engine.parsing import parse_policy, policy, targets
from zen_gc_core.engine.parsing.behavior import BREAKER_FIELDS, RECYCLE_FIELDS
from zen_gc_core.engine.parsing.behavior import FIELDS as BEHAVIOR_FIELDS
from zen_gc_core.model.policy import API_VERSION, NAMESPACED
from zen_gc_core.model.recycled import MOST_BYTES
from zen_gc_core.offering import OWN_DISTRIBUTION
from zen_gc_core.plugins import installed_entry_points, load_plugins
from zen_gc_core.vocabulary import Vocabulary

POD = {"apiVersion": "v1", "kind": "Pod"}
CHECKED_IN = Path(__file__).parents[3] / "crds" / "policies.yaml"


@pytest.fixture(scope="module")
def documents():
    """The definitions with the project's own keywords."""
    own = [point for point in installed_entry_points() if point.dist and point.dist.name == OWN_DISTRIBUTION]
    return crd_documents(load_plugins(own).vocabulary)


@pytest.fixture(scope="module")
def spec(documents):
    """The schema of `spec`."""
    return documents[0]["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]


def test_the_definitions_that_are_checked_in_are_current(documents):
    """Made by `zen-gc crd > crds/policies.yaml` with no other plugin installed."""
    assert CHECKED_IN.read_text() == dump(documents)


def test_the_text_reads_back_as_the_documents(documents):
    """Without anchors, which some readers refuse."""
    text = dump(documents)
    assert list(yaml.safe_load_all(text)) == documents
    assert "&id" not in text


def test_both_kinds_have_one_schema(documents):
    """Names and scope are all that differs."""
    one, other = (document["spec"] for document in documents[:2])
    assert one["versions"] == other["versions"]
    assert [(each["names"]["kind"], each["scope"], each["names"]["shortNames"]) for each in (one, other)] == [
        ("GarbageCollectionPolicy", "Namespaced", ["gcp", "gcpolicy"]),
        ("ClusterGarbageCollectionPolicy", "Cluster", ["cgcp", "cgcpolicy"]),
    ]


def test_both_kinds_of_copies_have_one_schema_and_hold_an_object_as_one_text(documents):
    """Which may be as large as what is copied, and no field of which is looked into."""
    one, other = (document["spec"] for document in documents[2:])
    assert one["versions"] == other["versions"]
    assert [(each["names"]["kind"], each["scope"]) for each in (one, other)] == [
        ("RecycledObject", "Namespaced"),
        ("ClusterRecycledObject", "Cluster"),
    ]
    spec = one["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    assert (spec["properties"]["object"]["type"], spec["properties"]["object"]["maxLength"]) == ("string", MOST_BYTES)
    assert set(spec["required"]) == set(spec["properties"])


def test_every_node_of_spec_may_be_null_and_every_object_is_open(spec):
    """The server takes a null out of a field that may not be null, and an unknown field out of a closed object."""
    for path, node in nodes(spec):
        assert node["nullable"] is True, path
        assert not {"$ref", "oneOf", "allOf", "default"} & set(node), path
        assert all(set(choice) <= {"required", "maxProperties"} for choice in node.get("anyOf", ())), path
        if node.get("type") == "object":
            assert node.get(OPEN) or "additionalProperties" in node, path
        else:
            assert node.get("type") or node.get(INT_OR_STRING) or node.get(OPEN), path


def test_every_field_of_the_program_is_in_the_schema(spec):
    """None is left to be found out."""
    below = spec["properties"]
    assert set(policy.FIELDS) <= set(below)
    assert set(targets.FIELDS) == set(below["targetResources"]["items"]["properties"])
    assert set(BEHAVIOR_FIELDS) <= set(below["behavior"]["properties"])
    assert set(BREAKER_FIELDS) == set(below["behavior"]["properties"]["breaker"]["properties"])
    assert set(RECYCLE_FIELDS) == set(below["behavior"]["properties"]["recycle"]["properties"])


def test_every_installed_keyword_is_in_the_schema(spec):
    """With its description, for `kubectl explain`."""
    vocabulary = load_plugins(installed_entry_points()).vocabulary
    own = {
        place: {name for name, offered in words.items() if offered.distribution == OWN_DISTRIBUTION}
        for place, words in (
            ("conditions", vocabulary.matchers),
            ("ttl", vocabulary.ttls),
            ("action", vocabulary.actions),
        )
    }
    for place, names in own.items():
        assert names
        assert names <= set(spec["properties"][place]["properties"])


def test_what_a_rule_looks_at_is_bounded(spec):
    """Else the server counts the rule as too dear: lists and text that a rule goes through have a length."""
    for path, node in nodes(spec):
        for rule in node.get("x-kubernetes-validations", ()):
            if ".exists(" in rule["rule"]:
                assert "maxItems" in node, path
                assert "maxLength" in node["items"], path


def test_without_plugins_there_is_a_schema_all_the_same():
    """It keeps every keyword that it does not know."""
    document, *_ = crd_documents(Vocabulary())
    schema = document["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    assert accepts(schema, {"targetResources": [{"apiVersion": "v1", "kind": "Pod"}], "ttl": {"acme.io/x": None}})
    assert json.dumps(schema)


@pytest.mark.parametrize(
    ("name", "expression"),
    [
        ("ttl", "has(self.ttl)"),
        ("namespace", "has(self.__namespace__)"),
        ("acme.io/in-time", "has(self.acme__dot__io__slash__in__dash__time)"),
        ("a__b", "has(self.a__underscores__b)"),
    ],
)
def test_a_rule_spells_names_as_kubernetes_escapes_them(name, expression):
    """Kubernetes, "Custom Resource Definitions", on property names in CEL."""
    assert written(name) == expression


@pytest.mark.parametrize(
    "extra",
    [
        {"conditions": {**{f"acme.io/k{number}": 1 for number in range(31)}, "phase": ["Failed"]}},
        {"conditions": {"and": [{"fieldPath": "a", "operator": "Exists"}] * 100}},
        {"behavior": {"finalizer": "x" * 253, "batchSize": 10**6, "breaker": {"maxObjects": 2**62}}},
        {"targetResource": None, "targetResources": [{**POD, "names": ["x" * 253, "!" + "y" * 253] * 32}] * 32},
        {"ttl": {"fieldPath": "a" * 1024, "mappings": {f"c{number}": 3_155_760_000 for number in range(256)}}},
    ],
)
def test_the_limits_of_the_schema_are_those_of_the_program(spec, extra):
    """At its own limits, whatever the program accepts."""
    written = {"targetResource": POD, "ttl": {"secondsAfterCreation": 1}, **extra}
    written = {name: value for name, value in written.items() if value is not None}
    head = {"apiVersion": API_VERSION, "kind": NAMESPACED, "metadata": {"name": "p"}}
    assert parse_policy({**head, "spec": written}).errors == ()
    assert accepts(spec, written)
