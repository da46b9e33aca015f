"""An oracle by the API alone: it watches what is stored, and learns from the replicas' logs what they asked for."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

import urllib3

from tests.cluster.controller.stage import until
from tests.harness.connection import documents
from tests.proof.oracle.auditing import Asked
from tests.proof.oracle.counting import LEASE, SWITCH, Counts, Replicas, count, waiting
from tests.proof.oracle.history import OBJECTS, POLICIES, History, uid_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    from tests.cluster.controller.controllers import Replica
    from tests.proof.own_cluster.guest import Guest

NOT_RUN = ("stale", "double", "without_preconditions")
"""What only the API server's audit log tells."""

SUCCEEDED = frozenset({"deleted", "accepted"})
"""What the log says of a request that was carried out; any other may have been: ``gone`` is also said of one that was sent twice."""


@dataclass
class Witness(threading.Thread):
    """Watches one collection from a list on, and adds what it sees to a history.

    Args:
        url: the cluster.
        path: the collection, or one object by a field selector.
        key: where its objects are in the history, before their name.
        history: to add to.
        lock: whoever adds holds it.
        select: the query that selects objects.
    """

    url: str
    path: str
    key: str
    history: History
    lock: threading.Lock
    select: str = ""

    def __post_init__(self) -> None:
        super().__init__(daemon=True, name=f"witness of {self.path}")
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=10, read=400))
        self._ending = threading.Event()
        self._response: urllib3.BaseHTTPResponse | None = None
        self._version = ""

    def __hash__(self) -> int:
        return id(self)

    def listed(self) -> None:
        """See what is there."""
        answer = self._pool.request("GET", f"{self.url}{self.path}?{self.select}")
        assert answer.status == 200, f"{self.path}: {answer.status} {answer.data[:300]!r}"
        body = answer.json()
        for item in body["items"]:
            self._take(item, gone=False)
        self._version = body["metadata"]["resourceVersion"]

    def run(self) -> None:
        """Go on until told to end; a watch that ends goes on where it was."""
        while not self._ending.is_set():
            with contextlib.suppress(urllib3.exceptions.HTTPError, AttributeError, ValueError):
                self._watch()
            self._ending.wait(0.2)

    def end(self) -> None:
        """Make it end."""
        self._ending.set()
        if self._response is not None:
            with contextlib.suppress(Exception):
                self._response.shutdown()
        self.join(30)
        self._pool.clear()

    def _watch(self) -> None:
        query = f"watch=true&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion={self._version}&{self.select}"
        self._response = self._pool.request("GET", f"{self.url}{self.path}?{query}", preload_content=False)
        if self._response.status == 410:
            self._forgotten(self._response.read()[:300].decode())
        for event in documents(self._response):
            self._note(event)

    def _note(self, event: dict[str, Any]) -> None:
        if event["type"] == "ERROR":
            self._forgotten(str(event["object"].get("message")))
            return
        if event["type"] != "BOOKMARK":
            self._take(event["object"], gone=event["type"] == "DELETED")
        self._version = event["object"]["metadata"]["resourceVersion"]

    def _forgotten(self, why: str) -> None:
        self.history.gaps.append(f"{self.path}: {why}")
        self._ending.set()

    def _take(self, item: dict[str, Any], *, gone: bool) -> None:
        item["metadata"].pop("managedFields", None)
        with self.lock:
            version = int(item["metadata"]["resourceVersion"])
            self.history.add(version, time.time(), self.key + item["metadata"]["name"], None if gone else item)


@dataclass
class GuestOracle:
    """Watches a namespace of somebody's cluster, and counts what can be counted from there.

    Args:
        cluster: the cluster.
        others: whatever else deletes there adds the uids to these.
    """

    cluster: Guest
    replicas: dict[str, Replica | None] = field(default_factory=dict)
    others: list[set[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._history, lock = History(), threading.Lock()
        place, home = self.cluster.place, self.cluster.home
        self._objects, self._prefix = f"/api/v1/namespaces/{place}/configmaps", f"{OBJECTS}{place}/"

        def watching(path: str, key: str, name: str = "") -> Witness:
            only = f"fieldSelector=metadata.name%3D{name}" if name else ""
            return Witness(self.cluster.url, path, key, self._history, lock, only)

        policies = f"/apis/gc.kube-zen.io/v1alpha1/namespaces/{place}/garbagecollectionpolicies"
        self._witnesses = [
            watching(self._objects, self._prefix),
            watching(f"/api/v1/namespaces/{home}/configmaps", f"{OBJECTS}{home}/", SWITCH),
            watching(f"/apis/coordination.k8s.io/v1/namespaces/{home}/leases", f"leases/{home}/", LEASE),
            watching(policies, f"{POLICIES[0]}{place}/"),
            watching("/api/v1/namespaces", "namespaces/", place),
        ]

    def __enter__(self) -> Self:
        for each in self._witnesses:
            each.listed()
            each.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in self._witnesses:
            each.end()

    def let_in(self, name: str) -> Path:
        """A kubeconfig for a replica: on somebody's cluster all come as whoever runs the proof."""
        self.replicas[name] = None
        return self.cluster.kubeconfig_path

    def waiting(self) -> list[str]:
        """What is there and due now."""
        self._catch_up()
        return waiting(self._history, self.cluster.home, time.time())

    def counts(self) -> Counts:
        """Judge everything that went by now; what only the audit log tells is found nowhere here (``NOT_RUN``).

        Raises:
            AssertionError: there is a gap in what was seen.
        """
        self._catch_up()
        now = time.time()
        history = self._history.so_far()  # first: what has gone by then was asked for, and logged before that
        assert not history.gaps, history.gaps
        went = {
            uid_of(change.before): change.at
            for change in history.changes(self._prefix)
            if change.before is not None and (change.after is None or uid_of(change.after) != uid_of(change.before))
        }
        asked = [
            each for name, replica in self.replicas.items() if replica for each in self._asked(name, replica, went)
        ]
        intents = {each.audit_id: each.pinned_uid for each in asked}
        asked += [Asked("", "other", "delete", "", 0.0, 200, uid, uid, "") for uids in self.others for uid in uids]
        accounts = {name: name for name in self.replicas}
        counts = count(history, asked, Replicas(self.cluster.home, accounts, intents), now)
        counts.uncounted = NOT_RUN
        return counts

    def _catch_up(self) -> None:
        """Wait until what is stored by now is seen: a quiet watch is told of nothing, so the objects are compared."""
        until(lambda: self._history.gaps or self._up_to_now(), "the oracle has seen what is stored")

    def _up_to_now(self) -> bool:
        answer = self.cluster.request("GET", self._objects)
        there = {self._prefix + item["metadata"]["name"]: item["metadata"]["uid"] for item in answer.body["items"]}
        known = {key: self._history.present(key) for key in self._history.keys(self._prefix)}
        return there == {key: uid_of(item) for key, item in known.items() if item is not None}

    def _asked(self, name: str, replica: Replica, went: Mapping[str, float]) -> Iterator[Asked]:
        """What a replica says that it asked for, and what came of it; of one that was killed only the former.

        When, is told by when the object was seen to go: the replicas' clocks are off.
        """
        outcomes = {
            each["attempt_id"]: each["outcome"]
            for each in replica.records()
            if each.get("attempt_id") and each.get("outcome") not in {None, "intended"}
        }
        for each in replica.records("deleting resource", outcome="intended"):
            code = 200 if outcomes.get(each["attempt_id"]) in SUCCEEDED else 0
            key = f"{OBJECTS}{each['resource_namespace']}/{each['resource_name']}"
            uid = each["resource_uid"]
            at = went.get(uid) or datetime.fromisoformat(each["timestamp"]).timestamp()
            yield Asked(each["attempt_id"], name, "delete", key, at, code, uid if code == 200 else "", uid, "")
