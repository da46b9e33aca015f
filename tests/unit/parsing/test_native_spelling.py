"""The native spelling: what each field becomes, and what is said of a wrong one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.model.policy import API_VERSION, Behavior, Breaker, KeywordUse, Recycle

POD = {"apiVersion": "v1", "kind": "Pod"}


def policy(**spec):
    """A namespaced policy that is right, but for what the test writes."""
    return {
        "apiVersion": API_VERSION,
        "kind": "GarbageCollectionPolicy",
        "metadata": {"name": "pods", "namespace": "team"},
        "spec": {"targetResources": [POD], "ttl": {"afterCreation": "7d"}, **spec},
    }


def errors(document, **options):
    """All errors of a document, as they are shown."""
    return [str(problem) for problem in parse_policy(document, **options).errors]


def test_a_small_policy_has_the_documented_defaults():
    """All objects qualify, they are deleted, nothing is dry, the breaker is on."""
    parsed = parse_policy(policy())
    assert parsed.errors == ()
    assert parsed.warnings == ()
    read = parsed.policy
    assert read.conditions == {}
    assert read.action == KeywordUse("delete", {}, "spec.action.delete")
    assert read.behavior == Behavior()
    assert read.behavior.breaker == Breaker(max_objects=None, max_percent=50, min_objects=100)
    assert read.evaluation_interval is None
    assert read.paused is False


def test_every_field_of_behavior_is_read():
    """Figures and switches arrive as they were written."""
    parsed = parse_policy(
        policy(
            behavior={
                "dryRun": True,
                "maxDeletionsPerSecond": 0.5,
                "batchSize": 7,
                "includeOwned": True,
                "includeManaged": True,
                "breaker": {"maxObjects": 5, "maxPercent": 10, "minObjects": 3},
                "recycle": {"keepFor": "7d"},
            },
            evaluationInterval="5m",
            paused=True,
        )
    )
    assert parsed.errors == ()
    assert parsed.policy.behavior == Behavior(
        dry_run=True,
        max_deletions_per_second=0.5,
        batch_size=7,
        include_owned=True,
        include_managed=True,
        breaker=Breaker(5, 10, 3),
        recycle=Recycle(timedelta(days=7)),
    )
    assert parsed.policy.evaluation_interval == timedelta(minutes=5)
    assert parsed.policy.paused is True


def test_keywords_stay_raw_and_know_their_native_place():
    """Reading does not look into the configuration of a keyword."""
    config = {"anything": [1, None]}
    parsed = parse_policy(
        policy(conditions={"acme.io/team": config}, ttl={"acme.io/soon": config}, action={"x": config})
    )
    assert parsed.conditions == {"acme.io/team": config}
    assert parsed.ttl == KeywordUse("acme.io/soon", config, "spec.ttl['acme.io/soon']")
    assert parsed.action == KeywordUse("x", config, "spec.action.x")


def test_keywords_are_handed_on_beside_other_errors():
    """So that whoever knows the keywords can report everything at once."""
    parsed = parse_policy(policy(paused="no"))
    assert parsed.policy is None
    assert parsed.ttl == KeywordUse("afterCreation", "7d", "spec.ttl.afterCreation")
    assert parsed.action is not None
    assert parsed.conditions == {}


@pytest.mark.parametrize(
    ("spec", "error"),
    [
        ({"behaviour": {}}, "spec: unknown field 'behaviour'; did you mean 'behavior'?"),
        (
            {"behavior": {"maxDeletionPerSecond": 5}},
            "spec.behavior: unknown field 'maxDeletionPerSecond'; did you mean 'maxDeletionsPerSecond'?",
        ),
        (
            {"behavior": {"breaker": {"maxobjects": 5}}},
            "spec.behavior.breaker: unknown field 'maxobjects'; did you mean 'maxObjects'?",
        ),
        (
            {"behavior": {"recyle": {"keepFor": "7d"}}},
            "spec.behavior: unknown field 'recyle'; did you mean 'recycle'?",
        ),
        (
            {"behavior": {"recycle": {}}},
            "spec.behavior.recycle.keepFor: is missing: how long a copy is kept, such as 7d",
        ),
        ({"behavior": {"recycle": True}}, "spec.behavior.recycle: must be an object, not true"),
        (
            {"behavior": {"recycle": {"keepFor": 0}}},
            "spec.behavior.recycle.keepFor: a duration must be more than 0, not 0",
        ),
        (
            {"behavior": {"keepFor": "7d"}},
            "spec.behavior: unknown field 'keepFor'; it belongs in spec.behavior.recycle",
        ),
        (
            {"behavior": {"recycle": {"keepFor": "9m"}}},
            (
                "spec.behavior.recycle.keepFor: must be 10m or more: "
                "a deletion may wait for minutes once its copy is made; 7d is usual"
            ),
        ),
        ({"behavior": {"xyzzy": 5}}, "spec.behavior: unknown field 'xyzzy'"),
        (
            {"targetResources": [{**POD, "labelselector": {}}]},
            "spec.targetResources[0]: unknown field 'labelselector'; did you mean 'labelSelector'?",
        ),
        (
            {"targetResources": [{**POD, "labelSelector": {"matchLabel": {}}}]},
            "spec.targetResources[0].labelSelector: unknown field 'matchLabel'; did you mean 'matchLabels'?",
        ),
        ({"ttl": {}}, "spec.ttl: exactly one TTL is needed, and there is none"),
        (
            {"ttl": {"afterCreation": "7d", "immediate": True}},
            "spec.ttl: exactly one TTL is needed, not 'afterCreation' and 'immediate'",
        ),
        ({"action": {}}, "spec.action: exactly one action is needed, and there is none"),
        (
            {"action": {"delete": {}, "label": {}}},
            "spec.action: exactly one action is needed, not 'delete' and 'label'",
        ),
        ({"conditions": None}, "spec.conditions: is null; leave it out, or give it a value"),
        ({"conditions": []}, "spec.conditions: must be an object, not a list"),
        ({"behavior": {"dryRun": "true"}}, "spec.behavior.dryRun: must be true or false, not 'true'"),
        ({"behavior": {"dryRun": None}}, "spec.behavior.dryRun: is null; leave it out, or give it a value"),
        ({"behavior": {"batchSize": -1}}, "spec.behavior.batchSize: must be 0 or more, not -1"),
        ({"behavior": {"batchSize": True}}, "spec.behavior.batchSize: must be an integer, not true"),
        ({"behavior": {"maxDeletionsPerSecond": -1}}, "spec.behavior.maxDeletionsPerSecond: must be 0 or more, not -1"),
        (
            {"behavior": {"maxDeletionsPerSecond": float("nan")}},
            "spec.behavior.maxDeletionsPerSecond: must be a number, not nan",
        ),
        (
            {"behavior": {"breaker": {"maxObjects": 0}}},
            "spec.behavior.breaker.maxObjects: must be 1 or more, not 0; to act on nothing, write paused: true in the spec",
        ),
        (
            {"behavior": {"breaker": {"maxPercent": 101}}},
            "spec.behavior.breaker.maxPercent: must be 100 or less, not 101",
        ),
        ({"behavior": {"breaker": {"minObjects": 0}}}, "spec.behavior.breaker.minObjects: must be 1 or more, not 0"),
        ({"evaluationInterval": 0}, "spec.evaluationInterval: a duration must be more than 0, not 0"),
        ({"paused": 1}, "spec.paused: must be true or false, not 1"),
        ({"targetResources": []}, "spec.targetResources: must not be an empty list"),
        ({"targetResources": [POD] * 33}, "spec.targetResources: has 33 entries; 32 are the most"),
        ({"targetResources": ["pods"]}, "spec.targetResources[0]: must be an object, not 'pods'"),
        ({"targetResources": [{"kind": "Pod"}]}, "spec.targetResources[0].apiVersion: is missing"),
        ({"targetResources": [{"apiVersion": "v1"}]}, "spec.targetResources[0].kind: is missing"),
        (
            {"targetResources": [{"apiVersion": "apps", "kind": "Pod"}]},
            "spec.targetResources[0].apiVersion: 'apps' is no apiVersion: write v1, or group and version, such as batch/v1",
        ),
        (
            {"targetResources": [{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview"}]},
            "spec.targetResources[0].kind: TokenReview is a question to the API server: none is ever kept",
        ),
    ],
)
def test_a_wrong_field_is_refused_where_it_stands(spec, error):
    """One line that says where and what, with the nearest known name for a misspelt one."""
    assert errors(policy(**spec)) == [error]


@pytest.mark.parametrize("name", ["variables", "approval"])
def test_a_reserved_field_is_refused_for_now(name):
    """Its meaning comes later; until then nobody may believe that it has one."""
    assert errors(policy(**{name: {}})) == [f"spec.{name}: is reserved for a later version: not yet"]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "must not be empty"),
        (7, "must be text, not 7; write it in quotes"),
        (None, "is null; leave it out, or give it a value"),
        ("team-b:cleaner", "'team-b:cleaner' is no name"),
        ("team-b/cleaner", "'team-b/cleaner' is no name"),
        ("cleaner\r\nImpersonate-Group: system:masters", "is no name"),
    ],
)
def test_an_account_is_the_name_of_one_of_the_policys_own_namespace(name, error):
    """Whatever else is written there names nobody; a header cannot be written into it."""
    (found,) = errors(policy(serviceAccountName=name))
    assert found.startswith("spec.serviceAccountName: ")
    assert error in found


def test_a_policy_acts_as_the_account_that_it_names():
    """By name; the namespace is its own."""
    assert parse_policy(policy(serviceAccountName="cleaner")).policy.service_account == "cleaner"
    assert parse_policy(policy()).policy.service_account == ""


def test_a_cluster_policy_has_no_account():
    """It has no namespace whose account that could be."""
    document = policy(serviceAccountName="cleaner")
    document["kind"] = "ClusterGarbageCollectionPolicy"
    del document["metadata"]["namespace"]
    assert "a ClusterGarbageCollectionPolicy has none" in " ".join(errors(document))


@pytest.mark.parametrize(
    ("behavior", "rate", "size"),
    [({"maxDeletionsPerSecond": 0}, None, None), ({"batchSize": 0}, None, None), ({"batchSize": 20}, None, 20)],
)
def test_a_rate_or_size_of_zero_asks_for_the_default(behavior, rate, size):
    """As it did in the Go program."""
    read = parse_policy(policy(behavior=behavior)).policy.behavior
    assert (read.max_deletions_per_second, read.batch_size) == (rate, size)


def test_a_batch_above_twenty_counts_as_twenty_with_a_warning():
    """Twenty is the most writes between two looks at the policy."""
    parsed = parse_policy(policy(behavior={"batchSize": 50}))
    assert parsed.policy.behavior.batch_size == 20
    assert [str(warning) for warning in parsed.warnings] == [
        "spec.behavior.batchSize: 50 is more than 20, which is what counts"
    ]


def test_all_problems_are_reported_at_once():
    """Nobody mends a policy one error at a time."""
    found = errors(policy(paused="no", ttl={}, targetResources=[{}], behavior={"dryRun": 1}, spam=1))
    assert len(found) == 6


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"apiVersion": "v1"}, "apiVersion: must be one of gc.kube-zen.io/v1alpha1, not 'v1'"),
        (
            {"kind": "GarbageCollectionPolicies"},
            (
                "kind: must be one of GarbageCollectionPolicy, ClusterGarbageCollectionPolicy, not "
                "'GarbageCollectionPolicies'; did you mean 'GarbageCollectionPolicy'?"
            ),
        ),
        ({"metadata": None}, "metadata: is null; leave it out, or give it a value"),
        ({"metadata": {}}, "metadata.name: is missing"),
        ({"metadata": {"name": 5}}, "metadata.name: must be text, not 5; write it in quotes"),
        ({"metadata": {"name": None}}, "metadata.name: must be text, not null"),
        (
            {"metadata": {"name": "../x"}},
            "metadata.name: '../x' is no name: at most 253 of a-z, 0-9, '-' and '.', and neither end may be '-' or '.'",
        ),
        (
            {"metadata": {"name": "x", "namespace": "*"}},
            "metadata.namespace: '*' is no namespace: at most 63 of a-z, 0-9 and '-', and neither end may be '-'",
        ),
        ({"sepc": {}}, "unknown field 'sepc'; did you mean 'spec'?"),
        ({"spec": []}, "spec: must be an object, not a list"),
    ],
)
def test_a_wrong_head_is_refused(change, error):
    """What a document is comes before what it says."""
    assert errors({**policy(), **change}) == [error]


def test_a_policy_without_a_namespace_is_in_default():
    """As kubectl would put it."""
    document = policy()
    del document["metadata"]["namespace"]
    parsed = parse_policy(document)
    assert parsed.reference.namespace == "default"
    assert parsed.policy.targets[0].scope.takes("default")


def test_a_kind_that_its_group_does_not_have_is_a_warning():
    """Another version of Kubernetes may have it; a typo is shown all the same."""
    parsed = parse_policy(policy(targetResources=[{"apiVersion": "batch/v1", "kind": "Jobs"}]))
    assert [str(warning) for warning in parsed.warnings] == [
        "spec.targetResources[0].kind: Kubernetes v1.36 has no kind 'Jobs' in batch/v1; did you mean 'Job'?"
    ]


def test_unprintable_text_stays_on_one_line():
    """An error is one line, whatever the user wrote."""
    (error,) = errors(policy(**{"a\nb\u202e" + "c" * 500: 1}))
    assert error.isprintable()
    assert len(error) < 120
