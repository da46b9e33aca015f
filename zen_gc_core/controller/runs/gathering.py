"""Gathering: the other objects on which policies' conditions depend are listed, and made into what is known of them.

A list is read to its end, unfiltered by name and without a resourceVersion, or nothing is known of its objects, to none of
the policies that share it. Where a relation cannot cross namespaces, a few namespaces are listed one by one; an empty set of
them is never an empty answer.
"""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import AccessDenied, Cancelled, NotFound
from zen_gc_core.cluster.listing import SECONDS_BETWEEN_LOOKS, Restart, candidates, pages
from zen_gc_core.cluster.paging import Selection
from zen_gc_core.controller.runs.gathering_shares import Allowance, Asker, Need, Part, Showing
from zen_gc_core.controller.runs.related_kinds import RelatedKinds
from zen_gc_core.controller.runs.stalling import Stall
from zen_gc_core.controller.runs.sweeping import MOST_NAMESPACES
from zen_gc_core.engine.relating import Gathered, has_path
from zen_gc_core.engine.schemas import has_its_path
from zen_gc_core.errors import ClusterError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.discovery import Resources
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.engine.relating import Merged
    from zen_gc_core.model.relations import Related, Relation

AT_A_TIME: Final = 4
"""Lists of a look under way at the same time: many are small, and each waits for the server."""

_NOWHERE: Final = "no namespace was given to look at"


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Lists related objects.

    Args:
        connection: The cluster.
        resources: Which resource a kind is, and which there are.
        check: Asked while a page is waited for, and after each; whatever it raises ends everything.
        named: Whether names are kept, for people.
        turns: How many such lists there may be at the same time, of all runs together; None: as many as are asked for.
    """

    connection: Connection
    resources: Resources
    check: Callable[[], object] = bool
    named: bool = False
    turns: threading.Semaphore | None = None

    def gather(self, needs: Sequence[Need]) -> list[dict[Relation, Related]]:
        """What is known now of the objects that some policies have to know; each resource is listed once for all of them.

        Args:
            needs: What each has to know.

        Returns:
            What is known of each relation, for each policy; that something is not, is in it.

        Raises:
            Cancelled: Nobody waits for it any more; as does whatever ``check`` raises.
        """
        askers = [Asker(need, self._nothing_yet(need), Allowance(need.run)) for need in needs]
        kinds = RelatedKinds(_Once(self.resources))
        lists: dict[Resource, list[Part]] = defaultdict(list)
        for asker in askers:
            for listing in kinds.listings(asker.need.relations, asker.found):
                lists[listing.resource].append(Part(asker, listing))
        with ThreadPoolExecutor(min(AT_A_TIME, len(lists)) or 1, thread_name_prefix="gather") as pool:
            for listed in [pool.submit(self._take, *each) for each in lists.items()]:
                listed.result()
        merged: Merged = {}
        return [self._told(asker, merged) for asker in askers]

    def _nothing_yet(self, need: Need) -> dict[Relation, Gathered]:
        return {
            each.relation: Gathered(each.relation, path_is_right=self._is_right(each.relation, need.known))
            for each in need.relations
        }

    def _is_right(self, relation: Relation, known: Mapping[Relation, Related]) -> bool:
        """Whether it is known that the path of a relation is right, be any of its objects there or not."""
        return bool(relation.path) and (
            has_path(known, relation) or has_its_path(relation, self.resources.schemas.tell)
        )

    def _told(self, asker: Asker, merged: Merged) -> dict[Relation, Related]:
        related = {relation: gathered.related(merged) for relation, gathered in asker.found.items()}
        if lacking := sum(each.unknown is not None for each in related.values()):
            asker.need.unknown(lacking)
        return related

    def _take(self, resource: Resource, parts: Sequence[Part]) -> None:
        """List a resource; what cannot be listed is noted."""
        few = [part for part in parts if part.narrow is not None and len(part.narrow) <= MOST_NAMESPACES]
        if len(few) == len(parts) and len(frozenset().union(*map(_narrow, few))) <= MOST_NAMESPACES:
            self._inside(resource, parts)
            return

        def within(part: Part) -> frozenset[str] | None:
            return part.narrow if part in few else None

        for part in few:
            _look_inside(part)
        try:
            self._one(resource, None, Showing(resource, parts, within, named=self.named))
        except AccessDenied as error:
            self._failed(resource, [part for part in parts if part.narrow is None], error)
            self._inside(resource, [part for part in parts if part.narrow is not None])
        except ClusterError as error:
            self._failed(resource, parts, error)

    def _inside(self, resource: Resource, parts: Iterable[Part]) -> None:
        """List some namespaces one by one."""
        places: dict[str, list[Part]] = defaultdict(list)
        for part in parts:
            _look_inside(part)
            for namespace in _narrow(part):
                places[namespace].append(part)
        for namespace, those in sorted(places.items()):
            try:
                self._one(resource, namespace, Showing(resource, those, lambda _: None, named=self.named))
            except ClusterError as error:
                self._failed(resource, those, error)

    def _failed(self, resource: Resource, parts: Iterable[Part], error: ClusterError) -> None:
        """Note that a list failed; one that nobody waits for any more ends everything."""
        if isinstance(error, Cancelled):
            raise error
        if isinstance(error, NotFound):
            self.resources.forget(resource)
        for part in parts:
            part.lack(str(error))

    def _one(self, resource: Resource, namespace: str | None, showing: Showing) -> None:
        """One list, to its end, when it has its turn."""
        turns = self.turns
        while turns is not None and not turns.acquire(timeout=SECONDS_BETWEEN_LOOKS):
            self.check()
        try:
            self._to_its_end(resource, namespace, showing)
        finally:
            if turns is not None:
                turns.release()

    def _to_its_end(self, resource: Resource, namespace: str | None, showing: Showing) -> None:
        selection = Selection(namespace, metadata_only=showing.reads.metadata_only)
        stall = Stall(resource, self.check)
        began, objects = boottime(), 0
        for page in pages(self.connection, resource, selection, check_cancelled=stall.check):
            if isinstance(page, Restart):
                showing.begin()
                continue
            showing.show(candidates(page))
            objects += len(page.items)
            stall.moved()
            self.check()
            if not showing.askers:
                return
        showing.end(f"{resource} {namespace or ''}")
        showing.askers[0].need.told(resource, objects, boottime() - began)


class _Once:
    """What a cluster serves, asked for once for all whom one look serves.

    Args:
        resources: The cluster's resources.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._everything: tuple[tuple[Resource, ...], tuple[str, ...]] | ClusterError | None = None

    def resolve(self, api_version: str, kind: str) -> Resource:
        """The resource that serves a kind."""
        return self._resources.resolve(api_version, kind)

    def all_served(self) -> tuple[tuple[Resource, ...], tuple[str, ...]]:
        """All resources, and the group versions that are silent."""
        if self._everything is None:
            try:
                self._everything = self._resources.all_served()
            except ClusterError as error:
                self._everything = error
        if isinstance(self._everything, ClusterError):
            raise self._everything
        return self._everything


def _narrow(part: Part) -> frozenset[str]:
    return part.narrow or frozenset()


def _look_inside(part: Part) -> None:
    """Note that of some namespaces alone the objects are looked at; of none nothing is known."""
    part.gathered.namespaces = part.narrow
    if not part.narrow:
        part.lack(_NOWHERE)
