"""Small histories, told line by line."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from tests.proof.oracle.auditing import Asked
from tests.proof.oracle.counting import Counts, Replicas, count
from tests.proof.oracle.history import History

START = 1_790_000_000.0
MADE = "2026-09-21T00:00:00Z"
POLICY = "gc.kube-zen.io/garbagecollectionpolicies/apps/all"
LEASE = "leases/home/gc-controller-leader-election"
ITEM = "configmaps/apps/x"


@dataclass
class Told:
    """A history that is told line by line; a line is a second, unless it says otherwise."""

    history: History = field(default_factory=History)
    asked: list[Asked] = field(default_factory=list)
    intents: dict[str, str] = field(default_factory=dict)
    now: float = START

    def stored(self, key: str, after: dict[str, Any] | None, *, wait: float = 1.0) -> None:
        """Something is stored, or removed."""
        self.now += wait
        self.history.add(self.history.revision + 1, self.now, key, after)

    def deleted(self, *, wait: float = 1.0, logged: bool = True, terminating: bool = False, **changed: Any) -> None:
        """A replica asks for the object's removal, with an intent in its log, and it goes."""
        item = self.history.present(ITEM)
        assert item is not None
        uid, attempt = item["metadata"]["uid"], f"attempt-{len(self.asked)}"
        request = Asked(attempt, "account-a", "delete", ITEM, self.now + wait, 200, uid, uid, "7")
        self.asked.append(replace(request, **changed))
        if logged:
            self.intents[attempt] = uid
        ending = {**item, "metadata": {**item["metadata"], "deletionTimestamp": MADE}}
        self.stored(ITEM, ending if terminating else None, wait=wait)

    def counts(self) -> Counts:
        """What the oracle says."""
        return count(self.history, self.asked, Replicas("home", {"account-a": "a"}, self.intents), self.now)


def item(uid: str = "1", *, label: str = "yes", **metadata: Any) -> dict[str, Any]:
    """A ConfigMap that the policy wants gone."""
    named = {"name": "x", "namespace": "apps", "uid": uid, "creationTimestamp": MADE}
    return {"kind": "ConfigMap", "metadata": {**named, "labels": {"gc": label}, **metadata}, "data": {"state": "done"}}


def policy(**spec: Any) -> dict[str, Any]:
    """A policy."""
    target = {"apiVersion": "v1", "kind": "ConfigMap", "labelSelector": {"matchLabels": {"gc": "yes"}}}
    conditions = {"fields": [{"path": "data.state", "value": "done"}]}
    return {
        "metadata": {"name": "all", "namespace": "apps", "uid": "p"},
        "spec": {
            "targetResources": [target],
            "ttl": {"immediate": True},
            "conditions": conditions,
            "evaluationInterval": "1s",
            **spec,
        },
    }


def lease(holder: str, seconds: int = 3) -> dict[str, Any]:
    """A lease."""
    return {"metadata": {"name": "l"}, "spec": {"holderIdentity": holder, "leaseDurationSeconds": seconds}}


def switch(value: str) -> dict[str, Any]:
    """The kill switch."""
    return {"metadata": {"name": "zen-gc-pause", "namespace": "home", "uid": "s"}, "data": {"paused": value}}


def only(counts: Counts, name: str) -> None:
    """One thing was found, under one name."""
    assert {key: len(found) for key, found in counts.findings.items() if found} == {name: 1}, str(counts)
