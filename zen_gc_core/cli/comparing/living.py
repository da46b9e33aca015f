"""The objects of a cluster that an import is compared on: of the kinds that its policies look at, and all Namespaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.discovery import Resources
from zen_gc_core.cluster.listing import candidates, pages
from zen_gc_core.cluster.paging import Page
from zen_gc_core.importing.kinds import KnownKind
from zen_gc_core.texts import placed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.controller.settings import Connecting

_ALL: Final = "*"
_NAMESPACE: Final = ("v1", "Namespace")


class Living:
    """A cluster, read and never written to.

    Args:
        connecting: How it is found.

    Attributes:
        unreadable: By resource: objects that cannot be read, and why, in a line each. A policy of zen-gc takes none of them.

    Raises:
        ClusterError: It cannot be asked which kinds there are.
    """

    def __init__(self, connecting: Connecting) -> None:
        self._connection = Connection.open(kubeconfig=connecting.kubeconfig or None, context=connecting.context or None)
        served, _ = Resources(self._connection).survey()
        self._served = [each for each in served if {"list", "delete"} <= each.verbs and each.aggregated is not True]
        self.unreadable: dict[Resource, list[str]] = {}

    def kinds(self) -> list[KnownKind]:
        """The kinds that can be listed and deleted."""
        return [KnownKind(each.api_version, each.kind, each.plural, each.namespaced) for each in self._served]

    def objects(self, policies: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The objects of the kinds that policies look at, and all Namespaces; of a wildcard, of every kind.

        Raises:
            ClusterError: A kind cannot be listed to its end.
        """
        targets = [target for policy in policies for target in policy["spec"]["targetResources"]]
        asked = {(target["apiVersion"], target["kind"]) for target in targets}
        every = any(kind == _ALL for _, kind in asked)
        found: list[dict[str, Any]] = []
        seen: set[tuple[str, str]] = set()
        for each in self._served:
            key = (each.api_version, each.kind)
            if key in asked or key == _NAMESPACE or (every and (each.group, each.kind) not in seen):
                seen.add((each.group, each.kind))
                found += self._listed(each)
        return found

    def _listed(self, resource: Resource) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        unreadable: list[str] = []
        for page in pages(self._connection, resource):
            if not isinstance(page, Page):
                found.clear()
                unreadable.clear()
                continue
            for candidate in candidates(page):
                if candidate.malformed is not None:
                    unreadable.append(f"{placed(candidate.namespace, candidate.name)}: {candidate.malformed}")
                else:
                    found.append({**candidate.object, "apiVersion": resource.api_version, "kind": resource.kind})
        if unreadable:
            self.unreadable[resource] = unreadable
        return found
