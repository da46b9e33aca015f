"""Emptying the recycle bin: copies whose time is over go, one guarded write at a time.

Under the same contract as everything that is deleted: the lease, the kill switch, both clocks, a fresh read, and the uid
and resourceVersion of that read. What cannot be told to be a copy whose time is over stays.
"""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import Cancelled, LookedTooLongAgo, NotFound
from zen_gc_core.cluster.listing import candidates, pages
from zen_gc_core.cluster.observing import observe
from zen_gc_core.cluster.paging import Page
from zen_gc_core.cluster.recycle_bin import IN_NAMESPACES, OF_THE_CLUSTER, selection_of
from zen_gc_core.cluster.resource import SECRETS
from zen_gc_core.cluster.throttling import Throttle
from zen_gc_core.cluster.writing import Writer
from zen_gc_core.controller.runs.fencing import FRESH_SECONDS, MOST_SECONDS, check_clocks
from zen_gc_core.controller.runs.pacing import Rate
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.engine.keep_mark import marked
from zen_gc_core.errors import ClusterError, InputError, Undecided, ZenGCError
from zen_gc_core.instants import parse_instant
from zen_gc_core.model.recycled import UNTIL, Place, kept_until, name_of, read_copy
from zen_gc_core.model.requests import Delete
from zen_gc_core.model.results import CopyResult, Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.observing import Observed
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.cluster.writing import Attempt
    from zen_gc_core.controller.runs.run_context import RunContext

SECONDS_BETWEEN_PASSES: Final = 300.0
"""How often the bin is looked through at least; it is also when the next copy that is known of may go."""

SECONDS_BETWEEN_LOOKS: Final = 5.0
"""How often it is asked whether that is so."""

SECONDS_BETWEEN_LOOKS_AT_NOTHING: Final = 30.0
"""The same, where no copy is known of."""

_GONE: Final = (Result.DELETED, Result.GONE)


class Expiring:
    """Lets copies go whose time is over; used by one thread, but for ``lease_lost``.

    Args:
        context: What runs work with.
        leading: Whether this replica holds the lease now.
        clock: The boot-time clock, in seconds.
    """

    def __init__(self, context: RunContext, leading: Callable[[], bool], clock: Callable[[], float] = boottime) -> None:
        self._context = context
        self._leading = leading
        self._clock = clock
        self._passed_at = -math.inf
        self._silent: dict[str, str] = {}

    def work(self) -> None:
        """Look through the bin whenever that is due, until the program ends."""
        while not self._context.stopping.wait(self._pause()):
            if not self._leading():
                self.lease_lost()
            elif self._due():
                self.look()

    def lease_lost(self) -> None:
        """This replica has lost the lease, whether or not it has won it again since; may be called by any thread."""
        self._passed_at = -math.inf
        self._context.bins.forget()

    def _pause(self) -> float:
        nothing = self._leading() and math.isfinite(self._passed_at) and self._context.bins.soonest is None
        return SECONDS_BETWEEN_LOOKS_AT_NOTHING if nothing else SECONDS_BETWEEN_LOOKS

    def _due(self) -> bool:
        if self._clock() - self._passed_at >= SECONDS_BETWEEN_PASSES:
            return True
        soonest = self._context.bins.soonest
        return soonest is not None and soonest < self._context.now()

    def look(self) -> None:
        """Look through the bin once, and let go what may; what goes wrong is told, and the next pass tries again."""
        context = self._context
        self._passed_at = self._clock()
        if context.settings.dry_run or context.missing_plugins:
            return
        context.bins.look_anew()
        only = context.settings.watch_namespace
        resources = [IN_NAMESPACES] if only else [IN_NAMESPACES, OF_THE_CLUSTER]
        if context.settings.recycle_secrets:
            resources.append(SECRETS)
        emptying = _Emptying(context, self._clock)
        try:
            for resource in resources:
                for where in only or (None,):
                    for namespace, name in self._over(resource, where):
                        emptying.let_go(resource, namespace, name)
        except (Stopped, ClusterError):
            return  # the switch, the lease, the clocks: told wherever policies run into them

    def _over(self, resource: Resource, where: str | None) -> list[tuple[str, str]]:
        """The copies, of a namespace or of all, whose time seems to be over, by what their metadata say."""
        context, now = self._context, self._context.now()
        over: list[tuple[str, str]] = []
        try:
            for page in pages(
                context.connection, resource, selection_of(resource, where), check_cancelled=context.check_cancelled
            ):
                if not isinstance(page, Page):
                    over.clear()
                    continue
                for candidate in candidates(page):
                    try:
                        until = parse_instant(candidate.annotations.get(UNTIL))
                    except InputError:
                        continue
                    if until < now:
                        over.append((candidate.namespace, candidate.name))
                    else:
                        context.bins.expires(until)
        except Cancelled:
            raise
        except NotFound:
            return []  # the kind is not installed: nothing was ever recycled
        except ClusterError as error:
            self._tell(str(resource), error)
            return []
        self._silent.pop(str(resource), None)
        return over

    def _tell(self, resource: str, error: ClusterError) -> None:
        """Say once, until it is another, what keeps the bin from being looked through."""
        if self._silent.get(resource) != type(error).__name__:
            self._silent[resource] = type(error).__name__
            self._context.log.bin_not_looked_at(resource, error)


@dataclass(slots=True)
class _Emptying:
    """One pass: what is asked before each write of it."""

    context: RunContext
    clock: Callable[[], float]
    looked_at: float = -math.inf
    rate: Rate = field(init=False)
    throttle: Throttle = field(init=False)

    def __post_init__(self) -> None:
        self.rate = Rate(self.context.settings.max_deletions_per_second)
        self.throttle = Throttle(sleep=self.context.sleep)

    def let_go(self, resource: Resource, namespace: str, name: str) -> None:
        """Delete one copy, when a fresh look shows that its time is over.

        Raises:
            Stopped, ClusterError: Nothing may be written now.
        """
        context = self.context
        context.sleep(self.rate.take(math.inf) or 0.0)
        self.look_again()
        try:
            seen = observe(context.connection, resource, namespace, name, throttle=self.throttle, sleep=context.sleep)
        except ClusterError as error:
            context.log.copy_expired(Place(str(resource), namespace, name), "", CopyResult.FAILED, error)
            return
        if seen is None or seen.terminating or not self._is_over(seen):
            return
        place, attempt_id = Place(str(resource), namespace, name), str(uuid.uuid4())
        writer = Writer(
            context.connection,
            context.authority,
            self.throttle,
            _Intents(self, place),
            context.write_timeout,
            context.sleep,
        )
        try:
            written = writer.write(seen, Delete(), attempt_id=attempt_id)
        except ZenGCError as error:
            self._told(place, attempt_id, CopyResult.FAILED, error)
            raise
        if written.result in _GONE:
            context.bins.left(namespace)
            self._told(place, attempt_id, CopyResult.EXPIRED)
        elif written.result is Result.FAILED:
            self._told(place, attempt_id, CopyResult.FAILED, written.cause)

    def _told(self, place: Place, attempt_id: str, result: CopyResult, cause: Exception | None = None) -> None:
        self.context.log.copy_expired(place, attempt_id, result, cause)
        self.context.metrics.copied(result)

    def _is_over(self, seen: Observed) -> bool:
        """Whether it is a copy, its time is over, and nothing keeps it: neither a mark of its own nor its Namespace's."""
        now = self.context.now()
        try:
            document = seen.document()
            copy = read_copy(document)
            candidate = seen.candidate()
            if candidate.malformed is not None or marked(candidate.labels, candidate.annotations, now):
                return False
            if copy.namespace:
                home = self.context.namespaces(copy.namespace)
                if marked(home.labels, home.annotations, now):
                    return False
            return seen.name == name_of(copy.uid) and kept_until(copy, candidate.annotations) < now
        except (InputError, Undecided, ClusterError):
            return False

    def look_again(self) -> None:
        """Look at the switch and the clocks, when the last look is too old.

        Raises:
            Stopped: Nothing may be written.
        """
        now = self.clock()
        if now - self.looked_at < FRESH_SECONDS:
            return
        context = self.context
        context.authority()
        context.switch.look(context.sleep)
        check_clocks(context.connection.clock.skew())
        self.looked_at = now

    def recent(self) -> None:
        """Ask when a request leaves whether the last look still counts.

        Raises:
            LookedTooLongAgo: It does not; nothing was sent.
        """
        if (age := self.clock() - self.looked_at) >= MOST_SECONDS:
            raise LookedTooLongAgo(f"the kill switch was looked at {age:.0f} s ago: nothing was sent")


@dataclass(frozen=True, slots=True)
class _Intents:
    """The intents of one write."""

    emptying: _Emptying
    place: Place

    def intent(self, attempt: Attempt) -> None:
        """Write it down."""
        self.emptying.context.log.copy_expiring(self.place, attempt.attempt_id)

    def look_again(self) -> None:
        """The switch and the clocks."""
        self.emptying.look_again()

    def leaving(self) -> None:
        """Whether they were looked at recently."""
        self.emptying.recent()

    def left(self) -> None:
        """Nobody counts."""
