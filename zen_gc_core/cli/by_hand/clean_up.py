"""A clean-up by hand: the plan is shown, somebody says yes, it is carried out, and what became of it is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from zen_gc_core.cli.by_hand.approved_view import approved_view
from zen_gc_core.cli.by_hand.attending import attended, interruptible
from zen_gc_core.cli.by_hand.lacking import Rights
from zen_gc_core.cli.by_hand.outcomes import NOT_TRIED, Fate, outcome_table, policy_of, question, undone
from zen_gc_core.cli.by_hand.refusals import check_runnable, check_switch, obstacle, rests
from zen_gc_core.cli.plans.live import preview
from zen_gc_core.cli.plans.output import as_table
from zen_gc_core.cli.reading.input import printing_aside, report_problems
from zen_gc_core.cli.terminal.asking import confirm
from zen_gc_core.cli.terminal.progress import Bar
from zen_gc_core.cluster.access_reviews import AccessReviews
from zen_gc_core.cluster.attention import Attention
from zen_gc_core.cluster.discovery import Resources
from zen_gc_core.cluster.rehearsing import RehearsingConnection
from zen_gc_core.controller.runs.by_hand import ByHand, Wish
from zen_gc_core.controller.runs.kill_switch import KillSwitch
from zen_gc_core.engine.asking import Asking
from zen_gc_core.model.approved import Approved
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending
from zen_gc_core.texts import counted, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.cli.by_hand.approved_view import ApprovedView
    from zen_gc_core.cli.by_hand.outcomes import Policy
    from zen_gc_core.cli.by_hand.subjects import Subject
    from zen_gc_core.cli.by_hand.telling import Telling
    from zen_gc_core.cli.plans.view import View
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.controller.settings import Settings
    from zen_gc_core.engine.asking import Planned
    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.plugins import Plugins


@dataclass(frozen=True, slots=True)
class _Task:
    """What is to be done for one policy.

    Args:
        subject: The policy.
        compilation: The policy, with what was found while it was planned.
        approved: What may be done.
        decisions: What is to be done, object by object.
        changed: What is known already not to be done: what is not as it was approved, and what may not be written.
        ending: Why nothing of it is done; None where it is.
    """

    subject: Subject
    compilation: Compilation
    approved: Approved
    decisions: tuple[Decision, ...]
    changed: tuple[Fate, ...] = ()
    ending: Ending | None = None

    @property
    def done(self) -> tuple[Decision, ...]:
        """What will be tried."""
        return self.decisions if self.ending is None else ()

    def undone(self, ending: Ending | None = None) -> Policy:
        """What becomes of the policy while nothing is done."""
        return undone(self.compilation, self.decisions, ending or self.ending, self.changed)


@dataclass(frozen=True, slots=True)
class CleanUp:
    """One clean-up.

    Args:
        connection: The cluster, as whoever asks.
        settings: The settings.
        plugins: The plugins.
        grants: What policies may do beyond the protections.
        yes: Whether nobody is asked.
        telling: Tells what became of it.
        dry_run: Whether the server only checks what it is asked.
        view: How its plan is shown.
    """

    connection: Connection
    settings: Settings
    plugins: Plugins
    grants: Grants
    yes: bool
    telling: Telling
    dry_run: bool
    view: View

    def run(self, subjects: Sequence[Subject]) -> int:
        """Plan, ask, act and tell.

        Args:
            subjects: The policies.

        Returns:
            The exit code: 0 all that was to be done is done, 1 something is not, 2 a policy is wrong, 130 interrupted.

        Raises:
            ZenGCError: Nothing was done.
        """
        compilations = [subject.compilation for subject in subjects]
        if self._invalid(subjects, compilations):
            return 2
        for subject in subjects:
            check_runnable(subject.compilation, installed=subject.installed)
        own_namespace = self.grants.own_namespace
        switch = KillSwitch(self.connection, own_namespace)
        check_switch(switch, own_namespace)
        now = datetime.now(UTC)
        planned = preview(self.connection, compilations, Asking(now, self.grants, veto=self.plugins.veto))
        views = [approved_view(one, subject.approved) for one, subject in zip(planned, subjects, strict=True)]
        as_json = self.telling.as_json
        shown = as_table(now, own_namespace, [view.planned for view in views], self.view)
        click.echo(shown, err=as_json, color=self.view.colour)
        for view, subject in zip(views, subjects, strict=True):
            report_problems(subject.document, view.planned.compilation.warnings, "warning: ")
            for line in view.told:
                click.echo(f"{_title(view.planned)}: {line}", err=True)
        if self._invalid(subjects, [one.compilation for one in planned]):
            return 2
        tasks = [_task(subject, one, view) for subject, one, view in zip(subjects, planned, views, strict=True)]
        if endings := _hindered([one for one in planned if rests(one.compilation) is None], now):
            return self.telling.ended([task.undone(endings.get(_title(task))) for task in tasks])
        tasks = self._allowed(tasks)
        self.telling.policies = [task.undone() for task in tasks]
        decisions = [decision for task in tasks for decision in task.done]
        if not decisions:
            return self.telling.ended(self.telling.policies)
        if not self.yes:
            confirm(question(decisions), err=as_json)
        return self._carry_out(tasks, switch)

    def _invalid(self, subjects: Sequence[Subject], compilations: Sequence[Compilation]) -> bool:
        """Whether a policy is wrong, which is told."""
        for subject, compilation in zip(subjects, compilations, strict=True):
            report_problems(subject.document, compilation.errors)
        self.telling.policies = [undone(each, (), _wrong(each)) for each in compilations]
        wrong = sum(each.compiled is None for each in compilations)
        if wrong:
            self.telling.stopped(f"{counted(wrong, 'policy is', 'policies are')} invalid")
        return bool(wrong)

    def _allowed(self, tasks: Sequence[_Task]) -> list[_Task]:
        """The tasks as far as whoever asks may carry them out; what not is told, before anything is asked."""
        rights = Rights(AccessReviews(self.connection), Resources(self.connection), self.grants)
        return [_as_far_as_allowed(task, rights) for task in tasks]

    def _carry_out(self, tasks: Sequence[_Task], switch: KillSwitch) -> int:
        """Do what was approved, and tell what became of it."""
        bar = Bar(sum(len(task.done) for task in tasks))
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
            if not task.done:
                return task.undone()
            subject = task.subject
            wish = Wish(task.compilation, task.approved, subject.status, subject.installed)
            return policy_of(hand.run(wish), task.decisions, task.changed)

        with printing_aside(), interruptible(hand.stopping, bar.ending):
            policies = attended(lambda: [carry_out(task) for task in tasks], attention, bar.draw)
            hand.close()
        bar.close()
        if not self.telling.as_json:
            click.echo(f"\n{outcome_table([policy for policy in policies if policy.fates])}\n")
        return self.telling.ended(policies, interrupted=hand.stopping.is_set())


def _wrong(compilation: Compilation) -> Ending | None:
    """Why nothing is done for a policy that is invalid; None for one that is not."""
    if compilation.compiled is not None:
        return None
    return Ending(Reason.INVALID_POLICY, "; ".join(map(str, compilation.errors)))


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


def _as_far_as_allowed(task: _Task, rights: Rights) -> _Task:
    """A task as far as the rights of whoever asks allow it; what not is told, with what stays."""
    compiled = task.compilation.compiled
    if compiled is None or not task.decisions:
        return task
    lack = rights.lacking(compiled, task.decisions)
    if lack.ending is not None:
        stay = _staying(len(task.decisions))
        click.echo(
            visible(f"{_title(task)}: nothing is done for it: {lack.words or lack.ending.message}; {stay}"), err=True
        )
        return replace(task, ending=lack.ending)
    for (api_version, kind), words in lack.kinds.items():
        number = sum((each.api_version, each.kind) == (api_version, kind) for each in task.decisions)
        click.echo(visible(f"{_title(task)}: {words}; {_staying(number, kind)}"), err=True)
    stays = tuple(
        Fate(each, NOT_TRIED, lack.kinds[each.api_version, each.kind])
        for each in task.decisions
        if (each.api_version, each.kind) in lack.kinds
    )
    kept = {each.decision.uid for each in stays}
    return replace(
        task,
        approved=task.approved.without(kept),
        decisions=tuple(each for each in task.decisions if each.uid not in kept),
        changed=(*task.changed, *stays),
    )


def _staying(number: int, kind: str = "object") -> str:
    return (
        f"its {kind} stays" if number == 1 else f"its {number} {'objects' if kind == 'object' else f'of {kind}'} stay"
    )
