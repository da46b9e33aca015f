"""What a policy names and the cluster does not have: Namespaces that are not there, globs and selectors that take none.

Who reads a plan or a status would otherwise see ``0 scanned`` and not why. What may not be read is not told: it is no
fault of the policy.
"""

from __future__ import annotations

import contextlib
from functools import cache
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.errors import AccessDenied
from zen_gc_core.model.policy import Problem
from zen_gc_core.model.scope import MatchingNamespaces, TheseNamespaces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zen_gc_core.cluster.namespaces import Namespaces
    from zen_gc_core.model.policy import Policy, Target

_MOST_NAMED: Final = 20
"""How many Namespaces of one policy are looked for."""


def unreached(namespaces: Namespaces, policy: Policy, *, installed: bool = False) -> tuple[Problem, ...]:
    """Warnings of what a policy names and the cluster does not have.

    Args:
        namespaces: Those of the cluster.
        policy: The policy, its scopes settled.
        installed: Whether the policy is on the cluster, so that its own Namespace need not be asked about.

    Raises:
        ClusterError: The cluster does not say; a right that is missing is no error.
    """
    if installed and all(_at_home(target, policy.reference.namespace) for target in policy.targets):
        return ()
    found: list[Problem] = []
    with contextlib.suppress(AccessDenied):
        found.extend(_missing(namespaces, policy, {policy.reference.namespace} if installed else set()))
    with contextlib.suppress(AccessDenied):
        found.extend(_matching_none(namespaces, policy))
    return tuple(found)


def _at_home(target: Target, namespace: str) -> bool:
    """Whether a target names nothing that might not be there but the policy's own Namespace."""
    scope = target.scope
    return target.namespace_selector is None and isinstance(scope, TheseNamespaces) and scope.names <= {namespace}


def _missing(namespaces: Namespaces, policy: Policy, there: set[str]) -> Iterator[Problem]:
    named = {
        name: "metadata.namespace" if name == policy.reference.namespace else f"{target.path}.namespaces"
        for target in reversed(policy.targets)
        if isinstance(target.scope, TheseNamespaces)
        for name in target.scope.names - there
    }
    for name in sorted(named)[:_MOST_NAMED]:
        if not namespaces.has(name):
            yield Problem(named[name], f"Namespace {name} does not exist")


def _matching_none(namespaces: Namespaces, policy: Policy) -> Iterator[Problem]:
    targets = {each.path: each for each in policy.targets}.values()  # a wildcard's kinds have one place
    if not any(isinstance(each.scope, MatchingNamespaces) or each.namespace_selector is not None for each in targets):
        return
    names = cache(namespaces.names)
    for target in targets:
        if isinstance(target.scope, MatchingNamespaces) and not any(map(target.scope.takes, names())):
            yield Problem(f"{target.path}.namespaces", "takes no Namespace of this cluster")
        elif (selector := target.namespace_selector) is not None and not any(
            map(target.scope.takes, names(str(selector)))
        ):
            yield Problem(f"{target.path}.namespaceSelector", "takes no Namespace of this cluster")
