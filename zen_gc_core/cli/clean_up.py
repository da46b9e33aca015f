"""A clean-up by hand: the plan is shown, somebody says yes, it is carried out, and what became of it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from zen_gc_core.cli.asking import confirm
from zen_gc_core.cli.attending import INTERRUPTED, attended, interruptible
from zen_gc_core.cli.input import report_problems
from zen_gc_core.cli.output import as_json, as_table
from zen_gc_core.cli.progress import Bar
from zen_gc_core.cli.run_outcomes import outcome_document, outcome_table, policy_of, question, summary
from zen_gc_core.cli.run_refusals import check_runnable, check_switch, obstacle, rests
from zen_gc_core.cluster.attention import Attention
from zen_gc_core.cluster.rehearsing import RehearsingConnection
from zen_gc_core.controller.runs.by_hand import ByHand, Wish
from zen_gc_core.controller.runs.kill_switch import KillSwitch
from zen_gc_core.controller.runs.previewing import plan_live
from zen_gc_core.engine.asking import Asking
from zen_gc_core.model.approved import Approved, acting
from zen_gc_core.texts import counted, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.cli.documents import Document
    from zen_gc_core.cli.run_outcomes import Policy
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.controller.settings import Settings
    from zen_gc_core.engine.asking import Planned
    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.plugins import Plugins


@dataclass(frozen=True, slots=True)
class Subject:
    """A policy that is to be carried out.

    Args:
        compilation: The policy.
        document: Where it stands; None where it is in no file.
    """

    compilation: Compilation
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class _Task:
    """What is to be done for one policy.

    Args:
        wish: What may be done.
        decisions: What is to be done, object by object.
    """

    wish: Wish
    decisions: tuple[Decision, ...]


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
            check_runnable(subject.compilation, installed=False)
        switch = KillSwitch(self.connection, own_namespace)
        check_switch(switch, own_namespace)
        now = datetime.now(UTC)
        asking = Asking(now, self.grants, veto=self.plugins.veto)
        planned = plan_live(self.connection, [subject.compilation for subject in subjects], asking)
        click.echo(as_table(now, own_namespace, planned), err=self.as_json)
        for one, subject in zip(planned, subjects, strict=True):
            report_problems(subject.document, one.compilation.errors)
            report_problems(subject.document, one.compilation.warnings, "warning: ")
        if any(one.compilation.compiled is None for one in planned):
            return 2
        planned = [one for one in planned if not _resting(one)]
        if _hindered(planned, now):
            return 1
        tasks = [task for one in planned if (task := _task(one)) is not None]
        if tasks and not self.yes:
            confirm(question(decision for task in tasks for decision in task.decisions), err=self.as_json)
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
        with interruptible(hand.stopping, bar.ending):
            done = attended(lambda: [hand.run(task.wish) for task in tasks], attention, bar.draw)
            hand.close()
        bar.close()
        policies = [policy_of(one, task.decisions) for one, task in zip(done, tasks, strict=True)]
        return self._tell(policies, interrupted=hand.stopping.is_set())

    def _tell(self, policies: Sequence[Policy], *, interrupted: bool) -> int:
        if self.as_json:
            click.echo(as_json(outcome_document(policies, dry_run=self.dry_run)))
        elif policies:
            click.echo(f"\n{outcome_table(policies)}\n")
        click.echo(summary(policies, interrupted=interrupted), err=self.as_json)
        if interrupted:
            return INTERRUPTED
        return 1 if any(policy.failed for policy in policies) else 0


def _resting(planned: Planned) -> bool:
    """Whether a policy does nothing by its own word, which is told."""
    why = rests(planned.compilation)
    if why is not None:
        click.echo(f"{_title(planned)}: nothing is done for it: {why}", err=True)
    return why is not None


def _hindered(planned: Sequence[Planned], now: datetime) -> bool:
    """Whether anything is in the way of any policy, which is told: then nothing at all is done."""
    found = [(one, why) for one in planned if (why := obstacle(one, now)) is not None]
    for one, why in found:
        click.echo(visible(f"{_title(one)}: nothing is done: {why}"), err=True)
    if found and len(found) < len(planned):
        others = counted(len(planned) - len(found), "other policy", "other policies")
        click.echo(f"nor for {others}: leave this one out to run them", err=True)
    return bool(found)


def _title(planned: Planned) -> str:
    return f"{planned.compilation.reference.kind} {planned.compilation.reference}"


def _task(planned: Planned) -> _Task | None:
    """What is to be done for a policy; None where that is nothing."""
    if planned.plan is None:
        return None
    approved = Approved.all_of(planned.plan)
    decisions = (*acting(planned.plan.decisions), *planned.plan.owed)
    return _Task(Wish(planned.compilation, approved), decisions) if decisions else None
