"""What says that an object still runs, whatever else its status holds: conditions, phases and states of running."""

from __future__ import annotations

from typing import Any, Final

_CONDITIONS: Final = frozenset({"Running", "Restarting", "Active", "Progressing", "InProgress", "Retrying"})
"""Conditions that say so while they are "True"."""

_FIELDS: Final = ("phase", "state", "status", "jobStatus", "runStatus")
"""Fields of a status that hold its state; a map among them holds it one level deeper."""

_STATES: Final = frozenset(
    [
        "aborting",
        "accepted",
        "active",
        "building",
        "canceling",
        "cancelling",
        "completing",
        "created",
        "creating",
        "deploying",
        "downloading",
        "executing",
        "failing",
        "finalizing",
        "initialized",
        "initializing",
        "inprogress",
        "new",
        "paused",
        "pausing",
        "prepared",
        "preparing",
        "processing",
        "progressing",
        "provisioning",
        "queued",
        "queueing",
        "queuing",
        "resuming",
        "retrying",
        "scheduled",
        "scheduling",
        "started",
        "starting",
        "stopping",
        "submitted",
        "submitting",
        "succeeding",
        "terminating",
        "unknown",
        "updating",
        "uploading",
    ]
)
_BEGINNINGS: Final = ("pending", "restart", "running", "suspend", "waiting")
"""Of ``PENDING_RERUN``, ``Suspended``, ``WaitingForPluginOperations`` and what is alike."""


def runs(status: dict[str, Any], *, besides: str = "") -> bool:
    """Whether a status holds evidence that its object runs.

    Args:
        status: The status.
        besides: A field of it that is not looked at, because a row reads it.
    """
    conditions = status.get("conditions")
    for condition in conditions if isinstance(conditions, list) else ():
        if type(condition) is dict:
            kind = condition.get("type")
            if type(kind) is str and kind in _CONDITIONS and _holds(condition.get("status")):
                return True
    return any(field in status and field != besides and _of_field(status[field]) for field in _FIELDS)


def says_running(value: Any) -> bool:
    """Whether a value says that something runs: a state of running, a number above 0, true."""
    if isinstance(value, str):
        plain = value.lower().replace("_", "").replace("-", "").replace(" ", "")
        return plain in _STATES or plain.startswith(_BEGINNINGS)
    return isinstance(value, bool | int | float) and value > 0


def _of_field(value: Any) -> bool:
    if isinstance(value, dict):
        return any(says_running(value.get(field)) for field in _FIELDS if isinstance(value.get(field), str))
    return isinstance(value, str) and says_running(value)


def _holds(status: Any) -> bool:
    return status is True or (isinstance(status, str) and status.lower() == "true")
