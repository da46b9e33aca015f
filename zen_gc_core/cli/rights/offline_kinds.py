"""Which resource a kind is, where no cluster is asked: Kubernetes' own, those of definitions among the files, and ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

from zen_gc_core.cluster.errors import TargetUnavailable
from zen_gc_core.cluster.recycle_bin import IN_NAMESPACES, OF_THE_CLUSTER
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.engine.kinds import built_in
from zen_gc_core.importing.kinds import defined
from zen_gc_core.model.names import group_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_ALL: Final = frozenset({"get", "list", "create", "update", "patch", "delete"})


class OfflineKinds:
    """Kinds and their resources, without a cluster.

    Args:
        documents: Objects of files, decoded; the CustomResourceDefinitions among them count.
    """

    def __init__(self, documents: Iterable[dict[str, Any]]) -> None:
        ours = (IN_NAMESPACES, OF_THE_CLUSTER)
        self._known = {(each.api_version, each.kind): each for each in ours}
        for document in documents:
            for kind in defined(document):
                version = kind.api_version.rpartition("/")[2]
                resource = Resource(kind.group, version, kind.plural, kind.kind, namespaced=kind.namespaced, verbs=_ALL)
                self._known[resource.api_version, resource.kind] = resource

    def resolve(self, api_version: str, kind: str) -> Resource:
        """The resource of a kind.

        Raises:
            TargetUnavailable: It is not known.
        """
        if (known := self._known.get((api_version, kind))) is not None:
            return known
        if (own := built_in(api_version, kind)) is None:
            raise TargetUnavailable(
                f"{api_version} {kind} is no kind of Kubernetes' own: add its CustomResourceDefinition with -f, or ask the "
                "cluster with --live"
            )
        version = api_version.rpartition("/")[2]
        return Resource(group_of(api_version), version, own.plural, kind, namespaced=own.namespaced, verbs=_ALL)

    def all_served(self) -> NoReturn:
        """Not known.

        Raises:
            TargetUnavailable: Always.
        """
        raise TargetUnavailable("which kinds there are is known by a cluster alone: --live")

    survey = all_served
