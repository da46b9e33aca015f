"""Faults that a test makes the server answer with, and the record of requests that it looks at afterwards.

Data only; ``serving`` carries faults out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_KEPT_HEADERS = ("Accept", "Audit-ID", "Content-Type", "Impersonate-User", "User-Agent")


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the server received it.

    Args:
        method: The HTTP method.
        path: The path, without the query.
        query: The query parameters; of repeated ones the first.
        headers: Accept, Audit-ID, Content-Type, Impersonate-User and User-Agent, spelled like this, as far as they were sent.
        body: The decoded JSON object, else None.
        status: The HTTP status that was answered; 0 while there is none (a reset connection).
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: dict[str, Any] | None
    status: int = 0


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong with one request.

    Without ``after``, a ``status``, a ``body`` and a ``reset`` come instead of the act; with it, the act is
    carried out (and committed) first. ``delay``, ``truncate`` and ``date`` always let it happen, unless one of
    the others stands beside them.

    Args:
        status: The HTTP status of a failure; its body is a Status.
        reason: The reason in the Status; empty: the usual one for this status.
        retry_after: The ``Retry-After`` header: seconds, or any text.
        delay: Seconds to wait: before the act, or with ``after`` before the answer. A client that goes away
            meanwhile takes the request with it.
        reset: Reset the connection (RST) instead of answering; a watch with ``after``: when ``delay`` is over.
        truncate: Send only that many bytes of the body, announced whole, then close.
        body: Send these bytes as the body (an HTML page of a proxy, JSON that is no list).
        content_type: The content type of ``body``.
        date: The ``Date`` header, for a server whose clock is off.
        after: Commit the act before failing.
    """

    status: int = 0
    reason: str = ""
    retry_after: float | str | None = None
    delay: float = 0.0
    reset: bool = False
    truncate: int | None = None
    body: bytes | None = None
    content_type: str = "application/json"
    date: str | None = None
    after: bool = False

    @property
    def replaces(self) -> bool:
        """Whether the client gets something else than the answer of the act."""
        return bool(self.status) or self.reset or self.body is not None


FaultHook: TypeAlias = Callable[[Request], Fault | None]
"""Asked before each request, in the server's thread; None lets it pass."""


class RequestLog:
    """The last requests, oldest first; safe to read from any thread.

    Args:
        size: How many are kept.
    """

    def __init__(self, size: int = 10_000) -> None:
        self._kept: deque[Request] = deque(maxlen=size)
        self._lock = Lock()
        self._served = 0

    def add(self, request: Request, status: int) -> None:
        """Note a request with the status that it got."""
        with self._lock:
            self._kept.append(replace(request, status=status))
            self._served += 1

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._kept.clear()

    def all(self) -> list[Request]:
        """The kept requests."""
        with self._lock:
            return list(self._kept)

    @property
    def served(self) -> int:
        """How many requests were served since the start, kept or not."""
        with self._lock:
            return self._served

    def __iter__(self) -> Iterator[Request]:
        """The kept requests, as they are now."""
        return iter(self.all())

    def __getitem__(self, place: int) -> Request:
        """One of the kept requests; -1 is the newest."""
        return self.all()[place]

    def __len__(self) -> int:
        """How many requests are kept."""
        with self._lock:
            return len(self._kept)


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that a ``Request`` keeps."""
    return {name: headers[name] for name in _KEPT_HEADERS if name in headers}
