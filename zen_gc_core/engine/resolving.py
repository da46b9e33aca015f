"""Resolving a target once it is known whether its kind lives in namespaces: from discovery, or from files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zen_gc_core.model.policy import NAMESPACED, Policy, Problem, Target
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.scope import EveryNamespace, TheseNamespaces, Unwritten

if TYPE_CHECKING:
    from collections.abc import Callable


def resolve_targets(policy: Policy, namespaced: Callable[[Target], bool], *, cross_namespace: bool) -> Policy | Problem:
    """Settle the scope of every target, or say why the policy may not reach it.

    Args:
        policy: The policy.
        namespaced: Whether a target's kind lives in namespaces.
        cross_namespace: Whether namespaced policies may reach beyond their namespace.

    Returns:
        The policy with settled scopes, or the problem that refuses it.
    """
    settled = []
    for target in policy.targets:
        resolved = _settle(target, policy, lives=namespaced(target), cross_namespace=cross_namespace)
        if isinstance(resolved, Problem):
            return resolved
        settled.append(resolved)
    if all(each is target for each, target in zip(settled, policy.targets, strict=True)):
        return policy
    return replace(policy, targets=tuple(settled))


def _settle(target: Target, policy: Policy, *, lives: bool, cross_namespace: bool) -> Target | Problem:
    if lives:
        if isinstance(target.scope, Unwritten):
            return Problem(
                f"{target.path}.namespaces",
                f"the namespaces of {target.kind} objects must be written out; ['*'] takes all",
            )
        return target
    if target.namespace_selector is not None:
        return Problem(f"{target.path}.namespaceSelector", f"{target.kind} lives in no namespace; leave it out")
    if isinstance(target.scope, Unwritten | EveryNamespace):
        return replace(target, scope=EveryNamespace())
    if policy.reference.kind == NAMESPACED and isinstance(target.scope, TheseNamespaces):
        if cross_namespace:
            return replace(target, scope=EveryNamespace())
        return Problem(
            target.path,
            f"{target.kind} lives in no namespace, and a GarbageCollectionPolicy acts on its own namespace only; "
            "use a ClusterGarbageCollectionPolicy",
            reason=Reason.SCOPE_DENIED,
        )
    return Problem(f"{target.path}.namespaces", f"{target.kind} lives in no namespace; leave it out")
