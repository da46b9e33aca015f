"""The garbage collector: owners, dependents, and the propagation policies that a DELETE may ask for.

The decisions are those of ``pkg/controller/garbagecollector`` in Kubernetes; they run shortly after the
write that causes them, in the server's thread.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from zen_gc_embedded.rules.deleting import FOREGROUND, ORPHAN, DeleteOptions, delete
from zen_gc_embedded.rules.updating import put
from zen_gc_embedded.store.objects import Object, Record, items
from zen_gc_embedded.store.storing import DELETED

if TYPE_CHECKING:
    from zen_gc_embedded.kinds.resources import Resource
    from zen_gc_embedded.state import State
    from zen_gc_embedded.store.storing import Change

_BATCH = 200
_TERMINATING_MARK = b'"deletionTimestamp":'
_OWNERS_MARK = b'"ownerReferences":'


class _Reference(NamedTuple):
    store: str
    key: str


class Collector:
    """Deletes dependents whose owners are gone, and carries out Foreground and Orphan.

    Args:
        state: The cluster; the collector listens to it.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._dependents: dict[str, dict[_Reference, bool]] = {}
        self._queue: deque[_Reference] = deque()
        self._scheduled = False
        self.trusting = False
        """While set, objects are taken as they come: their owners may follow, or never exist (seeding)."""
        state.listeners.append(self.observe)

    def observe(self, resource: Resource, change: Change) -> None:
        """Note who owns whom, and queue what the change concerns."""
        before = _owners(change.previous) if change.previous else []
        after = [] if change.type == DELETED else _owners(change.record)
        if change.type != DELETED and not before and not after and not _has_propagation(change.record):
            return
        item = _Reference(resource.store, change.key)
        for owner in before:
            self._dependents.get(owner["uid"], {}).pop(item, None)
        for owner in after:
            self._dependents.setdefault(owner["uid"], {})[item] = bool(owner.get("blockOwnerDeletion"))
        if change.type == DELETED:
            self._enqueue(*self._dependents.pop(change.record.metadata()["uid"], {}))
        known, present = {owner["uid"] for owner in before}, {owner["uid"] for owner in after}
        for owner in before:
            if owner["uid"] not in present:
                self._enqueue_owner(item, owner)
        judged = bool(present - known) and not self.trusting
        if change.type != DELETED and (judged or _has_propagation(change.record)):
            self._enqueue(item)

    def _enqueue(self, *references: _Reference) -> None:
        self._queue.extend(references)
        if self._queue and not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._run)

    def _enqueue_owner(self, item: _Reference, owner: Object) -> None:
        found = self._find_owner(item, owner)
        if found and _has_propagation(found[1]):
            self._enqueue(found[0])

    def _run(self) -> None:
        self._scheduled = False
        for _ in range(min(_BATCH, len(self._queue))):
            self._attend(self._queue.popleft())
        self._enqueue()

    def _attend(self, item: _Reference) -> None:
        record = self._record(item)
        if record is None:
            return
        content = record.load()
        metadata = content["metadata"]
        if metadata.get("deletionTimestamp"):
            finalizers = items(metadata.get("finalizers"))
            if ORPHAN in finalizers:
                self._orphan(item, record, content)
            elif FOREGROUND in finalizers:
                self._wait_for_dependents(item, record, content)
            return
        if items(metadata.get("ownerReferences")):
            self._judge(item, record, content)

    def _judge(self, item: _Reference, record: Record, content: Object) -> None:
        metadata = content["metadata"]
        solid: list[Object] = []
        leaving: list[Object] = []
        for owner in items(metadata.get("ownerReferences")):
            found = self._find_owner(item, owner)
            if found is None:
                continue
            held = found[1] is not None and _is_foreground(found[1])
            (leaving if held else solid).append(owner)
        if len(solid) == len(items(metadata.get("ownerReferences"))):
            return
        if solid:
            metadata["ownerReferences"] = solid
            self._put(item, record, content)
            return
        dependents = self._dependents.get(metadata["uid"])
        policy = "Foreground" if leaving and dependents else "Background"
        marks = items(metadata.get("finalizers"))
        policy = "Orphan" if ORPHAN in marks else "Foreground" if FOREGROUND in marks else policy
        options = DeleteOptions(uid=metadata["uid"], policy=policy)
        resource = self._state.registry.of_store(item.store)
        if resource is not None:
            delete(self._state, resource, metadata.get("namespace", ""), metadata["name"], options)

    def _find_owner(self, item: _Reference, owner: Object) -> tuple[_Reference, Record | None] | None:
        """The owner, None when it is gone; one of an unknown kind counts as there, without a record."""
        resource = self._state.registry.of_kind(owner.get("apiVersion"), owner.get("kind"))
        namespace = item.key.rpartition("/")[0]
        if resource is None or (resource.namespaced and not namespace):
            return item, None
        reference = _Reference(resource.store, resource.key(namespace, str(owner.get("name"))))
        record = self._record(reference)
        if record is None or record.metadata()["uid"] != owner.get("uid"):
            return None
        return reference, record

    def _orphan(self, item: _Reference, record: Record, content: Object) -> None:
        uid = content["metadata"]["uid"]
        for dependent in list(self._dependents.get(uid, {})):
            found = self._record(dependent)
            if found is not None:
                orphan = found.load()
                owners = [owner for owner in orphan["metadata"]["ownerReferences"] if owner.get("uid") != uid]
                orphan["metadata"]["ownerReferences"] = owners
                self._put(dependent, found, orphan)
        self._finish(item, record, content, ORPHAN)

    def _wait_for_dependents(self, item: _Reference, record: Record, content: Object) -> None:
        dependents = self._dependents.get(content["metadata"]["uid"], {})
        blocking = [dependent for dependent, blocks in dependents.items() if blocks]
        if not blocking:
            self._finish(item, record, content, FOREGROUND)
            return
        self._enqueue(*[dependent for dependent in dependents if not self._is_terminating(dependent)])

    def _is_terminating(self, item: _Reference) -> bool:
        record = self._record(item)
        return record is not None and bool(record.metadata().get("deletionTimestamp"))

    def _finish(self, item: _Reference, record: Record, content: Object, finalizer: str) -> None:
        metadata = content["metadata"]
        metadata["finalizers"] = [name for name in metadata["finalizers"] if name != finalizer]
        self._put(item, record, content)

    def _record(self, item: _Reference) -> Record | None:
        return self._state.storage.store(item.store).records.get(item.key)

    def _put(self, item: _Reference, record: Record, content: Object) -> None:
        resource = self._state.registry.of_store(item.store)
        if resource is not None:
            put(self._state, resource, record, content)


def _owners(record: Record) -> list[Object]:
    if not record.mentions(_OWNERS_MARK):
        return []
    return [owner for owner in items(record.metadata().get("ownerReferences")) if owner.get("uid")]


def _has_propagation(record: Record | None) -> bool:
    if record is None or not record.mentions(_TERMINATING_MARK):
        return False
    return bool({ORPHAN, FOREGROUND} & set(items(record.metadata().get("finalizers"))))


def _is_foreground(record: Record) -> bool:
    return _has_propagation(record) and FOREGROUND in items(record.metadata().get("finalizers"))
