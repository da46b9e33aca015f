"""HTTP: from aiohttp's request to an answer, with authentication, faults and the record of requests."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING

import orjson
from aiohttp import web

from zen_gc_embedded.faults import Fault, Request, kept_headers
from zen_gc_embedded.forms import queries
from zen_gc_embedded.forms.views import view_of
from zen_gc_embedded.statuses import StatusError, too_large
from zen_gc_embedded.wire import delivering, routing
from zen_gc_embedded.wire.answers import Answer, error_answer
from zen_gc_embedded.wire.handling import Call, act
from zen_gc_embedded.wire.watching import Watch

if TYPE_CHECKING:
    from zen_gc_embedded.faults import FaultHook, RequestLog
    from zen_gc_embedded.state import State
    from zen_gc_embedded.wire.access import Access

BODY_LIMIT = 3 * 1024 * 1024
"""The largest body of a request, in bytes (``MaxRequestBodyBytes``)."""


class Server:
    """The HTTP side of the embedded cluster; everything runs in one event loop.

    Args:
        state: The cluster.
        log: Where requests are recorded.
        access: Who is let in.
        continue_lifetime: How long continue tokens hold, in seconds.
        bookmark_interval: Seconds between the bookmarks of a watch.
    """

    def __init__(
        self,
        state: State,
        log: RequestLog,
        *,
        access: Access,
        continue_lifetime: float,
        bookmark_interval: float,
    ) -> None:
        self.faults: FaultHook | None = None
        self._state = state
        self._log = log
        self._access = access
        self._lifetime = continue_lifetime
        self._bookmark_interval = bookmark_interval

    def application(self) -> web.Application:
        """The aiohttp application."""
        application = web.Application(client_max_size=BODY_LIMIT)
        application.router.add_route("*", "/{path:.*}", self._handle)
        return application

    async def _handle(self, http: web.Request) -> web.StreamResponse:
        audit_id = http.headers.get("Audit-Id") or str(uuid.uuid4())
        try:
            body = await http.read()
        except web.HTTPRequestEntityTooLarge:
            return await delivering.deliver(http, error_answer(too_large(BODY_LIMIT)), audit_id, None)
        request = _request(http, body)
        fault = self.faults(request) if self.faults else None
        try:
            outcome = await self._act(http, request, body, fault)
        except asyncio.CancelledError:
            self._log.add(request, 0)  # the client has gone while a fault delayed it
            raise
        if outcome is None:
            self._log.add(request, 0)
            delivering.reset(http)
            return web.Response()  # goes nowhere: the connection is closed
        if isinstance(outcome, Watch):
            self._log.add(request, 200)
            return await delivering.stream(http, outcome, audit_id, fault)
        self._log.add(request, outcome.status)
        return await delivering.deliver(http, outcome, audit_id, fault)

    async def _act(
        self, http: web.Request, request: Request, body: bytes, fault: Fault | None
    ) -> Answer | Watch | None:
        """What to send, None for a reset; the fault decides whether, and before or after what, the act happens."""
        if fault is None:
            return self._answer(http, request, body)
        if fault.delay and not fault.after:
            await asyncio.sleep(fault.delay)
        outcome: Answer | Watch | None = None
        if fault.after or not fault.replaces:
            outcome = self._answer(http, request, body)
            if isinstance(outcome, Watch):
                return outcome
            if fault.delay and fault.after:
                await asyncio.sleep(fault.delay)
        if fault.reset:
            return None
        return delivering.failure(fault) if fault.replaces else outcome

    def _answer(self, http: web.Request, request: Request, body: bytes) -> Answer | Watch:
        try:
            user = self._access.user(http.headers.get("Authorization", ""))
            user = http.headers.get("Impersonate-User", user)  # everybody may do everything, this, too
            parts, accept = routing.split(request.path), http.headers.get("Accept", "")
            found = routing.document(self._state, parts, accept)
            if found is not None:
                return found
            route = routing.route(self._state.registry, parts)
            if route is None:
                return routing.no_page()
            view = view_of(accept, request.query, self._state.now())
            if request.method == "GET" and not route.name and queries.flag(request.query, "watch"):
                return Watch(self._state, route, request.query, view, self._bookmark_interval)
            answer = act(
                Call(
                    state=self._state,
                    route=route,
                    method=request.method,
                    query=request.query,
                    content_type=http.headers.get("Content-Type", ""),
                    body=body,
                    view=view,
                    user=user,
                    lifetime=self._lifetime,
                )
            )
            return delivering.encoded(answer, view)
        except StatusError as error:
            return error_answer(error)


def _request(http: web.Request, body: bytes) -> Request:
    content = None
    if body.lstrip().startswith(b"{"):
        try:
            content = orjson.loads(body)
        except orjson.JSONDecodeError:
            content = None
    query = {name: http.query.getall(name)[0] for name in http.query}
    return Request(http.method, http.path, query, kept_headers(http.headers), content)
