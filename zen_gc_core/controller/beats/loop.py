"""The main loop: policies come and go, and are due; one thread decides, others work (``pipeline``).

Everything that happens elsewhere arrives as a message. Nothing in here waits for the cluster.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.policies import POLICY_KINDS
from zen_gc_core.cluster.policy_events import Interrupted
from zen_gc_core.cluster.threads import GATHERING
from zen_gc_core.controller.beats.pipeline import Pipeline
from zen_gc_core.controller.beats.scheduling import Schedule
from zen_gc_core.model.reasons import Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.policy_events import PolicyEvent
    from zen_gc_core.controller.beats.catalog import Catalog
    from zen_gc_core.controller.beats.places import Slot
    from zen_gc_core.controller.runs.policy_run import PolicyRun
    from zen_gc_core.controller.runs.remembered import Entry
    from zen_gc_core.controller.runs.run_context import RunContext

TICK: Final = 0.5
"""Seconds after which the loop looks around, whether or not anything happened."""

REST: Final = 10.0
"""The same while this replica leads, no policy is on its way, and none waits for a time: each look costs."""

SECONDS_TO_END: Final = 2.5
"""Seconds that runs have to end after the program was told to stop."""

LONGEST_END: Final = 60.0
HOOK_SECONDS: Final = 10.0
"""Seconds that listeners have to hear of the runs of ``run_once``."""


class Loop:
    """Decides what runs when.

    Args:
        context: What runs work with.
        catalog: The policies.
        leading: Whether this replica holds the lease now.
        beat: Called at every turn.
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
        self._pipeline = Pipeline(context, catalog, self._schedule, self._messages.put, self._count_anew)
        self._recount = False
        self._counted_at = float("-inf")
        self._not_watched = 0
        self._led = False

    @property
    def failures(self) -> int:
        """How many runs could not do all that they should, and how often policies could not be watched."""
        return self._pipeline.failures + self._not_watched

    @property
    def finished(self) -> list[PolicyRun]:
        """The runs of ``run_once``."""
        return self._pipeline.finished

    @property
    def invalid(self) -> tuple[Entry, ...]:
        """The policies that are refused."""
        return tuple(entry for entry in self._catalog.entries if entry.compilation.errors)

    def receive(self, event: PolicyEvent) -> None:
        """Take in a change of a policy; called by the watching threads."""
        self._messages.put(lambda: self._apply(event))

    def lease_lost(self) -> None:
        """This replica has lost the lease, whether or not it has won it again since; may be called by any thread."""
        self._messages.put(self._lead_anew)

    def _lead_anew(self) -> None:
        self._led = False

    def run(self) -> None:
        """Go on until the program is told to stop, then until the work under way has ended."""
        self._listen_for_the_end()
        while not self._context.stopping.is_set():
            try:
                self._turn()
            except Exception as error:  # noqa: BLE001  whatever it was; a loop whose every turn fails does not beat
                self._context.log.failed("the main loop", error)
                self._context.stopping.wait(TICK)
        self._close(SECONDS_TO_END)

    def run_once(self) -> None:
        """Let every policy run once, and return when all have."""
        self._pipeline.once = True
        self._listen_for_the_end()
        self._lead()
        while not (self._catalog.listed(*POLICY_KINDS) or self.failures or self._context.stopping.is_set()):
            self._turn(start=False)
        self._take()
        while self._pipeline.busy and not self._context.stopping.is_set():
            self._turn(start=False)
        self._close(LONGEST_END)

    def _listen_for_the_end(self) -> None:
        """However long the loop would rest, it ends when it is told to."""

        def wake() -> None:
            self._context.stopping.wait()
            self._messages.put(lambda: None)

        threading.Thread(target=wake, name="stopping", daemon=True).start()

    def _close(self, seconds: float) -> None:
        """Begin nothing more, and wait for what is under way: its outcomes and its status are to be written."""
        self._pipeline.close()
        until = boottime() + seconds
        while self._pipeline.may_write and boottime() < until:
            self._drain(min(TICK, until - boottime()))
        self._pipeline.end()
        self._context.hearing.close(HOOK_SECONDS if self._pipeline.once else max(0.0, until - boottime()))

    def _turn(self, *, start: bool = True) -> None:
        self._work_on(start=start)
        self._beat()

    def _work_on(self, *, start: bool) -> None:
        longest = REST if self._pipeline.rests and not self._recount and self._led else TICK
        if start and self._leading():
            longest = self._schedule.wait(boottime(), longest)
        self._drain(self._pipeline.seconds_to_what_comes(longest) if start and self._led else longest)
        if not self._leading():
            self._led = False
            return
        if not self._led:
            self._lead()
        if start:
            self._pipeline.look_at_the_clock()
            self._take()
            self._pipeline.look_at_what_comes()
        if self._recount and boottime() - self._counted_at >= TICK:
            self._count_phases()
        self._pipeline.sweep()

    def _lead(self) -> None:
        """A term begins, before any run of it does."""
        self._led = True
        self._pipeline.lead(self._catalog.entries)

    def _drain(self, longest: float) -> None:
        try:
            self._take_in(self._messages.get(timeout=max(longest, 0.001)))
            if self._pipeline.crowded:
                time.sleep(GATHERING)  # none of them is in a hurry
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
            self._not_watched += 1
        changes = self._catalog.apply(event)
        for entry in changes.removed:
            self._pipeline.forget(entry)
            self._context.metrics.forget(entry.reference)
        for entry in changes.changed:
            self._pipeline.put(entry)
        for entry in (*changes.removed, *changes.changed):
            self._pipeline.withdraw(entry)
        self._count_anew()

    def _take(self) -> None:
        """Begin what is due, and what was asked for at once."""
        now = boottime()
        taken = self._schedule.take(now)
        for key in taken.beats:
            self._pipeline.beat(key)
        for slots, at_once in ((taken.due, False), (taken.at_once, True)):
            for slot in slots:
                if (entry := self._catalog.get(slot[:3])) is not None:
                    self._pipeline.begin(entry, at_once=at_once)

    def _count_anew(self) -> None:
        self._recount = True

    def _count_phases(self) -> None:
        self._recount = False
        self._counted_at = boottime()
        phases = Counter(entry.phase or str(Phase.ACTIVE) for entry in self._catalog.entries)
        self._context.metrics.policies(phases)
