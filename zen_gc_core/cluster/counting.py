"""Questions about a list that cost one object: how many there are, and whether a field selector is supported."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.errors import ListIncomplete, Refused
from zen_gc_core.cluster.listing import pages
from zen_gc_core.cluster.paging import Page, PageReader, Selection

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.resource import Resource

QUESTION_TIMEOUT: Final = 30.0
"""Seconds for a list of one object; the server may have to walk over all of them."""

MOST_REMEMBERED: Final = 4096


def count(
    connection: Connection,
    resource: Resource,
    namespace: str | None = None,
    *,
    check_cancelled: Callable[[], None] | None = None,
) -> int:
    """How many objects of a resource there are, selectors aside; for the breaker.

    It is 1 + ``remainingItemCount`` of a list of one, without selectors and without a resourceVersion: the only list
    for which the API promises that number ("ListMeta", Kubernetes API reference).

    Args:
        connection: The cluster.
        resource: What is counted.
        namespace: One namespace; None for all.
        check_cancelled: Asked while a longer count goes on; what it raises ends it.

    Raises:
        ClusterError: There is no number; none is made up.
    """
    reader = PageReader(connection, resource, Selection(namespace, metadata_only=True, limit=1), QUESTION_TIMEOUT)
    page, _ = reader.read("")
    if page.last:
        return len(page.items)
    if page.remaining is not None:
        if page.remaining < 1:
            raise ListIncomplete(f"the list of {resource} goes on, and says that {page.remaining} items are left")
        return len(page.items) + page.remaining
    return _counted(connection, resource, namespace, check_cancelled)


def _counted(
    connection: Connection, resource: Resource, namespace: str | None, check_cancelled: Callable[[], None] | None
) -> int:
    total = 0
    for page in pages(connection, resource, Selection(namespace, metadata_only=True), check_cancelled=check_cancelled):
        total = total + len(page.items) if isinstance(page, Page) else 0
    return total


class FieldSelectors:
    """Knows which field selectors the server supports, by asking once; may be used by several threads.

    Args:
        connection: The cluster.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._known: dict[tuple[Resource, str], bool] = {}

    def seen_by(self, connection: Connection) -> FieldSelectors:
        """The same knowledge, which others ask for by a connection of their own: it is about the server, and not about them."""
        other = FieldSelectors(connection)
        other._lock, other._known = self._lock, self._known
        return other

    def pushable(self, resource: Resource, field_selector: str, namespace: str | None = None) -> bool:
        """Whether a list of the resource may carry a field selector; where it may not, the caller looks at each object.

        Args:
            resource: What will be listed.
            field_selector: As the API's ``fieldSelector`` parameter.
            namespace: Where it is tried, if it must be; None: in all.

        Raises:
            ClusterError: The server cannot be asked.
        """
        key = (resource, field_selector)
        with self._lock:
            known = self._known.get(key)
        if known is not None:
            return known
        selection = Selection(namespace, field_selector=field_selector, metadata_only=True, limit=1)
        try:
            PageReader(self._connection, resource, selection, QUESTION_TIMEOUT).read("")
            known = True
        except Refused:
            known = False
        with self._lock:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[key] = known
        return known
