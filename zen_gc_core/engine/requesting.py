"""Requesting: an action's callable, held to what its keyword said and to what a request may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.engine.reserved_marks import reserved
from zen_gc_core.errors import ZenGCError
from zen_gc_core.model.reads import WHOLE, Reads
from zen_gc_core.model.requests import Request
from zen_gc_core.texts import with_article

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from zen_gc_core.keywords import Run
    from zen_gc_core.model.decision import Decision


class RefusedRequestError(ZenGCError):
    """An action answered with what it may not ask for; the text goes on where "the action" ends."""


def held(
    call: Callable[[Decision, Run], object], requests: Collection[type[Request]], marks: Collection[str]
) -> Callable[[Decision, Run], Request]:
    """The same callable, raising where it answers with what it may not.

    Args:
        call: The action's own.
        requests: The requests that its keyword says it makes; their rights are asked for before a run.
        marks: The reserved labels and annotations that are allowed.

    Raises:
        RefusedRequestError: When called: the answer is none of these requests, or would write a reserved mark.
        TypeError: When called: the request is filled with something else than its type says.
    """
    promised = " or ".join(request.__name__ for request in requests)

    def ask(decision: Decision, run: Run) -> Request:
        request = call(decision, run)
        for kind in requests:
            if type(request) is kind:  # no subclass: it might ask for another verb
                if fault := request.fault():
                    raise TypeError(fault)
                for key in request.marks():
                    if why := reserved(key, marks):
                        raise RefusedRequestError(f"would write a mark that it may not: {why}")
                return request
        name = type(request).__name__
        if not isinstance(request, Request):
            raise RefusedRequestError(f"answered with {with_article(name)}, not a request")
        raise RefusedRequestError(
            f"answered with {with_article(name)}, and said that it asks for {with_article(promised)}"
        )

    return ask


def reads_of_requests(requests: Collection[type[Request]]) -> Reads:
    """What requests look at of an object, its metadata aside."""
    if any(request.reads is None for request in requests):
        return WHOLE
    return Reads.of(path for request in requests for path in request.reads or ())
