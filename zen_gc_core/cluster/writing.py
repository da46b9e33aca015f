"""Writing to users' objects: the wire part of the delete contract.

Every write goes through a ``Writer`` and takes an ``Observed``: uid and resourceVersion of a fresh read are its
preconditions. The intent is written down first, which may take long; then it is asked whether the write is still
wanted; and the right to write is asked last, when the connection stands, right before the bytes leave. There is no
deletecollection, and no write by name.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from zen_gc_core.cluster.errors import AnswerTooLarge
from zen_gc_core.cluster.observing import read_object
from zen_gc_core.cluster.retrying import STEPS, UNANSWERED, patiently
from zen_gc_core.cluster.write_answers import read_answer, rehearsed, settle, unreadable
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.results import Result, Unsure, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.observing import Observed
    from zen_gc_core.cluster.throttling import Throttle
    from zen_gc_core.model.requests import Request, Verb

WRITE_TIMEOUT: Final = 2.5
"""Seconds for one write: a quarter of the usual renew deadline, as the end of the authority assumes it."""

FIELD_MANAGER: Final = "zen-gc"

MERGE_PATCH: Final = "application/merge-patch+json"
"""JSON Merge Patch (RFC 7386)."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request of one write, for the log.

    Args:
        attempt_id: The id of the write; also its ``Audit-ID``.
        request: What is asked for.
        observed: The object as it was read.
        step: Which sending of this write it is, from 1; what a 429 asked to repeat keeps its step.
    """

    attempt_id: str
    request: Request
    observed: Observed
    step: int


class Journal(Protocol):
    """Where intents are written down, and who is asked once they are; whatever it raises stops the request."""

    def intent(self, attempt: Attempt) -> None:
        """Called first, before each request; may block for as long as writing it down takes."""

    def look_again(self) -> None:
        """Called when the intent is written down, and before the connection is made: may look anew."""

    def leaving(self) -> None:
        """Called when the connection stands, right before the request leaves: looks at nothing but the clock."""

    def left(self) -> None:
        """Called when nothing stops the request any more; it raises nothing."""


@dataclass(frozen=True, slots=True)
class _Wire:
    """How a verb is sent.

    Args:
        method: The HTTP method.
        content_type: The type of the body.
        query: Parameters.
        pinned: The body with the uid and the resourceVersion of the object as it was read, where the server looks for them.
    """

    method: str
    content_type: str
    query: Mapping[str, str]
    pinned: Callable[[dict[str, Any], Observed], dict[str, Any]]


def _with_preconditions(body: dict[str, Any], observed: Observed) -> dict[str, Any]:
    return {**body, "preconditions": {"uid": observed.uid, "resourceVersion": observed.resource_version}}


def _with_version(body: dict[str, Any], observed: Observed) -> dict[str, Any]:
    metadata = {"uid": observed.uid, "resourceVersion": observed.resource_version}
    return {**body, "metadata": {**body.get("metadata", {}), **metadata}}


def _with_delete_options(body: dict[str, Any], observed: Observed) -> dict[str, Any]:
    return {**body, "deleteOptions": _with_preconditions(body.get("deleteOptions", {}), observed)}


_WIRES: Final[Mapping[Verb, _Wire]] = {
    "create": _Wire("POST", "application/json", {}, _with_delete_options),
    "delete": _Wire("DELETE", "application/json", {}, _with_preconditions),
    "patch": _Wire("PATCH", MERGE_PATCH, {"fieldManager": FIELD_MANAGER}, _with_version),
}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes for one run of one policy; may be used by several threads.

    Args:
        connection: The cluster.
        authority: Asked right before each request leaves; raises when there is no right to write.
        throttle: What all writers of the run wait for after a 429.
        journal: Where intents and outcomes are written down.
        timeout: Seconds for one request; not more than the authority's end assumes.
        sleep: Waits between steps; whatever it raises ends the write.
    """

    connection: Connection
    authority: Callable[[], None]
    throttle: Throttle
    journal: Journal
    timeout: float = WRITE_TIMEOUT
    sleep: Callable[[float], None] = time.sleep

    def write(self, observed: Observed, request: Request, *, attempt_id: str) -> Written:
        """Do what is asked to exactly the object that was observed, in exactly that state.

        Nothing is sent to an object that is terminating.

        Args:
            observed: The object, freshly read and judged again.
            request: What is asked for.
            attempt_id: The id of this write, in the log and in the server's audit log.

        Returns:
            What the request's success is called, ``accepted``, ``gone``, ``conflict`` or ``failed``.

        Raises:
            AuthorityLost: The right to write has ended.
            AccessDenied, Unauthorized, Throttled, BadConfiguration, TLSTrouble: The run must end.
        """
        if not request.sends:
            self.authority()
            return Written(Result.WOULD_ACT if self.connection.rehearses else request.done)
        if observed.terminating:
            return Written(Result.ACCEPTED, "it is terminating already; nothing was sent")
        wire = _WIRES[request.verb]
        body = wire.pinned(request.body(observed.candidate()), observed)
        path = f"{observed.path}/{request.subresource}" if request.subresource else observed.path

        def send() -> Written | Unsure:
            answer = self.connection.request(
                wire.method,
                path,
                query={**wire.query, **request.query},
                body=body,
                content_type=wire.content_type,
                headers={"Audit-ID": attempt_id},
                timeout=self.timeout,
                guard=self._leaving,
            )
            return read_answer(answer, request, observed)

        return patiently(
            lambda step: self._send(Attempt(attempt_id, request, observed, step), send), self.sleep, self.throttle
        )

    def _send(self, attempt: Attempt, send: Callable[[], Written | Unsure]) -> Written:
        """Send it once: its intent, then the last questions, then the request."""
        self.authority()
        self.journal.intent(attempt)
        self.journal.look_again()
        try:
            answered = send()
        except AnswerTooLarge as error:
            answered = unreadable(attempt.request, attempt.observed, error)
        except UNANSWERED as error:
            if attempt.step < STEPS:
                raise
            answered = Written(Result.FAILED, f"{attempt.request.words.noun} failed after retries: {error}", error)
        if self.connection.rehearses:
            return rehearsed(answered)
        return self._settled(answered, attempt.observed) if isinstance(answered, Unsure) else answered

    def _leaving(self) -> None:
        self.journal.leaving()
        self.authority()
        self.journal.left()

    def _settled(self, unsure: Unsure, observed: Observed) -> Written:
        """Look once what became of the object; what cannot be seen gone is not counted as deleted."""
        try:
            seen = read_object(self.connection, observed.resource, observed.namespace, observed.name)
        except ClusterError as error:
            return Written(Result.ACCEPTED, f"not seen gone yet: {error}")
        return settle(unsure, observed, seen)
