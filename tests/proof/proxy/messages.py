"""HTTP/1.1 messages over asyncio streams: read whole, written as they are, however wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

VERBS = ("list", "watch", "get", "delete", "patch", "create", "update")
_VERB_OF = {"DELETE": "delete", "PATCH": "patch", "POST": "create", "PUT": "update"}
_OBJECT_PARTS = {"api": (4, 6), "apis": (5, 7)}
"""How many parts the path of an object has: cluster-scoped, namespaced."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request.

    Args:
        method: the method.
        target: path and query.
        headers: the headers, as they came.
        body: the body.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def path(self) -> str:
        """The path."""
        return urlsplit(self.target).path

    @property
    def verb(self) -> str:
        """What it asks for, as RBAC calls it; empty for discovery."""
        if self.method != "GET":
            return _VERB_OF.get(self.method, "")
        if "watch" in parse_qs(urlsplit(self.target).query):
            return "watch"
        parts = self.path.strip("/").split("/")
        lengths = _OBJECT_PARTS.get(parts[0], (0, 0))
        namespaced = "namespaces" in parts and parts[-1] != "namespaces"
        cluster, own = lengths
        if len(parts) < cluster - 1:
            return ""
        return "get" if len(parts) in ({own} if namespaced and len(parts) > cluster else {cluster}) else "list"


@dataclass(frozen=True, slots=True)
class Response:
    """An answer.

    Args:
        status: the status.
        headers: the headers.
        body: the body, whole.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def having(self, **headers: str) -> Response:
        """The same with other headers (``retry_after`` is ``Retry-After``)."""
        names = {name.replace("_", "-").title(): value for name, value in headers.items()}
        kept = tuple(pair for pair in self.headers if pair[0].title() not in names)
        return replace(self, headers=(*kept, *names.items()))

    @property
    def head(self) -> bytes:
        """Its first lines; the length is the body's."""
        skipped = {"content-length", "transfer-encoding", "connection"}
        lines = [f"{name}: {value}" for name, value in self.headers if name.lower() not in skipped]
        return "\r\n".join((f"HTTP/1.1 {self.status} -", *lines, f"Content-Length: {len(self.body)}", "", "")).encode()


async def read_head(reader: asyncio.StreamReader) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """The first line and the headers of a message; None when there is no more."""
    head = await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b""
    if not head:
        return None
    first, *rest = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    return first, tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in rest))


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection; None when there is no more."""
    found = await read_head(reader)
    if found is None:
        return None
    first, headers = found
    method, target, _ = first.split(" ", 2)
    return Request(method, target, headers, await reader.readexactly(int(_value(headers, "content-length") or 0)))


async def chunks(reader: asyncio.StreamReader, headers: tuple[tuple[str, str], ...]) -> AsyncIterator[bytes]:
    """The body of an answer as it comes."""
    if _value(headers, "transfer-encoding") == "chunked":
        while size := int(await reader.readline() or b"0", 16):
            yield await reader.readexactly(size)
            await reader.readexactly(2)
        return
    length = _value(headers, "content-length")
    yield await (reader.readexactly(int(length)) if length is not None else reader.read())


def _value(headers: tuple[tuple[str, str], ...], wanted: str) -> str | None:
    return next((value for name, value in headers if name.lower() == wanted), None)
