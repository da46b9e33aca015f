"""A connection over which nothing is changed: every request of it that is no read is a dry run of the server.

The server does all that it would do, admission and preconditions included, and stores nothing
(https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run). It is said here, for all requests, and nowhere else:
there is no way to leave it out. Of a DELETE with a body the server reads the body alone, and of an eviction what stands in
it, so it is said there, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

from zen_gc_core.cluster.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.cluster.answers import Answer

DRY_RUN: Final = "All"
_READS: Final = frozenset(("GET", "HEAD"))


class RehearsingConnection(Connection):
    """The same cluster, the same pool and the same clock, with every write as a dry run; may be used by several threads.

    Args:
        own: The connection that writes.
    """

    rehearses = True

    def __init__(self, own: Connection) -> None:
        self._own = own
        self.place = own.place
        self.in_cluster = own.in_cluster
        self.clock = own.clock
        self.namespace = own.namespace
        self.server = own.server

    def request(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Any = None, **how: Any
    ) -> Answer:
        """As ``Connection.request``; what is no read changes nothing.

        Raises:
            TypeError: A deletion whose options cannot be added to.
        """
        if method in _READS:
            return self._own.request(method, path, query=query, body=body, **how)
        query = {**(query or {}), "dryRun": DRY_RUN}
        if method == "DELETE":
            body = _said(body)
        elif path.endswith("/eviction"):
            body = {**body, "deleteOptions": _said(body.get("deleteOptions"))}
        return self._own.request(method, path, query=query, body=body, **how)

    def stream(self, *_: object, **__: object) -> NoReturn:
        """Nothing is watched in a rehearsal.

        Raises:
            TypeError: Always.
        """
        raise TypeError("nothing is watched in a rehearsal")

    def close(self) -> None:
        """The connections belong to whoever opened them."""


def _said(options: Any) -> dict[str, Any]:
    """Options of a deletion that say that it is a dry run."""
    if options is not None and not isinstance(options, dict):
        raise TypeError("the options of a deletion that is rehearsed are no map")
    return {**(options or {}), "dryRun": [DRY_RUN]}
