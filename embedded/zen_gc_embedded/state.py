"""The state of the embedded cluster, and the one way to change it.

Everything here runs in the server's thread. Whether a write is allowed is decided before it comes here;
who has to know about it (owners and dependents, namespaces, custom resources) is told from here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from zen_gc_embedded.kinds.registry import Registry
from zen_gc_embedded.statuses import not_found
from zen_gc_embedded.store.objects import Object, Record, record_of, timestamp
from zen_gc_embedded.store.storing import Change, Storage

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded.kinds.resources import Resource

    Listener = Callable[[Resource, Change], None]


class State:
    """Objects, resources and the clock.

    Args:
        window: How many changes of each resource are kept for watches, at least.
        version: The ``gitVersion`` that the server reports.
    """

    def __init__(self, window: int, version: str) -> None:
        self.storage = Storage(window)
        self.registry = Registry()
        self.namespaces = self.registry.named("namespaces")
        self.version = version
        self.listeners: list[Listener] = []

    def now(self) -> datetime:
        """The present moment."""
        return datetime.now(UTC)

    def stamp(self) -> str:
        """The present moment as Kubernetes writes it."""
        return timestamp(self.now())

    def find(self, resource: Resource, namespace: str, name: str) -> Record | None:
        """The record of an object, or None."""
        return self.storage.store(resource.store).records.get(resource.key(namespace, name))

    def record(self, resource: Resource, namespace: str, name: str) -> Record:
        """The record of an object.

        Raises:
            StatusError: 404, it is not there.
        """
        found = self.find(resource, namespace, name)
        if found is None:
            raise not_found(resource, name)
        return found

    def write(self, resource: Resource, content: Object, *, dry_run: bool = False) -> Record:
        """Create or replace an object.

        Args:
            resource: Its resource.
            content: The whole object, complete and allowed.
            dry_run: Only encode it, with the resourceVersion that it has.
        """
        metadata = content["metadata"]
        if dry_run:
            return record_of(content, int(metadata.get("resourceVersion") or 0))
        key = resource.key(metadata.get("namespace", ""), metadata["name"])
        change = self.storage.write(resource.store, key, content)
        self._tell(resource, change)
        return change.record

    def remove(self, resource: Resource, content: Object, *, dry_run: bool = False) -> Record:
        """Remove an object; ``content`` is its last state."""
        metadata = content["metadata"]
        if dry_run:
            return record_of(content, int(metadata["resourceVersion"]))
        key = resource.key(metadata.get("namespace", ""), metadata["name"])
        change = self.storage.remove(resource.store, key, content)
        self._tell(resource, change)
        return change.record

    def _tell(self, resource: Resource, change: Change) -> None:
        for listener in self.listeners:
            listener(resource, change)
