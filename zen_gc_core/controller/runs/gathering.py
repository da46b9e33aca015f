"""Gathering: the other objects on which a policy's conditions depend are listed, and made into what is known of them.

A list is read to its end, unfiltered by name and without a resourceVersion, or nothing is known of its objects. Where a
relation cannot cross namespaces, a few namespaces are listed one by one; an empty set of them is never an empty answer.
"""

from __future__ import annotations

import math
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import thread_time
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import AccessDenied, Cancelled, ListIncomplete, NotFound
from zen_gc_core.cluster.listing import SECONDS_BETWEEN_LOOKS, Restart, candidates, pages
from zen_gc_core.cluster.paging import Selection
from zen_gc_core.controller.runs.members import MOST_JUDGING_SECONDS, SHARE_OF_JUDGING_SECONDS
from zen_gc_core.controller.runs.related_kinds import RelatedKinds
from zen_gc_core.controller.runs.stalling import Stall
from zen_gc_core.controller.runs.sweeping import MOST_NAMESPACES
from zen_gc_core.engine.relating import Gathered, Gathering, has_path
from zen_gc_core.engine.schemas import has_its_path
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.policy import NAMESPACED
from zen_gc_core.model.reads import Reads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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


def _nobody(_relations: int) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Lists related objects.

    Args:
        connection: The cluster.
        resources: Which resource a kind is, and which there are.
        check: Asked while a page is waited for, and after each; whatever it raises ends everything.
        named: Whether names are kept, for people.
        turns: How many such lists there may be at the same time, of all runs together; None: as many as are asked for.
        told: Told of each list: the resource, how many objects, how many seconds.
        unknown: Told after each look of how many relations not all is known; not where that is so of none.
    """

    connection: Connection
    resources: Resources
    check: Callable[[], object] = bool
    named: bool = False
    turns: threading.Semaphore | None = None
    told: Callable[[Resource, int, float], None] = _nothing
    unknown: Callable[[int], None] = _nobody

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
            each.relation: Gathered(each.relation, path_is_right=self._is_right(each.relation, known))
            for each in relations
        }
        lists: dict[Resource, list[Listing]] = defaultdict(list)
        for listing in RelatedKinds(self.resources).listings(relations, found):
            lists[listing.resource].append(listing)
        once = _Once(self, run, namespaces, found)
        with ThreadPoolExecutor(min(AT_A_TIME, len(lists)) or 1, thread_name_prefix="gather") as pool:
            for listed in [pool.submit(once.take, *each) for each in lists.items()]:
                listed.result()
        related = {relation: gathered.related() for relation, gathered in found.items()}
        if lacking := sum(each.unknown is not None for each in related.values()):
            self.unknown(lacking)
        return related

    def _is_right(self, relation: Relation, known: Mapping[Relation, Related]) -> bool:
        """Whether it is known that the path of a relation is right, be any of its objects there or not."""
        return bool(relation.path) and (
            has_path(known, relation) or has_its_path(relation, self.resources.schemas.tell)
        )


class _Once:
    """All lists of one look, on several threads.

    Args:
        gatherer: What lists.
        run: The run, at the instant at which ``where`` is asked.
        namespaces: Those of the objects that are to be judged; None: any, or none.
        found: What becomes known of each relation.
    """

    def __init__(
        self, gatherer: Gatherer, run: Run, namespaces: frozenset[str] | None, found: Mapping[Relation, Gathered]
    ) -> None:
        self._gatherer = gatherer
        self._run = run
        self._namespaces = namespaces
        self._found = found
        self._allowance = _Allowance(run)

    def take(self, resource: Resource, listings: Sequence[Listing]) -> None:
        """List a resource for some relations; what cannot be listed is noted."""
        namespaces = self._namespaces
        crosses = any(each.source.crosses for each in listings)
        if namespaces is not None and resource.namespaced and not crosses and len(namespaces) <= MOST_NAMESPACES:
            self._inside(resource, namespaces, listings)
            return
        try:
            self._one(resource, None, listings)
        except AccessDenied as error:
            if namespaces is not None and resource.namespaced and not crosses:
                self._inside(resource, namespaces, listings)
            else:
                self._failed(resource, listings, error)
        except ClusterError as error:
            self._failed(resource, listings, error)

    def _inside(self, resource: Resource, namespaces: frozenset[str], listings: Sequence[Listing]) -> None:
        """List some namespaces one by one."""
        for each in listings:
            self._found[each.relation].namespaces = namespaces
            if not namespaces:
                self._found[each.relation].lack(resource.kind, _NOWHERE)
        for namespace in sorted(namespaces):
            try:
                self._one(resource, namespace, listings)
            except ClusterError as error:
                self._failed(resource, listings, error)

    def _failed(self, resource: Resource, listings: Sequence[Listing], error: ClusterError) -> None:
        """Note that a list failed; one that nobody waits for any more ends everything."""
        if isinstance(error, Cancelled):
            raise error
        if isinstance(error, NotFound):
            self._gatherer.resources.forget(resource)
        for each in listings:
            self._found[each.relation].lack(resource.kind, str(error))

    def _one(self, resource: Resource, namespace: str | None, listings: Sequence[Listing]) -> None:
        """One list, to its end, when it has its turn."""
        turns = self._gatherer.turns
        while turns is not None and not turns.acquire(timeout=SECONDS_BETWEEN_LOOKS):
            self._gatherer.check()
        try:
            self._to_its_end(resource, namespace, listings)
        finally:
            if turns is not None:
                turns.release()

    def _to_its_end(self, resource: Resource, namespace: str | None, listings: Sequence[Listing]) -> None:
        reads = Reads(frozenset())
        for listing in listings:
            reads |= listing.source.reads
        selection = Selection(namespace, metadata_only=reads.metadata_only)
        watch = _Watch(resource, self._gatherer.check, self._allowance)
        began, objects = boottime(), 0
        gatherings = self._gatherings(listings)
        for page in pages(self._gatherer.connection, resource, selection, check_cancelled=watch.check):
            if isinstance(page, Restart):
                gatherings = self._gatherings(listings)
                continue
            started = thread_time()
            for candidate in candidates(page):
                for gathering in gatherings:
                    gathering.offer(candidate)
            objects += len(page.items)
            watch.judged(thread_time() - started)
        for listing, gathering in zip(listings, gatherings, strict=True):
            self._found[listing.relation].add(gathering, f"{resource} {namespace or ''}")
        self._gatherer.told(resource, objects, boottime() - began)

    def _gatherings(self, listings: Sequence[Listing]) -> list[Gathering]:
        return [Gathering(each.source, self._run, named=self._gatherer.named) for each in listings]


class _Allowance:
    """How much processor time the looking of one policy may take, over all of its lists.

    Args:
        run: Its run.
    """

    def __init__(self, run: Run) -> None:
        self._of_a_list = SHARE_OF_JUDGING_SECONDS if run.policy.kind == NAMESPACED else MOST_JUDGING_SECONDS
        self._of_all = MOST_JUDGING_SECONDS if run.policy.kind == NAMESPACED else math.inf
        self._taken = 0.0
        self._lock = threading.Lock()

    def take(self, resource: Resource, seconds: float, so_far: float) -> None:
        """Note what a page of a list has taken.

        Args:
            resource: What is listed.
            seconds: What the page has taken.
            so_far: What its list has taken with it.

        Raises:
            ListIncomplete: It is too much.
        """
        with self._lock:
            self._taken += seconds
        most = self._of_a_list if so_far > self._of_a_list else self._of_all
        if so_far > self._of_a_list or self._taken > self._of_all:
            raise ListIncomplete(
                f"looking at {resource}, for which others wait, took more than {most:g} s of the processor"
            )


class _Watch(Stall):
    """Whether a list gets on, and takes no more than it may."""

    def __init__(self, resource: Resource, check: Callable[[], object], allowance: _Allowance) -> None:
        super().__init__(resource, check)
        self._allowance = allowance
        self._judging = 0.0

    def judged(self, seconds: float) -> None:
        """A page was looked at, which took so many seconds of the processor."""
        self._judging += seconds
        self.moved()
        self._asked()
        self._allowance.take(self._resource, seconds, self._judging)
