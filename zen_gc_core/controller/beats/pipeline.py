"""The stages of a run: a policy that is due is compiled, prepared, swept for and run; each stage has threads of its own.

Which stage comes next is decided on the main loop's thread, to which the others hand back what they did.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import time
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.controller.beats.gather_pool import GatherPool
from zen_gc_core.controller.beats.instants import Instants
from zen_gc_core.controller.beats.places import Slot, beats_of, identity_of, owner_of, slot_of
from zen_gc_core.controller.beats.scheduling import BeatKey
from zen_gc_core.controller.beats.shares import Shares
from zen_gc_core.controller.beats.sweep_pool import Ride, SweepPool
from zen_gc_core.controller.beats.timetable import Timetable
from zen_gc_core.controller.runs.policy_run import PolicyRun
from zen_gc_core.controller.runs.resting import tell_standing
from zen_gc_core.controller.runs.small_run import SmallRun
from zen_gc_core.controller.runs.stopping import ending_by_fault
from zen_gc_core.engine.building import CompilingTooLong
from zen_gc_core.model.reasons import ErrorType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zen_gc_core.controller.beats import scheduling
    from zen_gc_core.controller.beats.catalog import Catalog
    from zen_gc_core.controller.beats.instants import Come
    from zen_gc_core.controller.runs.remembered import Entry
    from zen_gc_core.controller.runs.run_context import RunContext
    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.model.calendars import Schedule

MOST_RUNS: Final = 64
"""Runs that act or report at the same time at the most; a slow one holds a place of its own."""

SHARE_OF_RUNS: Final = 8
"""Those of one namespace among them."""

CROWD: Final = 64
"""More policies than that on their way are very many."""

MOST_TOLD: Final = 32
"""Statuses of runs that did nothing that are written at the same time at the most. They have threads of their own: no policy
waits for its run until others have told theirs, which costs the API server more than all else that they do."""

SHARE_OF_TOLD: Final = 8
PREPARING: Final = 8
SHARE_OF_PREPARING: Final = 2
COMPILING: Final = 3
SHARE_OF_COMPILING: Final = 1
COMPILE_SECONDS: Final = 10.0
"""Processor time that compiling one policy may take."""


class Pipeline:
    """Takes policies through their runs; used by the main loop's thread alone, but for the work.

    Args:
        context: What runs work with.
        catalog: Compiles policies.
        schedule: Told of what a policy looks at, and of every run that has ended.
        post: Has something done on the main loop's thread; may be called by any.
        told: Called, on the main loop's thread, when something was told of a policy.

    Attributes:
        once: Whether each policy runs just once, however long that takes.
        failures: How many runs could not do all that they should.
        finished: The runs that have ended, where each policy runs just once.
    """

    def __init__(
        self,
        context: RunContext,
        catalog: Catalog,
        schedule: scheduling.Schedule[Slot],
        post: Callable[[Callable[[], None]], None],
        told: Callable[[], None],
    ) -> None:
        self.once = False
        self.failures = 0
        self.finished: list[PolicyRun] = []
        self._context = context
        self._catalog = catalog
        self._schedule = schedule
        self._post = post
        self._told = told
        self._sweep_pool = SweepPool(context, self._swept, post)
        self._gather_pool = GatherPool(context, self._boarded, post)
        self._preparers = Shares(PREPARING, SHARE_OF_PREPARING, "prepare")
        self._compilers = Shares(COMPILING, SHARE_OF_COMPILING, "compile")
        self._runners = Shares(MOST_RUNS, SHARE_OF_RUNS, "run")
        self._tellers = Shares(MOST_TOLD, SHARE_OF_TOLD, "tell")
        self._timetable = Timetable()
        self._instants = Instants()
        self._small: set[Slot] = set()
        self._listing: set[Slot] = set()
        self._after_small: dict[Slot, Callable[[], None]] = {}
        self._term = 0
        self._rides: dict[Slot, Ride] = {}
        self._compiling = 0
        self._under_way = 0
        self._closing = False

    @property
    def busy(self) -> bool:
        """Whether any policy is in one of the stages."""
        return bool(self._compiling or self._rides or self._under_way)

    @property
    def rests(self) -> bool:
        """Whether no policy is in one of the stages, and none waits for a time of day."""
        return not self.busy and not self._timetable.waits

    @property
    def crowded(self) -> bool:
        """Whether very many policies are in one of the stages."""
        return len(self._rides) + self._compiling > CROWD

    @property
    def may_write(self) -> bool:
        """Whether any policy is in the last of them, in which objects and statuses are written."""
        return self._under_way > 0

    def end(self) -> None:
        """Write no more statuses, either."""
        self._tellers.close()

    def close(self) -> None:
        """Begin nothing more; what is under way ends by itself, and tells it."""
        self._closing = True
        self._gather_pool.close()
        self._sweep_pool.close()
        self._compilers.close()
        self._preparers.close()
        self._runners.close()

    def put(self, entry: Entry, *, ask: bool = True) -> None:
        """Give a policy its place in the schedule, or another one.

        Args:
            entry: The policy.
            ask: Whether it is to run at once, because it is new or was edited.
        """
        if ask:
            self._timetable.forget(slot_of(entry))
        if _scheduled(entry) is not None:
            self._schedule.put(slot_of(entry), math.inf, (), boottime(), ask=ask)
            return
        interval = self._interval(entry)
        self._schedule.put(slot_of(entry), interval, beats_of(entry), boottime(), ask=ask)

    def forget(self, entry: Entry) -> None:
        """Let go of a policy that was deleted."""
        self._schedule.drop(slot_of(entry), boottime())
        self._timetable.forget(slot_of(entry))
        self._instants.forget(slot_of(entry))

    def lead(self, entries: Iterable[Entry]) -> None:
        """This replica begins to lead: what each scheduled policy has missed, and waits for, is to be found anew.

        Args:
            entries: All policies.
        """
        self._timetable.clear()
        self._instants.clear()  # nobody acts on what another leader, or this one before, saw coming
        self._term += 1
        for entry in entries:
            entry.ledger.passes.old = True
            if _scheduled(entry) is not None:
                self._schedule.ask(slot_of(entry))

    def look_at_the_clock(self) -> None:
        """Ask for a run of each policy whose scheduled time has come."""
        for slot in self._timetable.come(self._context.now()):
            self._schedule.ask(slot)

    def look_at_what_comes(self) -> None:
        """Let each policy of which something has come since its last pass act on that, unless a run of it acts now.

        A pass that lists keeps nobody from it, but for what is due at its own instant.
        """
        if self._closing:
            return
        now, at = self._context.now(), boottime()
        for slot in self._instants.come(now, at):
            if self._acts_now(slot):
                continue
            come = self._instants.take(slot, now, at)
            if come is None:
                continue
            if come.entry.superseded or come.entry.paused or self._catalog.get(slot[:3]) is not come.entry:
                self._instants.forget(slot)
            else:
                self._begin_small(slot, come)

    def seconds_to_what_comes(self, longest: float) -> float:
        """Seconds until something comes that was seen coming, at most ``longest``."""
        return self._instants.wait(self._context.now(), boottime(), longest, self._acts_now)

    def _acts_now(self, slot: Slot) -> bool:
        return slot in self._small or (slot in self._rides and slot not in self._listing)

    def _begin_small(self, slot: Slot, come: Come) -> None:
        entry, compiled = come.entry, come.entry.compilation.compiled
        if compiled is None:
            return
        run = SmallRun(
            self._context,
            entry,
            compiled,
            come.due,
            population=come.population,
            since=come.since,
            interval=self._interval(entry),
            next_run=lambda: self._next_of(slot),
        )
        self._small.add(slot)
        self._report(entry, run.run, lambda: self._small_done(slot, run))

    def _small_done(self, slot: Slot, run: SmallRun) -> None:
        self._small.discard(slot)
        if run.left:
            self._instants.forget(slot)
        else:
            self._instants.put_back(slot, run.rest)
        if (then := self._after_small.pop(slot, None)) is not None:
            then()

    def _begin_late(self, entry: Entry) -> None:
        if entry.superseded or self._closing:
            self._schedule.done(slot_of(entry), failed=False)
        else:
            self.begin(entry, at_once=True)

    def _next_of(self, slot: Slot) -> dt.datetime | None:
        """When a policy acts next: at its next pass, unless one is under way, or at the instant of an object."""
        now, at = boottime(), self._schedule.next_of(slot, boottime())
        coming = self._instants.next_at(slot)
        if at is None:
            return coming
        following = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=max(0.0, at - now))
        return min(following, coming) if coming is not None else following

    def beat(self, key: BeatKey) -> None:
        """A beat has come: one pass over its resource is due, if anybody waits for it."""
        self._sweep_pool.beat(key)

    def sweep(self) -> None:
        """Begin as many of the sweeps that are waited for as may go on at once, and the looks at related objects."""
        if self._gather_pool.active:
            self._sweep_pool.getting_on()
        self._sweep_pool.start()
        self._gather_pool.start(compiling=self._compiling > 0)

    def begin(self, entry: Entry, *, at_once: bool) -> None:
        """Let a policy that is due run, or say why it does not.

        Args:
            entry: The policy.
            at_once: Whether it waits for no beat.
        """
        if (slot := slot_of(entry)) in self._small:
            self._after_small[slot] = functools.partial(self._begin_late, entry)
            return
        compiled = entry.compilation.compiled
        if entry.document is not None and not entry.paused:
            self._compiling += 1
            self._compilers.submit(owner_of(entry), lambda: self._compile(entry, at_once=at_once))
            return
        if compiled is None or entry.paused:
            told = functools.partial(self._schedule.done, slot, failed=False)
            self._report(entry, lambda: tell_standing(self._context, entry), told)
            return
        schedule, now = _scheduled(entry), self._context.now()
        errand = self._timetable.begin(entry, schedule, now) if schedule is not None else None
        run = PolicyRun(
            self._context,
            entry,
            compiled,
            self._next_run,
            math.inf if self.once else self._time(entry, now),
            errand=errand,
        )
        ride = self._rides[slot] = Ride(run, beats_of(entry), at_once, self._term)
        self._sweep_pool.expect(ride)
        if compiled.relations:
            self._gather_pool.expect(ride)
        self._preparers.submit(owner_of(entry), lambda: self._prepare(ride))

    def withdraw(self, entry: Entry) -> None:
        """Let go of a policy that was edited or deleted, where it only waits for its sweeps."""
        self._instants.forget(slot_of(entry))
        ride = self._rides.get(slot_of(entry))
        if ride is not None and self._sweep_pool.withdraw(ride):
            self._abandon(ride)

    def _interval(self, entry: Entry) -> float:
        return self._context.settings.interval_of(entry.reference, entry.interval).total_seconds()

    def _time(self, entry: Entry, now: dt.datetime) -> float:
        """Seconds after which the next run of a policy goes on with what this one has not done."""
        if _scheduled(entry) is None:
            return self._interval(entry)
        at = self._timetable.next_at(slot_of(entry))
        return (at - now).total_seconds() if at is not None else math.inf

    def _compile(self, entry: Entry, *, at_once: bool) -> None:
        until = time.thread_time() + COMPILE_SECONDS

        def check() -> None:
            if entry.superseded or time.thread_time() > until:
                raise CompilingTooLong(f"takes more than {COMPILE_SECONDS:.0f} s to compile")

        compilation = self._catalog.compiled(entry, check)
        self._post(lambda: self._compiled(entry, compilation, at_once=at_once))

    def _compiled(self, entry: Entry, compilation: Compilation, *, at_once: bool) -> None:
        """A policy is compiled, which is where its run goes on: its beats are known now."""
        self._compiling -= 1
        if entry.superseded:
            self._schedule.done(slot_of(entry), failed=False)
            return
        entry.compilation, entry.document = compilation, None
        self.put(entry, ask=False)
        if not self._closing:
            self.begin(entry, at_once=at_once)

    def _prepare(self, ride: Ride) -> None:
        try:
            if (error := self._guarded(ride.run.entry, ride.run.prepare)) is not None:
                ride.run.failure = ending_by_fault(error)
        finally:
            self._post(lambda: self._prepared(ride))

    def _prepared(self, ride: Ride) -> None:
        if ride.run.entry.superseded:
            ride.run.members = {}
        self._learn_kinds(ride)
        if ride.run.need is not None:
            self._gather_pool.join(ride)
        else:
            self._gather_pool.leave(ride)
            self._boarded(ride)

    def _boarded(self, ride: Ride) -> None:
        """A run knows what it has to know, and waits for its sweeps; or it has none."""
        if ride.run.entry.superseded:
            ride.run.members = {}
        elif ride.run.instant is not None and ride.run.removes:
            slot = slot_of(ride.run.entry)
            self._listing.add(slot)
            self._instants.leave(slot, ride.run.instant, boottime())
        self._sweep_pool.prepared(ride)
        if not ride.run.members:
            self._swept(ride)

    def _learn_kinds(self, ride: Ride) -> None:
        """Let a policy with a wildcard keep the beats of the kinds that it means; those that are new are listed at once."""
        entry, kinds = ride.run.entry, frozenset((each.api_version, each.kind) for each in ride.run.members)
        if not kinds or kinds == entry.kinds or not ride.run.by_wildcard:
            return
        new, entry.kinds = kinds - entry.kinds, kinds
        self.put(entry, ask=False)
        for kind in new:
            self._sweep_pool.beat(BeatKey(identity_of(entry), *kind))

    def _swept(self, ride: Ride) -> None:
        if self._closing or self._context.stopping.is_set():
            return
        if ride.run.entry.superseded or ride.term != self._term:
            self._abandon(ride)
            return
        if (slot := slot_of(ride.run.entry)) in self._small:  # one run of a policy acts at a time
            self._after_small[slot] = functools.partial(self._swept, ride)
            return
        self._listing.discard(slot)
        self._report(ride.run.entry, ride.run.finish, lambda: self._finished(ride))

    def _finished(self, ride: Ride) -> None:
        if (tell := ride.run.untold) is not None:
            self._report(ride.run.entry, tell, lambda: self._done(ride), self._tellers)
        else:
            self._done(ride)

    def _abandon(self, ride: Ride) -> None:
        """End a run before it says anything: its policy is not what it was, or another may have led, and written, meanwhile."""
        self._listing.discard(slot_of(ride.run.entry))
        del self._rides[slot_of(ride.run.entry)]
        self._instants.forget(slot_of(ride.run.entry))
        self._schedule.done(slot_of(ride.run.entry), failed=False)

    def _report(
        self, entry: Entry, step: Callable[[], None], then: Callable[[], None], by: Shares | None = None
    ) -> None:
        """Let a step about a policy that may write be done by a runner, or others, and then something by the main loop."""
        self._under_way += 1

        def ended() -> None:
            self._under_way -= 1
            self._told()
            then()

        def work() -> None:
            try:
                self._guarded(entry, step)
            finally:
                self._post(ended)

        (by or self._runners).submit(owner_of(entry), work)

    def _done(self, ride: Ride) -> None:
        run = ride.run
        self.failures += run.failed or (run.report is not None and run.report.failed)
        if self.once:
            self.finished.append(run)
        slot = slot_of(run.entry)
        del self._rides[slot]
        self._schedule.done(slot, failed=run.failed)
        self._instants.forget(slot)
        if run.upcoming and ride.term == self._term and not run.entry.superseded and not self.once:
            self._instants.remember(run.entry, run.upcoming, run.population, run.began)
        if run.errand is not None:
            interval = self._context.settings.gc_interval
            self._timetable.done(slot, self._context.now(), interval, failed=run.failed, claimed=run.claimed)

    def _next_run(self, run: PolicyRun) -> dt.datetime | None:
        """When a policy runs next, as the schedule will have it when this run has ended."""
        if run.errand is not None:
            return self._timetable.next_at(slot_of(run.entry))
        now = boottime()
        at = self._schedule.next_after(slot_of(run.entry), now, failed=run.failed)
        following = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=0.0 if at is None else max(0.0, at - now))
        return min(following, run.upcoming[0].instant) if run.upcoming and at is not None else following

    def _guarded(self, entry: Entry, step: Callable[[], None]) -> Exception | None:
        """Do something about a policy; whatever happens, the policy stays in the schedule and the others go on. What happened."""
        try:
            step()
        except Exception as error:  # noqa: BLE001  the last resort: told, and tried again at the next run
            self._context.log.failed(f"run of {entry.reference}", error)
            self._context.metrics.error(entry.reference, ErrorType.EVALUATION_FAILED)
            return error
        return None


def _scheduled(entry: Entry) -> Schedule | None:
    """When a policy runs that has a schedule, and is not paused; None for the others, and while that is not known."""
    compiled = entry.compilation.compiled
    return compiled.policy.calendar.schedule if compiled is not None and not entry.paused else None
