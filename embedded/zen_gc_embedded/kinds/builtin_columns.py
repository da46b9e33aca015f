"""The columns of the built-in kinds: what ``kubectl get`` prints for them.

After ``pkg/printers/internalversion`` of Kubernetes, for the kinds that people look at most; the others show
name and age.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from zen_gc_embedded.kinds.columns import AGE, NAME, Column, age, at, count, since
from zen_gc_embedded.kinds.jsonpaths import compile_path
from zen_gc_embedded.store.objects import Object, items, mapping

if TYPE_CHECKING:
    from collections.abc import Mapping


def _pod_ready(content: Object, _now: datetime) -> str:
    statuses = items(mapping(content.get("status")).get("containerStatuses"))
    total = len(items(mapping(content.get("spec")).get("containers")))
    return f"{sum(1 for status in statuses if status.get('ready'))}/{total}"


def _pod_status(content: Object, _now: datetime) -> str:
    status = mapping(content.get("status"))
    reason = str(status.get("reason") or status.get("phase") or "")
    for container in items(status.get("containerStatuses")):
        state = mapping(container.get("state"))
        stopped = mapping(state.get("terminated")) or mapping(state.get("waiting"))
        reason = str(stopped.get("reason") or reason)
    return "Terminating" if content["metadata"].get("deletionTimestamp") else reason


def _pod_restarts(content: Object, _now: datetime) -> str:
    statuses = items(mapping(content.get("status")).get("containerStatuses"))
    return str(sum(int(status.get("restartCount", 0)) for status in statuses))


def _job_status(content: Object, _now: datetime) -> str:
    conditions = items(mapping(content.get("status")).get("conditions"))
    holding = {entry.get("type") for entry in conditions if entry.get("status") == "True"}
    if content["metadata"].get("deletionTimestamp"):
        return "Terminating"
    return next((name for name in ("Complete", "Failed", "Suspended", "FailureTarget") if name in holding), "Running")


def _job_completions(content: Object, _now: datetime) -> str:
    spec, status = mapping(content.get("spec")), mapping(content.get("status"))
    return f"{status.get('succeeded', 0)}/{spec.get('completions', 1)}"


def _job_duration(content: Object, now: datetime) -> str:
    status = mapping(content.get("status"))
    if not status.get("startTime"):
        return ""
    end = status.get("completionTime")
    return age(status["startTime"], datetime.fromisoformat(end) if end else now)


def _event_object(content: Object, _now: datetime) -> str:
    subject = mapping(content.get("involvedObject"))
    return f"{str(subject.get('kind', '')).lower()}/{subject.get('name', '')}"


def _node_status(content: Object, _now: datetime) -> str:
    ready = compile_path('.status.conditions[?(@.type=="Ready")].status')(content)
    return {"True": "Ready", "False": "NotReady"}.get(str(ready[0]) if ready else "", "Unknown")


def _replicas(content: Object, _now: datetime) -> str:
    spec, status = mapping(content.get("spec")), mapping(content.get("status"))
    return f"{status.get('readyReplicas', 0)}/{spec.get('replicas', 1)}"


def _text_column(name: str, path: str) -> Column:
    return Column(name, "string", at(path))


BUILT_IN: Mapping[str, tuple[Column, ...]] = {
    "pods": (
        NAME,
        Column("Ready", "string", _pod_ready),
        Column("Status", "string", _pod_status),
        Column("Restarts", "string", _pod_restarts),
        AGE,
        Column("IP", "string", at(".status.podIP", "<none>"), priority=1),
        Column("Node", "string", at(".spec.nodeName", "<none>"), priority=1),
    ),
    "jobs": (
        NAME,
        Column("Status", "string", _job_status),
        Column("Completions", "string", _job_completions),
        Column("Duration", "string", _job_duration),
        AGE,
    ),
    "cronjobs": (
        NAME,
        _text_column("Schedule", ".spec.schedule"),
        Column("Suspend", "boolean", at(".spec.suspend", default=False)),
        Column("Active", "integer", count(".status.active")),
        Column("Last Schedule", "string", since(".status.lastScheduleTime")),
        AGE,
    ),
    "configmaps": (NAME, Column("Data", "string", count(".data")), AGE),
    "secrets": (NAME, _text_column("Type", ".type"), Column("Data", "string", count(".data")), AGE),
    "namespaces": (NAME, _text_column("Status", ".status.phase"), AGE),
    "nodes": (NAME, Column("Status", "string", _node_status), AGE),
    "leases": (NAME, _text_column("Holder", ".spec.holderIdentity"), AGE),
    "services": (NAME, _text_column("Type", ".spec.type"), _text_column("Cluster-IP", ".spec.clusterIP"), AGE),
    "deployments": (NAME, Column("Ready", "string", _replicas), AGE),
    "statefulsets": (NAME, Column("Ready", "string", _replicas), AGE),
    "replicasets": (
        NAME,
        Column("Desired", "integer", at(".spec.replicas", 1)),
        Column("Current", "integer", at(".status.replicas", 0)),
        Column("Ready", "integer", at(".status.readyReplicas", 0)),
        AGE,
    ),
    "persistentvolumeclaims": (
        NAME,
        _text_column("Status", ".status.phase"),
        _text_column("Volume", ".spec.volumeName"),
        _text_column("Capacity", ".status.capacity.storage"),
        AGE,
    ),
    "events": (
        Column("Last Seen", "string", since(".lastTimestamp")),
        _text_column("Type", ".type"),
        _text_column("Reason", ".reason"),
        Column("Object", "string", _event_object),
        _text_column("Message", ".message"),
        Column("Name", "string", at(".metadata.name"), priority=1, format="name"),
    ),
    "customresourcedefinitions": (NAME, Column("Created At", "date", at(".metadata.creationTimestamp"))),
}
"""Columns by plural; a kind that is not listed shows name and age."""
