"""Which resources the server serves at this moment, and how to find one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.embedded.builtin_resources import builtin_resources
from zen_gc_core.embedded.resources import Resource, ResourceId
from zen_gc_core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable


class Registry:
    """The served resources; the built-in ones are there from the start."""

    def __init__(self) -> None:
        self._resources: dict[ResourceId, Resource] = {resource.id: resource for resource in builtin_resources()}
        self._kinds = self._by_kind()

    def get(self, group: str, version: str, plural: str) -> Resource | None:
        """The resource behind a URL, or None."""
        return self._resources.get(ResourceId(group, version, plural))

    def all(self) -> list[Resource]:
        """Every resource, in the order of registration."""
        return list(self._resources.values())

    def one_per_store(self) -> list[Resource]:
        """Every kind of object once, whatever the number of its versions."""
        stores: dict[str, Resource] = {}
        for resource in self._resources.values():
            if "list" in resource.verbs:
                stores.setdefault(resource.store, resource)
        return list(stores.values())

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
        self._kinds = self._by_kind()

    def of_kind(self, api_version: object, kind: object) -> Resource | None:
        """The resource of an object's ``apiVersion`` and ``kind``, or None."""
        return self._kinds.get((api_version, kind))

    def named(self, name: str) -> Resource:
        """The resource that a user means by a plural, ``plural.group``, singular, short name or kind.

        Raises:
            InputError: No resource has that name.
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
        raise InputError(f"the embedded cluster serves no resource named {name!r}")

    def _by_kind(self) -> dict[tuple[object, object], Resource]:
        return {(resource.group_version, resource.kind): resource for resource in self._resources.values()}
