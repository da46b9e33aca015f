"""What controllers do about terminating Namespaces and CustomResourceDefinitions.

A Namespace goes when it is empty, a definition when its objects are gone; both are emptied first. There is
no kubelet and no volume controller: Pods and claims of a terminating Namespace go at once, all others wait for
a DELETE without a grace period, or for somebody who takes their finalizers away.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from zen_gc_embedded.kinds import definitions
from zen_gc_embedded.kinds.defaulting import CRD_CLEANUP, PVC_PROTECTION
from zen_gc_embedded.rules.deleting import DeleteOptions, delete
from zen_gc_embedded.rules.updating import put
from zen_gc_embedded.store.objects import items, mapping
from zen_gc_embedded.store.storing import DELETED

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded.kinds.resources import Resource
    from zen_gc_embedded.state import State
    from zen_gc_embedded.store.objects import Record
    from zen_gc_embedded.store.storing import Change

_AT_ONCE = DeleteOptions(policy="Background", grace_seconds=0)


class Terminator:
    """Empties what terminates, and lets it go.

    Args:
        state: The cluster; the terminator listens to it.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._definitions = state.registry.named("customresourcedefinitions")
        self._namespaces: set[str] = set()
        self._closing: dict[str, str] = {}
        """The stores of terminating definitions, with the names of these."""
        state.listeners.append(self.observe)

    def observe(self, resource: Resource, change: Change) -> None:
        """Follow definitions, and notice what begins or ends to terminate."""
        if resource.kind == definitions.KIND:
            self._follow(change)
        elif resource.kind == "Namespace":
            self._note_namespace(change)
        if change.type == DELETED:
            namespace = change.key.partition("/")[0] if resource.namespaced else ""
            if namespace in self._namespaces:
                _soon(self._drain, namespace)
            if resource.store in self._closing:
                _soon(self._close, self._closing[resource.store])

    def _follow(self, change: Change) -> None:
        content = change.record.load()
        group, plural = content["spec"]["group"], content["spec"]["names"]["plural"]
        if change.type == DELETED:
            self._state.registry.replace(group, plural, [])
            self._state.storage.drop(f"{plural}.{group}")
            self._closing.pop(f"{plural}.{group}", None)
            return
        self._state.registry.replace(group, plural, definitions.resources_of(content))
        self._state.storage.open(f"{plural}.{group}")
        if content["metadata"].get("deletionTimestamp"):
            self._closing[f"{plural}.{group}"] = change.key
            _soon(self._close, change.key)

    def _close(self, name: str) -> None:
        record = self._state.find(self._definitions, "", name)
        if record is None:
            return
        content = record.load()
        if CRD_CLEANUP not in items(content["metadata"].get("finalizers")):
            return
        resources = definitions.resources_of(content)
        if resources and self._empty(resources[0], None):
            return
        finalizers = content["metadata"]["finalizers"]
        content["metadata"]["finalizers"] = [entry for entry in finalizers if entry != CRD_CLEANUP]
        put(self._state, self._definitions, record, content)

    def _note_namespace(self, change: Change) -> None:
        if change.type == DELETED:
            self._namespaces.discard(change.key)
        elif change.record.metadata().get("deletionTimestamp") and change.key not in self._namespaces:
            self._namespaces.add(change.key)
            _soon(self._drain, change.key)

    def _drain(self, namespace: str) -> None:
        record = self._state.find(self._state.namespaces, "", namespace)
        if record is None:
            return
        resources = [resource for resource in self._state.registry.one_per_store() if resource.namespaced]
        if sum(self._empty(resource, namespace) for resource in resources):
            return
        content = record.load()
        finalizers = items(mapping(content.get("spec")).get("finalizers"))
        content["spec"]["finalizers"] = [entry for entry in finalizers if entry != "kubernetes"]
        put(self._state, self._state.namespaces, record, content)

    def _empty(self, resource: Resource, namespace: str | None) -> int:
        """Delete the objects of a resource; how many are left, because of their finalizers."""
        store = self._state.storage.store(resource.store)
        for key in store.keys_of(namespace):
            record = store.records.get(key)
            if record is not None and not _waits(record):
                place, _, name = key.rpartition("/")
                delete(self._state, resource, place, name, _AT_ONCE)
            if resource.kind == "PersistentVolumeClaim":
                self._release(resource, key)
        return len(store.keys_of(namespace))

    def _release(self, resource: Resource, key: str) -> None:
        """Let a claim go, as the controller of its protection finalizer does when no Pod uses it any more."""
        record = self._state.storage.store(resource.store).records.get(key)
        if record is not None:
            content = record.load()
            finalizers = items(content["metadata"].get("finalizers"))
            content["metadata"]["finalizers"] = [entry for entry in finalizers if entry != PVC_PROTECTION]
            put(self._state, resource, record, content)


def _waits(record: Record) -> bool:
    metadata = record.metadata()
    return bool(metadata.get("deletionTimestamp") and metadata.get("finalizers"))


def _soon(act: Callable[..., None], *arguments: object) -> None:
    asyncio.get_running_loop().call_soon(act, *arguments)
