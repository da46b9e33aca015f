"""The phase of an object: ``status.phase``; a Job has none, and its conditions tell it.

An object that has no phase yet is undecided: a Pod that was made a moment ago is not one that does not run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import Missing, Undecided
from zen_gc_core.fieldpaths import MISSING, FieldPath

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.model.candidate import Candidate

_PHASE: Final = FieldPath.parse("status.phase")
_CONDITIONS: Final = FieldPath.parse("status.conditions")
_OF_JOBS: Final[Mapping[str, str]] = {"Complete": "Succeeded", "Failed": "Failed"}


def phase_of(candidate: Candidate) -> str:
    """The phase of an object; a Job is Active, Succeeded or Failed.

    Raises:
        Missing: It has none.
        Undecided: It is no text.
    """
    if candidate.kind == "Job" and candidate.api_version.startswith("batch/"):
        return _of_job(candidate.get(_CONDITIONS))
    return phase_said(candidate)


def phase_said(candidate: Candidate) -> str:
    """The phase that an object says that it is in; as ``phase_of``, for what is no Job."""
    phase = candidate.get(_PHASE)
    if isinstance(phase, str) and phase:
        return phase
    if phase is MISSING or phase is None or phase == "":
        raise Missing("status.phase is missing")
    raise Undecided(f"status.phase is a value of type {type(phase).__name__}, not text")


def _of_job(conditions: Any) -> str:
    if isinstance(conditions, list):
        for condition in conditions:
            if isinstance(condition, dict) and condition.get("status") == "True":
                kind = condition.get("type")
                if isinstance(kind, str) and kind in _OF_JOBS:
                    return _OF_JOBS[kind]
    return "Active"
