"""The Go program's spelling: the native policy that it becomes, and that everything said of it names the old words."""

from __future__ import annotations

import pytest

from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.model.policy import API_VERSION, KeywordUse
from zen_gc_core.model.scope import EveryNamespace, TheseNamespaces

MAP = {"apiVersion": "v1", "kind": "ConfigMap"}


def parse(*, kind="GarbageCollectionPolicy", crossing=False, **spec):
    """Parse a policy in the old spelling that is right, but for what the test writes."""
    return parse_policy(
        {
            "apiVersion": API_VERSION,
            "kind": kind,
            "metadata": {"name": "maps", "namespace": "team"},
            "spec": {"targetResource": MAP, "ttl": {"secondsAfterCreation": 3600}, **spec},
        },
        allow_cross_namespace=crossing,
    )


def errors(**spec):
    """All errors of a policy, as they are shown."""
    return [str(problem) for problem in parse(**spec).errors]


@pytest.mark.parametrize(
    ("ttl", "after"),
    [
        ({"secondsAfterCreation": 3600}, {"since": "created", "wait": 3600}),
        ({"fieldPath": "spec.ttl"}, {"since": "created", "wait": {"path": "spec.ttl"}}),
        (
            {"fieldPath": "spec.severity", "mappings": {"HIGH": 60}, "default": 30},
            {"since": "created", "wait": {"path": "spec.severity", "mappings": {"HIGH": 60}, "default": 30}},
        ),
        (
            {"relativeTo": "status.lastSeen", "secondsAfter": 60},
            {"since": {"path": "status.lastSeen"}, "wait": 60},
        ),
    ],
)
def test_an_old_ttl_becomes_a_start_and_a_wait(ttl, after):
    """The keyword `after` says all of them."""
    assert parse(ttl=ttl).ttl == KeywordUse("after", after, "spec.ttl.after")


def test_tests_of_fields_become_the_keyword_fields():
    """`conditions.and` was the only list of them."""
    tests = [
        {"fieldPath": "spec.replicas", "operator": "Equals", "value": "0"},
        {"fieldPath": "x", "operator": "Exists"},
    ]
    parsed = parse(conditions={"phase": ["Failed"], "and": tests})
    assert parsed.policy.conditions == {
        "phase": ["Failed"],
        "fields": [{"path": "spec.replicas", "operator": "Equals", "value": "0"}, {"path": "x", "operator": "Exists"}],
    }


def test_an_empty_list_of_tests_is_refused():
    """It held of every object there; ``fields: []`` is refused, too."""
    assert [str(error) for error in parse(conditions={"and": []}).errors] == [
        "spec.conditions.and: must not be an empty list, which holds of every object; leave it out"
    ]


@pytest.mark.parametrize(
    ("behavior", "options"),
    [
        (
            {"propagationPolicy": "Orphan", "gracePeriodSeconds": 0},
            {"propagationPolicy": "Orphan", "gracePeriodSeconds": 0},
        ),
        ({"propagationPolicy": ""}, {}),
        ({"dryRun": True}, {}),
    ],
)
def test_how_to_delete_moves_to_the_action(behavior, options):
    """An empty propagation policy is the default."""
    assert parse(behavior=behavior).policy.action == KeywordUse("delete", options, "spec.action.delete")


def test_a_finalizer_is_accepted_with_a_warning():
    """It never did anything."""
    parsed = parse(behavior={"finalizer": "gc.example.com/x"})
    assert parsed.policy is not None
    assert [str(warning) for warning in parsed.warnings] == [
        "spec.behavior.finalizer: never did anything and does nothing; take it out"
    ]


@pytest.mark.parametrize(
    ("native", "written"),
    [
        ("spec.targetResources", "spec.targetResource"),
        ("spec.targetResources[0].labelSelector.matchLabels.a", "spec.targetResource.labelSelector.matchLabels.a"),
        ("spec.targetResources[0].namespaces[0]", "spec.targetResource.namespace"),
        ("spec.conditions.fields[1].path", "spec.conditions.and[1].fieldPath"),
        ("spec.conditions.fields[1].value", "spec.conditions.and[1].value"),
        ("spec.conditions.phase[0]", "spec.conditions.phase[0]"),
        ("spec.action.delete.gracePeriodSeconds", "spec.behavior.gracePeriodSeconds"),
        ("spec.behavior.batchSize", "spec.behavior.batchSize"),
    ],
)
def test_places_are_named_in_the_words_that_were_written(native, written):
    """By the longest place that was rewritten."""
    tests = [{"fieldPath": "a"}, {"fieldPath": "b"}]
    parsed = parse(conditions={"and": tests, "phase": ["x"]}, behavior={"gracePeriodSeconds": 1, "batchSize": 1})
    assert parsed.written(native) == written


@pytest.mark.parametrize(
    ("ttl", "places"),
    [
        ({"secondsAfterCreation": 60}, {"": "secondsAfterCreation", ".wait": "secondsAfterCreation"}),
        (
            {"fieldPath": "a", "mappings": {"x": 1}, "default": 2},
            {".wait.path": "fieldPath", ".wait.mappings.x": "mappings.x", ".wait.default": "default"},
        ),
        ({"relativeTo": "a", "secondsAfter": 1}, {".since.path": "relativeTo", ".wait": "secondsAfter"}),
    ],
)
def test_places_of_a_ttl_are_named_in_the_words_that_were_written(ttl, places):
    """Each old word stands for a place of `after`."""
    parsed = parse(ttl=ttl)
    assert {place: parsed.written(f"spec.ttl.after{place}") for place in places} == {
        place: f"spec.ttl.{word}" for place, word in places.items()
    }


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"targetResources": [MAP]}, ["spec.targetResource: says the same as targetResources; keep targetResources"]),
        (
            {"ttl": {"secondsAfterCreation": 60, "fieldPath": "a"}},
            ["spec.ttl: exactly one TTL is allowed, not secondsAfterCreation and fieldPath"],
        ),
        (
            {"ttl": {"secondsAfterCreation": 60, "afterCreation": "7d"}},
            ["spec.ttl: exactly one TTL is allowed, not both secondsAfterCreation and 'afterCreation'"],
        ),
        ({"ttl": {"secondsAfter": 60}}, ["spec.ttl.secondsAfter: needs relativeTo beside it"]),
        ({"ttl": {"relativeTo": "a"}}, ["spec.ttl.relativeTo: needs secondsAfter beside it"]),
        ({"ttl": {"default": 60}}, ["spec.ttl.default: needs fieldPath beside it"]),
        ({"ttl": {"secondsAfterCreation": 60, "default": 60}}, ["spec.ttl.default: needs fieldPath beside it"]),
        ({"ttl": {"secondsAfterCreation": 0}}, ["spec.ttl.secondsAfterCreation: must be 1 or more, not 0"]),
        ({"ttl": {"secondsAfterCreation": "7d"}}, ["spec.ttl.secondsAfterCreation: must be an integer, not '7d'"]),
        ({"ttl": {"secondsAfterCreation": None}}, ["spec.ttl.secondsAfterCreation: must be an integer, not null"]),
        (
            {"ttl": {"fieldPath": "a", "mappings": {"HIGH": 0}}},
            ["spec.ttl.mappings.HIGH: must be 1 or more, not 0"],
        ),
        (
            {"conditions": {"and": [], "fields": []}},
            ["spec.conditions.and: says the same as fields; keep fields"],
        ),
        (
            {"conditions": {"and": [{"path": "a"}]}},
            ["spec.conditions.and[0]: unknown field 'path'; did you mean 'fieldPath'?"],
        ),
        (
            {"behavior": {"gracePeriodSeconds": 5}, "action": {"delete": {}}},
            ["spec.behavior.gracePeriodSeconds: says the same as action; keep action"],
        ),
        (
            {"behavior": {"propagationPolicy": "background"}},
            [
                (
                    "spec.behavior.propagationPolicy: must be one of Background, Foreground, Orphan, not 'background'; "
                    "did you mean 'Background'?"
                )
            ],
        ),
        ({"behavior": {"gracePeriodSeconds": -1}}, ["spec.behavior.gracePeriodSeconds: must be 0 or more, not -1"]),
        (
            {"behavior": {"propagationPolcy": "Orphan"}},
            ["spec.behavior: unknown field 'propagationPolcy'; did you mean 'propagationPolicy'?"],
        ),
        (
            {"targetResource": {**MAP, "namespce": "team"}},
            ["spec.targetResource: unknown field 'namespce'; did you mean 'namespace'?"],
        ),
        ({"targetResource": "maps"}, ["spec.targetResource: must be an object, not 'maps'"]),
        ({"targetResource": {"kind": "ConfigMap"}}, ["spec.targetResource.apiVersion: is missing"]),
        ({"targetResource": {**MAP, "namespace": None}}, ["spec.targetResource.namespace: must be text, not null"]),
        (
            {"targetResource": {**MAP, "namespace": "team", "namespaces": ["team"]}},
            ["spec.targetResource.namespace: says the same as namespaces; keep namespaces"],
        ),
    ],
)
def test_an_error_names_the_word_that_was_written(spec, expected):
    """The user never reads of a field that is not in the file."""
    assert errors(**spec) == expected


@pytest.mark.parametrize("namespace", ["team-*", "!team", "Team", "a" * 64, "a/b"])
def test_a_namespace_in_the_old_spelling_is_no_glob(namespace):
    """There it was one name; as a glob it would take more."""
    (error,) = parse(targetResource={**MAP, "namespace": namespace}, crossing=True).errors
    assert error.path == "spec.targetResource.namespace"


@pytest.mark.parametrize(
    ("target", "crossing", "scope"),
    [
        (MAP, False, TheseNamespaces(frozenset(["team"]))),
        ({**MAP, "namespace": ""}, False, TheseNamespaces(frozenset(["team"]))),
        ({**MAP, "namespace": "team"}, False, TheseNamespaces(frozenset(["team"]))),
        (MAP, True, EveryNamespace()),
        ({**MAP, "namespace": ""}, True, EveryNamespace()),
        ({**MAP, "namespace": "*"}, True, EveryNamespace()),
        ({**MAP, "namespace": "123"}, True, TheseNamespaces(frozenset(["123"]))),
    ],
)
def test_an_empty_namespace_is_the_policys_own_unless_crossing_is_allowed(target, crossing, scope):
    """With --allow-cross-namespace it means all, as in the Go program."""
    assert parse(targetResource=target, crossing=crossing).policy.targets[0].scope == scope


@pytest.mark.parametrize("namespace", ["other", "*"])
def test_another_namespace_is_denied(namespace):
    """The reason tells it from a mistake."""
    (error,) = parse(targetResource={**MAP, "namespace": namespace}).errors
    assert (error.path, error.reason) == ("spec.targetResource.namespace", "ScopeDenied")


def test_a_cluster_policy_writes_the_namespace_out_in_either_spelling():
    """An unwritten namespace is never everything."""
    kind = "ClusterGarbageCollectionPolicy"
    assert [problem.path for problem in parse(kind=kind).errors] == ["spec.targetResource.namespace"]
    assert parse(kind=kind, targetResource={**MAP, "namespace": "*"}).policy.targets[0].scope == EveryNamespace()
