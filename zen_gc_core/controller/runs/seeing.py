"""Seeing objects anew while a run acts: one by its name, or all of a namespace by a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zen_gc_core.cluster.errors import Cancelled
from zen_gc_core.cluster.observing import observe
from zen_gc_core.cluster.paging import Selection
from zen_gc_core.controller.runs.scope_counting import everything

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.discovery import Resources
    from zen_gc_core.cluster.observing import Observed
    from zen_gc_core.cluster.throttling import Throttle
    from zen_gc_core.model.candidate import Candidate


@dataclass(frozen=True, slots=True)
class Seeing:
    """How a run sees objects.

    Args:
        connection: The cluster.
        resources: Which resource a kind is.
        throttle: What all requests of the run wait for after a 429.
        sleep: Waits between steps; whatever it raises ends the wait.
        stopping: Set when the program ends.
    """

    connection: Connection
    resources: Resources
    throttle: Throttle
    sleep: Callable[[float], None]
    stopping: threading.Event

    def one(self, api_version: str, kind: str, namespace: str, name: str) -> Observed | None:
        """An object, read fresh; None when there is none of that name.

        Raises:
            ClusterError: It cannot be read.
        """
        resource = self.resources.resolve(api_version, kind)
        return observe(self.connection, resource, namespace, name, throttle=self.throttle, sleep=self.sleep)

    def all_in(self, api_version: str, kind: str, namespace: str) -> Iterator[Candidate | None]:
        """The objects of a kind in a namespace, or in none, whole; None where the list begins again.

        Raises:
            ClusterError: They cannot be listed to the end.
        """
        resource = self.resources.resolve(api_version, kind)
        return everything(self.connection, resource, Selection(namespace or None), self._check)

    def _check(self) -> None:
        if self.stopping.is_set():
            raise Cancelled("the program is ending")
