"""Mutators of what objects are judged by: policies, Namespaces, the kill switch."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import urllib3

from tests.cluster.controller.churn import KEEP, POLICY
from tests.cluster.controller.stage import MERGE, TARGET
from zen_gc_core.model.policy import API_VERSION, CLUSTER, NAMESPACED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.cluster.controller.stage import Stage
    from tests.harness.connection import Connection

SWITCH = "zen-gc-pause"
TEAM = {"team": "a"}
BUSY = {"conditions": {"fields": [{"path": "data.state", "value": "busy"}]}}
BEHAVIOR = {"maxDeletionsPerSecond": 500, "breaker": {"minObjects": 10**6}}
SERIES = {"matchLabels": {"gc": "series"}}
RETAIN = {
    **POLICY,
    "targetResources": [{"apiVersion": "v1", "kind": "ConfigMap", "labelSelector": SERIES}],
    "retain": {"groupBy": ["data.series"], "last": 3},
}
FLAGGED = {"gc": "no"}
FLAG = {
    **BUSY,
    "targetResources": [{"apiVersion": "v1", "kind": "ConfigMap", "labelSelector": {"matchLabels": FLAGGED}}],
    "action": {"label": {"flagged": "yes"}},
}
BINNED = {
    **POLICY,
    "targetResources": [{"apiVersion": "v1", "kind": "ConfigMap", "labelSelector": {"matchLabels": {"gc": "binned"}}}],
    "behavior": {**BEHAVIOR, "recycle": {"keepFor": "1h"}},
}
"""What is copied before it goes; copies are kept for longer than a run lasts."""

USED = {
    "targetResources": [{"apiVersion": "v1", "kind": "ConfigMap", "labelSelector": {"matchLabels": {"gc": "used"}}}],
    "conditions": {
        **POLICY["conditions"],
        "related": [
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "by": {"theirs": "data.uses", "mine": "metadata.name"},
                "where": {"hasLabels": [{"key": "gc", "value": "user"}]},
                "are": "none",
            }
        ],
    },
    "ttl": {"after": {"since": "held", "wait": "3s"}},
}
"""What nobody has named for three seconds."""

IDLE = {
    **POLICY,
    "targetResources": [
        {"apiVersion": "apps/v1", "kind": "Deployment", "labelSelector": {"matchLabels": {"gc": "yes"}}}
    ],
    "conditions": {"fields": [{"path": "metadata.labels.state", "value": "done"}]},
    "action": {"scale": {"replicas": 0}},
}
QUIET = 0.25
"""Seconds between two changes of what objects are judged by."""


def policies(namespaces: Sequence[str], *, whole: bool = True) -> list[dict[str, Any]]:
    """The policies of a run: one in each namespace, one with a TTL beside the first, one for series in the last.

    Args:
        namespaces: where objects are.
        whole: whether there is one that marks, too, one over all that are labelled, and those that scale, copy, and ask who uses an object.
    """
    own = [_policy("own", namespace, **POLICY) for namespace in namespaces]
    aged = _policy("aged", namespaces[0], ttl={"afterCreation": "2s"}, **BUSY)
    found = [*own, aged, _policy("series", namespaces[-1], **RETAIN)]
    if whole:
        everywhere = {**TARGET, "namespaces": list(namespaces), "namespaceSelector": {"matchLabels": TEAM}}
        everywhere["labelSelector"] = {"matchLabels": FLAGGED}
        found += [_policy("flag", namespaces[0], **FLAG), _policy("wide", "", targetResources=[everywhere], **POLICY)]
        found += [_policy("idle", namespaces[0], **IDLE)]
        found += [_policy("binned", namespaces[-1], **BINNED), _policy("used", namespaces[-1], **USED)]
    return found


def _policy(name: str, namespace: str, **spec: Any) -> dict[str, Any]:
    base = {"targetResources": [TARGET], "ttl": {"immediate": True}, "evaluationInterval": "1s", "behavior": BEHAVIOR}
    where = {"namespace": namespace} if namespace else {}
    kind = NAMESPACED if namespace else CLUSTER
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name, **where}, "spec": {**base, **spec}}


@dataclass
class PolicyMutator(threading.Thread):
    """Edits, pauses, deletes and makes policies anew, relabels Namespaces, pulls the switch and lets it go.

    Args:
        connection: of its own.
        stage: the cluster.
        namespaces: where objects are.
        policies: what it changes, as they were at the beginning.
        seed: of its choices.
    """

    connection: Connection
    stage: Stage
    namespaces: Sequence[str]
    policies: Sequence[dict[str, Any]]
    seed: int
    changes: int = 0

    def __post_init__(self) -> None:
        super().__init__(daemon=True, name="policy mutator")
        self._chance = random.Random(self.seed)
        self._ending = threading.Event()

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        """Go on until told to end."""
        while not self._ending.wait(QUIET):
            try:
                self._change()
                self.changes += 1
            except urllib3.exceptions.HTTPError:
                time.sleep(0.1)  # the API server is restarted

    def end(self) -> None:
        """Make it end, and leave everything as it was."""
        self._ending.set()
        self.join(60)
        self._send("DELETE", self.stage.config_map(SWITCH, self.stage.home))
        for namespace in self.namespaces:
            self._label(namespace, team="a", keep=None)
        for policy in self.policies:
            self._restore(policy)

    def _change(self) -> None:
        choice = self._chance.random()
        policy = self._chance.choice(self.policies)
        path = self._path(policy)
        if choice < 0.08:
            self._patch(path, {"spec": {"paused": True}})
        elif choice < 0.28:
            self._patch(path, {"spec": self._chance.choice([POLICY, BUSY])})
        elif choice < 0.32:
            self._send("DELETE", path)
        elif choice < 0.44:
            keep = self._chance.choice([None] * 5 + ["true"])
            self._label(self._chance.choice(self.namespaces), team=self._chance.choice(["a", "b"]), keep=keep)
        elif choice < 0.47:
            self._send("POST", self.stage.config_map("", self.stage.home).rstrip("/"), self._switch())
        elif choice < 0.67:
            self._send("DELETE", self.stage.config_map(SWITCH, self.stage.home))
        else:
            self._restore(policy)

    def _switch(self) -> dict[str, Any]:
        metadata = {"name": SWITCH, "namespace": self.stage.home}
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"paused": "true"}}

    def _restore(self, policy: dict[str, Any]) -> None:
        path = self._path(policy)
        spec = {"paused": False, "conditions": policy["spec"]["conditions"]}
        if self._patch(path, {"spec": spec}) == 404:
            self._send("POST", path.rpartition("/")[0], policy)

    def _label(self, namespace: str, *, team: str, keep: str | None) -> None:
        self._patch(f"/api/v1/namespaces/{namespace}", {"metadata": {"labels": {"team": team, KEEP: keep}}})

    def _path(self, policy: dict[str, Any]) -> str:
        metadata = policy["metadata"]
        return self.stage.path(metadata["name"], namespace=metadata.get("namespace"), kind=policy["kind"])

    def _patch(self, path: str, body: dict[str, Any]) -> int:
        return self.connection.request("PATCH", path, body, content_type=MERGE).status

    def _send(self, method: str, path: str, body: Any = None) -> None:
        self.connection.request(method, path, body)
