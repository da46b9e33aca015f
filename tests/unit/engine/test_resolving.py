"""Resolving: the scope of a target, once it is known whether its kind lives in namespaces."""

from __future__ import annotations

import pytest

from tests.unit.engine.situations import compiled_once, document
from zen_gc_core.engine.resolving import resolve_targets
from zen_gc_core.model.policy import CLUSTER, NAMESPACED, Policy, PolicyReference, Target
from zen_gc_core.model.scope import EveryNamespace, MatchingNamespaces, TheseNamespaces, Unwritten
from zen_gc_core.model.selectors import LabelSelector

EVERY, TEAM, UNWRITTEN = EveryNamespace(), TheseNamespaces(frozenset({"team"})), Unwritten()
GLOBS, NOTHING = MatchingNamespaces(("ci-*",)), TheseNamespaces(frozenset())


def resolved(kind, scope, *, lives, crossing=False, selector=None):
    """The settled scope, or the problem's reason, path and message."""
    written = compiled_once(document()).policy
    target = Target("acme.io/v1", "Widget", scope, namespace_selector=selector, path="spec.targetResources[3]")
    namespace = "team" if kind == NAMESPACED else ""
    policy = Policy(PolicyReference(kind, namespace, "p"), (target,), {}, written.ttl, written.action)
    answer = resolve_targets(policy, lambda asked: asked is target and lives, cross_namespace=crossing)
    if isinstance(answer, Policy):
        return answer.targets[0].scope
    return answer.reason, answer.path, answer.message


@pytest.mark.parametrize("kind", [CLUSTER, NAMESPACED])
@pytest.mark.parametrize("crossing", [False, True])
@pytest.mark.parametrize("scope", [EVERY, TEAM, GLOBS, NOTHING])
def test_what_was_written_of_a_namespaced_kind_stays_as_it_was(kind, crossing, scope):
    """Resolving never widens: nothing stays nothing."""
    assert resolved(kind, scope, lives=True, crossing=crossing) == scope


@pytest.mark.parametrize("crossing", [False, True])
def test_unwritten_namespaces_of_a_namespaced_kind_are_refused(crossing):
    """Everything must be written out."""
    reason, path, message = resolved(CLUSTER, UNWRITTEN, lives=True, crossing=crossing)
    assert (reason, path) == ("InvalidPolicy", "spec.targetResources[3].namespaces")
    assert message == "the namespaces of Widget objects must be written out; ['*'] takes all"


@pytest.mark.parametrize("scope", [UNWRITTEN, EVERY])
def test_a_kind_of_no_namespace_is_everywhere(scope):
    """Once it is known to live in none."""
    assert resolved(CLUSTER, scope, lives=False) == EVERY


@pytest.mark.parametrize("scope", [TEAM, GLOBS, NOTHING])
@pytest.mark.parametrize("crossing", [False, True])
def test_namespaces_of_a_kind_that_has_none_are_refused(scope, crossing):
    """Whoever wrote them meant something that cannot be."""
    reason, path, message = resolved(CLUSTER, scope, lives=False, crossing=crossing)
    assert (reason, path) == ("InvalidPolicy", "spec.targetResources[3].namespaces")
    assert message == "Widget lives in no namespace; leave it out"


@pytest.mark.parametrize("scope", [UNWRITTEN, EVERY])
def test_a_namespace_selector_of_a_kind_that_has_none_is_refused(scope):
    """It would match nothing for ever, in silence."""
    reason, path, message = resolved(CLUSTER, scope, lives=False, selector=LabelSelector())
    assert (reason, path) == ("InvalidPolicy", "spec.targetResources[3].namespaceSelector")
    assert message == "Widget lives in no namespace; leave it out"


def test_a_namespaced_policy_may_not_reach_what_lives_in_no_namespace():
    """Unless whoever runs the program allows it to reach beyond its namespace."""
    reason, path, message = resolved(NAMESPACED, TEAM, lives=False)
    assert (reason, path) == ("ScopeDenied", "spec.targetResources[3]")
    assert "use a ClusterGarbageCollectionPolicy" in message
    assert resolved(NAMESPACED, TEAM, lives=False, crossing=True) == EVERY


def test_one_refused_target_refuses_the_policy():
    """What is left of it would be another policy than the one that was written."""
    written = compiled_once(document()).policy
    targets = (
        Target("v1", "ConfigMap", EVERY),
        Target("acme.io/v1", "Widget", UNWRITTEN, path="spec.targetResources[1]"),
    )
    policy = Policy(PolicyReference(CLUSTER, "", "p"), targets, {}, written.ttl, written.action)
    answer = resolve_targets(policy, lambda _target: True, cross_namespace=False)
    assert answer.path == "spec.targetResources[1].namespaces"
