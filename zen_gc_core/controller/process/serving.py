"""Small HTTP servers for probes, scrapes and admission: a handful of paths, and no slow client can hold them up.

What is answered is said elsewhere. A connection serves one request, so that none is ever closed under the next one. There
is no authentication: what is served is no secret, and who may reach the ports is for a NetworkPolicy to say.
"""

from __future__ import annotations

import contextlib
import errno
import math
import os
import socket
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any, Final, Self

from zen_gc_core.controller.process.addresses import listen, parse_address
from zen_gc_core.controller.process.pages import TEXT, Page, Pages, Posts, Room, made
from zen_gc_core.errors import ZenGCError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MOST_CONNECTIONS: Final = 64
"""Connections at the same time; one more, and the oldest is cut off."""
LONGEST_CONNECTION: Final = 10.0
"""Seconds after which a connection is cut off, whatever it does."""
_TICK: Final = 1.0
"""Seconds between two looks at the connections while there are any."""
_REST: Final = None if sys.platform == "linux" else _TICK
"""The same while there is none: for ever where a listener that is shut down says so."""
_BREATH: Final = 0.25
"""Seconds in which a connection may end where no descriptor is left for another."""
_MOMENT: Final = 0.02
"""Seconds between two looks at who is still connected when it ends."""
_STEP: Final = 64 * 1024
"""Bytes of a body that are read at once."""
_MOST_BODIES: Final = 4
"""How many of the largest bodies are in memory at the same time."""
_NOTHING_POSTED: Final = Posts({}, 0)
_NOT_FOUND: Final = Page(b"404 page not found\n", 404)


class CannotListenError(ZenGCError):
    """An address that cannot be listened on."""


class Server:
    """Serves pages on a thread of its own, until it is closed.

    Args:
        address: Where, as `parse_address` reads it.
        pages: What makes the page at each path; called by several threads at the same time.
        posts: What may be posted.
        tls: The context of the next connection, or None while there is none: then it is refused. Without this, no TLS.

    Raises:
        InputError: The address is none.
        CannotListenError: It cannot be listened on.
    """

    def __init__(
        self,
        address: str,
        pages: Mapping[str, Callable[[], Page]],
        posts: Posts = _NOTHING_POSTED,
        tls: Callable[[], ssl.SSLContext | None] | None = None,
    ) -> None:
        host, port = parse_address(address)
        try:
            listener = listen(host, port)
        except OSError as error:
            why = str(error.strerror or error).partition(" (")[0]  # Python adds the address that it tried
            raise CannotListenError(f"cannot listen on {address}: {why}") from error
        self._server = _Threads(listener, pages, posts, tls)
        self.port: Final[int] = listener.getsockname()[1]
        """The port that is listened on."""
        self._thread = threading.Thread(target=self._server.serve, name=f"http-{self.port}", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self, patience: float = 0.0) -> None:
        """Stop listening and cut off who is still connected.

        Args:
            patience: Seconds that those who are connected have to be answered.
        """
        self._server.closing = True
        with contextlib.suppress(OSError):
            self._server.socket.shutdown(socket.SHUT_RDWR)  # who waits for a connection waits no longer
        self._thread.join()
        self._server.server_close()
        ends = time.monotonic() + patience
        while self._server.busy and time.monotonic() < ends:
            time.sleep(_MOMENT)
        self._server.cut_off(0)


class _Threads(ThreadingMixIn, HTTPServer):
    """A thread a connection, all of them counted and timed."""

    daemon_threads = True
    block_on_close = False

    def __init__(
        self,
        listener: socket.socket,
        pages: Mapping[str, Callable[[], Page]],
        posts: Posts,
        tls: Callable[[], ssl.SSLContext | None] | None,
    ) -> None:
        super().__init__(listener.getsockname()[:2], _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.pages = Pages(pages)
        self.posts = posts
        self.room = Room(_MOST_BODIES * posts.largest)
        self._tls = tls
        self._open: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        self.closing = False
        self._spare: int | None = os.open(os.devnull, os.O_RDONLY)

    def serve(self) -> None:
        """Take connections, until it is closing."""
        while not self.closing:
            self.timeout = _TICK if self.busy else _REST
            self.handle_request()
            self.cut_off(LONGEST_CONNECTION)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; its TLS handshake is for its own thread to make."""
        connection, client = self._accepted()
        if self._tls is None:
            return connection, client
        context = self._tls()
        if context is None:
            connection.close()
            raise OSError(errno.ECONNREFUSED, "no certificate yet")
        return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), client

    def _accepted(self) -> tuple[socket.socket, Any]:
        """Accept a connection; where no descriptor is left, the one that is kept for that is given up for it."""
        try:
            return super().get_request()
        except OSError as error:
            if error.errno not in {errno.EMFILE, errno.ENFILE}:
                raise
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is None:
            time.sleep(_BREATH)  # nothing can be done until a connection ends
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
                socket.socket.shutdown(connection, socket.SHUT_RDWR)  # as it is, without a word of TLS

    @property
    def busy(self) -> bool:
        """Whether somebody is connected."""
        with self._lock:
            return bool(self._open)

    def was_cut(self, connection: socket.socket) -> bool:
        """Whether a connection was cut off, or has ended."""
        with self._lock:
            return self._open.get(connection, -math.inf) == -math.inf

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is nobody's error."""


class _Handler(BaseHTTPRequestHandler):
    """Answers one request of a connection: GET and HEAD of the pages, POST of what may be posted; 404 to 501 for the rest."""

    server: _Threads
    timeout = LONGEST_CONNECTION
    error_content_type = TEXT
    error_message_format = "%(code)d %(message)s\n"

    def setup(self) -> None:
        super().setup()
        if isinstance(self.connection, ssl.SSLSocket):
            self.connection.do_handshake()

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_POST(self) -> None:
        if not self.server.posts.answers:
            self.send_error(501, "Unsupported method ('POST')")
            return
        answer = self.server.posts.answers.get(self._path)
        if answer is None:
            self._send(_NOT_FOUND)
            return
        size = self._size()
        if isinstance(size, Page):
            self._send(size)
            self._discard()
            return
        taken = 0
        body = bytearray()
        try:
            while len(body) < size:
                part = self.rfile.read1(min(_STEP, size - len(body)))
                if not part or self.server.was_cut(self.connection):
                    return  # the rest never came, and nobody reads an answer
                if not self.server.room.take(len(part)):
                    self._send(Page(b"503 too much is posted at the same time\n", 503))
                    return
                taken += len(part)
                body += part
            self._send(made(lambda: answer(bytes(body))))
        finally:
            self.server.room.give(taken)

    @property
    def _path(self) -> str:
        return self.path.partition("?")[0]

    def _size(self) -> int | Page:
        """How large the body is; a page that says why it is not read."""
        content_type = self.headers.get_content_type() if "Content-Type" in self.headers else "none"
        if content_type != "application/json":
            return Page(b"415 the body must be application/json\n", 415)
        length = self.headers.get("Content-Length", "")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdecimal()):
            return Page(b"411 the body must have a Content-Length\n", 411)
        if len(length) > 12 or int(length) > self.server.posts.largest:
            return Page(f"413 the body is larger than {self.server.posts.largest} bytes\n".encode(), 413)
        return int(length)

    def _discard(self) -> None:
        """Read some of a body that nobody wants: who still sends when the connection is closed never reads the answer."""
        left = 2 * self.server.posts.largest
        while left > 0 and not self.server.was_cut(self.connection) and (part := self.rfile.read1(_STEP)):
            left -= len(part)

    def _answer(self, *, with_body: bool) -> None:
        if self.server.was_cut(self.connection):
            self.close_connection = True  # the rest of its request never came, and nobody reads an answer
            return
        self._send(self.server.pages.at(self._path) or _NOT_FOUND, with_body=with_body)

    def _send(self, page: Page, *, with_body: bool = True) -> None:
        self.send_response_only(page.status)
        self.send_header("Content-Type", page.content_type)
        self.send_header("Content-Length", str(len(page.body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if with_body:
            self.wfile.write(page.body)

    def version_string(self) -> str:
        return "zen-gc"

    def log_message(self, *_: Any) -> None:
        """Probes and scrapes are no news."""
