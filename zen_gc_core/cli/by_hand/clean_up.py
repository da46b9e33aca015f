"""A clean-up by hand: the plan is shown, somebody says yes, it is carried out, and what became of it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from zen_gc_core.cli.by_hand.approved_view import approved_view
from zen_gc_core.cli.by_hand.attending import INTERRUPTED, attended, interruptible
from zen_gc_core.cli.by_hand.outcomes import outcome_document, outcome_table, policy_of, question, summary, undone
from zen_gc_core.cli.by_hand.refusals import check_runnable, check_switch, obstacle, rests
from zen_gc_core.cli.plans.live import preview
from zen_gc_core.cli.plans.output import as_json, as_table
from zen_gc_core.cli.reading.input import report_problems
from zen_gc_core.cli.terminal.asking import confirm
from zen_gc_core.cli.terminal.progress import Bar
from zen_gc_core.cluster.attention import Attention
from zen_gc_core.cluster.rehearsing import RehearsingConnection
from zen_gc_core.controller.runs.by_hand import ByHand, Wish
from zen_gc_core.controller.runs.kill_switch import KillSwitch
from zen_gc_core.engine.asking import Asking
from zen_gc_core.model.approved import Approved
from zen_gc_core.texts import counted, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.cli.by_hand.approved_view import ApprovedView
    from zen_gc_core.cli.by_hand.outcomes import Fate, Policy
    from zen_gc_core.cli.by_hand.subjects import Subject
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.controller.settings import Settings
    from zen_gc_core.engine.asking import Planned
    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.report import Ending
    from zen_gc_core.plugins import Plugins


@dataclass(frozen=True, slots=True)
class _Task:
    """What is to be done for one policy.

    Args:
        subject: The policy.
        compilation: The policy, with what was found while it was planned.
        approved: What may be done.
        decisions: What is to be done, object by object.
        changed: What was approved, and is not to be done any more.
    """

    subject: Subject
    compilation: Compilation
    approved: Approved
    decisions: tuple[Decision, ...]
    changed: tuple[Fate, ...] = ()


@dataclass(frozen=True, slots=True)
class CleanUp:
    """One clean-up.

    Args:
        connection: The cluster, as whoever asks.
        settings: The settings.
        plugins: The plugins.
        grants: What policies may do beyond the protections.
        yes: Whether nobody is asked.
        as_json: Whether the outcomes are printed as JSON; everything else goes to standard error then.
        dry_run: Whether the server only checks what it is asked.
    """

    connection: Connection
    settings: Settings
    plugins: Plugins
    grants: Grants
    yes: bool
    as_json: bool
    dry_run: bool

    def run(self, subjects: Sequence[Subject]) -> int:
        """Plan, ask, act and tell.

        Args:
            subjects: The policies.

        Returns:
            The exit code: 0 all that was to be done is done, 1 something is not, 2 a policy is wrong, 130 interrupted.

        Raises:
            ZenGCError: Nothing was done.
        """
        own_namespace = self.grants.own_namespace
        for subject in subjects:
            report_problems(subject.document, subject.compilation.errors)
        if any(subject.compilation.compiled is None for subject in subjects):
            return 2
        for subject in subjects:
            check_runnable(subject.compilation, installed=subject.installed)
        switch = KillSwitch(self.connection, own_namespace)
        check_switch(switch, own_namespace)
        now = datetime.now(UTC)
        asking = Asking(now, self.grants, veto=self.plugins.veto)
        planned = preview(self.connection, [subject.compilation for subject in subjects], asking)
        views = [approved_view(one, subject.approved) for one, subject in zip(planned, subjects, strict=True)]
        click.echo(as_table(now, own_namespace, [view.planned for view in views]), err=self.as_json)
        for view, subject in zip(views, subjects, strict=True):
            report_problems(subject.document, view.planned.compilation.errors)
            report_problems(subject.document, view.planned.compilation.warnings, "warning: ")
            for line in view.told:
                click.echo(f"{_title(view.planned)}: {line}", err=True)
        if any(one.compilation.compiled is None for one in planned):
            return 2
        tasks = [_task(subject, one, view) for subject, one, view in zip(subjects, planned, views, strict=True)]
        if endings := _hindered([one for one in planned if rests(one.compilation) is None], now):
            return self._tell([undone(task.compilation, task.decisions, endings.get(_title(task))) for task in tasks])
        decisions = [decision for task in tasks for decision in task.decisions]
        if not decisions:
            return self._tell([undone(task.compilation, (), None, task.changed) for task in tasks])
        if not self.yes:
            confirm(question(decisions), err=self.as_json)
        return self._carry_out(tasks, switch)

    def _carry_out(self, tasks: Sequence[_Task], switch: KillSwitch) -> int:
        """Do what was approved, and tell what became of it."""
        bar = Bar(sum(len(task.decisions) for task in tasks))
        attention = Attention()
        hand = ByHand(
            RehearsingConnection(self.connection) if self.dry_run else self.connection,
            settings=self.settings,
            plugins=self.plugins,
            grants=self.grants,
            switch=switch,
            attention=attention,
            told=bar.count,
        )

        def carry_out(task: _Task) -> Policy:
            if not task.decisions:
                return undone(task.compilation, (), None, task.changed)
            subject = task.subject
            wish = Wish(task.compilation, task.approved, subject.status, subject.installed)
            return policy_of(hand.run(wish), task.decisions, task.changed)

        with interruptible(hand.stopping, bar.ending):
            policies = attended(lambda: [carry_out(task) for task in tasks], attention, bar.draw)
            hand.close()
        bar.close()
        if not self.as_json:
            click.echo(f"\n{outcome_table([policy for policy in policies if policy.fates])}\n")
        return self._tell(policies, interrupted=hand.stopping.is_set())

    def _tell(self, policies: Sequence[Policy], *, interrupted: bool = False) -> int:
        if self.as_json:
            click.echo(as_json(outcome_document(policies, dry_run=self.dry_run)))
        click.echo(summary(policies, interrupted=interrupted), err=self.as_json)
        if interrupted:
            return INTERRUPTED
        return 1 if any(policy.failed for policy in policies) else 0


def _hindered(planned: Sequence[Planned], now: datetime) -> dict[str, Ending]:
    """What is in the way of policies, by title, which is told: where there is anything, nothing at all is done."""
    found = {_title(one): ending for one in planned if (ending := obstacle(one, now)) is not None}
    for title, ending in found.items():
        click.echo(visible(f"{title}: nothing is done: {ending.message}"), err=True)
    if found and len(found) < len(planned):
        others = counted(len(planned) - len(found), "other policy", "other policies")
        click.echo(f"nor for {others}: leave this one out to run them", err=True)
    return found


def _title(one: Planned | _Task) -> str:
    return f"{one.compilation.reference.kind} {one.compilation.reference}"


def _task(subject: Subject, planned: Planned, view: ApprovedView) -> _Task:
    """What is to be done for a policy; of one that rests, nothing, which is told."""
    plan, why = planned.plan, rests(planned.compilation)
    if why is not None:
        click.echo(f"{_title(planned)}: nothing is done for it: {why}", err=True)
    if plan is None or why is not None:
        return _Task(subject, planned.compilation, Approved({}), ())
    approved = subject.approved or Approved.all_of(plan)
    narrowed = approved.narrow(plan)
    return _Task(subject, planned.compilation, approved, (*narrowed.decisions, *narrowed.owed), view.changed)
