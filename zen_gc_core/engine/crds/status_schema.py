"""The schema of ``status``: what the controller says of a policy's runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_core.engine.crds.structural import OPEN
from zen_gc_core.model.results import DONE

if TYPE_CHECKING:
    from zen_gc_core.engine.crds.structural import Schema


def status_schema() -> Schema:
    """The schema of ``status``."""
    return _record(
        "What came of the policy's last run.",
        {
            "phase": _text("Active, Paused or Error."),
            "observedGeneration": _count("The generation that this status is about."),
            "digest": _text("What an approval of the policy, as it is, names."),
            "resourcesMatched": _count("How many objects the selectors took."),
            "resourcesDeleted": _count("How many objects were deleted."),
            "resourcesPending": _count("How many matched objects were not due."),
            "resourcesWouldDelete": _count("How many objects a dry run would have acted on."),
            "totalDeleted": _count("How many objects the policy deleted since it was made."),
            "lastGCRun": _time("When the policy ran last."),
            "nextGCRun": _time("When it runs next."),
            "schedule": _text("How often it runs, or the times at which it does, with their zone."),
            "lastScheduleTime": _time("The scheduled time that it ran for last, written before the run began."),
            "lastScheduleGeneration": _count("The generation that it had then."),
            "heldFrom": _time("Of a policy since held: no mark from before counts."),
            "lastCompletePass": _time(
                "Likewise: when the last run began that saw everything, and left no mark that must go."
            ),
            "lastRun": _last_run(),
            "conditions": _conditions(),
        },
    )


def _last_run() -> Schema:
    kept = {
        "protected": "by a protection",
        "condition": "by a condition",
        "noExpiry": "because they have no expiry",
        "retained": "because `spec.retain` holds them back",
        "error": "because an error kept them",
    }
    counts = {
        "scanned": "How many objects of the targets' kinds were in scope.",
        "due": "How many were to be acted on.",
        **{result.value: f"How many {what}." for result, what in DONE.items()},
        "accepted": "How many are terminating by this run.",
        "gone": "How many were gone before.",
        "blocked": "How many a PodDisruptionBudget did not let go.",
        "conflicts": "How many had changed since they were judged.",
        "failed": "How many writes failed.",
        "recycled": "How many of those that were deleted, or are terminating, have a copy in the recycle bin.",
        "notRecycled": "How many were kept because there is no copy of them.",
    }
    return _record(
        "The last run in figures.",
        {
            **{name: _count(description) for name, description in counts.items()},
            "kept": _record(
                "How many matched objects were kept, and why.",
                {name: _count(f"Kept {why}.") for name, why in kept.items()},
            ),
            "dryRun": {"description": "Whether it only said what it would do.", "type": "boolean"},
            "oldestDue": _time("Since when the oldest object that was to be acted on was due, to the hour."),
            "durationSeconds": {"description": "How long it took.", "type": "number"},
        },
    )


def _conditions() -> Schema:
    condition = _record(
        "A condition, as the Kubernetes API conventions define it.",
        {
            "type": {**_text("Ready, Degraded, Progressing or Fight."), "maxLength": 316},
            "status": {**_text("True, False or Unknown."), "enum": ["True", "False", "Unknown"]},
            "observedGeneration": _count("The generation that it is about."),
            "lastTransitionTime": _time("When the status changed last."),
            "reason": _text("Why, in one word."),
            "message": _text("Why, in a sentence."),
        },
    )
    condition["required"] = ["type", "status"]
    return {
        "description": "Whether the policy is in force, and whether something is wrong.",
        "type": "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"],
        "items": condition,
    }


def _record(description: str, properties: dict[str, Schema]) -> dict[str, Any]:
    return {"description": description, "type": "object", OPEN: True, "properties": properties}


def _text(description: str) -> Schema:
    return {"description": description, "type": "string"}


def _time(description: str) -> Schema:
    return {"description": description, "type": "string", "format": "date-time"}


def _count(description: str) -> Schema:
    return {"description": description, "type": "integer", "format": "int64"}
