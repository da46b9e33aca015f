"""Reading the API server's answer to a write: the table of the delete contract.

Pure: an answer, the request that it answers and the object go in, a result comes out. What success means is the
request's to say; what any other status means is the same for all. What cannot be told from the answer alone is
``Unsure`` and is settled by one more read of the object.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zen_gc_core.cluster.answers import failure
from zen_gc_core.cluster.errors import MalformedAnswer
from zen_gc_core.model.results import DONE, Result, Unsure, Written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.cluster.answers import Answer
    from zen_gc_core.cluster.observing import Observed
    from zen_gc_core.model.requests import Request


def read_answer(answer: Answer, request: Request, observed: Observed) -> Written | Unsure:
    """Read the answer to a write.

    Args:
        answer: The answer.
        request: What was asked for.
        observed: The object that it is about.

    Raises:
        ServerFailed: 5xx; nobody knows.
        Throttled: 429; it was no attempt.
        AccessDenied, Unauthorized: 403, 401; the run ends.
    """
    if answer.status not in request.answers:
        return _refused(answer, request, observed)
    try:
        read = request.read(answer.document(), observed.uid)
    except MalformedAnswer as error:
        return unreadable(request, observed, error)
    return replace(read, message=f"{answer}: {read.message}") if read.message else read


def rehearsed(read: Written | Unsure) -> Written:
    """What the answer to a dry run of the server says: it would have done it, or what it says of a write that fails.

    No read of the object says more: it is as it was.
    """
    if isinstance(read, Unsure):
        return Written(Result.WOULD_ACT if read.if_gone is Result.DELETED else read.if_gone, read.message)
    return replace(read, result=Result.WOULD_ACT) if read.result in {*DONE, Result.ACCEPTED} else read


def unreadable(request: Request, observed: Observed, error: MalformedAnswer) -> Written | Unsure:
    """What a write did whose answer of success says nothing."""
    return replace(request.read({}, observed.uid), message=str(error))


def settle(unsure: Unsure, observed: Observed, seen: Observed | None) -> Written:
    """Say what became of an object that a write did not tell of.

    Args:
        unsure: What its answer left open.
        observed: The object that the write was about.
        seen: What has its name now.
    """
    if seen is None or seen.uid != observed.uid:
        return Written(unsure.if_gone, unsure.message)
    if seen.terminating:
        return Written(Result.ACCEPTED, unsure.message)
    return Written(Result.FAILED, unsure.message or "the server said deleted, but the object is still there")


def _refused(answer: Answer, request: Request, observed: Observed) -> Written:
    if (read := request.refused(answer.status, _document(answer))) is not None:
        return replace(read, message=f"{answer}: {read.message}")
    if answer.status == 404:
        return Written(Result.GONE)
    error = failure(answer, verb=request.verb, resource=str(observed.resource), namespace=observed.namespace)
    if answer.status == 409:
        return Written(Result.CONFLICT, answer.message)
    if answer.status in {401, 403, 429} or answer.status >= 500:
        raise error
    return Written(Result.FAILED, str(error), error)


def _document(answer: Answer) -> Mapping[str, Any]:
    """An answer's JSON; empty where there is none."""
    try:
        return answer.document()
    except MalformedAnswer:
        return {}
