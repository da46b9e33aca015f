"""The store: records by key, one counter of revisions, a bounded log of changes, and snapshots for paging.

It stands where etcd and the watch cache stand in a cluster. It knows bytes and keys; what may be written,
and what a write means, is decided elsewhere.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, insort
from typing import TYPE_CHECKING, NamedTuple

from zen_gc_embedded.store.objects import Object, Record, record_of

if TYPE_CHECKING:
    from collections.abc import Sequence

ADDED, MODIFIED, DELETED = "ADDED", "MODIFIED", "DELETED"


class Change(NamedTuple):
    """One write.

    Args:
        revision: The revision that it made.
        type: ``ADDED``, ``MODIFIED`` or ``DELETED``.
        key: The key of the object.
        record: The object after it; for ``DELETED`` its last state, with the revision of its deletion.
        previous: The object before it; None for ``ADDED``.
    """

    revision: int
    type: str
    key: str
    record: Record
    previous: Record | None


class Snapshot(NamedTuple):
    """The objects of a store at one revision, in the order of their keys."""

    keys: Sequence[str]
    records: Sequence[Record]

    def span(self, namespace: str | None) -> tuple[int, int]:
        """The range of a namespace's objects; all of them for None."""
        if namespace is None:
            return 0, len(self.keys)
        return bisect_left(self.keys, f"{namespace}/"), bisect_left(self.keys, f"{namespace}0")  # '0' follows '/'


class Store:
    """The objects of one resource, whatever the version in which they are asked for.

    Args:
        window: How many changes are kept for watches, at least.
    """

    def __init__(self, window: int) -> None:
        self.records: dict[str, Record] = {}
        self.changes: list[Change] = []
        self.horizon = 0
        """The newest revision whose changes are forgotten: a watch may begin here or later."""
        self.changed = asyncio.Event()
        self.revision = 0
        """The revision of the last change."""
        self.closed = False
        """Set when the resource is gone, or the server stops: watches end."""
        self._keys: list[str] = []
        self._window = window
        self._frozen: Snapshot | None = None
        self._kept: dict[int, tuple[float, Snapshot]] = {}

    def freeze(self) -> Snapshot:
        """The present content; it is shared by all who ask between two writes."""
        if self._frozen is None:
            self._frozen = Snapshot(tuple(self._keys), tuple(map(self.records.__getitem__, self._keys)))
        return self._frozen

    def keep(self, revision: int, snapshot: Snapshot, now: float, lifetime: float) -> None:
        """Keep the content at a revision for the continue tokens of a list.

        Args:
            revision: The resourceVersion of the list.
            snapshot: The content.
            now: The monotonic clock, in seconds.
            lifetime: For how long the tokens hold, in seconds.
        """
        self._expire(now)
        self._kept[revision] = (now + lifetime, snapshot)

    def kept(self, revision: int, now: float) -> Snapshot | None:
        """The content kept for a revision, or None when it is not, or no longer, there."""
        self._expire(now)
        entry = self._kept.get(revision)
        return entry[1] if entry else None

    def _expire(self, now: float) -> None:
        for stale in [revision for revision, (expires, _) in self._kept.items() if expires <= now]:
            del self._kept[stale]

    def at(self, revision: int) -> Snapshot | None:
        """The content at a revision, by taking later changes back; None when the log does not reach so far."""
        if revision >= self.revision:
            return self.freeze()
        if revision < self.horizon:
            return None
        records = dict(self.records)
        for change in reversed(self.changes[self.position(revision) :]):
            if change.previous is None:
                records.pop(change.key)
            else:
                records[change.key] = change.previous
        keys = sorted(records)
        return Snapshot(keys, [records[key] for key in keys])

    def keys_of(self, namespace: str | None) -> Sequence[str]:
        """The keys in a namespace, or all, in order."""
        low, high = Snapshot(self._keys, ()).span(namespace)
        return self._keys[low:high]

    def position(self, revision: int) -> int:
        """The place in ``changes`` of the first change after a revision."""
        return bisect_left(self.changes, revision + 1, key=lambda change: change.revision)

    def apply(self, change: Change) -> None:
        """Carry out a write and wake whoever watches."""
        if change.type == DELETED:
            del self.records[change.key]
            del self._keys[bisect_left(self._keys, change.key)]
        else:
            if change.key not in self.records:
                self._insert(change.key)
            self.records[change.key] = change.record
        self.revision = change.revision
        self._frozen = None
        self.changes.append(change)
        if len(self.changes) >= 2 * self._window:
            self.horizon = self.changes[-self._window - 1].revision
            del self.changes[: -self._window]
        self.wake()

    def close(self) -> None:
        """End every watch of this store."""
        self.closed = True
        self.wake()

    def wake(self) -> None:
        """Wake every watch of this store."""
        event, self.changed = self.changed, asyncio.Event()
        event.set()

    def forget(self) -> None:
        """Drop log and kept snapshots, as a compaction does: every older revision answers 410."""
        self.changes.clear()
        self._kept.clear()
        self.horizon = self.revision
        self.wake()

    def _insert(self, key: str) -> None:
        if not self._keys or key > self._keys[-1]:
            self._keys.append(key)
        else:
            insort(self._keys, key)


class Storage:
    """All stores and the revision that they count together.

    Args:
        window: How many changes each store keeps for watches, at least.
    """

    def __init__(self, window: int) -> None:
        self.revision = 1
        self._stores: dict[str, Store] = {}
        self._window = window

    def store(self, name: str) -> Store:
        """The store of that name; it is made when it is first asked for."""
        found = self._stores.get(name)
        if found is None:
            found = self._stores[name] = Store(self._window)
        return found

    def open(self, name: str) -> None:
        """Make the store of a new resource, if there is none: a watch from before it answers 410."""
        if name not in self._stores:
            self.store(name).horizon = self.revision

    def stores(self) -> list[tuple[str, Store]]:
        """Every store with its name."""
        return list(self._stores.items())

    def drop(self, name: str) -> None:
        """Remove a store and end its watches (its CustomResourceDefinition is gone)."""
        gone = self._stores.pop(name, None)
        if gone:
            gone.close()

    def write(self, name: str, key: str, content: Object) -> Change:
        """Create or replace an object and count a revision."""
        store = self.store(name)
        self.revision += 1
        previous = store.records.get(key)
        record = record_of(content, self.revision)
        change = Change(self.revision, MODIFIED if previous else ADDED, key, record, previous)
        store.apply(change)
        return change

    def remove(self, name: str, key: str, content: Object) -> Change:
        """Remove an object and count a revision; ``content`` is its last state."""
        store = self.store(name)
        self.revision += 1
        change = Change(self.revision, DELETED, key, record_of(content, self.revision), store.records[key])
        store.apply(change)
        return change
