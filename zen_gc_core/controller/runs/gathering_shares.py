"""What several policies share of one list of related objects: each is shown what it asks for, and pays for itself alone."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field
from time import thread_time
from typing import TYPE_CHECKING

from zen_gc_core.cluster.errors import ListIncomplete
from zen_gc_core.controller.runs.members import MOST_JUDGING_SECONDS, SHARE_OF_JUDGING_SECONDS
from zen_gc_core.engine.reaching import namespaces_of
from zen_gc_core.engine.relating import Gathering
from zen_gc_core.model.policy import NAMESPACED
from zen_gc_core.model.reads import NOTHING, Reads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.controller.runs.related_kinds import Listing
    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.declaring import Declared
    from zen_gc_core.engine.relating import Gathered
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.relations import Related, Relation


def _nothing(_resource: Resource, _objects: int, _seconds: float) -> None:
    """Tells nobody."""


def _nobody(_relations: int) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """What one policy has to know of other objects.

    Args:
        relations: Its relations.
        run: Its run, at the instant at which ``where`` is asked.
        namespaces: Those of the objects that are to be judged; None: any, or none.
        known: What an earlier look has shown.
        told: Told of each list, unless another one is that shares it: the resource, how many objects, how many seconds.
        unknown: Told of how many relations not all is known; not where that is so of none.
    """

    relations: Sequence[Declared]
    run: Run
    namespaces: frozenset[str] | None
    known: Mapping[Relation, Related] = field(default_factory=dict)
    told: Callable[[Resource, int, float], None] = _nothing
    unknown: Callable[[int], None] = _nobody

    @classmethod
    def of(
        cls,
        case: Case,
        told: Callable[[Resource, int, float], None] = _nothing,
        unknown: Callable[[int], None] = _nobody,
    ) -> Need:
        """What a run has to know before its own objects are listed.

        Args:
            case: The run.
            told: As in ``Need``.
            unknown: As in ``Need``.
        """
        compiled = case.compiled
        return cls(compiled.relations, case.run, namespaces_of(compiled.policy.targets), {}, told, unknown)


class Allowance:
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


@dataclass(frozen=True, slots=True, eq=False)
class Asker:
    """A policy for which lists are read.

    Args:
        need: What it has to know.
        found: What has become known of each of its relations.
        allowance: What it may take.
    """

    need: Need
    found: Mapping[Relation, Gathered]
    allowance: Allowance


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What one policy asks of a list, for one of its relations.

    Args:
        asker: The policy.
        listing: The resource, and how its objects are looked at.
    """

    asker: Asker
    listing: Listing

    @property
    def gathered(self) -> Gathered:
        """What has become known."""
        return self.asker.found[self.listing.relation]

    @property
    def narrow(self) -> frozenset[str] | None:
        """The namespaces of which alone objects matter to it; None where those of any do."""
        resource, source = self.listing.resource, self.listing.source
        return None if source.crosses or not resource.namespaced else self.asker.need.namespaces

    def lack(self, why: str) -> None:
        """Note that the objects of the list are not known to it."""
        self.gathered.lack(self.listing.resource.kind, why)


@dataclass(slots=True)
class _Seat:
    """What is gathered once, for all who ask for the very same."""

    gathering: Gathering
    namespaces: frozenset[str] | None
    parts: list[Part] = field(default_factory=list)

    def show(self, those: Iterable[Candidate]) -> None:
        offer, namespaces = self.gathering.offer, self.namespaces
        if namespaces is None:
            for candidate in those:
                offer(candidate)
            return
        for candidate in those:
            # One of which it cannot be told where it lives may live in any of them.
            if candidate.malformed is not None or not candidate.namespace or candidate.namespace in namespaces:
                offer(candidate)


class Showing:
    """One list, and who is shown it.

    Args:
        resource: What is listed.
        parts: What is asked of it.
        within: By whom only some namespaces of the list are seen.
        named: Whether names are kept, for people.
    """

    def __init__(
        self,
        resource: Resource,
        parts: Iterable[Part],
        within: Callable[[Part], frozenset[str] | None],
        *,
        named: bool,
    ) -> None:
        self._resource = resource
        self._parts = list(parts)
        self._within = within
        self._named = named
        self._taken: dict[Asker, float] = {}
        self._seats: list[_Seat] = []
        self.begin()

    @property
    def reads(self) -> Reads:
        """The fields that are looked at."""
        reads = NOTHING
        for part in self._parts:
            reads |= part.listing.source.reads
        return reads

    @property
    def askers(self) -> tuple[Asker, ...]:
        """Who still looks; nobody where all took too long."""
        return tuple(dict.fromkeys(part.asker for part in self._parts))

    def begin(self) -> None:
        """The list begins, be it once more: nothing of it is known."""
        seats: dict[object, _Seat] = {}
        for part in self._parts:
            source, namespaces = part.listing.source, self._within(part)
            same: object = (source, namespaces) if source.where is None else part
            if same not in seats:
                seats[same] = _Seat(Gathering(source, part.asker.need.run, named=self._named), namespaces)
            seats[same].parts.append(part)
        self._seats = list(seats.values())

    def show(self, page: Iterable[Candidate]) -> None:
        """Show the objects of a page; who has taken too long by then sees no more."""
        those = page if len(self._seats) == 1 else list(page)
        late: dict[Asker, str] = {}
        for seat in self._seats:
            started = thread_time()
            seat.show(those)
            took = (thread_time() - started) / len(seat.parts)
            for part in seat.parts:
                self._charge(part.asker, took, late)
        if late:
            for part in self._parts:
                if part.asker in late:
                    part.lack(late[part.asker])
            self._parts = [part for part in self._parts if part.asker not in late]
            for seat in self._seats:
                seat.parts = [part for part in seat.parts if part.asker not in late]
            self._seats = [seat for seat in self._seats if seat.parts]

    def end(self, what: str) -> None:
        """The list has come to its end.

        Args:
            what: What was listed.
        """
        for seat in self._seats:
            for part in seat.parts:
                part.gathered.add(seat.gathering, what)

    def _charge(self, asker: Asker, seconds: float, late: dict[Asker, str]) -> None:
        self._taken[asker] = so_far = self._taken.get(asker, 0.0) + seconds
        try:
            asker.allowance.take(self._resource, seconds, so_far)
        except ListIncomplete as error:
            late[asker] = str(error)
