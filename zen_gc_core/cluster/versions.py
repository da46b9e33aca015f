"""What a server is known to do by its version, where nothing else says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.answers import failure
from zen_gc_core.errors import ClusterError

if TYPE_CHECKING:
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.resource import Resource

CONSTRAINED_SINCE: Final = (1, 36)
"""The first version that knows constrained impersonation (KEP-5284) without being told to."""

PAGES_FROM_CACHE_SINCE: Final = (1, 34)
"""The first version that serves pages from its watch cache without being told to (KEP-4988)."""

_DIGITS: Final = re.compile(r"[0-9]{1,6}", re.ASCII)


def knows_constrained_impersonation(connection: Connection) -> bool:
    """Whether the server knows constrained impersonation; one whose version cannot be read does not.

    Raises:
        ClusterError: The server does not answer.
    """
    return _version(connection) >= CONSTRAINED_SINCE


def serves_pages_from_cache(connection: Connection, resource: Resource) -> bool:
    """Whether the server is known to serve the pages of a list from its cache; where it may be otherwise, it is not.

    Events have no cache, and of groups that are not Kubernetes' own nobody knows what server is behind them.

    Args:
        connection: The cluster.
        resource: What is listed.
    """
    if resource.kind == "Event" or ("." in resource.group and not resource.group.endswith(".k8s.io")):
        return False
    try:
        return _version(connection) >= PAGES_FROM_CACHE_SINCE
    except ClusterError:
        return False


def _version(connection: Connection) -> tuple[int, ...]:
    """Major and minor; less than any where they cannot be read."""
    answer = connection.request("GET", "/version")
    if answer.status != 200:
        raise failure(answer, verb="get", resource="/version")
    document = answer.document()
    found = [_DIGITS.match(str(document.get(part, ""))) for part in ("major", "minor")]
    numbers = tuple(int(each[0]) for each in found if each is not None)
    return numbers if len(numbers) == len(found) else ()
