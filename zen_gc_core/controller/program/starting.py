"""Starting: what a cluster must have, and let a controller do, before it begins."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import AccessDenied, NotFound
from zen_gc_core.cluster.namespaces import Namespaces
from zen_gc_core.cluster.paging import PageReader, Selection
from zen_gc_core.cluster.policies import not_installed
from zen_gc_core.cluster.watching import watched
from zen_gc_core.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.controller.telling.runlog import RunLog

PAGE_TIMEOUT: Final = 10.0

SECONDS_TO_BE_SURE: Final = 5.0
"""For how long a refusal, or kinds that are not served, are asked about again.

An API server that was just started answers before it has read all roles and definitions: until then nobody may do
anything, and custom kinds are not there."""

SECONDS_TO_GET_READY: Final = 20.0
"""For how long instead, while the server does not say that it is ready; less than what the liveness probe bears."""

SECONDS_BETWEEN_ASKING: Final = 0.5


def check_startable(
    connection: Connection, namespaces: Sequence[str], log: RunLog, pause: Callable[[float], None]
) -> None:
    """Refuse to start without a cluster, without the CRDs, or without the right to list policies.

    Args:
        connection: The cluster, with the controller's own rights.
        namespaces: The only ones whose policies are served; none: all are.
        log: Told what is not served, and what cannot be read.
        pause: Waits so many seconds; what it raises ends the start.

    Raises:
        ClusterError: The reason why it cannot start.
    """
    began = boottime()
    for resource, namespace in watched(namespaces):
        _list_one(connection, resource, namespace, began, pause)
    if namespaces:
        log.in_namespaces_only(namespaces)
        _look_at_namespaces(Namespaces(connection), namespaces, log)


def _list_one(
    connection: Connection, resource: Resource, namespace: str | None, began: float, pause: Callable[[float], None]
) -> None:
    while True:
        asked_for = boottime() - began
        # Asked before, not after: it may get ready between a refusal and the question.
        counts = asked_for >= SECONDS_TO_BE_SURE and (asked_for >= SECONDS_TO_GET_READY or _is_ready(connection))
        try:
            PageReader(connection, resource, Selection(namespace, limit=1), PAGE_TIMEOUT, pause).read("")
        except (AccessDenied, NotFound) as error:
            if not counts:
                pause(SECONDS_BETWEEN_ASKING)
                continue
            if isinstance(error, NotFound):
                raise not_installed(resource) from None
            raise
        return


def _is_ready(connection: Connection) -> bool:
    """Whether the server says so; one that knows of no roles yet lets nobody ask, and another may not even answer."""
    try:
        return connection.request("GET", "/readyz", timeout=PAGE_TIMEOUT).status == HTTPStatus.OK
    except ClusterError:
        return False


def _look_at_namespaces(known: Namespaces, names: Sequence[str], log: RunLog) -> None:
    """Say of which watched Namespace the mark cannot be read: all that is in it is kept."""
    for name in names:
        try:
            why = "" if known.has(name) else "there is none"
        except ClusterError as error:
            why = str(error)
        if why:
            log.namespace_not_read(name, why)
