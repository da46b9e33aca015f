"""A small run: what a pass saw coming is acted on at its instant, through the whole contract, and nothing else is looked at.

Each object is read and judged from the beginning; what is due makes a plan, with the breaker, the vetoes and all else that
stops one; and that is carried out as any plan is. Where anything is in the way, the objects wait for the next pass, which
counts what small runs wrote, and tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.accounts import check_taken_for, check_there
from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import AccessDenied
from zen_gc_core.cluster.impersonating import ConnectionAs
from zen_gc_core.cluster.observing import observe
from zen_gc_core.cluster.policies import read_policy
from zen_gc_core.controller.runs.executing import Executing
from zen_gc_core.controller.runs.preparing import Preparing
from zen_gc_core.controller.runs.stopping import Stopped, ending_by
from zen_gc_core.controller.telling.run_reporter import RunReporter
from zen_gc_core.engine.planning import conclude, tally_of
from zen_gc_core.engine.shares import Count
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending
from zen_gc_core.model.results import Result
from zen_gc_core.model.unlisted import Gaps

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from zen_gc_core.controller.runs.remembered import Entry
    from zen_gc_core.controller.runs.run_context import RunContext
    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.engine.shares import Counts
    from zen_gc_core.engine.tallying import Tally
    from zen_gc_core.model.plan import Plan, Upcoming

LONGEST: Final = 5.0
"""Seconds after which it waits for its rate no more: a pass may be due."""

SECONDS_BETWEEN_STATUSES: Final = 5.0


class SmallRun:
    """One small run of one policy.

    Args:
        context: What it works with.
        entry: The policy.
        compiled: The policy, compiled.
        due: What its last pass saw coming, and has come.
        population: How many unfinished objects of its kind the last pass saw; None: that is not known.
        since: When that pass began, by the boot-time clock, where the next one lists by now; else later than anything.
        interval: Seconds from one pass to the next.
        next_run: When the policy runs next; None: as it was told last.

    Attributes:
        left: Whether the policy's other objects are to wait for the next pass, too.
        rest: What its rate let it not come to, where that is less than what it did: the next small run judges that again.
    """

    def __init__(  # noqa: PLR0913  what a run is of
        self,
        context: RunContext,
        entry: Entry,
        compiled: CompiledPolicy,
        due: Sequence[Upcoming],
        *,
        population: int | None,
        since: float,
        interval: float,
        next_run: Callable[[], dt.datetime | None],
    ) -> None:
        self.left = True
        self.rest: Sequence[Upcoming] = ()
        self._context = context.acting_as(compiled.account)
        self._entry = entry
        self._compiled = compiled
        self._due = due
        self._population = population
        self._since = since
        self._interval = interval
        self._next_run = next_run

    def run(self) -> None:
        """Do it; whatever is in the way of it, the next pass tells."""
        context, policy = self._context, self._entry.reference
        try:
            stopped = self._run()
        except Stopped as stop:
            stopped = stop.ending
        except ClusterError as error:
            if isinstance(error, AccessDenied):
                self._entry.access_checked = False
                context.reviews.forget()
            stopped = ending_by(error)
        self.left = stopped is not None
        if stopped is not None:
            context.log.left_to_the_next_pass(policy, stopped)

    def _run(self) -> Ending | None:
        context, ledger = self._context, self._entry.ledger
        connection = context.connection
        if isinstance(connection, ConnectionAs):
            check_there(context.home, connection.account, context.sleep)
            check_taken_for(connection)
        if connection.clock.now() is None:
            read_policy(context.home, self._entry.reference)  # any answer tells the server's time
        preparing = Preparing(connection, context.resources, context.namespaces, context.grants)
        ((resource, member),) = preparing.members(self._compiled, context.now()).items()
        tally = tally_of(member.case, member.targets)
        for each in self._due:
            context.check_cancelled()
            seen = observe(connection, resource, each.namespace, each.name, sleep=context.sleep)
            if seen is not None and seen.uid == each.uid:
                tally.offer(seen.candidate())
        if not tally.due:
            return None
        plan = conclude(
            member.case,
            [tally],
            lambda: self._counts(tally),
            context.plugins.veto,
            Gaps(left_alone=ledger.fights.of(self._compiled.reference)),
            ledger.writes.within(self._interval, boottime(), self._since),
        )
        if plan.tripped is not None:
            return Ending(Reason.BREAKER_TRIPPED, plan.tripped)
        if plan.stopped or len(plan.decisions) != plan.acts:
            return Ending(Reason.NOT_EVALUATED, "its plan may not be carried out")
        return self._carry_out(plan, tally, member.case)

    def _counts(self, tally: Tally) -> Counts | None:
        """What the last pass saw, which is never counted anew; where it did not count, the limit cannot be told."""
        known = self._population
        return None if known is None else {tally.kind: Count(tally.sums.unfinished, known)}

    def _carry_out(self, plan: Plan, tally: Tally, case: Case) -> Ending | None:
        context, ledger = self._context, self._entry.ledger
        reporter = RunReporter(context.log, context.metrics, context.events, self._entry.reference)
        executing = Executing(
            context,
            self._entry,
            self._compiled,
            reporter,
            until=boottime() + LONGEST,
            progress=_untold,
            errand=None,
            dry_run=False,
            whole=False,
        )
        try:
            carried = executing.execute(plan, case)
        finally:
            results = reporter.results
            ledger.writes.note(boottime(), results, tally.sums.unfinished, small=True)
            ledger.deleted += results[Result.DELETED]
            reporter.finished()
            self._tell_totals()
        done = carried.results.total()
        if carried.stopped is not None or done >= plan.acts:
            return carried.stopped
        left = {each.uid for each in plan.decisions} - carried.came
        if len(left) > done:  # each small run reads all of the rest anew: the pass reads it in pages
            return _BEHIND
        self.rest = tuple(each for each in self._due if each.uid in left)
        return None

    def _tell_totals(self) -> None:
        ledger, now = self._entry.ledger, boottime()
        if now - ledger.told_totals >= SECONDS_BETWEEN_STATUSES:
            ledger.told_totals = now
            self._context.statuses.write_totals(self._entry, ledger.deleted, next_run=self._next_run())


_BEHIND: Final = Ending(Reason.DEFERRED, "its rate lets no more be written now")


def _untold(_plan: Plan) -> None:
    """How far it has come is not told: it is soon over."""
