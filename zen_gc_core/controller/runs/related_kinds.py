"""Which resources are listed for the relations of a policy. What is not served, or not by Kubernetes, is not known.

Where any kind may be related, all that are served count, each in the version in which it is known what its objects name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from zen_gc_core.cluster.errors import Cancelled
from zen_gc_core.engine.relating import Source
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.names import group_of
from zen_gc_core.model.references import ANY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.engine.declaring import Declared
    from zen_gc_core.engine.relating import Gathered
    from zen_gc_core.model.relations import Relation

_KEPT: Final = frozenset({"update", "patch", "delete", "watch"})
"""Verbs of which a resource has one, if its objects are more than questions and answers."""


class Serving(Protocol):
    """What a cluster, or files in its stead, say of kinds."""

    def resolve(self, api_version: str, kind: str) -> Resource:
        """The resource that serves a kind."""

    def all_served(self) -> tuple[tuple[Resource, ...], tuple[str, ...]]:
        """All resources, and the group versions that are silent."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A resource that is listed for a relation.

    Args:
        relation: The relation.
        resource: What is listed.
        source: How its objects are looked at.
    """

    relation: Relation
    resource: Resource
    source: Source


class RelatedKinds:
    """The resources that relations look at.

    Args:
        resources: What the cluster serves.
    """

    def __init__(self, resources: Serving) -> None:
        self._resources = resources

    def listings(self, relations: Sequence[Declared], found: Mapping[Relation, Gathered]) -> Iterator[Listing]:
        """What is to be listed.

        Args:
            relations: The relations of a policy.
            found: Where it is noted what cannot be.
        """
        for each in relations:
            gathered = found[each.relation]
            try:
                if each.relation.of is None:
                    yield from self._named(each, gathered)
                else:
                    yield from self._whichever(each.relation, gathered)
            except Cancelled:
                raise
            except ClusterError as error:
                gathered.lack(each.relation.kind if each.relation.of is None else "related", str(error))

    def _named(self, declared: Declared, gathered: Gathered) -> Iterator[Listing]:
        relation = declared.relation
        resource = self._resources.resolve(relation.api_version, relation.kind)
        if resource.aggregated is not False:
            whether = "" if resource.aggregated else "whether "
            gathered.lack(
                relation.kind,
                f"{whether}an API server of its own serves them"
                + ("" if resource.aggregated else " cannot be told: grant the verb list on apiservices"),
            )
            return
        yield Listing(relation, resource, Source.of_relation(relation, declared.reads))

    def _whichever(self, relation: Relation, gathered: Gathered) -> Iterator[Listing]:
        served, silent = self._resources.all_served()
        if relation.of is None:
            return
        for api_version in silent:
            if relation.of(group_of(api_version), ANY) is not None:
                gathered.lack(api_version, "its API server does not answer")
        kinds: dict[tuple[str, str], list[Resource]] = {}
        for resource in served:
            kinds.setdefault((resource.group, resource.kind), []).append(resource)
        for (group, kind), versions in kinds.items():
            referring = relation.of(group, kind)
            if referring is None:
                continue
            known = [each for each in versions if not referring.versions or each.version in referring.versions]
            listable = next((each for each in known if "list" in each.verbs), None)
            if listable is not None:
                yield Listing(relation, listable, Source.of_referring(referring))
            elif not known:
                gathered.lack(
                    kind, f"it is served in versions of which no table says what it names, as {versions[0].version}"
                )
            elif any(each.verbs & _KEPT for each in known):
                gathered.lack(kind, "they cannot be listed")
