"""Answers of an API server, and which error an unwelcome one is.

Data and parsing only: nothing here sends a request.
"""

from __future__ import annotations

import datetime as dt
import email.utils
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from zen_gc_core.cluster.errors import (
    AccessDenied,
    Conflict,
    Expired,
    ImpersonationDenied,
    MalformedAnswer,
    NotFound,
    Refused,
    ServerFailed,
    Throttled,
    Unauthorized,
)
from zen_gc_core.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.errors import ClusterError
    from zen_gc_core.model.accounts import Account

_IMPERSONATE: Final = "cannot impersonate"
"""What the API server says of whoever may not act as another, of either kind of impersonation."""

LONGEST_MESSAGE: Final = 500
"""How many characters of a server's words are passed on."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, read to its end.

    Args:
        method: The method of the request that it answers.
        path: The path of that request, without its query.
        status: The HTTP status.
        headers: The headers; names in any case.
        body: The body as it came.
        account: As which account was asked; None: with the rights of the credentials.
    """

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    account: Account | None = None

    def document(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            MalformedAnswer: It is something else.
        """
        try:
            document = orjson.loads(self.body)
        except Exception as error:
            raise MalformedAnswer(f"{self}: the body is no JSON{_from_a_proxy(self)}") from error
        if not isinstance(document, dict):
            raise MalformedAnswer(f"{self}: the body is no JSON object")
        return document

    @property
    def message(self) -> str:
        """The server's words, from a Status; empty when there are none. Always one line of printable text."""
        try:
            document = orjson.loads(self.body)
        except Exception:  # noqa: BLE001  words that cannot be read are none
            return ""
        words = document.get("message") if isinstance(document, dict) else None
        return one_line(words, LONGEST_MESSAGE) if isinstance(words, str) else ""

    @property
    def retry_after(self) -> float | None:
        """Seconds of the ``Retry-After`` header (RFC 9110, section 10.2.3); None when absent or unreadable."""
        text = self.headers.get("Retry-After", "").strip()
        if text.isdecimal():
            return float(text[:9])
        try:
            moment = email.utils.parsedate_to_datetime(text)
        except (ValueError, OverflowError, TypeError):
            return None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        return max(0.0, (aware - dt.datetime.now(dt.UTC)).total_seconds())

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.status}"


def failure(answer: Answer, *, verb: str, resource: str, namespace: str = "") -> ClusterError:
    """Which error an answer is that was not hoped for; to be raised.

    Args:
        answer: The answer; any status.
        verb: The verb that was asked for, as RBAC calls it.
        resource: What it was asked for, with its group (``jobs.batch``).
        namespace: Where; empty for all, or for a cluster-scoped resource.
    """
    said = answer.message
    where = f" in namespace {namespace}" if namespace else ""
    text = (
        f"{verb} {resource}{where}: the server answered {answer.status}{f': {said}' if said else _from_a_proxy(answer)}"
    )
    if answer.status == 401:
        return Unauthorized(f"{text}: the credentials are not accepted; log in again or mend the kubeconfig")
    if answer.status == 403:
        kind = ImpersonationDenied if answer.account is not None and _IMPERSONATE in said else AccessDenied
        return kind(verb, resource, namespace, said, answer.account)
    if answer.status == 404:
        return NotFound(text)
    if answer.status == 409:
        return Conflict(text)
    if answer.status == 410:
        return Expired(text)
    if answer.status == 429:
        return Throttled(text, answer.retry_after)
    if answer.status >= 500:
        return ServerFailed(text, answer.status)
    if answer.status >= 400:
        return Refused(text, answer.status)
    return MalformedAnswer(text)


def _from_a_proxy(answer: Answer) -> str:
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
    return f" ({one_line(kind, LONGEST_MESSAGE)}: is there a proxy in between?)" if kind and "json" not in kind else ""
