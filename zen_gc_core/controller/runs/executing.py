"""Executing: what a run writes once its plan is made: marks that are owed first, then the plan, if nothing is in the way."""

from __future__ import annotations

import datetime as dt
import functools
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.controller.runs.acting import Acting, carry_out
from zen_gc_core.controller.runs.fencing import Fence, check_clocks
from zen_gc_core.controller.runs.outcomes import Carried
from zen_gc_core.controller.runs.pacing import Rate
from zen_gc_core.controller.runs.progress import Progress
from zen_gc_core.controller.runs.relatives import namespace_by_namespace
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.controller.runs.unmarking import Unmarking
from zen_gc_core.engine.calendar.gate import Gate
from zen_gc_core.engine.lasting import writes_for_a_while
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending
from zen_gc_core.model.results import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from zen_gc_core.controller.runs.errands import Errand
    from zen_gc_core.controller.runs.remembered import Entry
    from zen_gc_core.controller.runs.run_context import RunContext
    from zen_gc_core.controller.telling.run_reporter import RunReporter
    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.model.plan import Plan


class Executing:
    """Carries out the plan of one run.

    Args:
        context: What the run works with.
        entry: The policy.
        compiled: The policy, compiled.
        writes: Told of what becomes of each object.
        until: When it ends rather than wait for its rate, by the boot-time clock.
        progress: Tells how far it has come.
        errand: What it is for, where the policy has a schedule; None where it has none.
        dry_run: Whether it only says what it would do.
        whole: Whether its plan is of all that is due.
    """

    def __init__(  # noqa: PLR0913  what a run writes with
        self,
        context: RunContext,
        entry: Entry,
        compiled: CompiledPolicy,
        writes: RunReporter,
        *,
        until: float,
        progress: Callable[[Plan], None],
        errand: Errand | None,
        dry_run: bool,
        whole: bool = True,
    ) -> None:
        self._context = context
        self._entry = entry
        self._compiled = compiled
        self._writes = writes
        self._until = until
        self._progress = progress
        self._errand = errand
        self._dry_run = dry_run
        self._whole = whole
        self._gate = Gate(compiled.policy.calendar)
        most = compiled.policy.behavior.max_deletions_per_second or context.settings.max_deletions_per_second
        self._rate = Rate(most, entry.ledger.next_write)

    def execute(self, plan: Plan, case: Case) -> Carried:
        """Write what the plan asks for.

        Args:
            plan: The plan.
            case: The policy's run.

        Returns:
            What came of it; also where nothing could be written, and why.
        """
        stop = self._obstacle(plan)
        unmarked: Counter[Result] = Counter()
        if writes_for_a_while(self._compiled):
            unmarked, stop = self._unmark(plan, stop)
        carried = Carried(stopped=stop)
        if stop is None and not plan.stopped:
            if self._dry_run:
                self._writes.would_act(plan.decisions, plan.acts)
                carried.results[Result.WOULD_ACT] = plan.acts
            else:
                carried = self._act(plan, case)
        carried.results += unmarked
        self._entry.ledger.next_write = self._rate.next_turn
        return carried

    def _obstacle(self, plan: Plan) -> Ending | None:
        """What keeps any run from writing now; of the switch it is told also when there is nothing to write."""
        try:
            check_clocks(self._context.connection.clock.skew())
        except Stopped as stop:
            return stop.ending
        if self._context.missing_plugins:
            return Ending(Reason.PLUGIN_MISSING, f"required plugin {'; '.join(self._context.missing_plugins)}")
        if self._dry_run:
            return None
        switched = self._context.switch.recent(self._context.sleep)
        if switched is not None and (plan.acts or plan.owed or not switched.ending.failed):
            return switched.ending
        if self._errand is not None and self._errand.occasion is None:
            return Ending(Reason.DEFERRED, self._errand.why)
        why = self._closed()
        return Ending(Reason.DEFERRED, why) if why is not None else None

    def _closed(self) -> str | None:
        """Why the policy's windows or blackouts let nothing be written now, by the local or by the server's clock."""
        if not self._gate.stands:
            return None
        server = self._context.connection.clock.now()
        clocks = [dt.datetime.now(dt.UTC), *([server] if server is not None else [])]
        return next((why for now in clocks if (why := self._gate.closed(now)) is not None), None)

    @functools.cached_property
    def _acting(self) -> Acting:
        """What is written with; made once something is to be written."""
        context, behavior = self._context, self._compiled.policy.behavior
        return Acting(
            context.connection,
            context.resources,
            Fence(
                context.home,
                self._compiled,
                switch=context.switch,
                batch_size=behavior.batch_size or context.settings.batch_size,
                sleep=context.sleep,
                closed=self._closed if self._gate.stands else None,
                installed=context.installed,
            ),
            self._rate,
            context.authority,
            self._writes,
            context.stopping,
            context.write_timeout,
            context.now,
            self._until,
            lambda: self._entry.superseded,
            context.bins,
            self._entry.ledger.fights,
        )

    def _unmark(self, plan: Plan, stop: Ending | None) -> tuple[Counter[Result], Ending | None]:
        """Take away the marks that must go, whatever else is in the way of acting; the pass is complete when that is done."""
        passes, before = self._entry.ledger.passes, self._entry.ledger.passes.held_from
        unmarking = Unmarking(self._acting, plan.owed, self._context.sleep)
        if unmarking.owed or not plan.whole:
            passes.incomplete(plan.now)
        if unmarking.owed and stop is None and not self._dry_run:
            self._progress(plan)  # if this program ends now, the next one finds that no mark counts
            unmarking.carry_out()
        if plan.whole and not unmarking.owed:
            passes.complete(plan.now, before)
        return unmarking.results, stop or unmarking.stopped

    def _act(self, plan: Plan, case: Case) -> Carried:
        context, ledger = self._context, self._entry.ledger
        plan = ledger.told.leave_out(plan, whole=self._whole)
        if not plan.decisions:
            return Carried()
        with Progress(lambda: self._progress(plan), self._progress_failed):
            if case.compiled.relations:
                plan = replace(plan, decisions=namespace_by_namespace(plan.decisions))
            carried = carry_out(case, _forbidden_last(plan, ledger.forbidden), self._acting)
        now = boottime()
        ledger.forbid(carried.forbidden)
        ledger.told.note(carried.notified)
        for outcome in carried.accepted:
            ledger.accepted.setdefault(outcome.decision.uid, (outcome, now))
        if carried.stopped is not None and carried.stopped.reason is Reason.ACCESS_DENIED:
            self._entry.access_checked = False
            context.reviews.forget()
        elif carried.forbidden:
            context.reviews.forget()
        if carried.unexpected is not None:
            context.log.failed("carrying out a plan", carried.unexpected)
        return carried

    def _progress_failed(self, error: Exception) -> None:
        self._context.log.failed("telling progress", error)


def _forbidden_last(plan: Plan, forbidden: Collection[str]) -> Plan:
    """The plan with the objects whose write was forbidden before at its end: they lead no run."""
    if not forbidden:
        return plan
    return replace(plan, decisions=tuple(sorted(plan.decisions, key=lambda decision: decision.uid in forbidden)))
