"""Scope: the namespaces that a target reaches, as a tagged value.

Never a list whose emptiness means everything: an empty set of namespaces is the type ``TheseNamespaces`` with
nothing in it, and takes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class EveryNamespace:
    """All namespaces, and cluster-scoped objects."""

    def takes(self, namespace: str) -> bool:  # noqa: ARG002  the same question to every scope
        """Whether objects of a namespace are in scope."""
        return True


@dataclass(frozen=True, slots=True)
class TheseNamespaces:
    """Exactly these namespaces.

    Args:
        names: Their names; empty takes nothing.
    """

    names: frozenset[str]

    def takes(self, namespace: str) -> bool:
        """Whether objects of a namespace are in scope."""
        return namespace in self.names


@dataclass(frozen=True, slots=True)
class MatchingNamespaces:
    """The namespaces that globs take.

    Args:
        include: Globs of which one must match; empty takes nothing.
        exclude: Globs of which none may match.
    """

    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()

    def takes(self, namespace: str) -> bool:
        """Whether objects of a namespace are in scope; cluster-scoped objects (the empty namespace) never are."""
        return bool(namespace) and matches_globs(namespace, self.include, self.exclude)


@dataclass(frozen=True, slots=True)
class Unwritten:
    """No namespaces were written, and whether the kind has any is not known yet.

    Right for a cluster-scoped kind; once the kind turns out to be namespaced, the policy must be refused. Until then
    it takes no object of any namespace.
    """

    def takes(self, namespace: str) -> bool:
        """Whether objects of a namespace are in scope: only those of none."""
        return not namespace


Scope = EveryNamespace | TheseNamespaces | MatchingNamespaces | Unwritten


def matches_globs(name: str, include: tuple[str, ...], exclude: tuple[str, ...]) -> bool:
    """Whether a name matches one of ``include`` and none of ``exclude`` (``*``, ``?``, ``[…]``, case-sensitive)."""
    return any(fnmatchcase(name, glob) for glob in include) and not any(fnmatchcase(name, glob) for glob in exclude)
