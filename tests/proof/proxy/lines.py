"""A line between one client and the API server: bytes pass unread, until it is cut.

What is on its way when it is cut arrives when it is mended, as with TCP; but of a connection that its client has reset
meanwhile nothing arrives any more, since a reset empties the client's buffers.
"""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

from tests.proof.proxy.listening import Listener

PIECE = 2**16


class Line(Listener):
    """Listens on a free port of the loopback interface, on a thread of its own.

    Args:
        upstream: the API server's address.
    """

    def __init__(self, upstream: str) -> None:
        found = urlsplit(upstream)
        self._host, self._upstream = str(found.hostname), int(found.port or 443)
        super().__init__("line")
        self._passing = asyncio.Event()
        self._passing.set()

    def cut(self) -> None:
        """Let nothing pass, in either direction; nobody is told."""
        self.loop.call_soon_threadsafe(self._passing.clear)

    def mend(self) -> None:
        """Let everything pass, what was held first."""
        self.loop.call_soon_threadsafe(self._passing.set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        self.ends.add(writer)
        try:
            await self._passing.wait()
            there, back = await asyncio.open_connection(self._host, self._upstream)
            ends.append(back)
            self.ends.add(back)
            await asyncio.gather(self._pass(reader, writer, back), self._pass(there, back, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            for end in ends:
                end.transport.abort()
                self.ends.discard(end)

    async def _pass(
        self, reader: asyncio.StreamReader, origin: asyncio.StreamWriter, writer: asyncio.StreamWriter
    ) -> None:
        """Pass bytes on until they end, or until they are reset: then none of those that are held."""
        held: asyncio.Queue[bytes | None] = asyncio.Queue()
        reset = False

        async def read() -> None:
            nonlocal reset
            try:
                while data := await reader.read(PIECE):
                    held.put_nowait(data)
            except OSError:
                reset = True
            held.put_nowait(None)

        reading = asyncio.create_task(read())
        try:
            while data := await held.get():
                await self._passing.wait()
                if reset or _has_failed(origin):
                    break
                writer.write(data)
                await writer.drain()
            await self._passing.wait()
            if reset or _has_failed(origin):
                writer.transport.abort()
            elif writer.can_write_eof():
                writer.write_eof()
        finally:
            reading.cancel()


def _has_failed(writer: asyncio.StreamWriter) -> bool:
    """Whether a connection has been reset, if after its end."""
    found = writer.get_extra_info("socket")
    try:
        return bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
    except OSError:
        return True
