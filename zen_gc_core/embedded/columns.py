"""The columns of Tables: what ``kubectl get`` prints for each kind.

A column turns an object and the present moment into a cell. Which columns a kind has stands here for the
built-in kinds, and in ``additionalPrinterColumns`` for custom ones; assembling Tables is ``tables``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from zen_gc_core.embedded.jsonpaths import compile_path
from zen_gc_core.embedded.objects import Object, items, mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

Cell: TypeAlias = Callable[[Object, datetime], Any]


@dataclass(frozen=True)
class Column:
    """One column.

    Args:
        name: Its heading.
        type: ``string``, ``integer``, ``number``, ``boolean`` or ``date``.
        cell: What stands in it.
        priority: 0 always; above only with ``-o wide``.
        format: The format of the type (``name`` for the first column).
        description: One sentence.
    """

    name: str
    type: str
    cell: Cell
    priority: int = 0
    format: str = ""
    description: str = ""


def age(text: object, now: datetime) -> str:
    """The time since an RFC 3339 time, as ``kubectl`` shortens it (``k8s.io/apimachinery/pkg/util/duration``)."""
    if not isinstance(text, str) or not text:
        return "<unknown>"
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return "<invalid>"
    return short_duration(int((now - (then if then.tzinfo else then.replace(tzinfo=UTC))).total_seconds()))


def short_duration(seconds: int) -> str:
    """A duration in at most two units (``HumanDuration``).

    Args:
        seconds: The duration; a second or more below zero is ``<invalid>``.
    """
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    years = days // 365
    rows: list[tuple[bool, str, str]] = [
        (seconds < -1, "<invalid>", ""),
        (seconds < 0, "0s", ""),
        (seconds < 120, f"{seconds}s", ""),
        (minutes < 10, f"{minutes}m", f"{seconds % 60}s"),
        (minutes < 180, f"{minutes}m", ""),
        (hours < 8, f"{hours}h", f"{minutes % 60}m"),
        (hours < 48, f"{hours}h", ""),
        (hours < 192, f"{days}d", f"{hours % 24}h"),
        (days < 730, f"{days}d", ""),
        (days < 2920, f"{years}y", f"{days % 365}d"),
        (True, f"{years}y", ""),
    ]
    large, small = next((large, small) for holds, large, small in rows if holds)
    return large if not small or small[0] == "0" else large + small


def at(path: str, default: object = "") -> Cell:
    """A cell that shows the first value at a path."""
    find = compile_path(path)

    def cell(content: Object, _now: datetime) -> Any:
        values = find(content)
        return values[0] if values and values[0] is not None else default

    return cell


def since(path: str) -> Cell:
    """A cell that shows the time since the instant at a path."""
    find = compile_path(path)

    def cell(content: Object, now: datetime) -> str:
        values = find(content)
        return age(values[0] if values else None, now)

    return cell


def count(path: str) -> Cell:
    """A cell that shows how many entries the map or list at a path has."""
    find = compile_path(path)
    return lambda content, _now: sum(len(value) for value in find(content) if isinstance(value, (dict, list)))


_NAME_TEXT = (
    "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a "
    "client to request the generation of an appropriate name automatically. Name is primarily intended for creation "
    "idempotence and configuration definition. Cannot be updated. More info: "
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names"
)
NAME = Column("Name", "string", at(".metadata.name"), format="name", description=_NAME_TEXT)
AGE = Column("Age", "string", since(".metadata.creationTimestamp"), description="Time since creation.")


def printed(definitions: list[Mapping[str, Any]]) -> tuple[Column, ...]:
    """The columns of a custom resource: its name, then its ``additionalPrinterColumns``, or else its age."""
    if not definitions:
        return (NAME, AGE)
    return (
        NAME,
        *(
            Column(
                name=entry["name"],
                type=entry["type"],
                cell=_custom(entry["jsonPath"], entry["type"]),
                priority=entry.get("priority", 0),
                format=entry.get("format", ""),
                description=entry.get("description")
                or f"Custom resource definition column (in JSONPath format): {entry['jsonPath']}",
            )
            for entry in definitions
        ),
    )


def _custom(path: str, kind: str) -> Cell:
    find = compile_path(path)

    def cell(content: Object, now: datetime) -> Any:
        values = find(content)
        value = values[0] if values else None
        if value is None:
            return None
        if kind == "string":
            return _text(value)
        if kind == "date":
            return age(value, now) if isinstance(value, str) else None
        if kind == "boolean":
            return value if isinstance(value, bool) else None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        return int(value) if kind == "integer" else float(value)

    return cell


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else orjson.dumps(value).decode()


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
