"""Results: how the API server's answer to one write is read."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.errors import ClusterError


class Result(enum.StrEnum):
    """What became of one object of a plan."""

    DELETED = "deleted"
    """The object is gone, by this write."""
    MARKED = "marked"
    """The object carries the mark, by this write."""
    UNMARKED = "unmarked"
    """What the policy wrote on the object is gone again, by this write."""
    SCALED = "scaled"
    """The object has the count that was asked for, by this write."""
    SUSPENDED = "suspended"
    """The object starts nothing more, by this write."""
    RESUMED = "resumed"
    """The object goes on, by this write."""
    PATCHED = "patched"
    """The object is as the patch makes it, by this write."""
    NOTIFIED = "notified"
    """It was told that the object is due; nothing was sent."""
    ACCEPTED = "accepted"
    """The object is terminating; it is not counted as deleted until it is seen gone."""
    GONE = "gone"
    """The object was gone before; fine, and not ours."""
    BLOCKED = "blocked"
    """Something of the cluster that may allow it does not now; it is asked again in the next run."""
    CONFLICT = "conflict"
    """Somebody changed the object since it was judged; it is judged again in the next run."""
    DROPPED = "dropped"
    """Looked at again right before the write, the object is no longer due."""
    WOULD_ACT = "would-act"
    """A dry run: nothing was changed."""
    NOT_RECYCLED = "not-recycled"
    """There is no copy of the object in the recycle bin, so that it is not deleted."""
    FAILED = "failed"
    """The write failed, also after retries."""


class AdmissionResult(enum.StrEnum):
    """What became of a question of the API server about a policy that somebody writes."""

    ALLOWED = "allowed"
    """It is right, or nothing of what it says has changed."""
    WARNED = "warned"
    """It is right, and its author should look at something."""
    DENIED = "denied"
    """It is wrong, and was refused."""
    ERROR = "error"
    """It was not checked, and let pass; or the question was none."""


class CopyResult(enum.StrEnum):
    """What became of a copy for the recycle bin."""

    MADE = "made"
    """It is in the bin."""
    REMOVED = "removed"
    """It was taken out again: its object was not deleted."""
    EXPIRED = "expired"
    """Its time was over, and it is gone."""
    FAILED = "failed"
    """It could not be made, taken out or let go."""


DONE: Final[Mapping[Result, str]] = {
    Result.DELETED: "are gone by this run",
    Result.MARKED: "carry the mark by this run",
    Result.UNMARKED: "carry the mark no more by this run",
    Result.SCALED: "were scaled by this run",
    Result.SUSPENDED: "were suspended by this run",
    Result.PATCHED: "were patched by this run",
    Result.NOTIFIED: "were told of as due for the first time, by this run",
}
"""What the success of a request is called, each with what the status says of it."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a write.

    Args:
        result: How the answer is read.
        message: Details, in one line; empty when there is nothing to add.
        cause: The error that it failed with, when there is one.
    """

    result: Result
    message: str = ""
    cause: ClusterError | None = None


@dataclass(frozen=True, slots=True)
class Unsure:
    """The answer alone does not say what became of the object; one read of it does.

    Args:
        if_gone: What it is when the object is gone, or another one has its name.
        message: What was odd about the answer; empty when nothing was.
    """

    if_gone: Result
    message: str = ""
