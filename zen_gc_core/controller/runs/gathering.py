"""Gathering: the other objects on which a policy's conditions depend are listed, and made into what is known of them.

A list is read to its end, unfiltered by name and without a resourceVersion, or nothing is known of its objects. Where a
relation cannot cross namespaces, a few namespaces are listed one by one; an empty set of them is never an empty answer.
"""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import thread_time
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import AccessDenied, Cancelled, ListIncomplete, NotFound
from zen_gc_core.cluster.listing import Restart, candidates, pages
from zen_gc_core.cluster.paging import Selection
from zen_gc_core.controller.runs.members import MOST_JUDGING_SECONDS, SHARE_OF_JUDGING_SECONDS
from zen_gc_core.controller.runs.related_kinds import RelatedKinds
from zen_gc_core.controller.runs.sweeping import LONGEST_SECONDS, MOST_NAMESPACES, STALL_SECONDS
from zen_gc_core.engine.relating import Gathered, Gathering, has_path
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.policy import NAMESPACED
from zen_gc_core.model.reads import Reads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.discovery import Resources
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.controller.runs.related_kinds import Listing
    from zen_gc_core.engine.declaring import Declared
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.relations import Related, Relation

AT_A_TIME: Final = 4
"""Lists of a run under way at the same time: many are small, and each waits for the server."""

_NOWHERE: Final = "no namespace was given to look at"


def _nothing(_resource: Resource, _objects: int, _seconds: float) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Lists related objects.

    Args:
        connection: The cluster.
        resources: Which resource a kind is, and which there are.
        check: Asked while a page is waited for, and after each; whatever it raises ends everything.
        named: Whether names are kept, for people.
        told: Told of each list: the resource, how many objects, how many seconds.
    """

    connection: Connection
    resources: Resources
    check: Callable[[], object] = bool
    named: bool = False
    told: Callable[[Resource, int, float], None] = _nothing

    def gather(
        self,
        relations: Sequence[Declared],
        run: Run,
        namespaces: frozenset[str] | None,
        known: Mapping[Relation, Related],
    ) -> dict[Relation, Related]:
        """What is known of the objects of some relations now.

        Args:
            relations: The relations of one policy.
            run: Its run, at the instant at which ``where`` is asked.
            namespaces: Those of the objects that are to be judged; None: any, or none.
            known: What an earlier look has shown.

        Returns:
            What is known of each; that something is not, is in it.

        Raises:
            Cancelled: Nobody waits for it any more; as does whatever ``check`` raises.
        """
        found = {
            each.relation: Gathered(each.relation, path_is_right=has_path(known, each.relation)) for each in relations
        }
        lists: dict[Resource, list[Listing]] = defaultdict(list)
        for listing in RelatedKinds(self.resources).listings(relations, found):
            lists[listing.resource].append(listing)
        with ThreadPoolExecutor(min(AT_A_TIME, len(lists)) or 1, thread_name_prefix="gather") as pool:
            for listed in [pool.submit(self._list, *each, run, namespaces, found) for each in lists.items()]:
                listed.result()
        return {relation: gathered.related() for relation, gathered in found.items()}

    def _list(
        self,
        resource: Resource,
        listings: Sequence[Listing],
        run: Run,
        namespaces: frozenset[str] | None,
        found: Mapping[Relation, Gathered],
    ) -> None:
        crosses = any(each.source.crosses for each in listings)
        if namespaces is None or not resource.namespaced or crosses or len(namespaces) > MOST_NAMESPACES:
            try:
                self._one(resource, None, listings, run, found)
            except AccessDenied as error:
                if namespaces is not None and resource.namespaced and not crosses:
                    self._inside(resource, namespaces, listings, run, found)
                else:
                    _lack(listings, found, error)
            except ClusterError as error:
                self._failed(resource, listings, found, error)
        else:
            self._inside(resource, namespaces, listings, run, found)

    def _failed(
        self, resource: Resource, listings: Sequence[Listing], found: Mapping[Relation, Gathered], error: ClusterError
    ) -> None:
        """Note that a list failed; one that nobody waits for any more ends everything."""
        if isinstance(error, Cancelled):
            raise error
        if isinstance(error, NotFound):
            self.resources.forget(resource)
        _lack(listings, found, error)

    def _inside(
        self,
        resource: Resource,
        namespaces: frozenset[str],
        listings: Sequence[Listing],
        run: Run,
        found: Mapping[Relation, Gathered],
    ) -> None:
        """List some namespaces one by one."""
        for each in listings:
            found[each.relation].namespaces = namespaces
            if not namespaces:
                found[each.relation].lack(resource.kind, _NOWHERE)
        for namespace in sorted(namespaces):
            try:
                self._one(resource, namespace, listings, run, found)
            except ClusterError as error:
                self._failed(resource, listings, found, error)

    def _one(
        self,
        resource: Resource,
        namespace: str | None,
        listings: Sequence[Listing],
        run: Run,
        found: Mapping[Relation, Gathered],
    ) -> None:
        """One list, to its end."""
        reads = Reads(frozenset())
        for listing in listings:
            reads |= listing.source.reads
        selection = Selection(namespace, metadata_only=reads.metadata_only)
        watch = _Watch(resource, self.check, run)
        began, objects = boottime(), 0
        gatherings = [Gathering(each.source, run, named=self.named) for each in listings]
        for page in pages(self.connection, resource, selection, check_cancelled=watch.check):
            if isinstance(page, Restart):
                gatherings = [Gathering(each.source, run, named=self.named) for each in listings]
                continue
            started = thread_time()
            for candidate in candidates(page):
                for gathering in gatherings:
                    gathering.offer(candidate)
            objects += len(page.items)
            watch.moved(thread_time() - started)
        for listing, gathering in zip(listings, gatherings, strict=True):
            found[listing.relation].add(gathering, f"{resource} {namespace or ''}")
        self.told(resource, objects, boottime() - began)


class _Watch:
    """Whether a list gets on, and takes no more than it may."""

    def __init__(self, resource: Resource, check: Callable[[], object], run: Run) -> None:
        self._resource = resource
        self._asked = check
        self._most = SHARE_OF_JUDGING_SECONDS if run.policy.kind == NAMESPACED else MOST_JUDGING_SECONDS
        self._moved_at = boottime()
        self._until = self._moved_at + LONGEST_SECONDS
        self._judging = 0.0

    def check(self) -> None:
        """Asked while a page is waited for."""
        self._asked()
        now = boottime()
        if now - self._moved_at > STALL_SECONDS:
            raise ListIncomplete(f"the list of {self._resource} has not got on for {STALL_SECONDS:.0f} s")
        if now > self._until:
            raise ListIncomplete(f"the list of {self._resource} takes more than {LONGEST_SECONDS:.0f} s")

    def moved(self, judging: float) -> None:
        """A page was looked at, which took so many seconds of the processor."""
        self._judging += judging
        self._moved_at = boottime()
        self._asked()
        if self._judging > self._most:
            raise ListIncomplete(
                f"looking at the {self._resource} that its objects are related to took more than {self._most:g} s of the "
                "processor"
            )


def _lack(listings: Iterable[Listing], found: Mapping[Relation, Gathered], error: ClusterError) -> None:
    for each in listings:
        found[each.relation].lack(each.resource.kind, str(error))
