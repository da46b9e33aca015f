"""What listens on a free port of the loopback interface, on a thread and an event loop of its own, and ends without a trace."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import ssl
    from types import TracebackType


class Listener(ABC):
    """Serves connections while it is entered.

    Args:
        name: what its thread is called.
        tls: how connections are secured; None: they are not.

    Attributes:
        port: where it listens.
        ends: the connections that are to be ended with it.
    """

    def __init__(self, name: str, tls: ssl.SSLContext | None = None) -> None:
        self.port = 0
        self.ends: set[asyncio.StreamWriter] = set()
        self.loop = asyncio.new_event_loop()
        self._tls = tls
        self._serving: set[asyncio.Task[None]] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(120)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(60)

    @abstractmethod
    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""

    async def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, and be known meanwhile: a loop forgets tasks that nobody else knows, wherever they wait."""
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            await self.serve(reader, writer)
        finally:
            self._serving.discard(task)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(
            asyncio.start_server(self._begin, "127.0.0.1", 0, ssl=self._tls, limit=2**26)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self.loop.run_forever()
        self.loop.run_until_complete(self._end(server))
        self.loop.close()

    async def _end(self, server: asyncio.Server) -> None:
        """End all connections, and wait until nothing is left of them that another test would be warned of."""
        server.close()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for end in list(self.ends):
                end.transport.abort()
            for task in others:
                task.cancel()
            await asyncio.wait(others, timeout=1.0)
        await self.loop.shutdown_asyncgens()
        for _ in range(3):  # a transport that was aborted is closed in a later turn of the loop
            await asyncio.sleep(0.05)
