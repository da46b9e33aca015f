"""HTTP/1.1 on a connection of urllib3: a request is put together at once, and httptools parses the answer.

urllib3 finds the address, connects, does TLS and proxies, and keeps connections. To write requests and to read answers it has
``http.client`` and the parser of e-mail, which took more of the processor than all else of a request, and again as much for
the chunks of a real API server.
"""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import httptools
import urllib3
from urllib3.exceptions import ProtocolError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from urllib3.connection import HTTPConnection

LONGEST_HEAD: Final = 256 * 1024
"""The most bytes of an answer that are read before its body begins."""

_STEP: Final = 64 * 1024
_HAVE_A_BODY: Final = frozenset(("POST", "PUT", "PATCH"))
_ILLEGAL: Final = re.compile(r"[\x00-\x20\x7f]").search
_BREAKS: Final = re.compile(rb"[\r\n\x00]").search


def request(method: str, target: str, host: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
    """The bytes of a request.

    Args:
        method: Its method.
        target: Path and query, escaped; through some proxies, the whole address.
        host: The ``Host`` header, unless ``headers`` has one.
        headers: All others that are wanted; ``Accept-Encoding`` and ``Content-Length`` are added.
        body: Its body, if it has one.

    Raises:
        ValueError: A line break or a blank is where it would make another request of it.
    """
    if _ILLEGAL(method) or _ILLEGAL(target):
        raise ValueError(f"a request cannot have control characters or blanks: {method} {target!r}")
    lines = [f"{method} {target} HTTP/1.1".encode("ascii")]
    given = {name.lower() for name in headers}
    if "host" not in given:
        lines.append(b"Host: " + host.encode("ascii"))
    if "accept-encoding" not in given:
        lines.append(b"Accept-Encoding: identity")
    if body is not None or method in _HAVE_A_BODY:
        lines.append(b"Content-Length: %d" % len(body or b""))
    lines += [f"{name}: {value}".encode("latin-1") for name, value in headers.items()]
    if any(map(_BREAKS, lines)):
        raise ValueError("a header cannot have line breaks")
    return b"\r\n".join((*lines, b"", body or b""))


def host_of(connection: HTTPConnection, target: str) -> str:
    """The ``Host`` header of requests on a connection (RFC 9110, section 7.2).

    Args:
        connection: The connection.
        target: The target of the request; of a whole address, its host is taken.
    """
    if not target.startswith("/"):
        return urllib3.util.parse_url(target).netloc or ""
    found: Any = connection
    # Through a tunnel, the connection's own address is the proxy's.
    host, port = (found._tunnel_host, found._tunnel_port) if found._tunnel_host else (found.host, found.port)  # noqa: SLF001
    host = host.strip("[]").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    return host if port == connection.default_port else f"{host}:{port}"


class Headers(Mapping[str, str]):
    """The headers of an answer; names in any case, what is there more than once is joined by commas."""

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def add(self, name: str, value: str) -> None:
        """Take in a header."""
        name = name.lower()
        found = self._values.get(name)
        self._values[name] = value if found is None else f"{found}, {value}"

    def get(self, name: str, default: Any = None) -> Any:  # the usual one raises and catches
        """The value of a header, or what is given instead."""
        return self._values.get(name.lower(), default)

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Response:
    """An answer whose head has come; what urllib3 asks of an answer, and no more. Nothing of its body is decoded or kept.

    Args:
        connection: The connection, on which the request was sent.
        found: Its socket.

    Attributes:
        status: Its status.
        headers: Its headers.
        version_string: The version of HTTP, for urllib3's log.
        retries: Set by urllib3.

    Raises:
        ProtocolError: What came is no HTTP, or too long.
        RemoteDisconnected: The server hung up without an answer.
        OSError: The connection broke.
    """

    retries: object = None
    version_string: Final = "HTTP/1"

    def __init__(self, connection: HTTPConnection, found: socket.socket) -> None:
        self.status = 0
        self.headers = Headers()
        self._exchange = connection
        self._socket = found
        self._pool: urllib3.HTTPConnectionPool | None = None
        self._connection: HTTPConnection | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._parts: list[bytes] = []
        self._headed = self._ended = self._until_closed = self._last = False
        size = 0
        while not self._headed:
            size += self._receive()
            if size > LONGEST_HEAD and not self._headed:
                raise ProtocolError(f"the head of the answer is longer than {LONGEST_HEAD // 1024} KiB")

    @property
    def length_remaining(self) -> int | None:
        """0 when all of the body has come and was handed out; else None."""
        return 0 if self._ended and not self._parts else None

    def read(self) -> bytes:
        """What has come of the body, waiting for it if need be; empty at its end.

        Raises:
            ProtocolError: It is no HTTP, or broke off.
            OSError: The connection broke.
        """
        while not self._parts and not self._ended:
            self._receive()
        content = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts.clear()
        return content

    def release_conn(self) -> None:
        """Give the connection back; it is closed first if the body has not come to its end."""
        connection, self._connection = self._connection, None
        if connection is None or self._pool is None:
            return
        if not self._ended:
            connection.close()
        self._pool._put_conn(connection)  # noqa: SLF001  as urllib3's own responses do

    def drain_conn(self) -> None:
        """Close the connection: to read what nobody wants takes longer than to connect again."""
        self.close()

    @staticmethod
    def get_redirect_location() -> bool:
        """No redirect is followed."""
        return False

    def shutdown(self) -> None:
        """Let whoever waits for the body wait no longer."""
        # The plain socket's: that of a TLS socket would have whoever reads from it go on with what is encrypted.
        socket.socket.shutdown(self._socket, socket.SHUT_RD)

    def close(self) -> None:
        """Close the connection, unless it was given back."""
        if self._connection is not None:
            self._connection.close()

    # What the parser tells.

    def on_message_begin(self) -> None:
        """A message begins; the parser stops at one that nobody asked for: it would write over the answer."""
        if self._ended:
            raise ProtocolError("an answer came that nobody asked for")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or the trailer of chunks."""
        if not self._headed:
            self.headers.add(name.decode("latin-1"), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        """The head has come; that of an interim answer, after which another comes, is forgotten."""
        self.status = self._parser.get_status_code()
        if self.status < http.client.OK:
            self.headers = Headers()
            return
        self._until_closed = "content-length" not in self.headers and "transfer-encoding" not in self.headers
        self._headed, self._last = True, not self._parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._parts.append(body)

    def on_message_complete(self) -> None:
        """The answer has ended, unless it was an interim one."""
        self._ended = self._headed

    def _receive(self) -> int:
        """Receive and parse what has come; how many bytes."""
        data = self._socket.recv(_STEP)
        if not data:
            self._hung_up()
            return 0
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            cause = error.__context__
            if cause is not None and not isinstance(cause, Exception):
                raise cause from None  # of a signal, in the middle of what the parser tells
            if not self._ended:
                raise ProtocolError(f"the answer is no HTTP: {error}") from error
            self._last = True
        if self._ended and self._last:
            self._exchange.close()  # what comes after it is no answer to anything
        return len(data)

    def _hung_up(self) -> None:
        self._exchange.close()
        if self._headed and self._until_closed:
            self._ended = True
        elif self._headed or self.headers:
            raise ProtocolError("the server hung up in the middle of an answer")
        else:
            raise http.client.RemoteDisconnected("the server hung up without an answer")
