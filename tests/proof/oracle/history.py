"""What the server stored: changes in the order of its revisions."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Document = dict[str, Any]

POLICIES = (
    "gc.kube-zen.io/garbagecollectionpolicies/",
    "gc.kube-zen.io/clustergarbagecollectionpolicies/",
)
OBJECTS = "configmaps/"
DEPLOYMENTS = "deployments/"
JUDGED = (OBJECTS, DEPLOYMENTS)
"""What the replicas delete, mark and scale."""

COPIES = "gc.kube-zen.io/recycledobjects/"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one stored object.

    Args:
        revision: of the server.
        at: when it was seen, in seconds since 1970.
        key: where the object is stored, such as ``configmaps/NAMESPACE/NAME``.
        before: the object before; None when it was made.
        after: the object after; None when it was removed.
    """

    revision: int
    at: float
    key: str
    before: Document | None
    after: Document | None


@dataclass(frozen=True, slots=True)
class Version:
    """A state of an object, and while it was the present one.

    Args:
        document: the object; None when there was none.
        since: when it was seen first.
        until: when it was seen to be another; infinity while it is the present one.
        revision: at which it began.
    """

    document: Document | None
    since: float
    until: float
    revision: int


@dataclass
class History:
    """Changes as they come.

    Args:
        gaps: what keeps it from being whole; a history with a gap proves nothing.
    """

    gaps: list[str] = field(default_factory=list)
    _changes: dict[str, list[Change]] = field(default_factory=dict)
    revision: int = 0

    def add(self, revision: int, at: float, key: str, after: Document | None) -> None:
        """Take in a change; those of one object come in the order of their revisions."""
        known = self._changes.setdefault(key, [])
        before = known[-1].after if known else None
        if known and revision <= known[-1].revision:
            self.gaps.append(f"{key} goes back from revision {known[-1].revision} to {revision}")
        known.append(Change(revision, at, key, before, after))
        self.revision = max(self.revision, revision)

    def so_far(self) -> History:
        """What is known by now, to which nothing is added any more."""
        return History(
            list(self.gaps), {key: list(changes) for key, changes in list(self._changes.items())}, self.revision
        )

    def keys(self, *prefixes: str) -> list[str]:
        """Where objects were stored, below one of these places."""
        return [key for key in list(self._changes) if key.startswith(prefixes)]

    def changes(self, *prefixes: str) -> list[Change]:
        """All changes below one of these places, in the order of revisions."""
        found = [change for key in self.keys(*prefixes) for change in list(self._changes[key])]
        return sorted(found, key=lambda change: change.revision)

    def versions(self, key: str) -> Iterator[Version]:
        """The states of what was stored in a place, its not being there included, from the beginning."""
        known = list(self._changes.get(key, ()))
        yield Version(None, float("-inf"), known[0].at if known else float("inf"), 0)
        for number, change in enumerate(known):
            until = known[number + 1].at if number + 1 < len(known) else float("inf")
            yield Version(change.after, change.at, until, change.revision)

    def before(self, key: str, revision: int) -> Version:
        """The state of what was stored in a place when a later revision began."""
        known = self._changes.get(key, [])
        place = bisect.bisect_left([change.revision for change in known], revision)
        return list(self.versions(key))[place]

    def present(self, key: str) -> Document | None:
        """What is stored in a place now."""
        known = self._changes.get(key)
        return known[-1].after if known else None


def uid_of(document: Document) -> str:
    """The uid of an object."""
    return str(document["metadata"]["uid"])


def namespace_of(document: Document) -> str:
    """The namespace of an object; empty when it has none."""
    return str(document["metadata"].get("namespace", ""))
