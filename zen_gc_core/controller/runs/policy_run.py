"""One run of one policy: prepared, swept, planned, carried out; what is told of it is in ``reporting``."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
import weakref
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.accounts import check_taken_for, check_there
from zen_gc_core.cluster.clocks import boottime, earlier_of
from zen_gc_core.cluster.errors import AccessDenied, NotFound, TargetUnavailable
from zen_gc_core.cluster.impersonating import ConnectionAs
from zen_gc_core.cluster.policies import read_policy
from zen_gc_core.controller.runs.errands import Errand, claim
from zen_gc_core.controller.runs.executing import Executing
from zen_gc_core.controller.runs.gathering_shares import Need
from zen_gc_core.controller.runs.members import knowing
from zen_gc_core.controller.runs.preparing import Preparing
from zen_gc_core.controller.runs.reporting import Reporting
from zen_gc_core.controller.runs.rights import check_access, check_recycling, check_related
from zen_gc_core.controller.runs.scope_counting import count_in_scope
from zen_gc_core.controller.runs.stopping import Stopped, ending_by
from zen_gc_core.controller.runs.unlisted import failure_of, forbidden, listed, tallies_of, unlisted
from zen_gc_core.controller.runs.unreached import unreached
from zen_gc_core.engine.calendar.timetable import mean_interval
from zen_gc_core.engine.expanding import wildcards
from zen_gc_core.engine.planning import conclude
from zen_gc_core.engine.upcoming import takes_part
from zen_gc_core.errors import ClusterError
from zen_gc_core.instants import format_instant
from zen_gc_core.model.held_marks import MOST_INTERVALS
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending, RunReport
from zen_gc_core.model.unlisted import Gaps

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Mapping

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.counting import FieldSelectors
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.controller.runs.members import Member
    from zen_gc_core.controller.runs.remembered import Entry
    from zen_gc_core.controller.runs.run_context import RunContext
    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.engine.shares import Counts
    from zen_gc_core.model.plan import Plan, Upcoming
    from zen_gc_core.model.relations import Related, Relation
    from zen_gc_core.model.results import Result

INTERVALS_AHEAD: Final = 1.5
MOST_SECONDS_AHEAD: Final = 86_400.0


class PolicyRun:
    """One run of one policy.

    Args:
        context: What it works with.
        entry: The policy.
        compiled: The policy, compiled.
        next_run: When the policy runs next, by whether this run failed; None when it does not.
        interval: Seconds after which a run ends rather than wait for its rate; the next one goes on.
        errand: What it is for, where the policy has a schedule; None where it has none.

    Attributes:
        members: Its place on the sweep of each resource; empty until ``prepare``.
        report: What it did; None until ``finish``, and when there was nothing to report.
        failure: Why it could not do what it should; None when it could.
        upcoming: What will be due before the next run, where that may be acted on at its instant; nearest first.
        population: Of the policy's one kind, how many unfinished objects there were; None where that is not known.
        untold: Writes its status, once it has ended; None where that is written, or says all of it already.
        claimed: Whether nothing is left to be done for the scheduled time that it is for.
        began: When it began, by the boot-time clock.
        instant: The instant by which it judges; None until ``prepare``.
    """

    def __init__(  # noqa: PLR0913  what a run is of, and when the next one is
        self,
        context: RunContext,
        entry: Entry,
        compiled: CompiledPolicy,
        next_run: Callable[[PolicyRun], dt.datetime | None],
        interval: float,
        *,
        errand: Errand | None = None,
    ) -> None:
        self.entry = entry
        self.members: dict[Resource, Member] = {}
        self.report: RunReport | None = None
        self.failure: Ending | None = None
        self.upcoming: tuple[Upcoming, ...] = ()
        self.population: int | None = None
        self.untold: Callable[[], None] | None = None
        context = context.acting_as(compiled.account)
        self._context = context
        self._compiled = compiled
        self._interval = interval
        self.errand = errand
        self.claimed = errand is None or errand.occasion is None
        this = weakref.proxy(self)  # or thousands of ended runs would be there until the next collection of garbage
        self._reporting = Reporting(context, entry, lambda: next_run(this), scheduled=errand is not None)
        self.began = boottime()
        self.instant: dt.datetime | None = None
        self._started = dt.datetime.now(dt.UTC)

    @property
    def failed(self) -> bool:
        """Whether it could not do what it should, so that the next one is put off."""
        if self.report is None:
            return True
        return self.report.stopped is not None and self.report.stopped.failed

    @property
    def dry_run(self) -> bool:
        """Whether it only says what it would do."""
        return self._compiled.policy.behavior.dry_run or self._context.settings.dry_run

    @property
    def removes(self) -> bool:
        """Whether all that it does to objects ends them, so that none of them is met twice."""
        return all(request.removes and request.sends for request in self._compiled.writes)

    @property
    def _lasts(self) -> bool:
        """Whether it counts from when its conditions began to hold."""
        return self._compiled.holding is not None

    @property
    def connection(self) -> Connection:
        """The cluster, as whom it looks at objects."""
        return self._context.connection

    @property
    def selectors(self) -> FieldSelectors:
        """Which field selectors the server knows, asked as whom it looks at objects."""
        return self._context.selectors

    @property
    def by_wildcard(self) -> bool:
        """Whether which kinds it looks at is found in each run anew."""
        return bool(wildcards(self._compiled.policy))

    def prepare(self) -> None:
        """Find its resources, and ask whether it may; what is in the way is its ``failure``."""
        context = self._context
        context.log.evaluating(self.entry.reference)
        try:
            self._ask_after_account()
            self._claim()
            if self._compiled.relations:
                context.metrics.relates(self.entry.reference)
            preparing = Preparing(
                context.connection,
                context.resources,
                context.namespaces,
                context.grants,
                most_due=context.most_due,
            )
            now = self.instant = self._now()
            held_from = self._held_from(now) if self._lasts else None
            members = preparing.members(self._compiled, now, held_from, self._upcoming_until(now))
            if not self.entry.access_checked:
                self._check_rights(members)
                self.entry.access_checked = True
            self._look_for_namespaces(members)
            kinds = tuple((each.api_version, each.kind) for each in members)
            if kinds != self.entry.counted:
                context.metrics.run_begun(self.entry.reference, kinds)
                self.entry.counted = kinds
            self.members = members
        except Stopped as stop:
            self.failure = stop.ending
        except ClusterError as error:
            self._fail(error)

    @property
    def need(self) -> Need | None:
        """What it has to know of other objects before its own are listed; None when it has to know nothing."""
        if not (self.members and self._compiled.relations):
            return None
        case = next(iter(self.members.values())).case
        return Need.of(case, self._reporting.gathered, self._reporting.writes.related_unknown)

    def know(self, related: Mapping[Relation, Related]) -> None:
        """Take in what is known of these objects."""
        self.members = knowing(self.members, related)

    def give_up(self, error: ClusterError | Stopped) -> None:
        """End before anything is listed: what it has to know cannot be found out."""
        self.members = {}
        if isinstance(error, Stopped):
            self.failure = error.ending
        else:
            self._fail(error)

    def _ask_after_account(self) -> None:
        """Do nothing in the name of an account that is not there, or for which the API server does not take us."""
        connection = self._context.connection
        if isinstance(connection, ConnectionAs):
            check_there(self._context.home, connection.account, self._context.sleep)
            check_taken_for(connection)

    def _check_rights(self, members: dict[Resource, Member]) -> None:
        """Ask whether it may do what it needs to, before anything is listed for it."""
        context, compiled = self._context, self._compiled
        places = {resource: member.targets for resource, member in members.items()}
        check_access(context.reviews, compiled.writes, places, dry_run=self.dry_run)
        if compiled.policy.behavior.recycle is not None and not self.dry_run:
            check_recycling(context.reviews, context.resources, places, secrets=context.grants.recycle_secrets)
        check_related(context.reviews, context.resources, next(iter(members.values())).case.compiled)

    def _claim(self) -> None:
        """Write down that the policy runs for its scheduled time, before anything else is done for it.

        A program that writes nothing whatever a policy says takes no time away from one that does.
        """
        errand = self.errand
        if errand is None or errand.occasion is None or self._context.settings.dry_run:
            return
        if not claim(self._context, self.entry, errand.occasion):
            begun = format_instant(errand.occasion.time)
            self.errand = Errand(None, f"a run for {begun} has begun elsewhere, or for a later time; {errand.why}")
        self.claimed = True

    def _held_from(self, now: dt.datetime) -> dt.datetime:
        """From when marks count: by what another replica wrote, where one led, and not by what was read before it did."""
        passes, reference = self.entry.ledger.passes, self.entry.reference
        if passes.old:
            seen = read_policy(self._context.home, reference)
            status = seen.document().get("status") if seen is not None and seen.uid == reference.uid else None
            passes.learn(status if isinstance(status, dict) else {})
        return passes.begin(now, self._between_passes(now))

    def _between_passes(self, now: dt.datetime) -> dt.timedelta:
        """How long it is from one of its runs to the next."""
        schedule = self._compiled.policy.calendar.schedule
        if schedule is not None:
            return mean_interval(schedule, now, MOST_INTERVALS)
        return self._context.settings.interval_of(self.entry.reference, self.entry.interval)

    def _look_for_namespaces(self, members: dict[Resource, Member]) -> None:
        """Find what the policy names and the cluster does not have; a cluster that does not say changes nothing."""
        context, ledger = self._context, self.entry.ledger
        policy = next(iter(members.values())).case.compiled.policy
        with contextlib.suppress(ClusterError):
            found = unreached(context.namespaces, policy, installed=True)
            if found != ledger.unreached:
                ledger.unreached = found
                context.log.unreached(self.entry.reference, found)

    def _now(self) -> dt.datetime:
        """The instant of the run: the earlier of the local and the server's clock."""
        clock = self._context.connection.clock
        if clock.now() is None:
            read_policy(self._context.home, self.entry.reference)  # any answer tells the server's time
        return earlier_of(self._started, clock.now())

    def _upcoming_until(self, now: dt.datetime) -> dt.datetime | None:
        """Until when it is remembered what will be due: beyond the next pass, which may be late; None where it is not."""
        if not self._between_passes_too or not math.isfinite(self._interval):
            return None
        return now + dt.timedelta(seconds=min(INTERVALS_AHEAD * self._interval, MOST_SECONDS_AHEAD))

    @property
    def _between_passes_too(self) -> bool:
        """Whether the policy may act on objects between its passes."""
        return self._context.installed and not self.dry_run and self.errand is None and takes_part(self._compiled)

    def _fail(self, error: ClusterError) -> None:
        if isinstance(error, AccessDenied):
            self.entry.access_checked = False
            self._context.reviews.forget()
        if isinstance(error, NotFound):
            error = TargetUnavailable(f"the kind is not served any more: {error}")
        self.failure = self._context.advised(ending_by(error), self.entry.reference)

    def finish(self) -> None:
        """Plan, act and report, once all sweeps have passed; where nothing was done, all but the status is told."""
        self._context.metrics.runs_every(self.entry.reference, self._interval)
        for resource, member in self.members.items():
            if isinstance(member.error, NotFound):
                self._context.resources.forget(resource)
        if self.failure is None and (failed := failure_of(self.members)) is not None:
            self._fail(failed)
        if self.failure is None:
            try:
                self._evaluate()
            except ClusterError as error:
                self._fail(error)
        if self.report is not None:
            self.untold = self._reporting.finished(self.report, self.members)
            return
        ending = self.failure or Ending(Reason.NOT_EVALUATED, "nothing was evaluated")
        self._reporting.failed(ending, seconds=boottime() - self.began)

    def _evaluate(self) -> None:
        connection, members = self._context.connection, listed(self.members)
        requests = self._compiled.writes
        case, tallies = next(iter(members.values())).case, tallies_of(members)
        writes = self.entry.ledger.writes
        plan = conclude(
            case,
            tallies,
            lambda: self._counted(count_in_scope(connection, members, self._context.check_cancelled)),
            self._context.plugins.veto,
            Gaps(
                unlisted(self.members),
                {} if self.dry_run else dict(forbidden(self._context.reviews, members, requests)),
                self.entry.ledger.fights.of(self._compiled.reference),
            ),
            writes.by_small_runs(self._interval, self.began, boottime()),
        )
        self._reporting.unlisted(plan)
        plan = self._context.narrowed(plan)
        self._reporting.follow_up()
        executing = Executing(
            self._context,
            self.entry,
            self._compiled,
            self._reporting.writes,
            until=self._acts_until(),
            progress=lambda plan: self._reporting.acting(self._reported(plan, self._reporting.writes.results)),
            errand=self.errand,
            dry_run=self.dry_run,
        )
        try:
            carried = executing.execute(plan, case)
        finally:
            unfinished = sum(tally.due - tally.finished for tally in tallies)
            writes.note(boottime(), self._reporting.writes.results, unfinished, small=False)
        stopped = self._context.advised(carried.stopped, self.entry.reference) if carried.stopped is not None else None
        self.report = self._reported(plan, carried.results, stopped, carried.not_recycled)
        if plan.upcoming and not self.report.failed and stopped is None and carried.results.total() >= plan.acts:
            self.upcoming = plan.upcoming
            self.population = self.population or _population(case, plan)

    def _acts_until(self) -> float:
        """Until the next run is due; but for half an interval at least, or one whose passes take longer would never act."""
        return max(self.began + self._interval, boottime() + self._interval / 2)

    def _counted(self, counts: Counts | None) -> Counts | None:
        """Keep what was counted for the breaker: small runs go by it."""
        if counts is not None:
            self.population = min((count.population for count in counts.values()), default=None)
        return counts

    def _reported(
        self, plan: Plan, results: Counter[Result], stopped: Ending | None = None, not_recycled: str = ""
    ) -> RunReport:
        return RunReport(
            plan=plan,
            results=results,
            started=self._started,
            duration=boottime() - self.began,
            stopped=stopped,
            dry_run=self.dry_run or self.connection.rehearses,
            not_recycled=not_recycled,
        )


def _population(case: Case, plan: Plan) -> int | None:
    """How many unfinished objects there were at least, where nothing had to count them: of kinds that never finish, all seen."""
    target = case.compiled.policy.targets[0]
    return None if case.run.finishing.known(target.group, target.kind) else plan.scanned
