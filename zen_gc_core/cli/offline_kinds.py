"""Which resource a kind is, where no cluster is asked: Kubernetes' own, those of definitions among the files, and ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

from zen_gc_core.cluster.errors import TargetUnavailable
from zen_gc_core.cluster.recycle_bin import IN_NAMESPACES, OF_THE_CLUSTER
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.engine.kinds import built_in
from zen_gc_core.model.names import group_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
            for resource in _defined(document):
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


def _defined(document: dict[str, Any]) -> Iterator[Resource]:
    """The resources of a CustomResourceDefinition; none of what is no such thing, or of what cannot be read."""
    spec = document.get("spec")
    if document.get("kind") != "CustomResourceDefinition" or not isinstance(spec, dict):
        return
    names, versions = spec.get("names"), spec.get("versions")
    if not isinstance(names, dict) or not isinstance(versions, list):
        return
    group, kind, plural = spec.get("group"), names.get("kind"), names.get("plural")
    for version in versions:
        name = version.get("name") if isinstance(version, dict) else None
        if isinstance(group, str) and isinstance(kind, str) and isinstance(plural, str) and isinstance(name, str):
            yield Resource(group, name, plural, kind, namespaced=spec.get("scope") != "Cluster", verbs=_ALL)
