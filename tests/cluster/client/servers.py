"""Servers that misbehave below HTTP, where the faults of the embedded cluster do not reach."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from types import TracebackType


def config(url: str, **cluster: Any) -> dict[str, Any]:
    """A kubeconfig of a server, without credentials."""
    return {
        "clusters": [{"name": "x", "cluster": {"server": url, **cluster}}],
        "users": [],
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": ""}}],
        "current-context": "x",
    }


class RawServer:
    """Accepts connections on a free port and hands each, on a thread of its own, to a function.

    Args:
        serve: what to do with a connection.
        before: what to do before its TLS handshake.
        tls: the context of the handshake; None speaks plain TCP.
    """

    def __init__(
        self,
        serve: Callable[[socket.socket], None],
        *,
        before: Callable[[], None] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._serve = serve
        self._before = before
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._open: list[socket.socket] = []
        self._meetings: list[threading.Thread] = []
        self.received = bytearray()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close(self._listener)
        self._thread.join()
        for each in self._open:
            self._close(each)
        for meeting in self._meetings:
            meeting.join()
        for each in self._open:  # a handshake may have ended meanwhile
            self._close(each)

    @staticmethod
    def _close(each: socket.socket) -> None:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()

    def request(self, client: socket.socket) -> bytes:
        """Read one request's head and keep it."""
        head = b""
        while b"\r\n\r\n" not in head and (data := client.recv(4096)):
            head += data
            self.received += data
        return head

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                self._meetings.append(threading.Thread(target=self._meet, args=(client,), daemon=True))
                self._meetings[-1].start()

    def _meet(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._before is not None:
                self._before()
            if self._tls is not None:
                client = self._tls.wrap_socket(client, server_side=True)
                self._open.append(client)
            self._serve(client)
