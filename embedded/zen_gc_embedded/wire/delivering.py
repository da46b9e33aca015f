"""How an answer leaves: as a response, as a stream, or broken on purpose."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from dataclasses import replace
from typing import TYPE_CHECKING

import orjson
import yaml
from aiohttp import web

from zen_gc_embedded.statuses import StatusError
from zen_gc_embedded.wire.answers import JSON, Answer

if TYPE_CHECKING:
    from zen_gc_embedded.faults import Fault
    from zen_gc_embedded.forms.views import View
    from zen_gc_embedded.wire.watching import Watch

_COMPRESSED_FROM = 128 * 1024
"""The size of a body, in bytes, from which it is compressed (``defaultGzipThresholdBytes``)."""
_REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    410: "Expired",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


def failure(fault: Fault) -> Answer:
    """The answer that a fault puts in the place of the real one."""
    if fault.body is not None:
        return Answer(fault.body, fault.status or 200, fault.content_type)
    reason = fault.reason or _REASONS.get(fault.status, "")
    message = "the server has received too many requests and has asked us to try again later"
    if fault.status != 429:
        message = f"an injected fault of the embedded cluster: {fault.status}"
    return Answer(orjson.dumps(StatusError(fault.status, reason, message).body()), fault.status)


def encoded(answer: Answer, view: View) -> Answer:
    """The answer as the client wants to read it: YAML, indented JSON, or as it is."""
    if view.yaml:
        text = yaml.dump(orjson.loads(answer.body), Dumper=yaml.SafeDumper, default_flow_style=False)
        return replace(answer, body=text.encode(), content_type="application/yaml")
    if view.pretty:
        return replace(answer, body=orjson.dumps(orjson.loads(answer.body), option=orjson.OPT_INDENT_2) + b"\n")
    return answer


def _compressed(http: web.Request, answer: Answer) -> Answer:
    """The answer with its body packed, where the client accepts it and the body is large."""
    wanted = "gzip" in http.headers.get("Accept-Encoding", "")
    if http.method != "GET" or not wanted or len(answer.body) < _COMPRESSED_FROM:
        return answer
    headers = {**answer.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return replace(answer, body=gzip.compress(answer.body, compresslevel=1), headers=headers)


async def deliver(http: web.Request, answer: Answer, audit_id: str, fault: Fault | None) -> web.StreamResponse:
    """Send an answer, broken off where the fault says so.

    Args:
        http: The request.
        answer: The answer.
        audit_id: The id that the client sent, or a new one; it goes back in ``Audit-Id``.
        fault: What goes wrong, or None.
    """
    if fault and fault.truncate is not None:
        return await _truncated(http, answer, audit_id, fault, fault.truncate)
    answer = _compressed(http, answer)
    response = web.Response(body=answer.body, status=answer.status)
    _dress(response, answer.content_type, audit_id, fault)
    response.headers.update(answer.headers)
    for text in answer.warnings:
        response.headers.add("Warning", f"299 - {orjson.dumps(text).decode()}")
    return response


async def stream(http: web.Request, watch: Watch, audit_id: str, fault: Fault | None) -> web.StreamResponse:
    """Send the events of a watch until it ends; ``reset`` with ``after`` cuts it when ``delay`` is over."""
    response = web.StreamResponse()
    _dress(response, JSON, audit_id, fault)
    await response.prepare(http)
    if fault and fault.reset:
        asyncio.get_running_loop().call_later(fault.delay, reset, http)
    try:
        async for lines in watch.stream():
            await response.write(lines)
    except ConnectionError:
        return response  # the client is gone: that is how most watches end
    return response


def reset(http: web.Request) -> None:
    """Reset the connection of a request: the client sees RST, not an orderly end."""
    transport = http.transport
    if transport is None:
        return
    plain = transport.get_extra_info("socket")
    if plain is not None:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _truncated(http: web.Request, answer: Answer, audit_id: str, fault: Fault, size: int) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status)
    _dress(response, answer.content_type, audit_id, fault)
    response.content_length = len(answer.body)
    await response.prepare(http)
    await response.write(answer.body[:size])
    if http.transport is not None:
        http.transport.close()
    return response


def _dress(response: web.StreamResponse, content_type: str, audit_id: str, fault: Fault | None) -> None:
    response.headers["Content-Type"] = content_type
    response.headers["Audit-Id"] = audit_id
    response.headers["Cache-Control"] = "no-cache, private"
    if fault and fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    if fault and fault.date is not None:
        response.headers["Date"] = fault.date
