"""Objects to test keywords with: what clusters hold, and what should not exist but may be met all the same."""

from __future__ import annotations

from typing import Any, Final

_METADATA: Final[dict[str, Any]] = {
    "name": "sample",
    "namespace": "default",
    "uid": "8e2f6b9c-0000-4000-8000-000000000001",
    "creationTimestamp": "2026-01-01T10:00:00Z",
    "labels": {"app": "web", "app.kubernetes.io/name": "web", "team": "web"},
    "annotations": {"note": "a sample", "example.com/expires": "2026-01-02"},
}
_OWNER: Final = {"apiVersion": "batch/v1", "kind": "CronJob", "name": "nightly", "uid": "1", "controller": True}
_COMPLETE: Final = {"type": "Complete", "status": "True", "lastTransitionTime": "2026-01-01T11:00:00Z"}
_FAILED: Final = {"type": "Failed", "status": "True", "lastTransitionTime": "2026-01-01T11:30:00Z"}


def _object(api_version: str, kind: str, metadata: dict[str, Any] | None = None, **rest: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {**_METADATA, **(metadata or {})}, **rest}


_ORDINARY: Final = (
    _object("v1", "ConfigMap", data={"key": "value"}),
    _object("v1", "Secret", type="Opaque", data={}),
    _object("batch/v1", "Job", status={"conditions": [_COMPLETE], "completionTime": "2026-01-01T11:00:00Z"}),
    _object("batch/v1", "Job", {"ownerReferences": [_OWNER]}, status={"conditions": [_FAILED]}),
    _object("batch/v1", "Job", spec={"suspend": True}, status={"active": 1}),
    _object(
        "v1",
        "Pod",
        spec={"restartPolicy": "Never", "containers": [{"name": "main", "image": "busybox"}]},
        status={
            "phase": "Succeeded",
            "startTime": "2026-01-01T10:00:05Z",
            "containerStatuses": [{"state": {"terminated": {"finishedAt": "2026-01-01T10:30:00Z", "exitCode": 0}}}],
        },
    ),
    _object("v1", "Pod", status={"phase": "Failed", "reason": "Evicted", "startTime": "2026-01-01T10:00:05Z"}),
    _object("v1", "Pod", {"deletionTimestamp": "2026-01-01T11:59:00Z"}, status={"phase": "Running"}),
    _object("v1", "PersistentVolumeClaim", status={"phase": "Bound"}),
    _object("apps/v1", "Deployment", spec={"replicas": 0}, status={"observedGeneration": 3}),
    _object(
        "tekton.dev/v1",
        "PipelineRun",
        status={"conditions": [{"type": "Succeeded", "status": "False", "lastTransitionTime": "2026-01-01T11:00:00Z"}]},
    ),
    _object("argoproj.io/v1alpha1", "Workflow", status={"phase": "Succeeded", "finishedAt": "2026-01-01T11:00:00Z"}),
    _object("v1", "Namespace", {"namespace": ""}, status={"phase": "Active"}),
)

_IMPOSSIBLE: Final[tuple[Any, ...]] = (
    None,
    "text",
    [],
    {},
    {"apiVersion": "v1", "kind": "ConfigMap"},
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": None},
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": []},
    {"apiVersion": 1, "kind": {}, "metadata": {"name": 7, "labels": [], "annotations": "no"}},
    _object("v1", "ConfigMap", {"creationTimestamp": None}),
    _object("v1", "ConfigMap", {"creationTimestamp": "yesterday"}),
    _object("v1", "ConfigMap", {"creationTimestamp": "1970-01-01T00:00:00Z"}),
    _object("v1", "ConfigMap", {"creationTimestamp": "9999-12-31T23:59:59Z"}),
    _object("v1", "ConfigMap", {"labels": {"app": None}, "ownerReferences": "web"}),
    _object("v1", "ConfigMap", {"labels": None, "annotations": None, "ownerReferences": None}),
    _object("v1", "Pod", spec=None, status=None),
    _object("v1", "Pod", spec="text", status=[1, 2]),
    _object("v1", "Pod", status={"phase": {"a": 1}, "conditions": {}, "containerStatuses": [None, {"state": 1}]}),
    _object("v1", "Pod", status={"phase": "Succeeded", "containerStatuses": "none"}),
    _object("batch/v1", "Job", status={"conditions": [{"type": [], "status": {}}, None, 5]}),
    _object("batch/v1", "Job", status={"conditions": [{"type": "Complete", "status": "True"}], "completionTime": 5}),
    _object("batch/v1", "Job", status={"conditions": [_COMPLETE], "completionTime": "2050-01-01T00:00:00Z"}),
    _object("argoproj.io/v1alpha1", "Workflow", status={"phase": 5, "finishedAt": ""}),
)

OBJECTS: Final[tuple[Any, ...]] = (*_ORDINARY, *_IMPOSSIBLE)
"""Decoded JSON: ordinary objects of many kinds, then impossible ones. Must not be changed."""
