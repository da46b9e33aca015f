"""The objects of a cluster, for those who look at them: one of them, and plans over all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.cli.arguments.named import Kind
from zen_gc_core.cluster.discovery import Resources
from zen_gc_core.cluster.observing import observe
from zen_gc_core.controller.runs import previewing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.engine.asking import Asking, Planned
    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.model.candidate import Candidate


class LiveObjects:
    """The objects of a cluster.

    Args:
        connection: The cluster.
        namespace: The namespace of what names none.
    """

    holds = "the cluster has"

    def __init__(self, connection: Connection, namespace: str) -> None:
        self.namespace = namespace
        self._connection = connection
        self._resources = Resources(connection)

    def kinds(self) -> list[Kind]:
        """The kinds that the server serves, each in the first version that it names.

        Raises:
            ClusterError: The server cannot be asked.
        """
        served, _ = self._resources.all_served()
        first = {(each.group, each.kind): each for each in reversed(served)}
        return [
            Kind(each.api_version, each.kind, (each.kind.lower(), each.plural), namespaced=each.namespaced)
            for each in first.values()
        ]

    def find(self, api_version: str, kind: str, namespace: str, name: str) -> Candidate | None:
        """One object, whole; None where there is none.

        Raises:
            ClusterError: It cannot be read.
        """
        resource = self._resources.resolve(api_version, kind)
        seen = observe(self._connection, resource, namespace, name)
        return seen.candidate() if seen is not None else None

    def holding(self, kind: Kind, name: str) -> list[str]:
        """The namespace that is meant, or none; others are not looked at."""
        return [self.namespace if kind.namespaced else ""] if name else []

    def plan(self, compilations: Sequence[Compilation], asking: Asking) -> list[Planned]:
        """Plan policies over all objects.

        Raises:
            ClusterError: The cluster cannot be asked.
        """
        return previewing.plan_live(self._connection, compilations, asking)
