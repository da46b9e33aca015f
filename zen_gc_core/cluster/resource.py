"""A resource: what a kind is called in paths, and what may be asked of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource that the API server serves.

    Args:
        group: Its API group; empty for the core group.
        version: Its version.
        plural: Its name in paths.
        kind: The kind of its objects.
        namespaced: Whether its objects live in namespaces.
        verbs: What may be asked of it.
        aggregated: Whether an API server of its own stands behind it, which may ignore preconditions; None when that
            cannot be told, because the APIServices may not be listed.
        short_names: Its other names, as kubectl takes them (``deploy``).
    """

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool
    verbs: frozenset[str] = frozenset()
    aggregated: bool | None = False
    short_names: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @property
    def api_version(self) -> str:
        """Group and version, as objects spell it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        """The path of one object, or, without a name, of a collection.

        Args:
            namespace: The namespace; None for a collection over all namespaces, or a cluster-scoped resource.
            name: The object's name; None for the collection.

        Raises:
            ValueError: An empty name or namespace, or an object of a namespaced resource without its namespace: such
                a path would mean more than it says.
        """
        if (name is not None and name in ("", ".", "..")) or (namespace is not None and namespace in ("", ".", "..")):
            raise ValueError(f"no path: {namespace!r} and {name!r} name nothing")
        if name is not None and self.namespaced != (namespace is not None):
            raise ValueError(f"no path: an object of {self} has {'a' if self.namespaced else 'no'} namespace")
        parts = ["/apis", self.group, self.version] if self.group else ["/api", self.version]
        if namespace is not None and self.namespaced:
            parts += ["namespaces", quote(namespace, safe="")]
        parts.append(self.plural)
        if name is not None:
            parts.append(quote(name, safe=""))
        return "/".join(parts)

    def __str__(self) -> str:
        """The resource as RBAC and kubectl name it (``jobs.batch``)."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


SECRETS: Final = Resource("", "v1", "secrets", "Secret", namespaced=True)
