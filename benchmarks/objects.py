"""The objects that are measured on: Pods of about 4 KB, as a busy cluster has them."""

from __future__ import annotations

import uuid
from typing import Any

NAMESPACES = 20
SERIES = 1000
"""A multiple of the namespaces: so many groups there are, each in one of them."""


def pod(number: int) -> dict[str, Any]:
    """A Pod of 4 KB; one in ten has finished, one in a hundred long ago."""
    finished = number % 10 == 0
    hour = 1 if number % 100 == 0 else 11
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"worker-{number:06d}",
            "namespace": f"team-{number % NAMESPACES:02d}",
            "uid": str(uuid.UUID(int=number)),
            "creationTimestamp": f"2026-01-01T00:{number // 1000 % 60:02d}:{number % 60:02d}Z",
            "labels": {
                "app": f"ci-{number % 7}",
                "series": f"s-{number % SERIES}",
                "pod-template-hash": f"{number:010x}",
            },
            "annotations": {f"example.com/note-{index}": "x" * 40 for index in range(6)},
            "managedFields": [_managed(index) for index in range(2)],
        },
        "spec": {
            "nodeName": "node-1",
            "restartPolicy": "Never",
            "volumes": [{"name": "data", "emptyDir": {}}, {"name": "token", "emptyDir": {}}],
            "containers": [_container(index) for index in range(3)],
        },
        "status": {
            "phase": "Succeeded" if finished else "Running",
            "startTime": "2026-01-01T00:00:05Z",
            "conditions": [
                {"type": kind, "status": "True", "lastTransitionTime": f"2026-01-01T{hour:02d}:00:00Z"}
                for kind in ("Initialized", "Ready", "ContainersReady", "PodScheduled")
            ],
            "containerStatuses": [_container_status(index, finished, hour) for index in range(3)],
        },
    }


def _managed(index: int) -> dict[str, Any]:
    fields: dict[str, dict[str, Any]] = {f"f:field-{number}": {} for number in range(18)}
    return {
        "manager": f"manager-{index}",
        "operation": "Update",
        "apiVersion": "v1",
        "fieldsV1": {"f:metadata": fields},
    }


def _container(index: int) -> dict[str, Any]:
    return {
        "name": f"c{index}",
        "image": f"registry.example.com/team/service-{index}:1.2.3",
        "env": [{"name": f"VARIABLE_{number}", "value": "some value"} for number in range(8)],
        "resources": {"limits": {"cpu": "500m", "memory": "512Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
        "volumeMounts": [{"name": "data", "mountPath": "/data"}, {"name": "token", "mountPath": "/var/run/token"}],
    }


def _container_status(index: int, finished: bool, hour: int) -> dict[str, Any]:  # noqa: FBT001  a Pod's state
    state: dict[str, Any] = {"running": {"startedAt": "2026-01-01T00:00:10Z"}}
    if finished:
        state = {"terminated": {"exitCode": 0, "finishedAt": f"2026-01-01T{hour:02d}:30:00Z", "reason": "Completed"}}
    return {"name": f"c{index}", "ready": not finished, "restartCount": 0, "image": f"service-{index}", "state": state}
