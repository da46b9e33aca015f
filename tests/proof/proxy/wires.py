"""Faults of how an answer comes: late, never, half, without end, or another one altogether."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.proof.proxy.messages import Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.proof.proxy.server import Exchange

    Wire = Callable[[Exchange], Awaitable[None]]

JSON = (("Content-Type", "application/json"),)
LATER = ("", "0", "1", "-1", "soon", "1e9", "Fri, 31 Dec 1999 23:59:59 GMT", "\u00b2")
"""What follows ``Retry-After:`` in answers that ask for patience."""


def failing(status: int, *, after: bool = False) -> Wire:
    """An answer that refuses, before or after the request was carried out."""

    async def fault(exchange: Exchange) -> None:
        if after:
            await exchange.forward()
        words = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "forged", "code": status}
        answer = Response(status, JSON, json.dumps(words).encode())
        await exchange.send(answer.having(retry_after=exchange.chance.choice(LATER)) if status == 429 else answer)

    return fault


async def slow(exchange: Exchange) -> None:
    """The answer is late."""
    await exchange.pause(exchange.chance.uniform(0.2, 1.0))
    await exchange.send(await exchange.forward())


async def hung(exchange: Exchange) -> None:
    """No answer."""
    await exchange.hold()


async def hung_after(exchange: Exchange) -> None:
    """The request is carried out, and there is no answer."""
    await exchange.forward()
    await exchange.hold()


async def reset(exchange: Exchange) -> None:
    """The connection is reset before the request is carried out."""
    exchange.abort()


async def reset_after(exchange: Exchange) -> None:
    """The connection is reset after the request was carried out."""
    await exchange.forward()
    exchange.abort()


async def cut(exchange: Exchange) -> None:
    """The connection ends in the middle of the answer."""
    answer = await exchange.forward()
    await exchange.raw(answer.head + answer.body[: len(answer.body) // 2])
    exchange.abort()


async def drip(exchange: Exchange) -> None:
    """The answer comes a byte now and then, and does not end."""
    answer = await exchange.forward()
    await exchange.hold(answer.having(x_more="more").head[:-4] + b"\r\nX-Drip: ", b"a")


async def drip_body(exchange: Exchange) -> None:
    """The body comes a byte now and then, and does not end."""
    await exchange.forward()
    await exchange.hold(b"HTTP/1.1 200 -\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n", b" ")


async def continues(exchange: Exchange) -> None:
    """One ``100 Continue`` after the other."""
    await exchange.hold(b"", b"HTTP/1.1 100 Continue\r\n\r\n")


async def endless(exchange: Exchange) -> None:
    """A body of more than anybody reads."""
    await exchange.raw(b"HTTP/1.1 200 -\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    piece = b" " * 2**20
    for _ in range(80):
        await exchange.raw(b"%x\r\n%s\r\n" % (len(piece), piece))
    exchange.abort()


async def no_http(exchange: Exchange) -> None:
    """Something that is no HTTP."""
    await exchange.raw(b"SSH-2.0-OpenSSH_9.2\r\n\x00\xff\r\n\r\n")
    exchange.abort()


async def redirect(exchange: Exchange) -> None:
    """A redirect to the same place: who follows it would send a write again."""
    await exchange.send(Response(307, (("Location", exchange.request.target),), b""))


async def stale(exchange: Exchange) -> None:
    """An answer that was right once."""
    await exchange.send(exchange.remembered(exchange.request.target) or await exchange.forward())


async def another(exchange: Exchange) -> None:
    """The answer to another request."""
    await exchange.send(exchange.remembered(None) or await exchange.forward())


async def other_time(exchange: Exchange) -> None:
    """The answer, with a clock that is hours off, or none."""
    answer = await exchange.forward()
    await exchange.send(answer.having(date=exchange.chance.choice(("Fri, 31 Dec 2032 23:59:59 GMT", "now", ""))))


WIRES: dict[str, Wire] = {
    "slow": slow,
    "hung": hung,
    "hung-after": hung_after,
    "reset": reset,
    "reset-after": reset_after,
    "cut": cut,
    "drip": drip,
    "drip-body": drip_body,
    "100-continue": continues,
    "endless": endless,
    "no-http": no_http,
    "redirect": redirect,
    "stale": stale,
    "another": another,
    "other-time": other_time,
    **{str(status): failing(status) for status in (400, 401, 403, 404, 409, 410, 422, 429, 500, 502, 503, 504)},
    **{f"{status}-after": failing(status, after=True) for status in (404, 409, 429, 500, 504)},
}
"""Every fault of the wire, by name."""

HOLDING = frozenset(("hung", "hung-after", "drip", "drip-body", "100-continue"))
"""Those that end only when the client gives up."""
