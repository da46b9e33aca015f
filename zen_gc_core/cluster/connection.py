"""A connection to one cluster: raw requests, their credentials, and the server's clock.

Statuses are not judged here, bodies are not decoded; every failure of the transport is one of our errors.
"""

from __future__ import annotations

import contextlib
import math
import threading
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlencode

import orjson

from zen_gc_core.cluster import configuration as configuring
from zen_gc_core.cluster import wire
from zen_gc_core.cluster.answers import LONGEST_MESSAGE, Answer, failure
from zen_gc_core.cluster.clocks import ServerClock, boottime
from zen_gc_core.cluster.errors import BadConfiguration, CannotReach
from zen_gc_core.texts import one_line

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping

    from kubernetes.client import Configuration

    from zen_gc_core.cluster import http1
    from zen_gc_core.cluster.configuration import Place
    from zen_gc_core.model.accounts import Account

    Observe = Callable[[str, int, float], None]

DEFAULT_TIMEOUT: Final = 30.0
"""Seconds that a request may take unless the caller says otherwise."""

SECONDS_BETWEEN_HOOKS: Final = 5.0
"""How often the official client's hook is asked: once a request, it would cost as much as the rest of the request."""

LONGEST_WATCH_LINE: Final = 8 * 1024 * 1024


class _Session:
    """One reading of the credentials: replaced as a whole when the server no longer accepts them."""

    def __init__(self, configuration: Configuration, pool: wire.Pool) -> None:
        self.configuration = configuration
        self.pool = pool
        self._lock = threading.Lock()
        self._header: dict[str, str] = {}
        self._asked = float("-inf")

    def authorization(self) -> dict[str, str]:
        """The credentials' header; the official client's hook, which refreshes a token that runs out, is asked every 5 s."""
        with self._lock:
            if boottime() - self._asked >= SECONDS_BETWEEN_HOOKS:
                try:
                    settings: Mapping[str, Any] = self.configuration.auth_settings()
                except Exception as error:
                    raise BadConfiguration(
                        f"the credentials cannot be refreshed: {one_line(str(error), LONGEST_MESSAGE)}"
                    ) from error
                self._header = {entry["key"]: entry["value"] for entry in settings.values()}
                self._asked = boottime()
            return self._header


class Connection:
    """A connection to one cluster; may be used by several threads. Make one with ``open``.

    Attributes:
        server: The address of the API server.
        namespace: The default namespace: the context's, or the Pod's.
        in_cluster: Whether this runs in a Pod, with its ServiceAccount.
        place: Where the coordinates were found, in words for messages.
        clock: The server's clock, as its answers show it.
        account: As which account requests are made; None: with the rights of the credentials.
        rehearses: Whether every write is a dry run of the server.
    """

    account: Account | None = None
    rehearses: bool = False

    def __init__(self, place: Place, user_agent: str, pool_size: int, observe: Observe | None) -> None:
        self.place = place
        self.in_cluster = place.in_cluster
        self.clock = ServerClock()
        self._user_agent = user_agent
        self._pool_size = pool_size
        self._observe = observe
        self._renewing = threading.Lock()
        self._session, self.namespace = self._read_credentials()
        self.server: str = self._session.configuration.host

    @classmethod
    def open(
        cls,
        *,
        kubeconfig: str | os.PathLike[str] | None = None,
        context: str | None = None,
        user_agent: str = "zen-gc",
        pool_size: int = 16,
        observe: Observe | None = None,
    ) -> Connection:
        """Find the cluster as kubectl does, then as a Pod does, and read the credentials; no request is sent.

        Args:
            kubeconfig: A kubeconfig file; None looks in ``$KUBECONFIG`` (a list of files) and ``~/.kube/config``.
            context: A context of it; None takes the current one.
            user_agent: The ``User-Agent`` header.
            pool_size: How many connections are kept open.
            observe: Told of every request: its verb (``GET``, ``LIST``, ``WATCH``, ``DELETE``, …), the status of the
                answer (0: there was none) and the seconds it took.

        Raises:
            BadConfiguration: There is no cluster to be found, or something about it is written wrongly.
        """
        return cls(configuring.find(kubeconfig, context), user_agent, pool_size, observe)

    def request(  # noqa: PLR0913  what HTTP has
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        accept: str = "application/json",
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        guard: Callable[[], None] | None = None,
        limit: int = wire.LARGEST_ANSWER,
        verb: str | None = None,
    ) -> Answer:
        """Send one request, once, and read the whole answer; on a 401 the credentials are read anew and it is sent again.

        Args:
            method: The HTTP method.
            path: The path, escaped, without a query.
            query: Parameters; empty values are sent.
            body: Bytes as they are, None for none, anything else as JSON.
            accept: The ``Accept`` header.
            content_type: The ``Content-Type`` header, when there is a body.
            headers: Further headers.
            timeout: Seconds for the whole of it, from connecting to the last byte.
            guard: Asked when the connection stands, right before the request leaves; what it raises stops it. The server is
                told the timeout of such a request: it does nothing any more when that is over, whether or not it notices
                that nobody waits.
            limit: The most bytes of the answer.
            verb: What the observer is told; the method by default.

        Raises:
            CannotReach: No answer, or half of one, or too late (TimedOut); what a write did is unknown.
            TLSTrouble: The server and the client do not trust each other.
            BadConfiguration: The credentials cannot be read.
            AnswerTooLarge: The answer is larger than the limit.
        """
        encoded = body if body is None or isinstance(body, bytes) else orjson.dumps(body)
        sent = {"Accept": accept, "User-Agent": self._user_agent, **(headers or {})}
        if encoded is not None:
            sent["Content-Type"] = content_type
        asked = dict(query or {})
        if guard is not None:
            asked["timeout"] = f"{math.ceil(timeout * 1000)}ms"
        request = wire.Request(method, path if not asked else f"{path}?{urlencode(asked)}", sent, encoded, timeout)
        for last in (False, True):
            session = self._session
            started = boottime()
            status = 0
            try:
                with wire.within(timeout):
                    with wire.guarded(guard):
                        response = self._send(session, request)
                    content = wire.read(response, self.server, deadline=started + timeout, limit=limit)
                status = response.status
            finally:
                self._tell(verb or method, status, boottime() - started)
            if status != 401 or last:
                break
            self._renew(session)
        return Answer(method, path, status, response.headers, content)

    @contextlib.contextmanager
    def stream(self, path: str, *, query: Mapping[str, str], resource: str, silence: float) -> Iterator[Stream]:
        """Open a watch.

        Args:
            path: The path of the collection.
            query: Parameters; ``watch`` is added.
            resource: What is watched, for messages.
            silence: Seconds after which the connection counts as dead, whether or not bytes come: longer than the server
                was asked to watch.

        Raises:
            ClusterError: The watch was not opened; by the status of the answer.
        """
        sent = {"Accept": "application/json", "User-Agent": self._user_agent}
        target = f"{path}?{urlencode({**query, 'watch': 'true'})}"
        request = wire.Request("GET", target, sent, None, silence)
        with wire.within(silence):
            for last in (False, True):
                session = self._session
                started = boottime()
                status = 0
                try:
                    response = self._send(session, request)
                    status = response.status
                finally:
                    self._tell("WATCH", status, boottime() - started)
                if status == 200:
                    break
                content = wire.read(response, self.server, deadline=started + silence, limit=LONGEST_WATCH_LINE)
                if status != 401 or last:
                    raise failure(
                        Answer("GET", path, status, response.headers, content), verb="watch", resource=resource
                    )
                self._renew(session)
            opened = Stream(response, self.server)
            try:
                yield opened
            finally:
                opened.close()
                response.close()

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.pool.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, session: _Session, request: wire.Request) -> http1.Response:
        credentials = session.authorization()
        sent = boottime()
        response = wire.send(session.pool, self.server, request, credentials)
        self.clock.record(response.headers.get("Date"), sent, boottime())
        return response

    def _read_credentials(self) -> tuple[_Session, str]:
        loaded, namespace = configuring.load(self.place)
        return _Session(loaded, wire.open_pool(loaded, self._pool_size)), namespace

    def _renew(self, refused: _Session) -> None:
        """Read the credentials anew, unless another thread has done so since they were refused."""
        with self._renewing:
            if self._session is refused:
                self._session, _ = self._read_credentials()
                refused.pool.clear()

    def _tell(self, verb: str, status: int, seconds: float) -> None:
        if self._observe is not None:
            self._observe(verb, status, seconds)


class Stream:
    """An open watch; iterate it for its lines. Another thread may close it."""

    def __init__(self, response: http1.Response, server: str) -> None:
        self._response = response
        self._server = server
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        """The lines as they come.

        Raises:
            CannotReach: It broke off, or was silent for too long; never after ``close``.
        """
        try:
            yield from wire.lines(self._response, self._server, limit=LONGEST_WATCH_LINE)
        except CannotReach:
            if not self._closed:
                raise

    def close(self) -> None:
        """End it; whoever waits for its next line stops waiting."""
        self._closed = True
        with contextlib.suppress(Exception):
            self._response.shutdown()
