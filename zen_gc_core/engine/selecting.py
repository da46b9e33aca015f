"""Selecting: which objects of a kind a policy looks at. Scope first, then names, labels and fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.errors import Undecided
from zen_gc_core.model.scope import EveryNamespace, TheseNamespaces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.policy import Target


def in_scope(targets: Sequence[Target], candidate: Candidate, run: Run) -> list[Target]:
    """The targets whose namespaces take an object of their kind.

    Raises:
        Undecided: A namespaceSelector asks about a Namespace that cannot be read.
    """
    return [target for target in targets if _reaches(target, candidate, run)]


def _reaches(target: Target, candidate: Candidate, run: Run) -> bool:
    if not target.scope.takes(candidate.namespace):
        return False
    if target.namespace_selector is None:
        return True
    if not candidate.namespace:
        return False
    namespace = run.namespace(candidate.namespace)
    if namespace.object is None:
        raise Undecided(f"the labels of Namespace {candidate.namespace} are not known")
    return target.namespace_selector.takes(namespace.labels)


def in_view(targets: Sequence[Target], candidate: Candidate) -> bool:
    """Whether an object is looked at, although a wildcard may not take it: what goes along may keep its owner."""
    return any(
        target.takes_name(candidate.name)
        and (target.label_selector is None or target.label_selector.takes(candidate.labels))
        and (target.field_selector is None or target.field_selector.takes(candidate.get))
        for target in targets
    )


def selected(targets: Sequence[Target], candidate: Candidate) -> bool:
    """Whether the names, labels and fields of one of the targets take an object in its scope."""
    for target in targets:  # asked of every object: a generator costs as much as the answer
        if (
            (target.label_selector is None or target.label_selector.takes(candidate.labels))
            and target.takes_name(candidate.name)
            and (target.field_selector is None or target.field_selector.takes(candidate.get))
            and (target.opt_in is None or target.opt_in.carried_by(candidate))
        ):
            return True
    return False


def taken(targets: Sequence[Target], candidate: Candidate, run: Run) -> bool:
    """Whether an object is in scope of one of the targets and selected by it.

    Raises:
        Undecided: That cannot be told.
    """
    reached = in_scope(targets, candidate, run)
    return bool(reached) and selected(reached, candidate)


def surely_taken(targets: Sequence[Target], candidate: Candidate, run: Run) -> bool:
    """As ``taken``; False where that cannot be told."""
    try:
        return taken(targets, candidate, run)
    except Undecided:
        return False


def required_label(targets: Sequence[Target]) -> tuple[str, str] | None:
    """A label and its value without which nothing is taken of the namespaces that targets look at; None where there is none.

    Only of a target whose namespaces are written out, or all: of others somebody has to ask which they are.
    """
    if len(targets) != 1:
        return None
    target = targets[0]
    if target.namespace_selector is not None or not isinstance(target.scope, EveryNamespace | TheseNamespaces):
        return None
    for each in target.label_selector.requirements if target.label_selector is not None else ():
        if each.operator == "In" and len(each.values) == 1:
            return each.key, each.values[0]
    return None


def whole_namespaces(targets: Sequence[Target]) -> frozenset[str] | None:
    """The namespaces of which targets take every object of their kind, whatever it carries; None: of all of them."""
    scopes = [target.scope for target in targets if _takes_whatever_is_there(target)]
    if any(isinstance(scope, EveryNamespace) for scope in scopes):
        return None
    return frozenset().union(*(scope.names for scope in scopes if isinstance(scope, TheseNamespaces)))


def _takes_whatever_is_there(target: Target) -> bool:
    return (
        target.namespace_selector is None
        and target.label_selector is None
        and target.field_selector is None
        and target.include_names == ("*",)
        and not target.exclude_names
        and target.opt_in is None
    )
