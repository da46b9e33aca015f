"""Planning over a cluster: which policies, installed or of files, and what is needed to save the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zen_gc_core.cli.arguments.missing_namespaces import warn_of_missing
from zen_gc_core.cli.reading.documents import Document
from zen_gc_core.cli.reading.input import compile_documents, printing_aside
from zen_gc_core.cli.terminal.waiting import waiting
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.namespaces import NAMESPACES
from zen_gc_core.cluster.observing import observe
from zen_gc_core.cluster.policies import list_policies
from zen_gc_core.controller.runs import previewing
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.policy import CLUSTER, NAMESPACED, PolicyReference
from zen_gc_core.texts import placed, visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zen_gc_core.controller.runs.sweeping import Sweep
    from zen_gc_core.controller.settings import Connecting
    from zen_gc_core.engine.asking import Asking, Planned
    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.plugins import Plugins

_WHOSE = "kube-system"
"""The Namespace whose uid tells clusters apart: it is there from the first, and never made anew."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which policies are planned.

    Args:
        documents: Those of files.
        name: An installed one; None: none by its name.
        namespace: The namespace that was given; None: none was.
        everywhere: Whether all that are installed.
    """

    documents: Sequence[Document]
    name: str | None
    namespace: str | None
    everywhere: bool

    @property
    def installed(self) -> bool:
        """Whether those that are installed are meant, in one namespace or everywhere."""
        return self.everywhere or not (self.documents or self.name)


@dataclass(frozen=True, slots=True)
class Live:
    """Plans over a cluster.

    Args:
        connection: The cluster.
        planned: The plans.
        places: Where each policy stands; None for an installed one that was asked for by name.
        manifests: The policies, as they were read.
    """

    connection: Connection
    planned: Sequence[Planned]
    places: Sequence[Document | None]
    manifests: Sequence[Mapping[str, Any]]


def plan_cluster(connecting: Connecting, chosen: Chosen, plugins: Plugins, asking: Asking) -> Live:
    """Plan over a cluster.

    Args:
        connecting: How it is found.
        chosen: Which policies.
        plugins: The plugins.
        asking: How plans are asked for.

    Raises:
        ClusterError: There is no such policy, or policies cannot be read.
    """
    connection = Connection.open(kubeconfig=connecting.kubeconfig or None, context=connecting.context or None)
    default = chosen.namespace or connection.namespace
    compilations = compile_documents(chosen.documents, plugins, asking.grants, default)
    places: list[Document | None] = list(chosen.documents)
    manifests: list[Mapping[str, Any]] = [each.content for each in chosen.documents]
    if chosen.installed or chosen.name:  # of policies of files it is a warning of theirs
        warn_of_missing(connection, chosen.namespace)
    if chosen.installed:
        found = list_policies(connection, None if chosen.everywhere else chosen.namespace)
    else:
        found = [_named(connection, chosen.name, chosen.namespace)] if chosen.name else []
    documents = [Document(policy, "", policy["kind"], _title(policy)) for policy in found]
    compilations += compile_documents(documents, plugins, asking.grants)
    places += documents if chosen.installed else [None] * len(documents)
    return Live(connection, preview(connection, compilations, asking), places, [*manifests, *found])


def preview(connection: Connection, compilations: Sequence[Compilation], asking: Asking) -> list[Planned]:
    """Plan over a cluster, with a line on standard error where it takes long."""
    sweeps: list[Sweep] = []

    def words() -> str:
        return f"planning: {sum(sweep.objects for sweep in sweeps):,} objects listed"

    with waiting(words), printing_aside():
        return previewing.plan_live(connection, compilations, asking, sweeps.append)


def _title(policy: Mapping[str, Any]) -> str:
    metadata = policy["metadata"]
    return visible(f"{policy['kind']} {placed(metadata.get('namespace') or '', metadata['name'])}")


def _named(connection: Connection, name: str, namespace: str | None) -> dict[str, Any]:
    """An installed policy: the namespace's first, then, unless one was given, the cluster's."""
    where = namespace or connection.namespace
    references = [PolicyReference(NAMESPACED, where, name)]
    if not namespace:
        references.append(PolicyReference(CLUSTER, "", name))
    for reference in references:
        if (policy := previewing.installed_policy(connection, reference)) is not None:
            return policy
    raise ClusterError(f"there is no policy {name} in namespace {where}")


def cluster_of(connection: Connection) -> str:
    """What tells a cluster from every other one: the uid of its Namespace kube-system.

    Raises:
        ClusterError: It cannot be read.
    """
    seen = observe(connection, NAMESPACES, "", _WHOSE)
    if seen is None:
        raise ClusterError(f"which cluster this is cannot be told: there is no Namespace {_WHOSE}")
    return seen.uid
