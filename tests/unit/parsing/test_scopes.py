"""How far a policy reaches: its own namespace, or what a cluster policy writes out; nothing wider, and never in silence."""

from __future__ import annotations

import pytest

from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.model.policy import API_VERSION
from zen_gc_core.model.scope import EveryNamespace, MatchingNamespaces, TheseNamespaces, Unwritten

POD = {"apiVersion": "v1", "kind": "Pod"}
NODE = {"apiVersion": "v1", "kind": "Node"}
THING = {"apiVersion": "acme.io/v1", "kind": "Thing"}


def parse(target, *, cluster=False, crossing=False):
    """Parse a policy with one target."""
    return parse_policy(
        {
            "apiVersion": API_VERSION,
            "kind": "ClusterGarbageCollectionPolicy" if cluster else "GarbageCollectionPolicy",
            "metadata": {"name": "p", "namespace": "team"},
            "spec": {"targetResources": [target], "ttl": {"immediate": True}},
        },
        allow_cross_namespace=crossing,
    )


def scope(target, **options):
    """The scope of the one target."""
    parsed = parse(target, **options)
    assert parsed.errors == ()
    return parsed.policy.targets[0].scope


@pytest.mark.parametrize("target", [POD, THING, {**POD, "namespaces": ["team"]}, {**POD, "namespaceSelector": None}])
def test_a_namespaced_policy_acts_on_its_own_namespace(target):
    """Whatever the kind, and when it names itself too."""
    assert scope(target) == TheseNamespaces(frozenset(["team"]))


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ({**POD, "namespaces": ["other"]}, "spec.targetResources[0].namespaces"),
        ({**POD, "namespaces": ["*"]}, "spec.targetResources[0].namespaces"),
        ({**POD, "namespaces": ["team", "other"]}, "spec.targetResources[0].namespaces"),
        ({**POD, "namespaces": ["te*"]}, "spec.targetResources[0].namespaces"),
        ({**POD, "namespaces": ["team", "!other"]}, "spec.targetResources[0].namespaces"),
        ({**POD, "namespaceSelector": {}}, "spec.targetResources[0].namespaceSelector"),
        (NODE, "spec.targetResources[0]"),
    ],
)
def test_a_namespaced_policy_that_reaches_further_is_denied(target, path):
    """The reason tells it from a mistake."""
    parsed = parse(target)
    assert parsed.policy is None
    assert [(problem.path, problem.reason) for problem in parsed.errors] == [(path, "ScopeDenied")]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (POD, TheseNamespaces(frozenset(["team"]))),
        ({**POD, "namespaces": ["other"]}, TheseNamespaces(frozenset(["other"]))),
        ({**POD, "namespaces": ["*"]}, EveryNamespace()),
        ({**NODE, "namespaces": ["*"]}, EveryNamespace()),
    ],
)
def test_with_crossing_allowed_a_namespaced_policy_reaches_what_it_writes_out(target, expected):
    """Natively, what is not written stays the policy's own."""
    assert scope(target, crossing=True) == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({**POD, "namespaces": ["*"]}, EveryNamespace()),
        ({**POD, "namespaces": ["a", "b"]}, TheseNamespaces(frozenset(["a", "b"]))),
        ({**POD, "namespaces": ["a", "!a"]}, MatchingNamespaces(("a",), ("a",))),
        ({**POD, "namespaces": ["*", "!prod-*"]}, MatchingNamespaces(("*",), ("prod-*",))),
        ({**POD, "namespaces": ["ci-?", "[a-c]x"]}, MatchingNamespaces(("ci-?", "[a-c]x"))),
        ({**THING, "namespaces": ["*"]}, EveryNamespace()),
        (NODE, EveryNamespace()),
        ({**NODE, "namespaces": ["*"]}, EveryNamespace()),
        (THING, Unwritten()),
    ],
)
def test_a_cluster_policy_reaches_what_it_writes_out(target, expected):
    """Kinds without namespaces need none; of an unknown kind it is settled later."""
    assert scope(target, cluster=True) == expected


@pytest.mark.parametrize(
    ("target", "error"),
    [
        (POD, "spec.targetResources[0].namespaces: the namespaces of Pod objects must be written out; ['*'] takes all"),
        (
            {**THING, "namespaceSelector": {"matchLabels": {"a": "b"}}},
            "spec.targetResources[0].namespaces: the namespaces of Thing objects must be written out; ['*'] takes all",
        ),
        ({**POD, "namespaces": []}, "spec.targetResources[0].namespaces: must not be an empty list"),
        ({**THING, "namespaces": []}, "spec.targetResources[0].namespaces: must not be an empty list"),
        (
            {**POD, "namespaces": None},
            "spec.targetResources[0].namespaces: is null; leave it out, or give it a value",
        ),
        (
            {**THING, "namespaces": None},
            "spec.targetResources[0].namespaces: is null; leave it out, or give it a value",
        ),
        (
            {**POD, "namespaces": ["!prod"]},
            "spec.targetResources[0].namespaces: holds excludes only; write '*' first to take all others",
        ),
        ({**NODE, "namespaces": ["a"]}, "spec.targetResources[0].namespaces: Node lives in no namespace; leave it out"),
        (
            {**NODE, "namespaceSelector": {}},
            "spec.targetResources[0].namespaceSelector: Node lives in no namespace; leave it out",
        ),
        (
            {**POD, "namespaces": ["a/b*"]},
            (
                "spec.targetResources[0].namespaces[0]: 'a/b*' matches no namespace: beside '*', '?' and '[…]', "
                "namespaces have a-z, 0-9 and '-'"
            ),
        ),
        (
            {**POD, "namespaces": "*"},
            "spec.targetResources[0].namespaces: must be a list, not '*': write [\"*\"]",
        ),
        (
            {**POD, "namespaces": ["*"], "names": ["!a"]},
            "spec.targetResources[0].names: holds excludes only; write '*' first to take all others",
        ),
    ],
)
def test_an_ambiguous_scope_is_refused(target, error):
    """It could mean everything or nothing."""
    parsed = parse(target, cluster=True)
    assert [str(problem) for problem in parsed.errors] == [error]
    assert parsed.policy is None


def test_names_are_globs_with_excludes():
    """One must match, none of the excluded may."""
    parsed = parse({**POD, "names": ["ci-*", "nightly", "!ci-keep-*"]})
    target = parsed.policy.targets[0]
    assert {name: target.takes_name(name) for name in ("ci-1", "nightly", "ci-keep-1", "web", "nightly-2")} == {
        "ci-1": True,
        "nightly": True,
        "ci-keep-1": False,
        "web": False,
        "nightly-2": False,
    }
