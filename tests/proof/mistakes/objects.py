"""Plausible objects: what a cluster of a small company holds, with the gaps that real objects have."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
LABELS = {
    "app": ["web", "api", "worker"],
    "env": ["prod", "staging", "preview", "dev"],
    "team": ["ops", "shop", "data"],
    "keep": ["true", "false", ""],
    "app.kubernetes.io/name": ["shop", "crawler"],
    "replicas": ["3", "0"],
}
ANNOTATIONS = {
    "acme.com/owner": ["ops", "shop"],
    "acme.com/keep": ["true", "yes", "until-friday"],
    "janitor/ttl": ["7d", "24h", "forever"],
    "janitor/expires": ["2026-01-01", "2027-01-01T00:00:00Z"],
}
PHASES: dict[str, list[Any]] = {
    "Pod": ["Running", "Pending", "Succeeded", "Failed"],
    "Job": [None],
    "ConfigMap": [None],
    "PersistentVolumeClaim": ["Bound", "Lost"],
    "Workflow": ["Running", "Succeeded", "Failed", None],
}
API_VERSIONS = {
    "Pod": "v1",
    "ConfigMap": "v1",
    "Job": "batch/v1",
    "PersistentVolumeClaim": "v1",
    "Workflow": "argoproj.io/v1alpha1",
}
OWNERS = [
    {"apiVersion": "batch/v1", "kind": "Job", "name": "nightly", "uid": "u-owner", "controller": True},
    {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "name": "etl", "uid": "u-owner", "controller": False},
]


def at(days: float) -> str:
    """An instant so many days before now, as the API server writes it."""
    return (NOW - dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def make(random: random.Random, kind: str, number: int) -> dict[str, Any]:
    """One object of a kind."""
    age = random.choice([0.02, 0.5, 3, 20, 90, 150])
    metadata: dict[str, Any] = {
        "name": random.choice(["ci-", "web-", "keep-", "tmp-", "settings-"]) + f"{number:03d}",
        "namespace": random.choice(["shop", "shop", "team-a"]),
        "uid": f"uid-{kind}-{number}",
        "creationTimestamp": at(age),
        "resourceVersion": str(1000 + number),
    }
    for field, known in (("labels", LABELS), ("annotations", ANNOTATIONS)):
        chosen = {key: random.choice(values) for key, values in known.items() if random.random() < 0.4}
        if chosen or random.random() < 0.3:
            metadata[field] = chosen
    if random.random() < 0.25:
        metadata["ownerReferences"] = [random.choice(OWNERS)]
    if random.random() < 0.1:
        metadata["finalizers"] = ["acme.com/hold"]
    made = {"apiVersion": API_VERSIONS[kind], "kind": kind, "metadata": metadata}
    made.update(_rest(random, kind, age))
    return made


def _rest(random: random.Random, kind: str, age: float) -> dict[str, Any]:
    ended = at(age * random.random())
    phase = random.choice(PHASES[kind])
    if kind == "ConfigMap":
        return {"data": {"mode": random.choice(["on", "off", "5"])}} if random.random() < 0.8 else {}
    if kind == "Pod":
        spec = {
            "restartPolicy": random.choice(["Always", "Never"]),
            "containers": [{"name": "main", "image": random.choice(["shop:1", "shop:latest"])}],
        }
        status: dict[str, Any] = {"phase": phase}
        if phase in ("Succeeded", "Failed"):
            status["reason"] = random.choice(["Evicted", "Error"])
            status["containerStatuses"] = [
                {"name": "main", "restartCount": random.randrange(3), "state": {"terminated": {"finishedAt": ended}}}
            ]
        return {"spec": spec, "status": status if random.random() < 0.95 else {}}
    if kind == "Job":
        done = random.choice(["Complete", "Failed", None])
        conditions = [{"type": done, "status": "True", "lastTransitionTime": ended}] if done else []
        return {
            "spec": {"suspend": random.choice([True, False]), "backoffLimit": random.choice([0, 6])},
            "status": {"conditions": conditions, **({"completionTime": ended} if done == "Complete" else {})},
        }
    if kind == "PersistentVolumeClaim":
        return {"spec": {"volumeName": "pv-1"}, "status": {"phase": phase}}
    finished = {"finishedAt": ended} if phase in ("Succeeded", "Failed") else {}
    return {"spec": {"entrypoint": "main"}, "status": {**({"phase": phase} if phase else {}), **finished}}


def population(random: random.Random, each: int) -> list[dict[str, Any]]:
    """Some objects of every kind, and their Namespaces."""
    namespaces = [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "uid": f"ns-{name}", "creationTimestamp": at(300)},
        }
        for name in ("shop", "team-a")
    ]
    made = [make(random, kind, number) for kind in API_VERSIONS for number in range(each)]
    return [*namespaces, *made]
