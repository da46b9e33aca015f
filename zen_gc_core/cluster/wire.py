"""Bytes to and from one API server: the connection pool, the last look before a request leaves, and transport errors.

Nothing here knows Kubernetes, credentials or statuses; the pool itself is the official client's.
"""

from __future__ import annotations

import contextlib
import contextvars
import io
import re
import socket
import ssl
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_match_hostname import CertificateError

from zen_gc_core.cluster import http1
from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.deadlines import DEADLINES, Deadline
from zen_gc_core.cluster.errors import AnswerTooLarge, BadConfiguration, CannotReach, TimedOut, TLSTrouble
from zen_gc_core.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kubernetes.client import Configuration

    from zen_gc_core.errors import ClusterError

LARGEST_ANSWER: Final = 32 * 1024 * 1024
"""The most bytes of one answer that are read."""

_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)
"""``struct linger``: on, for no time."""

_CONNECTION_REPR: Final = re.compile(r"^\w+\(host=[^)]*\): ")
_ERRNO: Final = re.compile(r"^Failed to establish a new connection: \[Errno -?[0-9]+\] ([^\n]+)")

_guard: contextvars.ContextVar[Callable[[], None] | None] = contextvars.ContextVar("guard", default=None)

_deadline: contextvars.ContextVar[Deadline | None] = contextvars.ContextVar("deadline", default=None)

_TRANSPORT_ERRORS: Final = (urllib3.exceptions.HTTPError, OSError, ValueError)
"""What the pool raises; ValueError: a closed TLS socket, or a line that is no HTTP."""


class _Guarded(HTTPConnection):
    """Asks the request's guard when the connection stands, right before bytes leave; ends with the deadline."""

    resets: socket.socket | None = None
    """The socket that is reset when it is closed."""

    def request(  # type: ignore[override]  # as urllib3's own, of which the pool gives no more
        self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, **_: object
    ) -> None:
        if self.sock is not None:
            self.sock.settimeout(self.timeout)
        self.send(http1.request(method, url, http1.host_of(self, url), headers or {}, body))

    def send(self, data: Any) -> None:
        _ask_guard(self)
        super().send(data)

    def getresponse(self) -> http1.Response:  # type: ignore[override]  # as urllib3's own
        if self.sock is None:
            raise urllib3.exceptions.ProtocolError("the connection is closed")
        _begin_deadline(self)
        self.sock.settimeout(self.timeout)
        return http1.Response(self, self.sock)


class _GuardedTLS(_Guarded, HTTPSConnection):
    """The same when the TLS handshake is done."""


def _begin_deadline(connection: HTTPConnection) -> None:
    deadline = _deadline.get()
    if deadline is not None and connection.sock is not None:
        deadline.socket = connection.sock
        DEADLINES.watch(deadline)


def _ask_guard(connection: _Guarded) -> None:
    guard = _guard.get()
    if guard is None:
        return
    if connection.sock is None:
        connection.connect()
    if connection.sock is not None and connection.sock is not connection.resets:
        # The system goes on sending what a closed connection has not got rid of, for minutes: a write that was given up
        # would arrive when the network is there again, and nobody had looked since. A reset drops it.
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        connection.resets = connection.sock
    guard()


class _Straight(HTTPConnectionPool):
    """Sends a request once and follows nothing: without what urllib3 does for retries and redirects."""

    def once(self, request: Request, target: str, headers: Mapping[str, str]) -> http1.Response:
        """Send a request on a free connection or a new one, and wait for the head of its answer.

        Args:
            request: The request.
            target: Its path and query, with the path of the server's address.
            headers: All its headers.

        Raises:
            HTTPError, OSError, ValueError: No answer came; the connection is closed.
        """
        connection: Any = self._get_conn()
        try:
            connection.timeout = request.timeout
            self._validate_conn(connection)
            try:
                connection.request(request.method, target, request.body, headers)
            except (BrokenPipeError, ConnectionResetError):
                if connection.sock is None:
                    raise
                # A server may answer and hang up before it has read all of a request.
            response: http1.Response = connection.getresponse()
        except BaseException as error:
            connection.close()
            self._put_conn(None)
            if isinstance(error, CertificateError):
                raise urllib3.exceptions.SSLError(error) from error
            raise
        response._connection, response._pool = connection, self  # noqa: SLF001  as urllib3 does with its own
        return response


class _HTTPPool(_Straight):
    ConnectionCls = _Guarded  # type: ignore[assignment]  # its answers are not those of urllib3


class _HTTPSPool(_Straight, HTTPSConnectionPool):
    ConnectionCls = _GuardedTLS  # type: ignore[assignment]  # its answers are not those of urllib3


class Pool:
    """The connections to one server; may be used by several threads.

    Args:
        manager: The official client's pool.
        server: The address of the server.
    """

    def __init__(self, manager: urllib3.PoolManager, server: str) -> None:
        self._manager = manager
        self._server = server
        self._straight: tuple[_Straight, str] | None = None

    def send(self, request: Request, credentials: Mapping[str, str]) -> http1.Response:
        """Send one request, exactly once; what goes wrong is the pool's error."""
        headers = {**request.headers, **credentials}
        if self._manager.proxy is None:
            pool, path = self._found()
            return pool.once(request, path + request.target, headers)
        return self._manager.urlopen(  # type: ignore[return-value]  # the connection made it
            request.method,
            self._server + request.target,
            body=request.body,
            headers=headers,
            timeout=urllib3.Timeout(total=request.timeout),
            retries=False,
            redirect=False,
            preload_content=False,
        )

    def clear(self) -> None:
        """Close the connections that nobody uses now, and the others when they are given back."""
        self._straight = None
        self._manager.clear()

    def _found(self) -> tuple[_Straight, str]:
        """The connections, and the path of the server's address: to find them for each request costs as much as to send it."""
        found = self._straight
        if found is None:
            path = urllib3.util.parse_url(self._server).path or ""
            pool: Any = self._manager.connection_from_url(self._server)
            found = self._straight = (pool, path.rstrip("/"))
        return found


def open_pool(configuration: Configuration, size: int) -> Pool:
    """The official client's connection pool, without its retries.

    Args:
        configuration: Where the server is, and how it is trusted.
        size: How many connections are kept open.

    Raises:
        BadConfiguration: The certificates or the proxy cannot be used.
    """
    # As in ``configuration.load``: whoever comes here has paid for the import.
    from kubernetes.client.rest import RESTClientObject  # noqa: PLC0415

    configuration.retries = False
    configuration.keep_alive = True
    configuration.connection_pool_maxsize = size
    if not configuration.verify_ssl:
        # Whoever writes insecure-skip-tls-verify has been told by kubectl; once a request would drown the log.
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    try:
        manager: urllib3.PoolManager = RESTClientObject(configuration).pool_manager
    except _TRANSPORT_ERRORS as error:
        raise BadConfiguration(f"the connection to {configuration.host} cannot be set up: {_words(error)}") from None
    manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
    return Pool(manager, configuration.host)


@contextlib.contextmanager
def guarded(guard: Callable[[], None] | None) -> Iterator[None]:
    """Have a guard asked right before each request of this thread leaves; what it raises stops the request.

    Between the guard and the first byte lies no name lookup, no connecting and no TLS handshake.
    """
    token = _guard.set(guard)
    try:
        yield
    finally:
        _guard.reset(token)


@contextlib.contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """Have the connections of this thread's requests shut when so many seconds have passed, whatever the server sends."""
    deadline = Deadline(boottime() + seconds)
    token = _deadline.set(deadline)
    try:
        yield deadline
    finally:
        _deadline.reset(token)
        DEADLINES.forget(deadline)


@dataclass(frozen=True, slots=True)
class Request:
    """One request, all but its credentials.

    Args:
        method: The HTTP method.
        target: Path and query, escaped.
        headers: All headers but the credentials'.
        body: The body; None sends none.
        timeout: Seconds to connect, and for each wait for bytes.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None
    timeout: float


def send(pool: Pool, server: str, request: Request, credentials: Mapping[str, str]) -> http1.Response:
    """Send one request, exactly once, and wait for the headers of the answer.

    Raises:
        CannotReach: No answer came.
        TLSTrouble: The server and the client do not trust each other.
        BadConfiguration: The certificates, the address or the proxy cannot be used.
    """
    try:
        return pool.send(request, credentials)
    except _TRANSPORT_ERRORS as error:
        deadline = _deadline.get()
        if deadline is not None and deadline.passed:
            raise TimedOut(f"{server} did not answer in time") from None
        raise explained(error, server) from None


def read(response: http1.Response, server: str, *, deadline: float, limit: int = LARGEST_ANSWER) -> bytes:
    """Read an answer to its end.

    Args:
        response: The answer.
        server: Who sends it, for messages.
        deadline: When it must have ended, on the boot-time clock.
        limit: The most bytes.

    Raises:
        CannotReach: It broke off, or took too long (TimedOut).
        AnswerTooLarge: There is more of it.
    """
    content = io.BytesIO()  # parts that are joined would be there twice
    whole = False
    too_long = TimedOut(f"{server} took too long to send its answer")
    size = 0
    try:
        while part := response.read():
            size += content.write(part)
            if size > limit:
                raise AnswerTooLarge(f"{server} sent more than {limit // 2**20} MiB in one answer")
            if boottime() > deadline:
                raise too_long
        if boottime() >= deadline:  # a body without a length ends like that when its connection is shut
            raise too_long
        whole = True
    except _TRANSPORT_ERRORS as error:
        raise (explained(error, server) if boottime() < deadline else too_long) from None
    finally:
        if whole:
            response.release_conn()
        else:
            response.close()
    return content.getvalue()


def lines(response: http1.Response, server: str, *, limit: int) -> Iterator[bytes]:
    """The lines of an answer as they come, without their ends; for watches.

    Raises:
        CannotReach: It broke off, or nothing came for the time that was given.
        AnswerTooLarge: A line is longer than the limit.
    """
    rest = bytearray()
    try:
        while chunk := response.read():
            rest += chunk
            if b"\n" in chunk:
                *whole, tail = rest.split(b"\n")
                rest = bytearray(tail)
                yield from (bytes(line) for line in whole if line.strip())
            if len(rest) > limit:
                raise AnswerTooLarge(f"{server} sent a line of more than {limit // 2**20} MiB")
        if rest.strip():
            raise CannotReach(f"the connection to {server} broke off in the middle of a line")
    except _TRANSPORT_ERRORS as error:
        raise explained(error, server) from None
    finally:
        response.close()


def explained(error: Exception, server: str) -> ClusterError:
    """Which of our errors a transport error is."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, urllib3.exceptions.SSLError | ssl.SSLError) and not _broken_off(cause):
            return TLSTrouble(
                f"no trust between us and {server}: {_words(cause)}; see certificate-authority in the kubeconfig"
            )
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, urllib3.exceptions.LocationValueError | FileNotFoundError):
        return BadConfiguration(f"the server address or a certificate file cannot be used: {_words(error)}")
    if isinstance(error, urllib3.exceptions.ProxyError):
        return CannotReach(f"cannot reach {server} through the proxy: {_words(error)}")
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return CannotReach(f"cannot reach {server}: its name is not known: is the kubeconfig's server right?")
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return CannotReach(f"cannot reach {server}: {_words(error)}: is the cluster running?")
    if isinstance(error, urllib3.exceptions.TimeoutError | TimeoutError):
        return TimedOut(f"{server} did not answer in time")
    return CannotReach(f"the connection to {server} broke off: {_words(error)}")


def _broken_off(error: BaseException) -> bool:
    """Whether a TLS error only says that the other side hung up."""
    return isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError) or "EOF occurred" in str(error)


def _words(error: BaseException) -> str:
    text = str(error)
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException):
        text = str(reason)
    # urllib3 puts the connection's repr before the words: with an address in memory, or with host and port.
    text = _CONNECTION_REPR.sub("", text.rpartition(">: ")[2])
    if refused := _ERRNO.search(text):
        text = refused[1].lower()
    return one_line(text, 300) or type(error).__name__
