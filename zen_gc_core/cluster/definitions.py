"""Definitions: the CustomResourceDefinition of a kind, read from the cluster, for what it says of the kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.cluster.errors import Cancelled
from zen_gc_core.cluster.observing import observe
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.replicas import CountNotKnown, CountPaths

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.connection import Connection

DEFINITIONS: Final = Resource(
    "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", namespaced=False
)


def count_paths(connection: Connection, resolve: Callable[[str, str], Resource]) -> CountPaths:
    """Where kinds keep their count of replicas, as the cluster says.

    Args:
        connection: The cluster, as whom definitions are read.
        resolve: Which resource serves a kind.
    """

    def definition_of(api_version: str, kind: str) -> dict[str, Any]:
        try:
            name = str(resolve(api_version, kind))
            seen = observe(connection, DEFINITIONS, "", name)
            if seen is None:
                raise CountNotKnown(
                    f"there is no CustomResourceDefinition {name}, which would say where its objects keep their count of replicas"
                )
            return seen.document()
        except Cancelled:
            raise
        except ClusterError as error:
            raise CountNotKnown(
                f"the CustomResourceDefinition of {kind} says where its objects keep their count of replicas, and cannot be "
                f"read: {error}"
            ) from None

    return CountPaths(definition_of)
