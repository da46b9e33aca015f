"""Reading wildcards: only in cluster policies, only as a whole, and nothing is left out that cannot be there."""

from __future__ import annotations

import pytest

from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.model.policy import API_VERSION
from zen_gc_core.model.scope import EveryNamespace, MatchingNamespaces
from zen_gc_core.model.wildcards import Excepted

EVERY = {"apiVersion": "*", "kind": "*", "namespaces": ["*"]}
PLACE = "spec.targetResources[0]"


def parse(target, *, cluster=True, crossing=False):
    """Parse a policy with one target."""
    return parse_policy(
        {
            "apiVersion": API_VERSION,
            "kind": "ClusterGarbageCollectionPolicy" if cluster else "GarbageCollectionPolicy",
            "metadata": {"name": "p"} if cluster else {"name": "p", "namespace": "team"},
            "spec": {
                "targetResources": [target],
                "ttl": {"expiresAt": {"path": "metadata.annotations['acme.io/until']"}},
            },
        },
        allow_cross_namespace=crossing,
    )


def told(target, **options):
    """What is wrong with a target: place and message."""
    parsed = parse(target, **options)
    assert parsed.policy is None
    return [(problem.path, problem.message) for problem in parsed.errors]


def test_a_wildcard_is_read():
    """What it leaves out and where it looks."""
    parsed = parse({**EVERY, "except": ["Event", "apps/Deployment"], "namespaces": ["dev-*", "!dev-db"]})
    assert parsed.errors == ()
    (target,) = parsed.policy.targets
    assert [str(excepted) for excepted in target.wildcard.excepted] == ["Event", "apps/Deployment"]
    assert target.wildcard.excepted[1] == Excepted("Deployment", "apps", f"{PLACE}.except[1]")
    assert not target.wildcard.cluster_scoped
    assert target.scope == MatchingNamespaces(("dev-*",), ("dev-db",))


def test_kinds_without_namespaces_are_asked_for():
    """In so many words."""
    parsed = parse({**EVERY, "clusterScoped": True})
    assert parsed.policy.targets[0].wildcard.cluster_scoped
    assert parsed.policy.targets[0].scope == EveryNamespace()


@pytest.mark.parametrize("crossing", [False, True])
@pytest.mark.parametrize("target", [EVERY, {"apiVersion": "*", "kind": "*"}, {**EVERY, "namespaces": ["team"]}])
def test_a_namespaced_policy_has_no_wildcard(target, crossing):
    """Also where it may cross namespaces."""
    parsed = parse(target, cluster=False, crossing=crossing)
    assert parsed.policy is None
    assert [(problem.path, problem.reason) for problem in parsed.errors] == [(PLACE, "ScopeDenied")]
    assert "ClusterGarbageCollectionPolicy" in parsed.errors[0].message


@pytest.mark.parametrize(
    ("target", "path", "words"),
    [
        ({**EVERY, "kind": "Pod"}, "kind", "'*' together, or neither"),
        ({**EVERY, "apiVersion": "v1"}, "apiVersion", "'*' together, or neither"),
        ({"apiVersion": "*", "kind": "*"}, "namespaces", "must be written out; ['*'] takes all"),
        ({"apiVersion": "*", "kind": "*", "namespaceSelector": {"matchLabels": {"a": "b"}}}, "namespaces", "written out"),
        ({**EVERY, "namespaces": []}, "namespaces", "must not be an empty list"),
        ({**EVERY, "namespaces": ["dev"], "clusterScoped": True}, "clusterScoped", "write two targets"),
        (
            {**EVERY, "namespaceSelector": {"matchLabels": {"a": "b"}}, "clusterScoped": True},
            "clusterScoped",
            "write two targets",
        ),
        ({**EVERY, "clusterScoped": "yes"}, "clusterScoped", "must be true or false"),
        ({**EVERY, "clusterScoped": None}, "clusterScoped", "is null"),
        ({**EVERY, "except": []}, "except", "must not be an empty list"),
        ({**EVERY, "except": None}, "except", "is null"),
        ({**EVERY, "except": "Event"}, "except", "must be a list"),
        ({**EVERY, "except": [None]}, "except[0]", "must be text"),
        ({**EVERY, "except": [""]}, "except[0]", "must not be empty"),
        ({**EVERY, "except": ["*"]}, "except[0]", "is no kind"),
        ({**EVERY, "except": ["apps/*"]}, "except[0]", "is no kind"),
        ({**EVERY, "except": ["apps/"]}, "except[0]", "is no kind"),
        ({**EVERY, "except": ["/Pod"]}, "except[0]", "is no API group"),
        ({**EVERY, "except": ["!Pod"]}, "except[0]", "is no kind"),
        ({**EVERY, "except": ["configmap"]}, "except[0]", "did you mean ConfigMap?"),
        ({**EVERY, "except": ["configmaps"]}, "except[0]", "did you mean ConfigMap?"),
        ({**EVERY, "except": ["ConfigMaps"]}, "except[0]", "did you mean ConfigMap?"),
        ({**EVERY, "except": ["Configmap"]}, "except[0]", "did you mean ConfigMap?"),
        ({**EVERY, "except": ["Ingresses"]}, "except[0]", "did you mean Ingress?"),
        ({**EVERY, "except": ["widget"]}, "except[0]", "capital letter"),
        ({**EVERY, "except": ["apps/Deploymnet"]}, "except[0]", "did you mean 'Deployment'?"),
        ({**EVERY, "except": ["apps/ConfigMap"]}, "except[0]", "no kind ConfigMap in apps"),
        ({**EVERY, "except": ["apps/v1/Deployment"]}, "except[0]", "write apps/Deployment"),
        ({**EVERY, "except": ["v1/ConfigMap"]}, "except[0]", "write ConfigMap"),
        ({**EVERY, "except": ["app/Deployment"]}, "except[0]", "'app' is no API group; did you mean 'apps'?"),
        ({**EVERY, "except": ["core/Service"]}, "except[0]", "the core group has no name: write Service"),
        ({**EVERY, "except": ["extensions/Ingress"]}, "except[0]", "is no API group"),
        ({**EVERY, "except": ["Apps/Deployment"]}, "except[0]", "is no API group"),
        ({"apiVersion": "v1", "kind": "Pod", "namespaces": ["*"], "except": ["Event"]}, "except", "belongs to a wildcard"),
        (
            {"apiVersion": "v1", "kind": "Pod", "namespaces": ["*"], "clusterScoped": True},
            "clusterScoped",
            "belongs to a wildcard",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(target, path, words):
    """One clear error at its place: what leaves out nothing would take what it was to leave out."""
    ((where, message),) = told(target)
    assert where == f"{PLACE}.{path}"
    assert words in message


def test_a_misspelt_kind_of_ones_own_is_a_warning():
    """Nobody knows here which kinds a cluster has."""
    parsed = parse({**EVERY, "except": ["Deploymnet", "Workflow", "acme.io/Widget"]})
    assert parsed.errors == ()
    assert [(problem.path, "Deployment" in problem.message) for problem in parsed.warnings] == [
        (f"{PLACE}.except[0]", True)
    ]


def test_all_problems_of_a_wildcard_are_told_at_once():
    """With their places."""
    found = told({**EVERY, "except": ["pods", "Event"], "names": ["a/b"], "fieldSelector": {"matchFields": 1}})
    assert {path for path, _ in found} == {
        f"{PLACE}.except[0]",
        f"{PLACE}.names[0]",
        f"{PLACE}.fieldSelector.matchFields",
    }
