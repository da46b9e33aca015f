"""DeletingPolicies of Kyverno: constraints, conditions, variables and exceptions, compared by another interpreter of CEL."""

from __future__ import annotations

import re
from random import Random

import pytest

from tests.unit.importing.differing import changed, compare, converted, objects
from zen_gc_core.errors import InputError
from zen_gc_core.importing.comparing import Cell
from zen_gc_core.importing.kyverno.expressions import condition_of, inlined

RESOURCES = {
    "pods": ("", "v1"),
    "configmaps": ("", "v1"),
    "secrets": ("", "v1"),
    "namespaces": ("", "v1"),
    "deployments": ("apps", "v1"),
    "jobs": ("batch", "v1"),
    "previews": ("acme.io", "v1"),
}
EXPRESSIONS = (
    "object.metadata.name.startsWith('tmp')",
    "object.status.phase == 'Failed'",
    "has(object.metadata.labels) && 'app' in object.metadata.labels && object.metadata.labels.app == 'web'",
    "!has(object.metadata.ownerReferences)",
    "object.spec.replicas == 0",
    "namespaceObject.metadata.labels.env == 'dev'",
    "variables.name.contains('web')",
    "variables.long || variables.name == 'job-1'",
    "object.spec.containers.exists(c, c.image.endsWith(':latest'))",
    "timestamp(object.metadata.creationTimestamp) < timestamp('2026-05-20T00:00:00Z')",
    "true",
)
VARIABLES = [
    {"name": "name", "expression": "object.metadata.name"},
    {"name": "long", "expression": "size(variables.name) > 5"},
]


def policy(name="it", namespace=None, **spec):
    """A DeletingPolicy."""
    kind = "NamespacedDeletingPolicy" if namespace else "DeletingPolicy"
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    whole = {"schedule": "0 3 * * *", **spec}
    return {"apiVersion": "policies.kyverno.io/v1", "kind": kind, "metadata": metadata, "spec": whole}


def rule(*plurals, **fields):
    """A resource rule."""
    groups = sorted({RESOURCES[plural][0] for plural in plurals})
    return {"apiGroups": groups, "apiVersions": ["v1"], "operations": ["*"], "resources": list(plurals), **fields}


def random_policy(random):
    """A random DeletingPolicy, and exceptions to it."""
    constraints = {"resourceRules": [rule(*random.sample(sorted(RESOURCES), random.randint(1, 3)))]}
    if random.random() < 0.4:
        constraints["objectSelector"] = {"matchExpressions": [{"key": "env", "operator": "NotIn", "values": ["prod"]}]}
    if random.random() < 0.3:
        constraints["namespaceSelector"] = {"matchLabels": {"env": "dev"}}
    if random.random() < 0.3:
        constraints["excludeResourceRules"] = [rule(random.choice(sorted(RESOURCES)), resourceNames=["tmp-1", "web-2"])]
    conditions = [
        {"name": f"c{index}", "expression": random.choice(EXPRESSIONS)} for index in range(random.randint(1, 2))
    ]
    namespace = random.choice((None, None, "team-a"))
    found = [policy(namespace=namespace, matchConstraints=constraints, conditions=conditions, variables=VARIABLES)]
    if random.random() < 0.4:
        found.append(exception(found[0]["kind"], random.choice(EXPRESSIONS)))
    return found


def exception(kind, *expressions):
    """A PolicyException to the policy ``it``."""
    conditions = [{"name": f"e{index}", "expression": text} for index, text in enumerate(expressions)]
    spec = {"policyRefs": [{"name": "it", "kind": kind}], "matchConditions": conditions}
    return {"apiVersion": "policies.kyverno.io/v1", "kind": "PolicyException", "metadata": {"name": "e"}, "spec": spec}


MARKS = {"labels": {"app.kubernetes.io/managed-by": ("kyverno", "hand")}}


@pytest.mark.parametrize("seed", range(14))
def test_nothing_goes_that_kyverno_would_keep(seed):
    """Policies at random, on random objects: only ours is empty, and the other interpreter can always tell."""
    random = Random(seed)
    documents = random_policy(random)
    (conversion,) = converted("kyverno", documents)
    found = compare(conversion, objects(random, 120, MARKS))
    assert not found[Cell.ONLY_OURS], documents
    assert not found[Cell.UNTOLD], documents


def _any_condition(spec):
    spec.get("conditions", {}).pop("cel", None)


def _no_exception(spec):
    spec.get("conditions", {}).pop("none", None)


def _any_label(spec):
    for target in spec["targetResources"]:
        target.pop("labelSelector", None)


def _any_name(spec):
    for target in spec["targetResources"]:
        target.pop("names", None)


def _any_namespace(spec):
    for target in spec["targetResources"]:
        target["namespaces"] = ["*"]


@pytest.mark.parametrize("change", [_any_condition, _no_exception, _any_label, _any_name, _any_namespace])
def test_the_comparison_tells_a_policy_that_takes_more(change):
    """Each guard of the import, taken out: something goes that Kyverno keeps."""
    constraints = {
        "resourceRules": [rule("pods", "configmaps", "previews")],
        "objectSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "api"]}]},
        "excludeResourceRules": [rule("pods", "configmaps", "previews", resourceNames=[f"tmp-{n}" for n in range(60)])],
    }
    documents = [
        policy(
            matchConstraints=constraints,
            conditions=[{"name": "c", "expression": "!object.metadata.name.endsWith('1')"}],
        ),
        exception("DeletingPolicy", "object.metadata.name.startsWith('web')"),
    ]
    (conversion,) = converted("kyverno", documents)
    mutant = changed(conversion, change)
    assert any(compare(mutant, objects(Random(seed), 900, MARKS))[Cell.ONLY_OURS] for seed in range(20))


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("resource.Get('v1', 'configmaps', 'a', 'b').data.x == 'y'", "resource: asks for something else"),
        ("http.Get('http://a').x", "http: asks for something else"),
        ("globalContext.Get('a', 'b') == 1", "globalContext: asks for something else"),
        ("image('a:b').tag() == 'b'", "image: is a library of Kyverno's"),
        ("isImage('a')", "isImage: is a library of Kyverno's"),
        ("images.containers.size() > 0", "images: is what Kyverno reads"),
        ("request.operation == 'DELETE'", "request: is of admission"),
        ("variables.nobody", "variables.nobody: there is no such variable"),
        ("object.a ==== 1 '", "it does not compile"),
    ],
)
def test_what_asks_elsewhere_is_refused_by_name(expression, words):
    """An expression asks an object, and nothing else."""
    with pytest.raises(InputError, match=re.escape(words)):
        condition_of(expression, {})


def test_variables_are_bound_once_each_and_in_order():
    """A text that looks like a variable is none; a field of that name is none."""
    variables = {"a": "object.x", "b": "variables.a + 1", "unused": "object.y"}
    written = condition_of("variables.b > 0 && 'variables.a' != object.variables.a", variables)
    assert written == (
        "cel.bind(variables_a, object.x, cel.bind(variables_b, variables_a + 1, "
        "variables_b > 0 && 'variables.a' != object.variables.a))"
    )
    assert inlined("variables.b > 0", variables) == "((object.x) + 1) > 0"


def test_a_condition_that_does_not_come_over_pauses_the_policy():
    """What is left of it would take more."""
    conditions = [{"name": "a", "expression": "true"}, {"name": "b", "expression": "http.Get('x') == 1"}]
    documents = [policy(matchConstraints={"resourceRules": [rule("pods")]}, conditions=conditions)]
    (conversion,) = converted("kyverno", documents)
    assert [each["spec"]["paused"] for each in conversion.policies] == [True]


@pytest.mark.parametrize(
    ("constraints", "path"),
    [
        ({"resourceRules": [{**rule("pods"), "resources": ["*"]}]}, "spec.matchConstraints.resourceRules[0].resources"),
        ({}, "spec.matchConstraints"),
    ],
)
def test_a_wildcard_and_nothing_are_impossible(constraints, path):
    """Every resource cannot be named, and a policy for payloads has none."""
    (conversion,) = converted("kyverno", [policy(matchConstraints=constraints)])
    assert conversion.policies == []
    assert path in {each.path for each in conversion.constructs if each.level == "impossible"}


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"minAge": "1h"}, "spec.minAge"),
        (
            {"matchConstraints": {"resourceRules": [rule("pods")], "fieldSelector": {}}},
            "spec.matchConstraints.fieldSelector",
        ),
        (
            {"matchConstraints": {"resourceRules": [rule("pods", phases=["Failed"])]}},
            "spec.matchConstraints.resourceRules[0].phases",
        ),
    ],
)
def test_a_field_that_is_not_known_pauses_the_policy(spec, path):
    """It might restrict what is deleted."""
    whole = {"matchConstraints": {"resourceRules": [rule("pods")]}, **spec}
    (conversion,) = converted("kyverno", [policy(**whole)])
    assert path in {each.path for each in conversion.constructs if each.level == "impossible"}
    assert [each["spec"]["paused"] for each in conversion.policies] == [True]


def test_what_kyvernos_filters_leave_out_rests_until_they_are_given():
    """ReplicaSets are left out by the filters of its chart; a ConfigMap without that filter lets the policy act."""
    constraints = {"resourceRules": [{**rule("pods"), "apiGroups": ["apps"], "resources": ["replicasets"]}]}
    document = policy(
        matchConstraints=constraints, conditions=[{"name": "a", "expression": "object.spec.replicas == 0"}]
    )
    (conversion,) = converted("kyverno", [document])
    assert conversion.policies[0]["spec"]["paused"]
    settings = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kyverno"}}
    filters = {**settings, "data": {"resourceFilters": "[*/*,team-b,*] [ReplicaSet,*,web-*] [Event,*,*]"}}
    (conversion,) = converted("kyverno", [document, filters])
    (made,) = conversion.policies
    assert "paused" not in made["spec"]
    assert made["spec"]["targetResources"][0]["namespaces"] == ["*", "!team-b"]
    assert made["spec"]["targetResources"][0]["names"] == ["*", "!web-*"]
    assert not compare(conversion, objects(Random(3), 300))[Cell.ONLY_OURS]
