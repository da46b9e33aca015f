"""Small HTTP servers for probes and scrapes: a handful of pages, read-only, that no slow client can hold up.

What the pages say is said elsewhere. There is no TLS and no authentication: what is served is no secret, and who may reach
the ports is for a NetworkPolicy to say.
"""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import math
import os
import socket
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any, Final, Self

from zen_gc_core.errors import InputError, ZenGCError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

TEXT: Final = "text/plain; charset=utf-8"

MOST_CONNECTIONS: Final = 64
"""Connections at the same time; one more, and the oldest is cut off."""
LONGEST_CONNECTION: Final = 10.0
"""Seconds after which a connection is cut off, whatever it does."""
_TICK: Final = 0.25
"""Seconds between two looks at the connections."""


class CannotListenError(ZenGCError):
    """An address that cannot be listened on."""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer.

    Args:
        body: The body.
        status: The HTTP status.
        content_type: The type of the body.
    """

    body: bytes
    status: int = 200
    content_type: str = TEXT


def parse_address(text: str) -> tuple[str, int]:
    """Read an address as Go spells it.

    Args:
        text: ``:8080`` (every interface), ``127.0.0.1:8080``, ``[::1]:8080``, ``localhost:8080``. Port 0 takes a free one.

    Returns:
        The host, empty for every interface, and the port.

    Raises:
        InputError: It is something else.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not (port.isascii() and port.isdecimal()) or int(port) > 65_535:
        raise InputError(f"'{text}' is no address like :8080 or 127.0.0.1:8080")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
        try:
            ipaddress.IPv6Address(host)
        except ValueError as error:
            raise InputError(f"'{text}': no IPv6 address between the brackets") from error
    elif ":" in host:
        raise InputError(f"'{text}': an IPv6 address stands in brackets")
    return host, int(port)


class Server:
    """Serves pages on a thread of its own, until it is closed.

    Args:
        address: Where, as `parse_address` reads it.
        pages: What makes the page at each path; called by several threads at the same time.

    Raises:
        InputError: The address is none.
        CannotListenError: It cannot be listened on.
    """

    def __init__(self, address: str, pages: Mapping[str, Callable[[], Page]]) -> None:
        host, port = parse_address(address)
        try:
            listener = _listen(host, port)
        except OSError as error:
            why = str(error.strerror or error).partition(" (")[0]  # Python adds the address that it tried
            raise CannotListenError(f"cannot listen on {address}: {why}") from error
        self._server = _Threads(listener, pages)
        self.port: Final[int] = listener.getsockname()[1]
        """The port that is listened on."""
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_TICK,), name=f"http-{self.port}", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and cut off who is still connected."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.cut_off(0)


def _listen(host: str, port: int) -> socket.socket:
    if not host and socket.has_dualstack_ipv6():
        return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
    family = socket.getaddrinfo(host or "0.0.0.0", port, type=socket.SOCK_STREAM)[0][0]  # noqa: S104  as was asked for
    return socket.create_server((host, port), family=family)


class _Pages:
    """Makes each page once at a time: whoever asks while it is made waits, and those who wait share the next one.

    A page of very many policies takes megabytes while it is made, and there may be a thread for each connection.
    """

    def __init__(self, pages: Mapping[str, Callable[[], Page]]) -> None:
        self._makers = {path: _Maker(make) for path, make in pages.items()}

    def at(self, path: str) -> Page:
        maker = self._makers.get(path)
        return maker.page() if maker is not None else Page(b"404 page not found\n", 404)


class _Maker:
    def __init__(self, make: Callable[[], Page]) -> None:
        self._make = make
        self._making = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        self._made: tuple[float, Page] | None = None

    def page(self) -> Page:
        """A page of which the making began when it was asked for, or later."""
        asked = time.monotonic()
        with self._counting:
            self._waiting += 1
        try:
            with self._making:
                if self._made is None or self._made[0] < asked:
                    self._made = (time.monotonic(), self._made_now())
                return self._made[1]
        finally:
            with self._counting:
                self._waiting -= 1
                if not self._waiting:
                    self._made = None

    def _made_now(self) -> Page:
        try:
            return self._make()
        except Exception as error:  # noqa: BLE001  a page that cannot be made is a bad answer, not an end of the server
            return Page(f"500 {type(error).__name__}\n".encode(), 500)


class _Threads(ThreadingMixIn, HTTPServer):
    """A thread a connection, all of them counted and timed."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, listener: socket.socket, pages: Mapping[str, Callable[[], Page]]) -> None:
        super().__init__(listener.getsockname()[:2], _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.pages = _Pages(pages)
        self._open: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        self._spare: int | None = os.open(os.devnull, os.O_RDONLY)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; where no descriptor is left, the one that is kept for that is given up for it."""
        try:
            return super().get_request()
        except OSError as error:
            if error.errno not in {errno.EMFILE, errno.ENFILE}:
                raise
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is None:
            time.sleep(_TICK)  # nothing can be done until a connection ends
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        os.close(spare)
        return super().get_request()

    def server_close(self) -> None:
        super().server_close()
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is not None:
            os.close(spare)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open[request] = time.monotonic()
            surplus = len(self._open) - MOST_CONNECTIONS
            oldest = list(self._open)[:surplus] if surplus > 0 else []
        self._cut(oldest)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)
        self._keep_spare()

    def _keep_spare(self) -> None:
        """Keep a descriptor for the next connection that finds none."""
        with self._lock:
            if self._spare is None and self.socket.fileno() >= 0:
                with contextlib.suppress(OSError):
                    self._spare = os.open(os.devnull, os.O_RDONLY)

    def service_actions(self) -> None:
        self.cut_off(LONGEST_CONNECTION)

    def cut_off(self, age: float) -> None:
        """Cut off the connections that are older than so many seconds."""
        with self._lock:
            old = [connection for connection, since in self._open.items() if time.monotonic() - since >= age]
        self._cut(old)

    def _cut(self, connections: Iterable[socket.socket]) -> None:
        for connection in connections:
            with self._lock:
                if connection in self._open:
                    self._open[connection] = -math.inf
            with contextlib.suppress(OSError):  # it has gone by itself
                connection.shutdown(socket.SHUT_RDWR)

    def was_cut(self, connection: socket.socket) -> bool:
        """Whether a connection was cut off, or has ended."""
        with self._lock:
            return self._open.get(connection, -math.inf) == -math.inf

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is nobody's error."""


class _Handler(BaseHTTPRequestHandler):
    """Answers one request of a connection: GET and HEAD of the pages; 404 and 501 for the rest."""

    server: _Threads
    timeout = LONGEST_CONNECTION
    error_content_type = TEXT
    error_message_format = "%(code)d %(message)s\n"

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        if self.server.was_cut(self.connection):
            self.close_connection = True  # the rest of its request never came, and nobody reads an answer
            return
        made = self.server.pages.at(self.path.partition("?")[0])
        self.send_response_only(made.status)
        self.send_header("Content-Type", made.content_type)
        self.send_header("Content-Length", str(len(made.body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if with_body:
            self.wfile.write(made.body)

    def version_string(self) -> str:
        return "zen-gc"

    def log_message(self, *_: Any) -> None:
        """Probes and scrapes are no news."""
