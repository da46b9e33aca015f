"""When an object has finished its work: Jobs, Pods, and whatever follows the same conventions.

One table for the TTL ``afterFinished`` and for the protection of owned objects. A field that is not of the expected
type counts as absent, and an object that cannot be told to be finished is unfinished. (Values are compared with
tuples, because decoded JSON may hold what no set can look up.)
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import InputError
from zen_gc_core.fieldpaths import MISSING, FieldPath
from zen_gc_core.instants import parse_instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.model.candidate import Candidate

_STATUS: Final = FieldPath.parse("status")
_PHASE: Final = FieldPath.parse("status.phase")
_FINISHED_PHASES: Final = ("Succeeded", "Failed")
_CONTAINERS: Final = ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses")


def finish_of(candidate: Candidate) -> str | None:
    """When an object finished, as the text that it holds.

    Args:
        candidate: The object; its ``status`` is read.

    Returns:
        None when it is unfinished; else the text of the instant, which is empty when it is finished but does not say
        when.
    """
    if candidate.kind == "Pod" and candidate.api_version == "v1" and candidate.get(_PHASE) not in _FINISHED_PHASES:
        return None  # most Pods run, and one field says so
    status = candidate.get(_STATUS)
    if status is MISSING or not isinstance(status, dict):
        return None
    special = _BY_KIND.get((candidate.api_version.rpartition("/")[0], candidate.kind))
    return special(status) if special else _by_convention(status)


def _job(status: dict[str, Any]) -> str | None:
    for condition in _conditions(status):
        if condition.get("type") in ("Complete", "Failed") and condition.get("status") == "True":
            return _text(status.get("completionTime")) or _text(condition.get("lastTransitionTime"))
    return None


def _pod(status: dict[str, Any]) -> str | None:
    if status.get("phase") not in _FINISHED_PHASES:
        return None
    ended = [
        _text(_map(_map(container.get("state")).get("terminated")).get("finishedAt"))
        for name in _CONTAINERS
        for container in _maps(status.get(name))
    ]
    changed = [_text(condition.get("lastTransitionTime")) for condition in _conditions(status)]
    return _newest(ended) or _newest(changed) or _text(status.get("startTime"))


def _newest(texts: list[str]) -> str:
    """The latest of some times; one that is no time counts as the latest, so that it is noticed."""
    written = list(filter(None, texts))
    return max(written, key=_moment) if len(written) > 1 else "".join(written)


def _moment(text: str) -> datetime:
    try:
        return parse_instant(text, dates=False)
    except InputError:
        return datetime.max.replace(tzinfo=UTC)


def _by_convention(status: dict[str, Any]) -> str | None:
    for condition in _conditions(status):
        if condition.get("type") == "Succeeded":
            if condition.get("status") not in ("True", "False"):
                return None
            return _text(status.get("completionTime")) or _text(condition.get("lastTransitionTime"))
    for field in ("finishedAt", "completionTime"):
        if status.get(field) is not None:
            return _text(status[field])
    return None


_BY_KIND: Final[dict[tuple[str, str], Callable[[dict[str, Any]], str | None]]] = {
    ("batch", "Job"): _job,
    ("", "Pod"): _pod,
}

FINISHING_KINDS: Final = frozenset(
    {
        ("batch", "Job"),
        ("", "Pod"),
        ("tekton.dev", "PipelineRun"),
        ("tekton.dev", "TaskRun"),
        ("argoproj.io", "Workflow"),
    }
)
"""Groups and kinds that are known to finish."""


def _conditions(status: dict[str, Any]) -> list[dict[str, Any]]:
    return _maps(status.get("conditions"))


def _maps(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
