"""What each target of a policy asks of an object before the policy looks at it: names, namespaces, labels, fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.engine.examining.parts import Asked, Saw, saw
from zen_gc_core.engine.parsing.spelling import child
from zen_gc_core.errors import Undecided
from zen_gc_core.fieldpaths import MISSING, FieldPath, spell
from zen_gc_core.model.scope import EveryNamespace, MatchingNamespaces, TheseNamespaces, Unwritten
from zen_gc_core.texts import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.policy import Target
    from zen_gc_core.model.scope import Scope
    from zen_gc_core.model.selectors import LabelSelector

_NAMESPACE = "metadata.namespace"


def asked_by(target: Target, candidate: Candidate, run: Run) -> Asked:
    """What a target asks of an object of its kind, each with the value that it saw.

    Args:
        target: The target, its scope settled.
        candidate: The object.
        run: The run.
    """
    parts = tuple(_asked(target, candidate, run))
    answers = {part.holds for part in parts}
    holds = False if False in answers else None if None in answers else True
    return Asked(f"{target.api_version} {target.kind}", target.path, holds, parts=parts)


def _asked(target: Target, candidate: Candidate, run: Run) -> Iterator[Asked]:
    path = target.path
    if not isinstance(target.scope, EveryNamespace) or candidate.namespace:
        takes = target.scope.takes(candidate.namespace)
        yield Asked(
            "namespaces",
            child(path, "namespaces"),
            takes,
            "" if takes else f"it is in {candidate.namespace or 'no namespace'}, not in {_scope(target.scope)}",
            (Saw(_NAMESPACE, candidate.namespace or MISSING),),
        )
    if target.namespace_selector is not None:
        yield _by_namespace(target.namespace_selector, target, candidate, run)
    if target.include_names != ("*",) or target.exclude_names:
        takes = target.takes_name(candidate.name)
        wanted = _globs(target.include_names, target.exclude_names)
        words = "" if takes else f"asked for is {wanted}"
        yield Asked("names", child(path, "names"), takes, words, (Saw("metadata.name", candidate.name),))
    if target.label_selector is not None:
        yield _by_labels("labelSelector", target.label_selector, candidate.labels, target)
    if target.field_selector is not None:
        yield _by_fields(target, candidate)
    if target.opt_in is not None:
        carried = target.opt_in.carried_by(candidate)
        segments = ("metadata", target.opt_in.where, target.opt_in.key)
        words = "" if carried else f"it does not carry {target.opt_in}, by which objects opt in to every kind"
        seen = saw(candidate, FieldPath(segments, spell(segments)))
        yield Asked("opt-in", path, carried, words, (seen,))


def _scope(scope: Scope) -> str:
    if isinstance(scope, TheseNamespaces):
        return listed(sorted(scope.names), "or") or "any"
    if isinstance(scope, MatchingNamespaces):
        return _globs(scope.include, scope.exclude)
    return "none" if isinstance(scope, Unwritten) else "any"


def _globs(include: Sequence[str], exclude: Sequence[str]) -> str:
    return f"{listed(include, 'or')}{f' but {listed(exclude)}' if exclude else ''}"


def _by_namespace(selector: LabelSelector, target: Target, candidate: Candidate, run: Run) -> Asked:
    path = child(target.path, "namespaceSelector")
    if not candidate.namespace:
        return Asked("namespaceSelector", path, holds=False, because="it is in no namespace")
    try:
        namespace = run.namespace(candidate.namespace)
    except Undecided as doubt:
        return Asked("namespaceSelector", path, None, str(doubt))
    if namespace.object is None:
        return Asked("namespaceSelector", path, None, f"the labels of Namespace {candidate.namespace} are not known")
    return _by_labels("namespaceSelector", selector, namespace.labels, target, f"Namespace {candidate.namespace}: ")


def _by_labels(what: str, selector: LabelSelector, carried: Mapping[str, str], target: Target, of: str = "") -> Asked:
    seen = tuple(
        Saw(f"{of}{spell(('metadata', 'labels', key))}", carried.get(key, MISSING))
        for key in dict.fromkeys(each.key for each in selector.requirements)
    )
    unmet = [str(each) for each in selector.requirements if not each.takes(carried)]
    words = f"asked for is {listed(unmet)}" if unmet else ""
    return Asked(what, child(target.path, what), selector.takes(carried), words, seen)


def _by_fields(target: Target, candidate: Candidate) -> Asked:
    selector = target.field_selector
    fields = selector.fields if selector is not None else ()
    seen = tuple(saw(candidate, path) for path, _ in fields)
    takes = selector is None or selector.takes(candidate.get)
    asked = listed([f"{path}={value}" for path, value in fields])
    return Asked(
        "fieldSelector", child(target.path, "fieldSelector"), takes, "" if takes else f"asked for is {asked}", seen
    )
