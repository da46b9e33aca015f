"""CleanupPolicies of Kyverno: filters and conditions, compared with Kyverno's own operators."""

from __future__ import annotations

from random import Random

import pytest

from tests.unit.importing.differing import changed, compare, converted, objects
from zen_gc_core.errors import InputError
from zen_gc_core.importing.comparing import Cell
from zen_gc_core.importing.kyverno.asking import Key, key_of
from zen_gc_core.importing.kyverno.operators import holds

AGE = "{{ time_diff('{{target.metadata.creationTimestamp}}','{{ time_now_utc() }}') }}"
SINCE = "{{ time_since('', '{{ target.metadata.creationTimestamp }}', '') }}"
OWNERS = "{{ target.metadata.ownerReferences[] || `[]` }}"
KINDS = ("Pod", "v1/ConfigMap", "apps/v1/Deployment", "batch/v1/Job", "acme.io/v1/Preview", "Namespace", "Service")
VALUES: tuple[object, ...] = (
    "web",
    "web-1",
    "w*",
    "",
    "1",
    "0",
    0,
    1,
    5,
    "5",
    "1Gi",
    "1h",
    True,
    False,
    ["web", "api"],
    ["1", 5, "web-?"],
    [],
    "dev",
)
KEYS = (
    "{{ target.metadata.labels.app }}",
    "{{ target.metadata.labels.tier || '' }}",
    "{{ target.metadata.labels.scratch || 'none' }}",
    '{{ target.metadata.labels."app.kubernetes.io/managed-by" }}',
    "{{ target.spec.size }}",
    "{{ target.spec.replicas }}",
    "{{ target.data.mode }}",
    "{{ target.metadata.name }}",
    "{{ target.metadata.finalizers || `[]` }}",
    "{{ target.spec.containers[] || `[]` }}",
    "{{ target.spec.marks }}",
    OWNERS,
)
OPERATORS = (
    "Equals",
    "NotEquals",
    "AnyIn",
    "AllIn",
    "AnyNotIn",
    "AllNotIn",
    "GreaterThan",
    "GreaterThanOrEquals",
    "LessThan",
    "LessThanOrEquals",
)
MARKS = {
    "labels": {"app": ("web", "api", "5", "1h", "60m", "1", "w*", "*", ""), "tier": ("1", "1000m", "gold")},
    "annotations": {"keep": ("yes", "no"), "acme.io/stage": ("dev", "prod")},
}


def policy(name="it", namespace=None, **spec):
    """A CleanupPolicy."""
    kind = "CleanupPolicy" if namespace else "ClusterCleanupPolicy"
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {
        "apiVersion": "kyverno.io/v2",
        "kind": kind,
        "metadata": metadata,
        "spec": {"schedule": "0 3 * * *", **spec},
    }


def resources(random):
    """A random filter."""
    found = {"kinds": random.sample(KINDS, random.randint(1, 3))}
    if random.random() < 0.3:
        found["names"] = random.sample(["web-*", "tmp-1?", "job-*", "team-a"], 2)
    if random.random() < 0.3:
        found["namespaces"] = random.sample(["team-*", "default", "kyverno", "team-b"], 2)
    if random.random() < 0.3:
        found["selector"] = {"matchExpressions": [{"key": "env", "operator": "NotIn", "values": ["prod"]}]}
    if random.random() < 0.2:
        found["namespaceSelector"] = {"matchLabels": {"env": "dev"}}
    if random.random() < 0.2:
        found["annotations"] = random.choice(({"keep": "*"}, {"acme.io/*": "dev"}, {"keep": "no"}))
    return {"resources": found}


def condition(random):
    """A random condition."""
    if random.random() < 0.25:
        return {
            "key": random.choice((AGE, SINCE)),
            "operator": random.choice(OPERATORS[6:]),
            "value": random.choice(("1h0m0s", "24h", 60)),
        }
    return {"key": random.choice(KEYS), "operator": random.choice(OPERATORS), "value": random.choice(VALUES)}


def random_policy(random):
    """A random CleanupPolicy."""
    spec = {"match": {random.choice(("any", "any", "all")): [resources(random) for _ in range(random.randint(1, 2))]}}
    if random.random() < 0.4:
        spec["exclude"] = {random.choice(("any", "all")): [resources(random) for _ in range(random.randint(1, 2))]}
    conditions = {}
    if random.random() < 0.8:
        conditions["all"] = [condition(random) for _ in range(random.randint(1, 2))]
    if random.random() < 0.3:
        conditions["any"] = [condition(random) for _ in range(random.randint(1, 2))]
    if conditions:
        spec["conditions"] = conditions
    return policy(namespace=random.choice((None, None, "team-a")), **spec)


def with_marks(random, number):
    """Random objects, some with lists and odd values where conditions look."""
    found = objects(random, number, MARKS)
    for each in found:
        if random.random() < 0.3:
            each["metadata"]["finalizers"] = random.choice(([], ["a/b"], ["web", "api"]))
        if random.random() < 0.3:
            each.setdefault("spec", {})["marks"] = random.choice(
                (["web"], ["web", 5], [], ["x", True], {"a": 1}, 5, 1.5, True, None, "w?")
            )
    return found


@pytest.mark.parametrize("begin", range(0, 120, 10))
def test_nothing_goes_that_kyverno_would_keep(begin):
    """Policies at random, on random objects: only ours is empty."""
    for seed in range(begin, begin + 10):
        random = Random(seed)
        document = random_policy(random)
        (conversion,) = converted("kyverno", [document])
        found = compare(conversion, with_marks(random, 150))
        assert not found[Cell.ONLY_OURS], document


@pytest.mark.parametrize("operator", OPERATORS)
def test_no_operator_takes_more_than_kyvernos(operator):
    """Each operator, on each key, with each value: what is true here of an object is true there."""
    found = with_marks(Random(operator), 120)
    went = 0
    for key in KEYS:
        for value in VALUES:
            spec = {
                "match": {"any": [{"resources": {"kinds": ["Pod", "ConfigMap", "acme.io/v1/Preview", "Deployment"]}}]}
            }
            conditions = {"all": [{"key": key, "operator": operator, "value": value}]}
            (conversion,) = converted("kyverno", [policy(**spec, conditions=conditions)])
            if conversion.policies and not conversion.policies[0]["spec"].get("paused"):
                cells = compare(conversion, found)
                assert not cells[Cell.ONLY_OURS], (key, operator, value)
                went += len(cells[Cell.BOTH_GO])
    assert went, "no object met a condition with it"


def _any_condition(spec):
    spec.get("conditions", {}).pop("cel", None)


def _no_exclude(spec):
    spec.get("conditions", {}).pop("none", None)


def _any_annotation(spec):
    spec.get("conditions", {}).pop("all", None)


def _at_once(spec):
    spec["ttl"] = {"immediate": True}


def _any_place(spec):
    for target in spec["targetResources"]:
        target.pop("names", None)
        target.pop("labelSelector", None)
        if "namespaces" in target:
            target["namespaces"] = ["*"]


@pytest.mark.parametrize("change", [_any_condition, _no_exclude, _any_annotation, _at_once, _any_place])
def test_the_comparison_tells_a_policy_that_takes_more(change):
    """Each guard of the import, taken out: something goes that Kyverno keeps."""
    filtered = {
        "kinds": ["ConfigMap", "acme.io/v1/Preview"],
        "namespaces": ["team-*"],
        "annotations": {"acme.io/*": "dev"},
    }
    document = policy(
        match={"any": [{"resources": filtered}]},
        exclude={"any": [{"resources": {"names": ["tmp-*"]}}]},
        conditions={
            "all": [
                {"key": "{{ target.metadata.labels.env || '' }}", "operator": "NotEquals", "value": "prod"},
                {"key": AGE, "operator": "GreaterThan", "value": "2h"},
            ]
        },
    )
    (conversion,) = converted("kyverno", [document])
    assert compare(changed(conversion, change), with_marks(Random(5), 1200))[Cell.ONLY_OURS]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (AGE, Key(())),
        (SINCE, Key(())),
        ("{{ time_since('', target.metadata.creationTimestamp, time_now_utc()) }}", Key(())),
        (OWNERS, Key(("metadata", "ownerReferences"), [], flattened=True)),
        ("{{target.spec.replicas}}", Key(("spec", "replicas"))),
        ("{{ target.metadata.labels.\"a.b/c\" || 'x' }}", Key(("metadata", "labels", "a.b/c"), "x")),
    ],
)
def test_keys_are_read(text, key):
    """The shapes that users copy from the samples, and fields."""
    assert key_of(text, {}) == key


@pytest.mark.parametrize(
    "text",
    [
        "target.spec.replicas",
        "{{ target.a }}-{{ target.b }}",
        "{{ request.object.metadata.name }}",
        "{{ length(target.spec.containers) }}",
        "{{ target.spec.containers[0].image }}",
        "{{ regex_match('a', '{{ target.metadata.name }}') }}",
        "{{ lookup(a, b) }}",
        "{{ images.containers.a.registry }}",
        "{{ target }}",
        "{{ target. }}",
    ],
)
def test_other_keys_are_refused(text):
    """One line, and the policy rests."""
    with pytest.raises(InputError) as refused:
        key_of(text, {})
    assert "\n" not in str(refused.value).splitlines()[0]
    spec = {"match": {"any": [{"resources": {"kinds": ["Pod"]}}]}}
    (conversion,) = converted(
        "kyverno", [policy(**spec, conditions={"all": [{"key": text, "operator": "Equals", "value": "a"}]})]
    )
    assert [each["spec"]["paused"] for each in conversion.policies] == [True]


def test_a_variable_with_a_plain_value_is_written_in_and_any_other_is_impossible():
    """What asks the API server is no variable of a policy here."""
    spec = {
        "context": [
            {"name": "stage", "variable": {"value": "dev"}},
            {"name": "quota", "apiCall": {"urlPath": "/api/v1/nodes"}},
        ],
        "match": {"any": [{"resources": {"kinds": ["ConfigMap"]}}]},
        "conditions": {
            "all": [{"key": "{{ target.metadata.labels.env }}", "operator": "Equals", "value": "{{ stage }}"}]
        },
    }
    (conversion,) = converted("kyverno", [policy(**spec)])
    assert "'dev'" in conversion.policies[0]["spec"]["conditions"]["cel"][0]
    assert {each.path for each in conversion.constructs if each.level == "impossible"} == {"spec.context[1]"}


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"minAge": "1h"}, "spec.minAge"),
        ({"conditions": {"none": []}}, "spec.conditions.none"),
        (
            {"match": {"any": [{"resources": {"kinds": ["Pod"], "phase": "Failed"}}]}},
            "spec.match.any[0].resources.phase",
        ),
        ({"exclude": {"any": [{"resources": {"phase": "Failed"}}]}}, "spec.exclude.any[0].resources.phase"),
        ({"exclude": {"any": [{"resources": {"kinds": ["*"]}}]}}, "spec.exclude.any[0].resources (exclude)"),
        ({"exclude": {"any": [{"resources": {"kinds": ["*.io/v1/Pod"]}}]}}, "spec.exclude.any[0].resources (exclude)"),
        ({"exclude": {"any": [{"resources": {"kinds": ["Pod/*"]}}]}}, "spec.exclude.any[0].resources (exclude)"),
        (
            {"exclude": {"any": [{"resources": {"namespaceSelector": {"matchLabels": {"a": "b"}}}}]}},
            "spec.exclude.any[0].resources (exclude)",
        ),
        (
            {"exclude": {"any": [{"resources": {"selector": {"matchLabels": {"a": "b*"}}}}]}},
            "spec.exclude.any[0].resources (exclude)",
        ),
    ],
)
def test_a_field_that_is_not_known_pauses_the_policy(spec, path):
    """It might restrict what is deleted."""
    (conversion,) = converted("kyverno", [policy(**{"match": {"any": [{"resources": {"kinds": ["Pod"]}}]}, **spec})])
    assert path in {each.path for each in conversion.constructs if each.level == "impossible"}
    assert [each["spec"]["paused"] for each in conversion.policies] == [True]


def test_the_samples_that_users_copy_have_keywords():
    """Pods without owners, older than half a minute."""
    conditions = {
        "all": [
            {"key": OWNERS, "operator": "Equals", "value": []},
            {"key": AGE, "operator": "GreaterThan", "value": "0h0m30s"},
        ]
    }
    (conversion,) = converted(
        "kyverno", [policy(match={"any": [{"resources": {"kinds": ["Pod"]}}]}, conditions=conditions)]
    )
    spec = conversion.policies[0]["spec"]
    assert spec["conditions"] == {"owner": "none"}
    assert spec["ttl"] == {"afterCreation": "30s"}


@pytest.mark.parametrize(
    ("operator", "key", "value", "expected"),
    [
        ("equals", "1h", "60m", True),
        ("equals", "1000m", "1", True),
        ("equals", "100", "1*", False),
        ("equals", "web-1", "web-?", True),
        ("equals", 5, "5", True),
        ("equals", "5", 5, False),
        ("equals", True, "true", False),
        ("equals", [], [], True),
        ("equals", None, "a", False),
        ("notequals", None, "a", False),
        ("notequals", "1h", "60m", False),
        ("notequals", "5", "a", False),
        ("notequals", 1.5, 1, False),
        ("notequals", "a", [], False),
        ("anyin", ["a", "b"], ["b"], True),
        ("anyin", "*", ["b"], True),
        ("allin", [], ["b"], True),
        ("allin", "web", ["w*"], False),
        ("anynotin", ["a", "b"], ["a", "b"], False),
        ("allnotin", ["a", "b"], ["c"], True),
        ("allnotin", 5, ["5"], False),
        ("greaterthan", "2h", "90m", True),
        ("greaterthan", "1Gi", "1Mi", True),
        ("greaterthan", "10", 5, True),
        ("greaterthan", 10, "5m", False),
        ("lessthan", None, 5, False),
    ],
)
def test_the_reference_compares_as_kyverno_does(operator, key, value, expected):
    """Durations first, then quantities, wildcards and numbers; what fits none is neither equal nor not."""
    assert holds(operator, key, value) is expected


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"match": {"any": [{"resources": {"kinds": "Pod"}}]}}, "spec.match.any[0].resources.kinds: must be a list"),
        ({"match": {"resources": {"kinds": ["Pod"]}}}, "spec.match.resources: stands below any or all"),
        ({"match": {"any": [{"subjects": [{"name": "a"}]}]}}, "subjects: a clean-up is nobody's request"),
        (
            {"match": {"any": [{"resources": {"kinds": ["Pod"], "name": "a", "names": ["b"]}}]}},
            "name: stands beside names",
        ),
        ({"match": 5}, "spec.match: must be a map, not a number"),
    ],
)
def test_a_broken_policy_is_refused_with_its_place(change, words):
    """One line, with file and field."""
    with pytest.raises(InputError) as refused:
        converted("kyverno", [policy(**change)])
    assert words in str(refused.value)
    assert str(refused.value).startswith("it.yaml:1: ")
