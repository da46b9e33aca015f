"""Lists: pages of a snapshot, continue tokens and their expiry, selectors and resourceVersions.

Semantics follow "Retrieving large results sets in chunks" and "Resource versions" of the Kubernetes API
concepts, and ``k8s.io/apiserver/pkg/storage``; tokens have its form.
"""

from __future__ import annotations

import base64
import binascii
import time
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

import orjson

from zen_gc_embedded.forms import queries
from zen_gc_embedded.statuses import StatusError, bad_request, expired, version_too_large
from zen_gc_embedded.wire.selecting import selection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_embedded.kinds.resources import Resource
    from zen_gc_embedded.state import State
    from zen_gc_embedded.store.objects import Object, Record
    from zen_gc_embedded.store.storing import Snapshot, Store
    from zen_gc_embedded.wire.selecting import Predicate

_TOO_OLD = "The provided continue parameter is too old to display a consistent list result. You can start a new list "
_INCONSISTENT = (
    _TOO_OLD + "without the continue parameter, or use the continue token in this response to retrieve the remainder "
    "of the results. Continuing with the provided token results in an inconsistent list - objects that were created, "
    "modified, or deleted between the time the first chunk was returned and now may show up in the list."
)
_LIST_TOO_OLD = "The resourceVersion for the provided list is too old."
_LATEST = -1
"""The revision in a token that goes on at the latest state."""


class Page(NamedTuple):
    """One page of a list.

    Args:
        records: Its objects.
        metadata: The metadata of the list.
    """

    records: list[Record]
    metadata: Object


class _Token(NamedTuple):
    revision: int
    start: str


def list_page(
    state: State, resource: Resource, namespace: str | None, query: Mapping[str, str], lifetime: float
) -> Page:
    """Answer a list request.

    Args:
        state: The cluster.
        resource: The resource.
        namespace: The namespace; None for all.
        query: The query of the request.
        lifetime: How long a continue token holds, in seconds.

    Raises:
        StatusError: 400, 410, 422 or 504, as the API server answers them.
    """
    queries.check_list(query)
    takes = selection(resource, query.get("labelSelector", ""), query.get("fieldSelector", ""))
    limit = max(queries.number(query, "limit"), 0)
    wanted = queries.revision(query)
    if wanted > state.storage.revision:
        raise version_too_large(wanted, state.storage.revision)
    store = state.storage.store(resource.store)
    token = _read_token(query.get("continue", ""))
    if token:
        if query.get("resourceVersion", "") not in {"", "0"}:
            raise bad_request("specifying resource version is not allowed when using continue")
        revision, snapshot = _continued(state, store, token)
    else:
        revision, snapshot = _begun(state, store, query, wanted, limit)
        if query.get("resourceVersion") == "0" and query.get("resourceVersionMatch", "") != "Exact":
            limit = 0
    low, high = snapshot.span(namespace)
    start = max(low, bisect_left(snapshot.keys, token.start)) if token else low
    records, stop = _take(snapshot, start, high, takes, limit)
    metadata: Object = {"resourceVersion": str(revision)}
    if stop < high:
        if not token or token.revision == _LATEST:
            store.keep(revision, snapshot, time.monotonic(), lifetime)
        metadata["continue"] = _token(revision, snapshot.keys[stop - 1] + "\0")
        if takes is None:
            metadata["remainingItemCount"] = high - stop
    return Page(records, metadata)


def _begun(state: State, store: Store, query: Mapping[str, str], wanted: int, limit: int) -> tuple[int, Snapshot]:
    match = query.get("resourceVersionMatch", "")
    if match == "Exact" or (not match and limit and wanted):
        snapshot = store.at(wanted)
        if snapshot is None:
            raise expired(_LIST_TOO_OLD)
        return wanted, snapshot
    return state.storage.revision, store.freeze()


def _continued(state: State, store: Store, token: _Token) -> tuple[int, Snapshot]:
    if token.revision == _LATEST:
        return state.storage.revision, store.freeze()
    snapshot = store.kept(token.revision, time.monotonic())
    if snapshot is None:
        raise expired(_INCONSISTENT, _token(_LATEST, token.start))
    return token.revision, snapshot


def _take(snapshot: Snapshot, start: int, high: int, takes: Predicate | None, limit: int) -> tuple[list[Record], int]:
    """The records of a page, and where the next one begins."""
    if takes is None:
        stop = min(start + limit, high) if limit else high
        return list(snapshot.records[start:stop]), stop
    records: list[Record] = []
    for place in range(start, high):
        if limit and len(records) == limit:
            return records, place
        if takes(snapshot.records[place]):
            records.append(snapshot.records[place])
    return records, high


def _token(revision: int, start: str) -> str:
    text = orjson.dumps({"v": "meta.k8s.io/v1", "rv": revision, "start": start})
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _read_token(text: str) -> _Token | None:
    if not text:
        return None
    try:
        value = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise _bad_token(f"continue key is not valid: {error}") from error
    if not isinstance(value, dict) or value.get("v") != "meta.k8s.io/v1":
        raise _bad_token("continue key is not valid: server does not recognize this encoded version")
    revision, start = value.get("rv"), value.get("start")
    if not isinstance(revision, int) or not revision:
        raise _bad_token("continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)")
    if not isinstance(start, str) or not start:
        raise _bad_token("continue key is not valid: encoded start key empty (version meta.k8s.io/v1)")
    return _Token(revision, start)


def _bad_token(why: str) -> StatusError:
    return bad_request(f"invalid continue token: {why}")
