"""An adversary for controllers, and a witness: one changes, deletes and recreates all the time, the other watches.

Each has a connection of its own. What the witness sees deleted it judges by the last state alone, which the server's
watch brings with the event.
"""

from __future__ import annotations

import contextlib
import json
import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import urllib3

from tests.harness.connection import Connection, documents

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.controller.stage import Stage

NAMES = 40
MAKINGS = 2
"""How often an object is made under one name: the controller leaves alone what comes back whenever it is deleted."""

_MADE: Counter[tuple[str, str]] = Counter()
"""How often objects were made, by namespace and what their names begin with, whoever made them."""

KEEP = "gc.kube-zen.io/keep"


def eligible(item: dict[str, Any]) -> bool:
    """Whether the policy of the test wants an object gone: the label, the state, no mark."""
    metadata = item["metadata"]
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    done = (item.get("data") or {}).get("state") == "done"
    return labels.get("gc") == "yes" and done and annotations.get(KEEP, "false") == "false"


POLICY = {"conditions": {"fields": [{"path": "data.state", "value": "done"}]}}
"""What makes ``eligible`` the rule, beside the label selector."""


@dataclass
class Mutator(threading.Thread):
    """Changes ConfigMaps, as fast as the server lets it or with pauses.

    Args:
        connection: of its own.
        namespace: where.
        seed: of its choices.
        pause: seconds between two changes.
        names: how many names it uses.
    """

    connection: Connection
    namespace: str
    seed: int
    pause: float = 0.0
    names: int = NAMES
    deleted: set[str] = field(default_factory=set)
    changes: int = 0

    def __post_init__(self) -> None:
        super().__init__(daemon=True, name=f"mutator {self.seed}")
        self._chance = random.Random(self.seed)
        self._ending = threading.Event()

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        """Go on until told to end, and while the API server is restarted."""
        while not self._ending.wait(self.pause):
            try:
                self._change(f"x-{self._chance.randrange(self.names):02}")
                self.changes += 1
            except urllib3.exceptions.HTTPError:
                self._ending.wait(0.1)

    def end(self) -> None:
        """Make it end, and wait for it."""
        self._ending.set()
        self.join(30)

    def _named(self, stem: str, *, before: int = 0) -> str:
        """The name that is used now of those that begin so, or so many before: another after some makings."""
        number = _MADE[self.namespace, stem] // MAKINGS - before
        return f"{stem}-{number}" if number else stem

    def _make(self, collection: str, stem: str, item: dict[str, Any]) -> None:
        """Make an object; the first under a new name takes the place of the last under the old one."""
        made = _MADE[self.namespace, stem]
        if made and made % MAKINGS == 0:
            self._remove(f"{collection}/{self._named(stem, before=1)}")
        if self.connection.request("POST", collection, item).status == 201:
            _MADE[self.namespace, stem] += 1

    def _change(self, stem: str) -> None:
        collection = f"/api/v1/namespaces/{self.namespace}/configmaps"
        name = self._named(stem)
        path = f"{collection}/{name}"
        choice = self._chance.random()
        if choice < 0.35:
            self._patch(path, {"metadata": {"labels": {"gc": self._chance.choice(["yes", "no"])}}})
        elif choice < 0.5:
            self._patch(path, {"data": {"state": self._chance.choice(["done", "busy"])}})
        elif choice < 0.6:
            self._patch(path, {"metadata": {"annotations": {KEEP: self._chance.choice(["true", "false"])}}})
        elif choice < 0.7:
            self._remove(path)
        else:
            item = {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": name, "labels": {"gc": self._chance.choice(["yes", "no"])}},
                "data": {"state": self._chance.choice(["done", "busy"])},
            }
            self._make(collection, stem, item)

    def _patch(self, path: str, body: dict[str, Any]) -> None:
        self.connection.request("PATCH", path, body, content_type="application/merge-patch+json")

    def _remove(self, path: str) -> None:
        answer = self.connection.request("GET", path)
        if answer.status != 200:
            return
        uid = answer.body["metadata"]["uid"]
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": uid}}
        if self.connection.request("DELETE", path, options).status == 200:
            self.deleted.add(uid)


@dataclass
class Witness(threading.Thread):
    """Watches ConfigMaps, and remembers the last state of what was deleted.

    Args:
        url: the API server.
        token: the administrator's.
        authority: the certificate to verify it by.
        namespace: where.
        version: from which resourceVersion on; then, the last that was seen.
    """

    url: str
    token: str
    authority: Path
    namespace: str
    version: str
    ended: list[dict[str, Any]] = field(default_factory=list)
    gaps: int = 0

    def __post_init__(self) -> None:
        super().__init__(daemon=True, name="witness")
        self._pool = urllib3.PoolManager(ca_certs=str(self.authority), retries=False)
        self._response: urllib3.BaseHTTPResponse | None = None
        self._ending = threading.Event()

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        """Watch until told to end; a watch that ends before goes on where it was.

        What cannot go on there is a gap, which invalidates the test.
        """
        while not self._ending.is_set() and not self.gaps:
            with contextlib.suppress(urllib3.exceptions.HTTPError, ValueError, AttributeError):
                self._watch()
            self._ending.wait(0.1)

    def _watch(self) -> None:
        query = f"watch=true&allowWatchBookmarks=true&resourceVersion={self.version}&timeoutSeconds=300"
        self._response = self._pool.request(
            "GET",
            f"{self.url}/api/v1/namespaces/{self.namespace}/configmaps?{query}",
            headers={"Authorization": f"Bearer {self.token}"},
            preload_content=False,
            timeout=urllib3.Timeout(connect=10, read=60),
        )
        if self._response.status == 410:
            self.gaps += 1
            return
        for event in documents(self._response):
            if event["type"] == "ERROR":
                self.gaps += 1
                return
            if event["type"] == "DELETED":
                self.ended.append(event["object"])
            self.version = event["object"]["metadata"]["resourceVersion"]

    def end(self) -> None:
        """Make it end."""
        self._ending.set()
        if self._response is not None:
            with contextlib.suppress(Exception):
                self._response.shutdown()
        self.join(10)


def mutate(stage: Stage, seeds: int, pause: float = 0.0) -> list[Mutator]:
    """Start mutators, which pause for so many seconds between two changes."""
    started = [Mutator(_connection(stage), stage.namespace, seed, pause) for seed in range(seeds)]
    for each in started:
        each.start()
    return started


def witness(stage: Stage) -> Witness:
    """Start a witness."""
    config = json.loads(stage.cluster.kubeconfig_path.read_text())
    answer = stage.cluster.request("GET", f"/api/v1/namespaces/{stage.namespace}/configmaps")
    version = answer.body["metadata"]["resourceVersion"]
    found = Witness(stage.cluster.url, _token(config), _authority(stage), stage.namespace, version)
    found.start()
    return found


def _connection(stage: Stage) -> Connection:
    config = json.loads(stage.cluster.kubeconfig_path.read_text())
    return Connection(stage.cluster.url, token=_token(config), authority=_authority(stage))


def _token(config: dict[str, Any]) -> str:
    return str(config["users"][0]["user"]["token"])


def _authority(stage: Stage) -> Path:
    found = stage.cluster.authority
    assert found is not None
    return found
