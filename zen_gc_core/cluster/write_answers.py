"""Reading the API server's answer to a write: the table of the delete contract.

Pure: an answer and the object it is about go in, a result comes out. What cannot be told from the answer alone is
``Unsure`` and is settled by one more read of the object.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zen_gc_core.cluster.answers import failure
from zen_gc_core.cluster.errors import MalformedAnswer
from zen_gc_core.model.report import Result

if TYPE_CHECKING:
    from zen_gc_core.cluster.answers import Answer
    from zen_gc_core.cluster.observing import Observed
    from zen_gc_core.errors import ClusterError


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

    def settle(self, observed: Observed, seen: Observed | None) -> Written:
        """Say what became of the object.

        Args:
            observed: The object that the write was about.
            seen: What has its name now.
        """
        if seen is None or seen.uid != observed.uid:
            return Written(self.if_gone, self.message)
        if seen.terminating:
            return Written(Result.ACCEPTED, self.message)
        return Written(Result.FAILED, self.message or "the server said deleted, but the object is still there")


def read_deletion(answer: Answer, observed: Observed) -> Written | Unsure:
    """Read the answer to a DELETE.

    Raises:
        ServerFailed: 5xx; nobody knows.
        Throttled: 429; it was no attempt.
        AccessDenied, Unauthorized: 403, 401; the run ends.
    """
    if answer.status in {200, 202}:
        return _deleted(answer, observed)
    return _refused(answer, observed, "delete")


def read_mark(answer: Answer, observed: Observed) -> Written:
    """Read the answer to a PATCH; raises as ``read_deletion``."""
    if answer.status != 200:
        return _refused(answer, observed, "patch")
    try:
        uid = _metadata(answer.document()).get("uid")
    except MalformedAnswer as error:
        return Written(Result.FAILED, str(error))
    if uid != observed.uid:
        return Written(Result.FAILED, f"{answer}: it is about another object")
    return Written(Result.MARKED)


def _deleted(answer: Answer, observed: Observed) -> Written | Unsure:
    try:
        document = answer.document()
        metadata = _metadata(document)
    except MalformedAnswer as error:
        return Unsure(Result.GONE, str(error))
    if document.get("kind") == "Status" and document.get("status") == "Success":
        details = document.get("details")
        uid = details.get("uid") if isinstance(details, dict) else None
        return Written(Result.DELETED) if uid in {None, observed.uid} else Unsure(Result.GONE, f"{answer}: another uid")
    if metadata.get("uid") != observed.uid:
        return Unsure(Result.GONE, f"{answer}: it is about another object")
    grace = metadata.get("deletionGracePeriodSeconds")
    ending = metadata.get("deletionTimestamp") is not None and isinstance(grace, int) and grace > 0
    if metadata.get("finalizers") or ending:
        return Written(Result.ACCEPTED)
    return Unsure(Result.DELETED)


def _refused(answer: Answer, observed: Observed, verb: str) -> Written:
    if answer.status == 404:
        return Written(Result.GONE)
    error = failure(answer, verb=verb, resource=str(observed.resource), namespace=observed.namespace)
    if answer.status == 409:
        return Written(Result.CONFLICT, answer.message)
    if answer.status in {401, 403, 429} or answer.status >= 500:
        raise error
    return Written(Result.FAILED, str(error), error)


def _metadata(document: dict[str, Any]) -> dict[str, Any]:
    metadata = document.get("metadata")
    return metadata if isinstance(metadata, dict) else {}
