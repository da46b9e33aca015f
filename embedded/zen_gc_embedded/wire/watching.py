"""Watches: what was there, what changes, bookmarks, and the ways in which a watch ends.

Semantics follow "Efficient detection of changes", "Watch bookmarks" and "Streaming lists" of the Kubernetes
API concepts, and ``k8s.io/apiserver/pkg/storage/cacher``.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import orjson

from zen_gc_embedded.forms import queries, rendering, tables
from zen_gc_embedded.forms.views import Form
from zen_gc_embedded.statuses import StatusError, expired, version_too_large
from zen_gc_embedded.store.objects import Object, Record, record_of
from zen_gc_embedded.store.storing import ADDED, DELETED, MODIFIED
from zen_gc_embedded.wire.selecting import selection

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from zen_gc_embedded.forms.views import View
    from zen_gc_embedded.state import State
    from zen_gc_embedded.store.storing import Change
    from zen_gc_embedded.wire.routing import Route

_DEFAULT_TIMEOUT = 1800
_BATCH = 500
_INITIAL_END = {"k8s.io/initial-events-end": "true"}


class Watch:
    """One watch; iterate over ``stream()``.

    Args:
        state: The cluster.
        route: What is watched.
        query: The query of the request.
        view: What is shown of the objects.
        bookmark_interval: Seconds between bookmarks, for a client that wants them.

    Raises:
        StatusError: 400 or 422, the request is wrong.
    """

    def __init__(
        self, state: State, route: Route, query: Mapping[str, str], view: View, bookmark_interval: float
    ) -> None:
        queries.check_watch(query)
        self._state = state
        self._resource = resource = route.resource
        self._namespace = route.namespace
        self._query = query
        self._view = view
        self._takes = selection(resource, query.get("labelSelector", ""), query.get("fieldSelector", ""))
        self._bookmarks = bookmark_interval if queries.flag(query, "allowWatchBookmarks") else 0.0
        self._store = state.storage.store(resource.store)
        self._revision = queries.revision(query)
        self._headings = True
        self._end = time.monotonic() + (queries.number(query, "timeoutSeconds") or _DEFAULT_TIMEOUT)

    async def stream(self) -> AsyncIterator[bytes]:
        """The events as lines of JSON, several at once where they are there at once."""
        initial = self._query.get("sendInitialEvents")
        if initial and self._revision > self._state.storage.revision:
            yield _error(version_too_large(self._revision, self._state.storage.revision))
            return
        if queries.flag(self._query, "sendInitialEvents") or (not self._revision and initial is None):
            snapshot = self._store.freeze()
            self._revision = self._state.storage.revision
            low, high = snapshot.span(self._namespace)
            for start in range(low, high, _BATCH):
                records = snapshot.records[start : min(start + _BATCH, high)]
                yield b"".join(self._event(ADDED, record) for record in records if self._takes_it(record))
            if initial and self._bookmarks:
                yield self._bookmark(_INITIAL_END)
        elif not self._revision:
            self._revision = self._state.storage.revision
        async for lines in self._follow():
            yield lines

    async def _follow(self) -> AsyncIterator[bytes]:
        bookmark_at = time.monotonic() + (self._bookmarks or _DEFAULT_TIMEOUT)
        while not self._store.closed:
            if self._revision < self._store.horizon:
                yield _error(expired(f"too old resource version: {self._revision} ({self._store.horizon})"))
                return
            changed = self._store.changed
            changes = self._store.changes[self._store.position(self._revision) :][:_BATCH]
            if changes:
                self._revision = changes[-1].revision
                lines = b"".join(line for change in changes for line in self._lines(change))
                if lines:
                    yield lines
                continue
            now = time.monotonic()
            if now >= self._end:
                if self._bookmarks:
                    yield self._bookmark()
                return
            if now >= bookmark_at:
                bookmark_at = now + (self._bookmarks or _DEFAULT_TIMEOUT)
                if self._bookmarks:
                    yield self._bookmark()
            try:
                await asyncio.wait_for(changed.wait(), max(min(self._end, bookmark_at) - now, 0))
            except TimeoutError:
                continue

    def _takes_it(self, record: Record) -> bool:
        return self._takes is None or self._takes(record)

    def _lines(self, change: Change) -> Iterator[bytes]:
        if self._namespace is not None and not change.key.startswith(f"{self._namespace}/"):
            return
        was = change.previous is not None and self._takes_it(change.previous)
        if change.type == DELETED:
            if was:
                yield self._event(DELETED, change.record)
            return
        holds = self._takes_it(change.record)
        if holds:
            yield self._event(MODIFIED if was else ADDED, change.record)
        elif was and change.previous is not None:
            yield self._event(DELETED, record_of(change.previous.load(), change.revision))

    def _event(self, kind: str, record: Record) -> bytes:
        return b'{"type":"%s","object":%s}\n' % (kind.encode(), self._render(record))

    def _render(self, record: Record) -> bytes:
        if self._view.form is Form.METADATA:
            return rendering.metadata_json(record)
        if self._view.form is Form.TABLE:
            metadata = {"resourceVersion": str(record.revision)}
            view, headings = replace(self._view, now=self._state.now()), self._headings
            self._headings = False
            return orjson.dumps(tables.table(self._resource, [record], metadata, view, headings=headings))
        return rendering.object_json(self._resource, record)

    def _bookmark(self, annotations: Mapping[str, str] | None = None) -> bytes:
        if not self._store.changes or self._store.revision <= self._revision:
            self._revision = max(self._revision, self._state.storage.revision)
        metadata: Object = {"resourceVersion": str(self._revision)}
        if annotations:
            metadata["annotations"] = dict(annotations)
        kind, version = self._resource.kind, self._resource.group_version
        if self._view.form is Form.METADATA:
            kind, version = "PartialObjectMetadata", "meta.k8s.io/v1"
        return (
            orjson.dumps({"type": "BOOKMARK", "object": {"kind": kind, "apiVersion": version, "metadata": metadata}})
            + b"\n"
        )


def _error(error: StatusError) -> bytes:
    return orjson.dumps({"type": "ERROR", "object": error.body()}) + b"\n"
