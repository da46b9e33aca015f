"""Reaching: which other objects a policy may look at. A namespaced policy looks at its own namespace alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.model.policy import NAMESPACED, Problem
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.scope import TheseNamespaces
from zen_gc_core.texts import with_article

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.model.policy import Policy, PolicyReference, Target
    from zen_gc_core.model.relations import Relation


def out_of_reach(policy: PolicyReference, relation: Relation, *, namespaced: bool, path: str) -> Problem | None:
    """Why a policy may not look at the objects of a relation; None when it may.

    Args:
        policy: The policy.
        relation: The relation; one to whichever kind names nothing of what it looked at, and is the program's own.
        namespaced: Whether its kind lives in namespaces.
        path: Where the policy says so.
    """
    if policy.kind != NAMESPACED or relation.of is not None:
        return None
    if not namespaced:
        what = f"{with_article(relation.kind)} lives in no namespace"
    elif relation.crosses:
        what = f"{relation.kind} objects of other namespaces are asked for"
    else:
        return None
    return _denied(path, what)


def denied(compiled: CompiledPolicy, policy: Policy, namespaced: Callable[[str, str], bool]) -> Problem | None:
    """Why a policy may not look at the other objects that it asks about; None when it may.

    Args:
        compiled: The policy.
        policy: The same, its scopes settled.
        namespaced: Whether a kind lives in namespaces; where that is not known, it does.
    """
    reference = compiled.reference
    for each in compiled.relations:
        lives = each.relation.of is not None or namespaced(each.relation.api_version, each.relation.kind)
        problem = out_of_reach(reference, each.relation, namespaced=lives, path=each.path)
        if problem is not None:
            return problem
    if (
        compiled.relations
        and reference.kind == NAMESPACED
        and namespaces_of(policy.targets) != frozenset({reference.namespace})
    ):
        return _denied(compiled.relations[0].path, "its objects live in other namespaces, too")
    return None


def namespaces_of(targets: Iterable[Target]) -> frozenset[str] | None:
    """The namespaces that targets look at, their scopes settled, when they are written out; None when they look at all."""
    names: set[str] = set()
    for target in targets:
        if not isinstance(target.scope, TheseNamespaces):
            return None
        names |= target.scope.names
    return frozenset(names)


def _denied(path: str, what: str) -> Problem:
    return Problem(
        path,
        f"{what}, and a GarbageCollectionPolicy looks at its own namespace only; use a ClusterGarbageCollectionPolicy",
        Reason.SCOPE_DENIED,
    )
