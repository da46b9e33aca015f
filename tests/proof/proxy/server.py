"""The proxy itself: one thread, asyncio, TLS on both sides; a plan says what is broken now."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import ssl
import time
from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.proof.proxy.bodies import BODIES
from tests.proof.proxy.listening import Listener
from tests.proof.proxy.messages import Request, Response, chunks, read_head, read_request
from tests.proof.proxy.wires import WIRES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

MOST_REMEMBERED = 200
SLACK = 5.0
"""Seconds that a client on a loaded machine may take longer to give up than it promised."""

PROMISED = {
    "list": 60.0,
    "watch": 75.0,
    "get": 30.0,
    "create": 30.0,
    "": 30.0,
    "delete": 10.0,
    "patch": 10.0,
    "update": 10.0,
}
"""Seconds after which a client gives a request up, by verb, at the most."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is broken.

    Args:
        fault: the name of a fault; empty breaks nothing.
        verb: of which requests.
        share: of how many of them.
        patience: seconds for which a request that is held is held at the most.
    """

    fault: str = ""
    verb: str = ""
    share: float = 1.0
    patience: float = 2.0


@dataclass
class Exchange:
    """One request at the proxy, and what a fault may do with it."""

    proxy: Proxy
    request: Request
    writer: asyncio.StreamWriter
    patience: float
    held: float = 0.0

    @property
    def chance(self) -> random.Random:
        """The seeded chance of the proxy."""
        return self.proxy.chance

    async def forward(self) -> Response:
        """Have the request carried out; the whole answer (of a watch, nothing)."""
        if self.request.verb == "watch":
            return Response(200, (("Content-Type", "application/json"),), b"")
        async with self.proxy.asked(self.request) as (status, headers, body):
            answer = Response(status, headers, b"".join([piece async for piece in body]))
        self.proxy.remember(self.request, answer)
        return answer

    def remembered(self, target: str | None) -> Response | None:
        """An answer that was given before: the oldest to this request, or any."""
        return self.proxy.remembered(self.request, target)

    async def send(self, answer: Response) -> None:
        """Answer."""
        await self.raw(answer.head + (b"" if self.request.method == "HEAD" else answer.body))

    async def raw(self, data: bytes) -> None:
        """Send bytes."""
        self.writer.write(data)
        await self.writer.drain()

    async def pause(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def hold(self, first: bytes = b"", again: bytes = b"") -> None:
        """Keep the client waiting until it gives up, or as long as the plan has patience."""
        began = time.monotonic()
        with contextlib.suppress(OSError, ConnectionError):
            if first:
                await self.raw(first)
            while time.monotonic() - began < self.patience and not self.writer.is_closing():
                await asyncio.sleep(0.1)
                if again:
                    await self.raw(again)
                elif self.proxy.left(self.writer):
                    break
        self.held = time.monotonic() - began
        self.abort()

    def abort(self) -> None:
        """Reset the connection."""
        self.writer.transport.abort()


@dataclass
class Tally:
    """What became of the requests that were broken.

    Args:
        broken: how many there were.
        overdue: how many were held for longer than their client promised to wait.
    """

    broken: int = 0
    overdue: int = 0


class Proxy(Listener):
    """Stands before an API server, on a free port of the loopback interface.

    Args:
        upstream: the API server's address.
        authority: the certificate to verify it by.
        certificate: the proxy's own.
        key: its key.
        seed: of all chance.
    """

    def __init__(self, upstream: str, authority: Path, certificate: Path, key: Path, seed: int) -> None:
        found = urlsplit(upstream)
        self._host, self._port = str(found.hostname), int(found.port or 443)
        self._trust = ssl.create_default_context(cafile=str(authority))
        self._own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._own.load_cert_chain(certificate, key)
        super().__init__("hostile proxy", self._own)
        self.chance = random.Random(seed)
        self.plan = Plan()
        self.tallies: dict[tuple[str, str], Tally] = {}
        self.requests: Counter[str] = Counter()
        self.troubles: list[str] = []
        self._readers: dict[asyncio.StreamWriter, asyncio.StreamReader] = {}
        self._watches: set[asyncio.StreamWriter] = set()
        self._past: OrderedDict[str, tuple[str, Response]] = OrderedDict()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._readers[writer] = reader
        self.ends.add(writer)
        try:
            while (request := await read_request(reader)) is not None and not writer.is_closing():
                await self._answer(request, writer)
        except (OSError, EOFError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        except Exception as error:  # noqa: BLE001  the test looks at it
            self.troubles.append(f"{type(error).__name__}: {error}")
        finally:
            self._readers.pop(writer, None)
            self.ends.discard(writer)
            writer.transport.abort()

    def left(self, writer: asyncio.StreamWriter) -> bool:
        """Whether a client has gone away."""
        reader = self._readers.get(writer)
        return reader is None or reader.at_eof()

    def tally(self, fault: str, verb: str) -> Tally:
        """What became of the requests of a verb that a fault broke."""
        return self.tallies.setdefault((fault, verb), Tally())

    def drop_watches(self) -> None:
        """End all watches, so that they are opened anew."""

        def drop() -> None:
            for writer in list(self._watches):
                writer.transport.abort()

        self.loop.call_soon_threadsafe(drop)

    def present(self, certificate: Path, key: Path) -> None:
        """Have another certificate of its own from now on, and end all connections."""

        def change() -> None:
            self._own.load_cert_chain(certificate, key)
            for writer in list(self.ends):
                writer.transport.abort()

        self.loop.call_soon_threadsafe(change)

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        plan, verb = self.plan, request.verb
        self.requests[verb] += 1
        exchange = Exchange(self, request, writer, plan.patience)
        if not plan.fault or verb != plan.verb or self.chance.random() >= plan.share:
            await self._pass(exchange, "")
            return
        tally = self.tally(plan.fault, verb)
        tally.broken += 1
        try:
            if plan.fault in WIRES:
                await WIRES[plan.fault](exchange)
            else:
                await self._pass(exchange, plan.fault)
        finally:
            tally.overdue += exchange.held > PROMISED[verb] + SLACK

    async def _pass(self, exchange: Exchange, fault: str) -> None:
        """Pass a request on, and its answer back with a fault of its body."""
        if exchange.request.verb == "watch":
            await self._pass_watch(exchange, fault)
            return
        answer = await exchange.forward()
        if fault:
            answer = Response(answer.status, answer.headers, self._broken(fault, answer.body))
        await exchange.send(answer)

    async def _pass_watch(self, exchange: Exchange, fault: str) -> None:
        self._watches.add(exchange.writer)
        try:
            await self._stream(exchange, fault)
        finally:
            self._watches.discard(exchange.writer)

    async def _stream(self, exchange: Exchange, fault: str) -> None:
        async with self.asked(exchange.request) as (status, headers, body):
            kept = [
                f"{name}: {value}"
                for name, value in headers
                if name.lower() not in {"transfer-encoding", "content-length"}
            ]
            head = "\r\n".join((f"HTTP/1.1 {status} -", *kept, "Transfer-Encoding: chunked", "", ""))
            await exchange.raw(head.encode())
            rest = b""
            async for piece in body:
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    sent = (self._broken(fault, line) if fault else line) + b"\n"
                    await exchange.raw(b"%x\r\n%s\r\n" % (len(sent), sent))
            await exchange.raw(b"0\r\n\r\n")

    def _broken(self, fault: str, body: bytes) -> bytes:
        try:
            document = json.loads(body)
        except ValueError:
            return body
        return BODIES[fault](document, self.chance)

    @contextlib.asynccontextmanager
    async def asked(
        self, request: Request
    ) -> AsyncIterator[tuple[int, tuple[tuple[str, str], ...], AsyncIterator[bytes]]]:
        """Ask the API server, on a connection of its own."""
        reader, writer = await asyncio.open_connection(self._host, self._port, ssl=self._trust, limit=2**26)
        try:
            skipped = {"connection", "host", "accept-encoding"}
            lines = [f"{name}: {value}" for name, value in request.headers if name.lower() not in skipped]
            own = (f"Host: {self._host}:{self._port}", "Connection: close")
            head = "\r\n".join((f"{request.method} {request.target} HTTP/1.1", *lines, *own, "", ""))
            writer.write(head.encode("latin-1") + request.body)
            await writer.drain()
            found = await read_head(reader)
            if found is None:
                raise EOFError("the API server hung up")
            first, headers = found
            yield int(first.split(" ")[1]), headers, chunks(reader, headers)
        finally:
            writer.transport.abort()

    def remember(self, request: Request, answer: Response) -> None:
        """Keep an answer, to be given again; the first of each request stays."""
        if request.method == "GET" and answer.status == 200 and len(answer.body) < 2**20:
            self._past.setdefault(request.target, (request.verb, answer))
            if len(self._past) > MOST_REMEMBERED:
                self._past.popitem(last=False)

    def remembered(self, request: Request, target: str | None) -> Response | None:
        """See ``Exchange.remembered``."""
        if request.method != "GET":
            return None
        if target is not None:
            found = self._past.get(target)
            return found[1] if found is not None else None
        others = [answer for known, (_, answer) in self._past.items() if known != request.target]
        return self.chance.choice(others) if others else None
