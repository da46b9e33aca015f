"""Reporting one run as a whole: its status while it acts; log, metrics, events and status when it is over."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from zen_gc_core.controller.runs.fights import shown
from zen_gc_core.controller.runs.notifying import NOBODY
from zen_gc_core.controller.runs.terminating import follow_up
from zen_gc_core.controller.runs.unlisted import counted
from zen_gc_core.controller.telling import policy_status
from zen_gc_core.controller.telling.metrics import KindCount
from zen_gc_core.controller.telling.run_reporter import RunReporter
from zen_gc_core.engine.lasting import writes_for_a_while
from zen_gc_core.model.decision import KeptBy
from zen_gc_core.model.reasons import ErrorType, Reason
from zen_gc_core.model.results import Result

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.controller.runs.members import Member
    from zen_gc_core.controller.runs.remembered import Entry
    from zen_gc_core.controller.runs.run_context import RunContext
    from zen_gc_core.controller.telling.policy_status import Standing
    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.report import Ending, RunReport


class Reporting:
    """Tells of one run of one policy, and counts what earlier ones had begun to delete.

    Args:
        context: What the run works with.
        entry: The policy.
        next_run: When it runs next, as of when it is asked; None when it does not.
        scheduled: Whether it runs at times of its own, so that when it runs next is news.

    Attributes:
        writes: Told of what becomes of each object.
    """

    def __init__(
        self, context: RunContext, entry: Entry, next_run: Callable[[], dt.datetime | None], *, scheduled: bool = False
    ) -> None:
        self.writes = RunReporter(context.log, context.metrics, context.events, entry.reference, context.outcome)
        self._context = context
        self._entry = entry
        self._next_run = next_run
        self._scheduled = scheduled
        self._seen_gone = 0
        self._total_before = entry.ledger.deleted

    def unlisted(self, plan: Plan) -> None:
        """Tell of the kinds that could not be listed, once until they are others."""
        names = tuple(each.what for each in plan.unlisted)
        if names != self._entry.ledger.unlisted:
            self._entry.ledger.unlisted = names
            self._context.log.unlisted(self._entry.reference, plan.unlisted)

    def gathered(self, resource: Resource, objects: int, seconds: float) -> None:
        """Tell of a list of other objects on which conditions depend."""
        self._context.metrics.sweep_finished(str(resource), objects, seconds)
        self._context.metrics.related_listed(str(resource), objects)
        self._context.log.swept(str(resource), objects, seconds)

    def follow_up(self) -> None:
        """Look after what earlier runs had begun to delete, before this one acts: what is gone now counts with it."""
        self._total_before = self._entry.ledger.deleted
        self._seen_gone = follow_up(self._context, self._entry.reference, self._entry.ledger, self.writes)

    def acting(self, so_far: RunReport) -> None:
        """Write the status as it is in the middle of acting.

        Args:
            so_far: What the run has done until now.
        """
        numbers = self._numbers(so_far)
        standing = policy_status.acting(so_far, self._entry.ledger.unreached)
        self._context.statuses.write(self._entry, standing, numbers, next_run=None, acted=True)

    def failed(self, ending: Ending, *, seconds: float) -> None:
        """Tell of a run that has nothing to report.

        Args:
            ending: Why.
            seconds: How long it took.
        """
        if not ending.failed:
            self._context.log.writes_stopped(self._entry.reference, ending)
            return
        self.writes.failed(ending, seconds=seconds)
        self._write_status(policy_status.failed(ending), {})

    def finished(self, report: RunReport, members: Mapping[Resource, Member]) -> Callable[[], None] | None:
        """Tell of a run that was planned, and carried out as far as it may be; where it did nothing, all but its status.

        Args:
            report: What it did.
            members: The policy on each of its sweeps.

        Returns:
            Writes the status; None where that is written, or says all of it already.
        """
        ending = report.ending
        if ending is not None and not ending.failed:
            self._context.log.writes_stopped(self._entry.reference, ending)
        self.writes.finished()
        self._context.log.evaluation_finished(report)
        self._context.metrics.run_finished(report, _counts(members))
        self._record(report)
        ledger = self._entry.ledger  # the watch has brought back what was written while it acted
        ledger.deleted = max(ledger.deleted, self._total_before + self._deleted(report))
        for fight in ledger.fights.untold():
            self._context.log.left_to_others(self._entry.reference, fight)
            self._context.metrics.error(self._entry.reference, ErrorType.FIGHT)
            self._context.events.fight(self._entry.reference, fight)
        fights = shown(ledger.fights.of(report.plan.policy))
        if not self._did_nothing(report):
            self._tell(report, fights)
            self._context.hearing.tell(report)
            return None
        self._context.hearing.tell(report)
        said = self._found(report, fights) == self._entry.said
        return None if said else functools.partial(self._tell_nothing, report, fights)

    def _did_nothing(self, report: RunReport) -> bool:
        """Whether nobody needs to know of a run what the next one does not find as well: its status may wait, and be lost.

        What acted, or would have, has to tell it at once, and so does what counts from when its conditions began to hold:
        that the marks of before count no more is written nowhere else.
        """
        compiled = self._entry.compilation.compiled
        lasts = compiled is None or writes_for_a_while(compiled)
        plan = report.plan
        did = plan.decisions or plan.owed or plan.unlisted or report.results or self._seen_gone
        return not (did or lasts or self._scheduled)

    def _tell(self, report: RunReport, fights: str | None) -> bool:
        """Write the status; False where it says all of that already."""
        standing = policy_status.standing(report, self._entry.ledger.unreached, fights)
        acted = self._acted(report) or bool(report.plan.upcoming)
        return self._write_status(standing, self._numbers(report), acted=acted)

    def _tell_nothing(self, report: RunReport, fights: str | None) -> None:
        """Write the status of a run that did nothing, and remember what it says, where that is nothing new."""
        found = self._found(report, fights)
        news = self._tell(report, fights)
        compared = self._entry.status_as_kept is found[0]
        self._entry.said = found if compared and not news else None

    def _found(self, report: RunReport, fights: str | None) -> tuple[object, ...]:
        """The status, and all that one is made of, clocks aside, of a run that did nothing."""
        plan, unreached = report.plan, self._entry.ledger.unreached
        return (
            self._entry.status_as_kept,
            self._entry.compilation,
            self._total_before,
            report.dry_run,
            plan.recycled_for,
            plan.matched,
            plan.due,
            plan.marking,
            *(plan.kept[kept_by] for kept_by in KeptBy),
            plan.first_error,
            plan.first_reason,
            plan.notes,
            plan.upcoming,
            report.ending,
            unreached,
            fights,
        )

    def _numbers(self, report: RunReport) -> dict[str, object]:
        numbers: dict[str, object] = policy_status.numbers(report, self._total_before, self._seen_gone)
        passes = self._entry.ledger.passes
        compiled, told = self._entry.compilation.compiled, passes.told()
        if compiled is not None and compiled.holding is not None:
            return numbers if passes.old else {**numbers, **told}  # another may have led since, and know of more
        before = self._entry.status
        return {**numbers, **{name: None for name in told if name in before}}

    def _deleted(self, report: RunReport) -> int:
        return report.results[Result.DELETED] + self._seen_gone

    def _acted(self, report: RunReport) -> bool:
        """Whether anything was sent, or seen gone that was sent for earlier."""
        sent = set(report.results) - {Result.WOULD_ACT, Result.DROPPED, Result.BLOCKED}
        return any(report.results[result] for result in sent) or self._seen_gone > 0

    def _record(self, report: RunReport) -> None:
        """Write the events about the run as a whole."""
        plan, events, ledger = report.plan, self._context.events, self._entry.ledger
        if report.ending is not None:
            events.ended(self._entry.reference, report.ending, plan)
        stopped = report.stopped
        switched_off = stopped is not None and stopped.reason is Reason.KILL_SWITCH
        if stopped is not None and switched_off and plan.acts and not ledger.switched_off:
            events.paused(self._entry.reference, stopped)
        ledger.switched_off = switched_off and (plan.acts > 0 or ledger.switched_off)
        deferred = stopped is not None and stopped.reason is Reason.DEFERRED
        if stopped is not None and deferred and plan.acts and not ledger.deferred:
            events.deferred(self._entry.reference, stopped)
        ledger.deferred = deferred and (plan.acts > 0 or ledger.deferred)
        noticed = frozenset(each.uid for each in plan.soon.decisions) if plan.soon is not None else NOBODY
        if plan.soon is not None and not noticed <= ledger.noticed:
            events.expires_soon(self._entry.reference, plan.soon)
        ledger.noticed = noticed
        found = (plan.matched, self._deleted(report), plan.pending)
        if found != ledger.evaluated or self._acted(report):
            ledger.evaluated = found
            events.evaluated(self._entry.reference, *found)

    def _write_status(self, how: Standing, numbers: dict[str, object], *, acted: bool = False) -> bool:
        acted = acted or self._scheduled
        return self._context.statuses.write(self._entry, how, numbers, next_run=self._next_run(), acted=acted)


def _counts(members: Mapping[Resource, Member]) -> list[KindCount]:
    return [
        KindCount(
            resource.api_version,
            resource.kind,
            sum(tally.matched for tally in member.tallies),
            sum(tally.matched - tally.due + tally.marking for tally in member.tallies),
            sum(tally.due - tally.marking for tally in member.tallies),
            None
            if member.case.compiled.retention is None
            else sum(tally.kept[KeptBy.RETAINED] for tally in member.tallies),
        )
        for resource, member in counted(members).items()
    ]
