"""Reading the scope of a target: the namespaces that it names, held against those that its policy may reach.

A scope is never widened in silence. A namespaced policy acts on its own namespace; what names another one is refused
with the reason ``ScopeDenied``. A cluster policy writes the namespaces of a namespaced kind out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.parsing.globs import Globs, Names, read_globs
from zen_gc_core.model.names import is_glob, namespace_glob_fault
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.scope import EveryNamespace, MatchingNamespaces, TheseNamespaces, Unwritten

if TYPE_CHECKING:
    from zen_gc_core.engine.kinds import BuiltInKind
    from zen_gc_core.engine.parsing.document import Fields, Place
    from zen_gc_core.model.scope import Scope


_NAMESPACES: Final = Names(namespace_glob_fault, namespaces=True)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a policy may reach.

    Args:
        own: The namespace of a namespaced policy; None for a cluster policy.
        crossing: Whether a namespaced policy may name other namespaces (``--allow-cross-namespace``).
    """

    own: str | None
    crossing: bool = False


def read_scope(fields: Fields, known: BuiltInKind | None, kind: str, reach: Reach) -> Scope | None:
    """Read the scope of a target.

    Args:
        fields: The target.
        known: What is known of its kind; None when nothing is.
        kind: Its kind.
        reach: How far the policy may reach.

    Returns:
        The scope; None when it is refused.
    """
    if reach.own is None:
        return _written_out(fields, known, kind)
    if not reach.crossing:
        return _confined(fields, known, kind, reach.own)
    if "namespaces" in fields.present:
        return _written_out(fields, known, kind)
    return _own(fields, known, kind, reach.own)


def _own(fields: Fields, known: BuiltInKind | None, kind: str, own: str) -> Scope | None:
    if known is not None and not known.namespaced:
        fields.place.refuse(
            f"{kind} lives in no namespace, and a GarbageCollectionPolicy acts on its own namespace only; "
            "use a ClusterGarbageCollectionPolicy",
            Reason.SCOPE_DENIED,
        )
        return None
    return TheseNamespaces(frozenset([own]))


def _confined(fields: Fields, known: BuiltInKind | None, kind: str, own: str) -> Scope | None:
    denied = (
        f"a GarbageCollectionPolicy acts on its own namespace '{own}' only; "
        "use a ClusterGarbageCollectionPolicy, or --allow-cross-namespace"
    )
    selector, named = _selector(fields), fields.get("namespaces")
    if selector is not None:
        selector.refuse(denied, Reason.SCOPE_DENIED)
        return None
    if named is not None:
        globs = read_globs(named, _NAMESPACES)
        if globs is None:
            return None
        if globs.exclude or set(globs.include) != {own}:
            named.refuse(denied, Reason.SCOPE_DENIED)
            return None
    return _own(fields, known, kind, own)


def _written_out(fields: Fields, known: BuiltInKind | None, kind: str) -> Scope | None:
    named, selector = fields.get("namespaces"), _selector(fields)
    if known is not None and not known.namespaced:
        return _nowhere(named, selector, kind)
    if named is not None:
        return _scope(named)
    if known is None and selector is None and "namespaces" not in fields.place.value:
        return Unwritten()
    if "namespaces" not in fields.place.value:
        fields.place.problems.refuse(
            f"{fields.place.path}.namespaces", f"the namespaces of {kind} objects must be written out; ['*'] takes all"
        )
    return None


def _nowhere(named: Place | None, selector: Place | None, kind: str) -> Scope | None:
    strays = [] if selector is None else [selector]
    if named is not None and _scope(named) != EveryNamespace():
        strays.append(named)
    for stray in strays:
        stray.refuse(f"{kind} lives in no namespace; leave it out")
    return None if strays else EveryNamespace()


def _selector(fields: Fields) -> Place | None:
    selector = fields.get("namespaceSelector")
    return None if selector is None or selector.value is None else selector


def _scope(place: Place) -> Scope | None:
    globs = read_globs(place, _NAMESPACES)
    if globs is None:
        return None
    if globs == Globs(("*",), ()):
        return EveryNamespace()
    if not globs.exclude and not any(map(is_glob, globs.include)):
        return TheseNamespaces(frozenset(globs.include))
    return MatchingNamespaces(globs.include, globs.exclude)
