"""Writing to users' objects: the wire part of the delete contract.

Every write goes through a ``Writer`` and takes an ``Observed``: uid and resourceVersion of a fresh read are its
preconditions. The intent is written down first, which may take long; then it is asked whether the write is still
wanted; and the right to write is asked last, when the connection stands, right before the bytes leave. There is no
deletecollection, and no write by name.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from zen_gc_core.cluster.errors import AnswerTooLarge, Throttled
from zen_gc_core.cluster.observing import read_object
from zen_gc_core.cluster.retrying import STEPS, UNANSWERED, steps
from zen_gc_core.cluster.write_answers import Unsure, Written, read_deletion, read_mark
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.report import Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.observing import Observed
    from zen_gc_core.cluster.throttling import Throttle
    from zen_gc_core.model.decision import Delete, Mark

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
        verb: ``delete`` or ``patch``.
        observed: The object as it was read.
        step: Which sending of this write it is, from 1; what a 429 asked to repeat keeps its step.
    """

    attempt_id: str
    verb: Literal["delete", "patch"]
    observed: Observed
    step: int


class Journal(Protocol):
    """Where intents and outcomes are written down, and who is asked once they are; whatever it raises stops the request."""

    def intent(self, attempt: Attempt) -> None:
        """Called first, before each request; may block for as long as writing it down takes."""

    def look_again(self) -> None:
        """Called when the intent is written down, and before the connection is made: may look anew."""

    def leaving(self) -> None:
        """Called when the connection stands, right before the request leaves: looks at nothing but the clock."""

    def outcome(self, attempt: Attempt, result: Result | None, message: str) -> None:
        """Called after each request, also one that was stopped; None: what it did is not known, or it did nothing."""


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

    def delete(self, observed: Observed, request: Delete, *, attempt_id: str) -> Written:
        """Delete exactly the object that was observed, in exactly that state; nothing is sent to a terminating one.

        Args:
            observed: The object, freshly read and judged again.
            request: How it is to be deleted.
            attempt_id: The id of this write, in the log and in the server's audit log.

        Returns:
            ``deleted``, ``accepted``, ``gone``, ``conflict`` or ``failed``.

        Raises:
            AuthorityLost: The right to write has ended.
            AccessDenied, Unauthorized, Throttled, BadConfiguration, TLSTrouble: The run must end.
        """
        if observed.terminating:
            return Written(Result.ACCEPTED, "it is terminating already; nothing was sent")
        body: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": {"uid": observed.uid, "resourceVersion": observed.resource_version},
            "propagationPolicy": request.propagation_policy,
        }
        if request.grace_period_seconds is not None:
            body["gracePeriodSeconds"] = request.grace_period_seconds

        def send(audit: dict[str, str]) -> Written | Unsure:
            answer = self.connection.request(
                "DELETE", observed.path, body=body, headers=audit, timeout=self.timeout, guard=self._leaving
            )
            return read_deletion(answer, observed)

        return self._write(attempt_id, "delete", observed, send)

    def mark(self, observed: Observed, request: Mark, *, attempt_id: str) -> Written:
        """Set labels and annotations on exactly the object that was observed, in exactly that state.

        Args:
            observed: The object, freshly read and judged again.
            request: The labels and annotations.
            attempt_id: The id of this write, in the log and in the server's audit log.

        Returns:
            ``marked``, ``gone``, ``conflict`` or ``failed``.

        Raises:
            ClusterError: As ``delete``.
        """
        metadata: dict[str, Any] = {"uid": observed.uid, "resourceVersion": observed.resource_version}
        if request.labels:
            metadata["labels"] = dict(request.labels)
        if request.annotations:
            metadata["annotations"] = dict(request.annotations)

        def send(audit: dict[str, str]) -> Written | Unsure:
            answer = self.connection.request(
                "PATCH",
                observed.path,
                query={"fieldManager": FIELD_MANAGER},
                body={"metadata": metadata},
                content_type=MERGE_PATCH,
                headers=audit,
                timeout=self.timeout,
                guard=self._leaving,
            )
            return read_mark(answer, observed)

        return self._write(attempt_id, "patch", observed, send)

    def _write(
        self,
        attempt_id: str,
        verb: Literal["delete", "patch"],
        observed: Observed,
        send: Callable[[dict[str, str]], Written | Unsure],
    ) -> Written:
        """Send a write until it is answered: five steps, and as many 429 between them as the throttle bears."""
        for attempt in steps(self.sleep):
            with attempt:
                sending = Attempt(attempt_id, verb, observed, attempt.retry_state.attempt_number)
                while True:
                    self.throttle.wait()
                    try:
                        return self._send(sending, send)
                    except Throttled as error:
                        self.throttle.slow_down(error)
        raise AssertionError("unreachable: the last step returns or raises")

    def _send(self, attempt: Attempt, send: Callable[[dict[str, str]], Written | Unsure]) -> Written:
        """Send it once: its intent, then the last questions, then the request, then its outcome."""
        self.authority()
        self.journal.intent(attempt)
        self.journal.look_again()
        try:
            answered = send({"Audit-ID": attempt.attempt_id})
        except AnswerTooLarge as error:
            answered = Unsure(Result.GONE, str(error))
        except UNANSWERED as error:
            if attempt.step < STEPS:
                self.journal.outcome(attempt, None, str(error))
                raise
            noun = "deletion" if attempt.verb == "delete" else "mark"
            answered = Written(Result.FAILED, f"{noun} failed after retries: {error}", error)
        except Exception as error:
            self.journal.outcome(attempt, None, str(error))
            raise
        written = self._settled(answered, attempt.observed) if isinstance(answered, Unsure) else answered
        self.journal.outcome(attempt, written.result, written.message)
        return written

    def _leaving(self) -> None:
        self.journal.leaving()
        self.authority()

    def _settled(self, unsure: Unsure, observed: Observed) -> Written:
        """Look once what became of the object; what cannot be seen gone is not counted as deleted."""
        try:
            seen = read_object(self.connection, observed.resource, observed.namespace, observed.name)
        except ClusterError as error:
            return Written(Result.ACCEPTED, f"not seen gone yet: {error}")
        return unsure.settle(observed, seen)
