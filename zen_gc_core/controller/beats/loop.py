"""The main loop: policies come and go, are due, are swept for, run; one thread decides, others work.

Everything that happens elsewhere arrives as a message. Nothing in here waits for the cluster.
"""

from __future__ import annotations

import math
import queue
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.policies import POLICY_KINDS
from zen_gc_core.cluster.policy_events import Interrupted
from zen_gc_core.controller.beats.scheduling import CONTROLLER, BeatKey, Schedule
from zen_gc_core.controller.beats.shares import Shares
from zen_gc_core.controller.beats.sweep_pool import Ride, SweepPool
from zen_gc_core.controller.runs.policy_run import PolicyRun
from zen_gc_core.controller.telling import policy_status
from zen_gc_core.engine.building import CompilingTooLong
from zen_gc_core.model.reasons import ErrorType, Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.policy_events import PolicyEvent
    from zen_gc_core.controller.beats.catalog import Catalog
    from zen_gc_core.controller.runs.remembered import Entry
    from zen_gc_core.controller.runs.run_context import RunContext
    from zen_gc_core.engine.compiling import Compilation

TICK: Final = 0.5
"""Seconds after which the loop looks around, whether or not anything happened."""

MOST_RUNS: Final = 64
"""Runs that act or report at the same time; a slow one holds a place of its own."""

SHARE_OF_RUNS: Final = 8
"""Those of one namespace among them."""

PREPARING: Final = 8
SHARE_OF_PREPARING: Final = 2
COMPILING: Final = 3
SHARE_OF_COMPILING: Final = 1
COMPILE_SECONDS: Final = 10.0
"""Processor time that compiling one policy may take."""

SECONDS_TO_END: Final = 2.5
"""Seconds that runs have to end after the program was told to stop."""

LONGEST_END: Final = 60.0
HOOK_SECONDS: Final = 10.0
"""Seconds that listeners have to hear of the runs of ``run_once``."""

Slot = tuple[str, str, str, str]
"""A policy's kind, namespace, name and uid."""

NOTHING: Final = BeatKey(CONTROLLER, "", "")
"""The beat of policies that look at nothing, because they are refused or rest."""


class Loop:
    """Decides what runs when.

    Args:
        context: What runs work with.
        catalog: The policies.
        leading: Whether this replica holds the lease now.
        beat: Called at every turn.

    Attributes:
        failures: How many runs could not do all that they should.
        finished: The runs of ``run_once``.
    """

    def __init__(
        self, context: RunContext, catalog: Catalog, leading: Callable[[], bool], beat: Callable[[], None]
    ) -> None:
        self._context = context
        self._catalog = catalog
        self._leading = leading
        self._beat = beat
        self._schedule: Schedule[Slot] = Schedule()
        self._messages: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._sweep_pool = SweepPool(context, self._swept, self._messages.put)
        self._preparers = Shares(PREPARING, SHARE_OF_PREPARING, "prepare")
        self._compilers = Shares(COMPILING, SHARE_OF_COMPILING, "compile")
        self._runners = Shares(MOST_RUNS, SHARE_OF_RUNS, "run")
        self._rides: dict[Slot, Ride] = {}
        self._compiling = 0
        self._under_way = 0
        self._recount = False
        self._once = False
        self._closing = False
        self.failures = 0
        self.finished: list[PolicyRun] = []

    @property
    def invalid(self) -> tuple[Entry, ...]:
        """The policies that are refused."""
        return tuple(entry for entry in self._catalog.entries if entry.compilation.errors)

    def receive(self, event: PolicyEvent) -> None:
        """Take in a change of a policy; called by the watching threads."""
        self._messages.put(lambda: self._apply(event))

    def run(self) -> None:
        """Go on until the program is told to stop, then until the work under way has ended."""
        while not self._context.stopping.is_set():
            try:
                self._turn()
            except Exception as error:  # noqa: BLE001  whatever it was; a loop whose every turn fails does not beat
                self._context.log.failed("the main loop", error)
                self._context.stopping.wait(TICK)
        self._close(SECONDS_TO_END)

    def run_once(self) -> None:
        """Let every policy run once, and return when all have."""
        self._once = True
        while not (self._catalog.listed(*POLICY_KINDS) or self.failures or self._context.stopping.is_set()):
            self._turn(start=False)
        self._take()
        while (self._compiling or self._rides or self._under_way) and not self._context.stopping.is_set():
            self._turn(start=False)
        self._close(LONGEST_END)

    def _close(self, seconds: float) -> None:
        """Begin nothing more, and wait for what is under way: its outcomes and its status are to be written."""
        self._closing = True
        self._sweep_pool.close()
        self._compilers.close()
        self._preparers.close()
        self._runners.close()
        until = boottime() + seconds
        while self._under_way and boottime() < until:
            self._drain(min(TICK, until - boottime()))
        self._context.hearing.close(HOOK_SECONDS if self._once else max(0.0, until - boottime()))

    def _turn(self, *, start: bool = True) -> None:
        self._work_on(start=start)
        self._beat()

    def _work_on(self, *, start: bool) -> None:
        self._drain(self._schedule.wait(boottime(), TICK) if start and self._leading() else TICK)
        if not self._leading():
            return
        if start:
            self._take()
        if self._recount:
            self._count_phases()
        self._sweep_pool.start()

    def _drain(self, longest: float) -> None:
        try:
            self._take_in(self._messages.get(timeout=max(longest, 0.001)))
            until = boottime() + TICK
            while boottime() < until:
                self._take_in(self._messages.get_nowait())
        except queue.Empty:
            return

    def _take_in(self, message: Callable[[], None]) -> None:
        """Do what a message asks for; one that fails costs itself and not the loop."""
        try:
            message()
        except Exception as error:  # noqa: BLE001  the last resort: told, and the next message is taken in
            self._context.log.failed("the main loop", error)

    def _apply(self, event: PolicyEvent) -> None:
        if isinstance(event, Interrupted):
            self._context.log.policies_not_watched(event.kind, event.error)
            self.failures += 1
        changes = self._catalog.apply(event)
        for entry in changes.removed:
            self._schedule.drop(_slot(entry), boottime())
            self._context.metrics.forget(entry.reference)
        for entry in changes.changed:
            self._schedule.put(_slot(entry), self._interval(entry), _beats(entry), boottime())
        for entry in (*changes.removed, *changes.changed):
            ride = self._rides.get(_slot(entry))
            if ride is not None and self._sweep_pool.withdraw(ride):
                self._abandon(ride)
        self._recount = True

    def _interval(self, entry: Entry) -> float:
        return self._context.settings.interval_of(entry.reference, entry.interval).total_seconds()

    def _take(self) -> None:
        """Begin what is due, and what was asked for at once."""
        now = boottime()
        taken = self._schedule.take(now)
        for key in taken.beats:
            self._sweep_pool.beat(key)
        for slots, at_once in ((taken.due, False), (taken.at_once, True)):
            for slot in slots:
                if (entry := self._catalog.get(slot[:3])) is not None:
                    self._begin(entry, at_once=at_once)

    def _begin(self, entry: Entry, *, at_once: bool) -> None:
        compiled = entry.compilation.compiled
        if entry.document is not None and not entry.paused:
            self._compiling += 1
            self._compilers.submit(_owner(entry), lambda: self._compile(entry, at_once=at_once))
            return
        if compiled is None or entry.paused:
            self._report(entry, lambda: self._tell_standing(entry), lambda: None)
            self._schedule.done(_slot(entry), failed=False)
            return
        run = PolicyRun(self._context, entry, compiled, self._wait, math.inf if self._once else self._interval(entry))
        ride = self._rides[_slot(entry)] = Ride(run, _beats(entry), at_once)
        self._sweep_pool.expect(ride)
        self._preparers.submit(_owner(entry), lambda: self._prepare(ride))

    def _compile(self, entry: Entry, *, at_once: bool) -> None:
        until = time.thread_time() + COMPILE_SECONDS

        def check() -> None:
            if entry.superseded or time.thread_time() > until:
                raise CompilingTooLong(f"takes more than {COMPILE_SECONDS:.0f} s to compile")

        compilation = self._catalog.compiled(entry, check)
        self._messages.put(lambda: self._compiled(entry, compilation, at_once=at_once))

    def _compiled(self, entry: Entry, compilation: Compilation, *, at_once: bool) -> None:
        """A policy is compiled, which is where its run goes on: its beats are known now."""
        self._compiling -= 1
        if entry.superseded:
            self._schedule.done(_slot(entry), failed=False)
            return
        entry.compilation, entry.document = compilation, None
        self._schedule.put(_slot(entry), self._interval(entry), _beats(entry), boottime(), ask=False)
        if not self._closing:
            self._begin(entry, at_once=at_once)

    def _prepare(self, ride: Ride) -> None:
        try:
            self._guarded(ride.run.entry, ride.run.prepare)
        finally:
            self._messages.put(lambda: self._prepared(ride))

    def _prepared(self, ride: Ride) -> None:
        if ride.run.entry.superseded:
            ride.run.members = {}
        self._learn_kinds(ride)
        self._sweep_pool.prepared(ride)
        if not ride.run.members:
            self._swept(ride)

    def _learn_kinds(self, ride: Ride) -> None:
        """Let a policy with a wildcard keep the beats of the kinds that it means; those that are new are listed at once."""
        entry, kinds = ride.run.entry, frozenset((each.api_version, each.kind) for each in ride.run.members)
        if not kinds or kinds == entry.kinds or not ride.run.by_wildcard:
            return
        new, entry.kinds = kinds - entry.kinds, kinds
        self._schedule.put(_slot(entry), self._interval(entry), _beats(entry), boottime(), ask=False)
        for kind in new:
            self._sweep_pool.beat(BeatKey(CONTROLLER, *kind))

    def _swept(self, ride: Ride) -> None:
        if self._closing or self._context.stopping.is_set():
            return
        if ride.run.entry.superseded:
            self._abandon(ride)
            return
        self._report(ride.run.entry, ride.run.finish, lambda: self._done(ride.run))

    def _abandon(self, ride: Ride) -> None:
        """End a run before it says anything, because its policy is not what it was."""
        del self._rides[_slot(ride.run.entry)]
        self._schedule.done(_slot(ride.run.entry), failed=False)

    def _report(self, entry: Entry, step: Callable[[], None], then: Callable[[], None]) -> None:
        """Let a step about a policy that may write be done by a runner, and then something by the main loop."""
        self._under_way += 1

        def ended() -> None:
            self._under_way -= 1
            self._recount = True
            then()

        def work() -> None:
            try:
                self._guarded(entry, step)
            finally:
                self._messages.put(ended)

        self._runners.submit(_owner(entry), work)

    def _done(self, run: PolicyRun) -> None:
        self.failures += run.failed or (run.report is not None and run.report.failed)
        if self._once:
            self.finished.append(run)
        del self._rides[_slot(run.entry)]
        self._schedule.done(_slot(run.entry), failed=run.failed)

    def _wait(self, run: PolicyRun) -> float:
        """Seconds until a policy's next run, as the schedule will have it when this one has ended."""
        now = boottime()
        at = self._schedule.next_after(_slot(run.entry), now, failed=run.failed)
        return 0.0 if at is None else max(0.0, at - now)

    def _guarded(self, entry: Entry, step: Callable[[], None]) -> None:
        """Do something about a policy; whatever happens, the policy stays in the schedule and the others go on."""
        try:
            step()
        except Exception as error:  # noqa: BLE001  the last resort: told, and tried again at the next run
            self._context.log.failed(f"run of {entry.reference}", error)
            self._context.metrics.error(entry.reference, ErrorType.EVALUATION_FAILED)

    def _tell_standing(self, entry: Entry) -> None:
        """Report a policy that does not run: it is invalid, or paused."""
        compilation = entry.compilation
        if entry.paused:
            self._context.statuses.write(entry, policy_status.PAUSED, {}, next_run=None)
            return
        if entry.status.get("observedGeneration") != entry.reference.generation:
            self._context.log.policy_invalid(entry.reference, compilation.reason, compilation.errors)
            self._context.events.invalid(entry.reference, compilation.errors)
        self._context.metrics.error(entry.reference, compilation.reason.error_type or ErrorType.INVALID_POLICY)
        how = policy_status.invalid(compilation.reason, [str(problem) for problem in compilation.errors])
        self._context.statuses.write(entry, how, {}, next_run=None)

    def _count_phases(self) -> None:
        self._recount = False
        phases = Counter(str(entry.status.get("phase") or Phase.ACTIVE) for entry in self._catalog.entries)
        self._context.metrics.policies(phases)


def _slot(entry: Entry) -> Slot:
    """A policy's place in the schedule: one that is made anew under its name has a place of its own."""
    return (*entry.key, entry.reference.uid)


def _owner(entry: Entry) -> str:
    """Whose share a policy's work is taken from: its namespace's; a policy of whoever runs the cluster has its own."""
    return entry.reference.namespace or f"/{entry.reference.name}"


def _beats(entry: Entry) -> frozenset[BeatKey]:
    """The beats on which a policy runs: one for each kind that it looks at."""
    compiled = entry.compilation.compiled
    if compiled is None or entry.paused:
        return frozenset({NOTHING})
    kinds = entry.kinds or {(target.api_version, target.kind) for target in compiled.policy.targets}
    return frozenset(BeatKey(CONTROLLER, *kind) for kind in kinds)
