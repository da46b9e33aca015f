"""Which resources the server serves at this moment, and how to find one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_embedded.errors import UnusableError
from zen_gc_embedded.kinds.builtin_resources import builtin_resources
from zen_gc_embedded.kinds.resources import Resource, ResourceId

if TYPE_CHECKING:
    from collections.abc import Iterable


class Registry:
    """The served resources; the built-in ones are there from the start."""

    def __init__(self) -> None:
        self._resources: dict[ResourceId, Resource] = {resource.id: resource for resource in builtin_resources()}
        self._builtin = {(resource.group, resource.version) for resource in self._resources.values()}
        self._index()

    def get(self, group: str, version: str, plural: str) -> Resource | None:
        """The resource behind a URL, or None."""
        return self._resources.get(ResourceId(group, version, plural))

    def all(self) -> list[Resource]:
        """Every resource, in the order of registration."""
        return list(self._resources.values())

    def is_builtin(self, group: str, version: str) -> bool:
        """Whether a group and version belong to Kubernetes itself."""
        return (group, version) in self._builtin

    def of_store(self, store: str) -> Resource | None:
        """A resource whose objects are in the store, in whatever version; None when there is none any more."""
        return self._stores.get(store)

    def one_per_store(self) -> list[Resource]:
        """Every kind of object once, whatever the number of its versions."""
        return list(self._stores.values())

    def groups(self) -> dict[str, list[str]]:
        """The groups with their versions; the preferred version comes first."""
        found: dict[str, list[str]] = {}
        for resource in self._resources.values():
            versions = found.setdefault(resource.group, [])
            if resource.version not in versions:
                versions.append(resource.version)
        return found

    def replace(self, group: str, plural: str, versions: Iterable[Resource]) -> None:
        """Serve a custom resource in these versions, and in no other."""
        self._resources = {
            key: resource
            for key, resource in self._resources.items()
            if (resource.group, resource.plural) != (group, plural)
        }
        self._resources.update({resource.id: resource for resource in versions})
        self._index()

    def of_kind(self, api_version: object, kind: object) -> Resource | None:
        """The resource of an object's ``apiVersion`` and ``kind``, or None."""
        return self._kinds.get((str(api_version), str(kind)))

    def named(self, name: str) -> Resource:
        """The resource that a user means by a plural, ``plural.group``, singular, short name or kind.

        Raises:
            UnusableError: No resource has that name.
        """
        wanted = name.lower()
        for resource in self._resources.values():
            names = (
                resource.qualified,
                resource.plural,
                resource.singular_name,
                resource.kind.lower(),
                *resource.short_names,
            )
            if wanted in names:
                return resource
        raise UnusableError(f"the embedded cluster serves no resource named {name!r}")

    def _index(self) -> None:
        found = self._resources.values()
        self._kinds: dict[tuple[str, str], Resource] = {(r.group_version, r.kind): r for r in found}
        stored = [resource for resource in found if "list" in resource.verbs]
        self._stores = {resource.store: resource for resource in reversed(stored)}
