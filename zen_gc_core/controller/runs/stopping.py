"""What ends a run before its plan does: raised by whoever finds it, or read from an error of the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.errors import AccessDenied, AuthorityLost, reason_of
from zen_gc_core.errors import ZenGCError
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending

if TYPE_CHECKING:
    from zen_gc_core.errors import ClusterError

_PLAIN_WORDS: Final = {
    Reason.THROTTLED: "the API server has asked for patience for too long",
    Reason.UNAUTHORIZED: "the API server does not accept the credentials",
    Reason.CLUSTER_UNREACHABLE: "the API server does not answer",
    Reason.SERVER_FAILED: "the API server fails",
}


class Stopped(ZenGCError):  # noqa: N818  it says what happened to a run
    """A run must end before its plan does.

    Args:
        reason: Why.
        message: Why, in one line; quotes no object, and no server that may.

    Attributes:
        ending: All of that.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        self.ending = Ending(reason, message)
        super().__init__(message)


def ending_by(error: ClusterError) -> Ending:
    """The end of a run by an answer that is about no object: about a list, a kind, or the right to write."""
    return Ending(reason_of(error), str(error))


def ending_by_write(error: ClusterError) -> Ending:
    """The end of a run by an answer about one object: the server's words may quote it, and are left out."""
    if isinstance(error, AuthorityLost):
        return ending_by(error)
    if isinstance(error, AccessDenied):
        return Ending(error.reason, str(error.plain))
    reason = reason_of(error)
    return Ending(reason, _PLAIN_WORDS.get(reason) or _ended_by(error))


def ending_by_fault(error: Exception) -> Ending:
    """The end of a run by what nobody foresaw: its words may quote an object, and are left out."""
    return Ending(Reason.UNEXPECTED_ERROR, _ended_by(error))


def _ended_by(error: Exception) -> str:
    return f"the run was ended by a {type(error).__name__}"
