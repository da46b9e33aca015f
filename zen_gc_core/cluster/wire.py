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

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.deadlines import DEADLINES, Deadline
from zen_gc_core.cluster.errors import AnswerTooLarge, BadConfiguration, CannotReach, TimedOut, TLSTrouble
from zen_gc_core.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kubernetes.client import Configuration
    from urllib3 import BaseHTTPResponse

    from zen_gc_core.errors import ClusterError

LARGEST_ANSWER: Final = 32 * 1024 * 1024
"""The most bytes of one answer that are read."""

_STEP: Final = 64 * 1024
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

    def send(self, data: Any) -> None:
        _ask_guard(self)
        super().send(data)

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # as urllib3's own
        _begin_deadline(self)
        return super().getresponse()


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


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _Guarded


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTLS


def open_pool(configuration: Configuration, size: int) -> urllib3.PoolManager:
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
        pool: urllib3.PoolManager = RESTClientObject(configuration).pool_manager
    except _TRANSPORT_ERRORS as error:
        raise BadConfiguration(f"the connection to {configuration.host} cannot be set up: {_words(error)}") from None
    pool.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
    return pool


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


def send(pool: urllib3.PoolManager, server: str, request: Request, credentials: Mapping[str, str]) -> BaseHTTPResponse:
    """Send one request, exactly once, and wait for the headers of the answer.

    Raises:
        CannotReach: No answer came.
        TLSTrouble: The server and the client do not trust each other.
        BadConfiguration: The certificates, the address or the proxy cannot be used.
    """
    try:
        return pool.request(
            request.method,
            server + request.target,
            body=request.body,
            headers={**request.headers, **credentials},
            timeout=urllib3.Timeout(total=request.timeout),
            retries=False,
            redirect=False,
            preload_content=False,
        )
    except _TRANSPORT_ERRORS as error:
        deadline = _deadline.get()
        if deadline is not None and deadline.passed:
            raise TimedOut(f"{server} did not answer in time") from None
        raise explained(error, server) from None


def read(
    response: BaseHTTPResponse, server: str, *, deadline: float, limit: int = LARGEST_ANSWER, bulk: bool = False
) -> bytes:
    """Read an answer to its end.

    Args:
        response: The answer.
        server: Who sends it, for messages.
        deadline: When it must have ended, on the boot-time clock.
        limit: The most bytes.
        bulk: Whether much is expected: after its beginning it is read in full steps, which costs a third less; the
            deadline is then looked at every 64 KiB.

    Raises:
        CannotReach: It broke off, or took too long (TimedOut).
        AnswerTooLarge: There is more of it.
    """
    content = io.BytesIO()  # parts that are joined would be there twice
    whole = False
    too_long = TimedOut(f"{server} took too long to send its answer")
    size = 0
    try:
        while part := response.read(_STEP) if bulk and size >= _STEP else response.read1(_STEP):
            size += content.write(part)
            if size > limit:
                raise AnswerTooLarge(f"{server} sent more than {limit // 2**20} MiB in one answer")
            if boottime() > deadline:
                raise too_long
            if response.length_remaining == 0:
                break
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


def lines(response: BaseHTTPResponse, server: str, *, limit: int) -> Iterator[bytes]:
    """The lines of an answer as they come, without their ends; for watches.

    Raises:
        CannotReach: It broke off, or nothing came for the time that was given.
        AnswerTooLarge: A line is longer than the limit.
    """
    rest = bytearray()
    try:
        while chunk := response.read1(_STEP):
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
