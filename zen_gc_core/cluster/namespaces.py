"""Namespaces: their labels and annotations for keywords and keep marks, and which of them a selector takes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import AccessDenied, ListIncomplete, NotFound
from zen_gc_core.cluster.listing import candidates, pages
from zen_gc_core.cluster.observing import observe
from zen_gc_core.cluster.paging import Page, Selection
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.errors import ClusterError, Undecided
from zen_gc_core.keywords import Namespace

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.connection import Connection

NAMESPACES: Final = Resource("", "v1", "namespaces", "Namespace", namespaced=False)

FRESH_SECONDS: Final = 5.0
"""How old what is known of a Namespace may be."""


class Namespaces:
    """Looks Namespaces up, each again after 5 s; may be used by several threads.

    What cannot be read is remembered as such for as long: its objects are kept meanwhile.

    Args:
        connection: The cluster.
        clock: The boot-time clock, in seconds.
    """

    def __init__(self, connection: Connection, clock: Callable[[], float] = boottime) -> None:
        self._connection = connection
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Namespace | ClusterError | str]] = {}

    def __call__(self, name: str) -> Namespace:
        """A Namespace as it is, or was at most 5 s ago.

        Raises:
            Undecided: It cannot be read, or there is none.
        """
        found = self._look(name)
        if type(found) is Namespace:  # what most are; asked of every object that may go
            return found
        if isinstance(found, NotFound):
            raise Undecided(f"its Namespace {name} does not exist")
        if isinstance(found, AccessDenied):
            raise _unreadable(name, found, f": {found.plain}")
        if isinstance(found, ClusterError):
            raise _unreadable(name, found)
        if isinstance(found, str):
            raise Undecided(found)
        return found

    def has(self, name: str) -> bool:
        """Whether there is such a Namespace, or was at most 5 s ago.

        Raises:
            ClusterError: It cannot be read.
        """
        found = self._look(name)
        if isinstance(found, ClusterError) and not isinstance(found, NotFound):
            raise found
        return not isinstance(found, NotFound)

    def _look(self, name: str) -> Namespace | ClusterError | str:
        asked = self._clock()
        known = self._known.get(name)  # one step, so that it needs no lock
        if known is None or asked - known[0] >= FRESH_SECONDS:
            known = (asked, self._read(name))
            with self._lock:
                self._forget_old(asked)
                self._known[name] = known
        return known[1]

    def names(self, label_selector: str = "", *, check_cancelled: Callable[[], None] | None = None) -> frozenset[str]:
        """The names of the Namespaces that a label selector takes; empty when there are none, and nothing wider.

        Args:
            label_selector: As the API's ``labelSelector`` parameter; empty takes all.
            check_cancelled: Asked while the list is read; what it raises ends it.

        Raises:
            ClusterError: They cannot be listed.
        """
        selection = Selection(label_selector=label_selector, metadata_only=True)
        found: set[str] = set()
        for page in pages(self._connection, NAMESPACES, selection, check_cancelled=check_cancelled):
            if isinstance(page, Page):
                for candidate in candidates(page):
                    if not candidate.name:
                        raise ListIncomplete(f"the list of Namespaces holds one without a name: {candidate.malformed}")
                    found.add(candidate.name)
            else:
                found.clear()
        return frozenset(found)

    def _read(self, name: str) -> Namespace | ClusterError | str:
        if not name:
            return "it has no namespace"
        try:
            seen = observe(self._connection, NAMESPACES, "", name)
            if seen is None:
                return NotFound(f"Namespace {name} does not exist")
            document = seen.document()
            metadata = document["metadata"]
            return Namespace(name, _strings(metadata, "labels"), _strings(metadata, "annotations"), document)
        except ClusterError as error:
            return error.with_traceback(None)
        except TypeError:
            return f"its Namespace {name} is malformed"

    def _forget_old(self, now: float) -> None:
        """Drop what is too old, so that memory does not grow with every Namespace that ever was."""
        if len(self._known) > 1024:
            self._known = {name: entry for name, entry in self._known.items() if now - entry[0] < FRESH_SECONDS}


def _unreadable(name: str, why: ClusterError, told: str = "") -> Undecided:
    """What is raised for a Namespace that cannot be read; everybody may be told which right is missing."""
    doubt = Undecided(f"its Namespace {name} cannot be read: {why}")
    doubt.told = f"its Namespace cannot be read{told}"
    return doubt


def _strings(metadata: dict[str, Any], what: str) -> dict[str, str]:
    found = metadata.get(what) or {}
    if not isinstance(found, dict) or not all(isinstance(text, str) for pair in found.items() for text in pair):
        raise TypeError(what)
    return found
