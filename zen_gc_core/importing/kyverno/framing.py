"""What all policies of Kyverno have in common: what is never looked at, what is left alone, and how a delete is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.importing.conversion import Level
from zen_gc_core.importing.labels import joined
from zen_gc_core.importing.propagating import POLICIES, by_default

if TYPE_CHECKING:
    from zen_gc_core.importing.conversion import Conversion, Document
    from zen_gc_core.importing.kinds import KnownKind
    from zen_gc_core.importing.kyverno.filters import Filters

MANAGED_BY: Final = "app.kubernetes.io/managed-by"
OWN: Final = "kyverno"


class Framing:
    """How the policies of one original are made.

    Args:
        conversion: Takes what becomes of it.
        filters: What Kyverno never looks at.
        namespace: The namespace of the original; empty for one of the cluster.

    Attributes:
        namespace: That namespace.
    """

    def __init__(self, conversion: Conversion, filters: Filters, namespace: str) -> None:
        self._conversion = conversion
        self._filters = filters
        self.namespace = namespace
        self._doubtful = False
        if filters.place:
            conversion.exact("resourceFilters", f"of {filters.place}: what they name is left out")
        else:
            conversion.assumed.append(
                "Kyverno's resourceFilters are those of its chart (kube-system, kyverno, Events, Nodes, ReplicaSets and so on); "
                "its ConfigMap kyverno, given with -f, says otherwise"
            )
        conversion.narrower(
            MANAGED_BY, "what Kyverno manages is always kept, which is a switch there (protectManagedResources)"
        )
        conversion.narrower(
            "what a controller looks after",
            "unfinished objects with a controller owner, or that Argo CD, Flux or Helm tracks, are kept; behavior.includeOwned "
            "and behavior.includeManaged take them, as Kyverno does",
        )

    def target(self, kind: KnownKind, names: list[str], namespaces: list[str] | None = None) -> Document | None:
        """A target for a kind; None where Kyverno never looks at one of its objects.

        Args:
            kind: The kind.
            names: The names, as a target writes them; empty for all.
            namespaces: The namespaces, likewise; None for all.
        """
        filters = self._filters
        if filters.leaves_out_kind(kind.kind):
            if filters.place:
                self._conversion.exact(kind.kind, "left out by resourceFilters: Kyverno deletes none of them, either")
                return None
            self._doubtful = True
            self._conversion.impossible(
                kind.kind,
                "the resourceFilters of Kyverno's chart leave it out; if yours do not, give the ConfigMap kyverno with -f",
            )
        target: Document = {"apiVersion": kind.api_version, "kind": kind.kind}
        written = [*(names or ["*"]), *filters.names(kind.kind)]
        if written != ["*"]:
            target["names"] = written
        if kind.namespaced and not self.namespace:
            target["namespaces"] = list(dict.fromkeys([*(namespaces or ["*"]), *filters.namespaces_of(kind.kind)]))
        if self.namespace and (not kind.namespaced or f"!{self.namespace}" in filters.namespaces_of(kind.kind)):
            self._conversion.exact(kind.kind, f"Kyverno deletes none of them by a policy of {self.namespace}: left out")
            return None
        return target

    def unmanaged(self, target: Document) -> Document:
        """A target without what Kyverno manages itself."""
        requirement = {"key": MANAGED_BY, "operator": "NotIn", "values": [OWN]}
        return {**target, "labelSelector": joined(target.get("labelSelector"), requirement)}

    def add(self, name: str, spec: Document, propagation: str, *, scheduled: bool) -> None:
        """Add the policies that come of a spec.

        Args:
            name: Their name.
            spec: The spec; without targets there is nothing to add.
            propagation: ``deletionPropagationPolicy``; empty where it is not written.
            scheduled: Whether its schedule came over.
        """
        conversion = self._conversion
        path = "spec.deletionPropagationPolicy"
        paused = self._doubtful or not scheduled or bool(conversion.of(Level.IMPOSSIBLE))
        namespace = self.namespace or None
        targets = spec["targetResources"]
        if propagation and propagation not in POLICIES:
            conversion.impossible(path, f"'{propagation}' is none of {', '.join(sorted(POLICIES))}")
            paused, propagation = True, ""
        if propagation:
            conversion.exact(path, f"action.delete.propagationPolicy: {propagation}")
            if targets:
                action = {"delete": {"propagationPolicy": propagation}}
                conversion.add(name, {**spec, "action": action}, namespace, paused=paused)
            return
        for suffix, some, action in by_default(targets, conversion, path):
            whole = {**spec, "targetResources": some, **({"action": action} if action else {})}
            conversion.add(f"{name}{suffix}", whole, namespace, paused=paused)
