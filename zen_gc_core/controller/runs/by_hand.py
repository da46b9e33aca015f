"""Runs by hand: one run of each of some policies, for whoever asks, with the rights of whoever asks.

The run is that of the controller (``policy_run``), to the last guard. What differs is around it: what it may do is what
somebody approved of its plan; its right to write is that person's attention and not a lease; and it tells that person
alone, so that no status and no Event is written.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core import __version__
from zen_gc_core.cluster.access_reviews import AccessReviews
from zen_gc_core.cluster.counting import FieldSelectors
from zen_gc_core.cluster.discovery import Resources
from zen_gc_core.cluster.namespaces import Namespaces
from zen_gc_core.cluster.writing import WRITE_TIMEOUT
from zen_gc_core.controller.runs.bins import Bins
from zen_gc_core.controller.runs.hearing import Hearing
from zen_gc_core.controller.runs.passes import Passes
from zen_gc_core.controller.runs.policy_run import PolicyRun
from zen_gc_core.controller.runs.remembered import Entry, Ledger
from zen_gc_core.controller.runs.run_context import RunContext
from zen_gc_core.controller.runs.sweeping import Sweep
from zen_gc_core.controller.runs.together import gather_together
from zen_gc_core.controller.telling.events import PolicyEvents
from zen_gc_core.controller.telling.metrics import Metrics
from zen_gc_core.controller.telling.runlog import RunLog
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zen_gc_core.cluster.attention import Attention
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.controller.runs.kill_switch import KillSwitch
    from zen_gc_core.controller.settings import Settings
    from zen_gc_core.engine.compiling import Compilation, CompiledPolicy
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.approved import Approved
    from zen_gc_core.model.report import Outcome, RunReport
    from zen_gc_core.model.results import Result
    from zen_gc_core.plugins import Plugins

MOST_DUE: Final = 1_000_000
"""How many due objects one run by hand holds: the person waits for all of them, and no next run does the rest."""

SECONDS_FOR_LISTENERS: Final = 5.0


class _NoStatuses:
    """No status is written."""

    def write(self, *_: object, **__: object) -> bool:
        """Nothing; what it would say is news."""
        return True

    def write_totals(self, *_: object, **__: object) -> None:
        """Nothing."""


class _NoEvents:
    """No Event is written."""

    def record(self, *_: object, **__: object) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of one policy.

    Args:
        compilation: The policy.
        approved: What of its plan may be done.
        status: The status of an installed policy, as it was read.
        installed: Whether it is in the cluster.
    """

    compilation: Compilation
    approved: Approved
    status: Mapping[str, Any] = field(default_factory=dict)
    installed: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What became of it.

    Args:
        wish: What was wanted.
        outcomes: What became of each object, by uid.
        report: The report of the run; None when there was nothing to report.
        failure: Why there was nothing; None when there was something.
    """

    wish: Wish
    outcomes: Mapping[str, Outcome]
    report: RunReport | None = None
    failure: Ending | None = None

    @property
    def ending(self) -> Ending | None:
        """Why it did not do all that was wanted; None when it did, object by object."""
        return self.report.ending if self.report is not None else self.failure

    @property
    def results(self) -> Counter[Result]:
        """How many objects came to which result."""
        return Counter(outcome.result for outcome in self.outcomes.values())


class ByHand:
    """Runs policies for somebody; one after the other, so that each is planned right before it acts.

    Args:
        connection: The cluster, as that person; one that rehearses writes nothing.
        settings: What the controller would be told.
        plugins: The plugins.
        grants: What policies may do beyond the protections.
        switch: The kill switch.
        attention: The right to write.
        told: Told what became of each object.

    Attributes:
        stopping: Set to end it after the writes that are under way.
    """

    def __init__(  # noqa: PLR0913  what runs work with
        self,
        connection: Connection,
        *,
        settings: Settings,
        plugins: Plugins,
        grants: Grants,
        switch: KillSwitch,
        attention: Attention,
        told: Callable[[Outcome], None],
    ) -> None:
        self.stopping = threading.Event()
        self._told = told
        metrics = Metrics(__version__)
        log = RunLog()
        self._hearing = Hearing(plugins, log, metrics)
        self._context = RunContext(
            connection=connection,
            home=connection,
            resources=Resources(connection),
            namespaces=Namespaces(connection),
            reviews=AccessReviews(connection),
            selectors=FieldSelectors(connection),
            settings=settings,
            grants=grants,
            switch=switch,
            plugins=plugins,
            hearing=self._hearing,
            missing_plugins=plugins.missing(settings.require_plugin),
            authority=attention.check,
            stopping=self.stopping,
            log=log,
            metrics=metrics,
            events=PolicyEvents(_NoEvents()),
            statuses=_NoStatuses(),
            write_timeout=WRITE_TIMEOUT,
            bins=Bins(connection, secrets=settings.recycle_secrets),
            turns=threading.Semaphore(settings.max_concurrent_sweeps),
            most_due=MOST_DUE,
            advised=lambda ending, _policy: ending,
        )

    def run(self, wish: Wish) -> Done:
        """Run one policy, as far as it was approved.

        Args:
            wish: The policy; it compiles.
        """
        compiled = _compiled(wish)
        if self.stopping.is_set():
            return Done(wish, {}, failure=Ending(Reason.STOPPING, "the program is ending"))
        outcomes: dict[str, Outcome] = {}

        def note(outcome: Outcome) -> None:
            outcomes[outcome.decision.uid] = outcome
            self._told(outcome)

        context = self._with(wish, note)
        reference = compiled.reference
        entry = Entry(
            (reference.kind, reference.namespace, reference.name),
            wish.compilation,
            paused=False,
            resource_version="",
            ledger=Ledger(passes=Passes.of(wish.status)),
        )
        entry.status = dict(wish.status)
        run = PolicyRun(context, entry, compiled, lambda _run: None, float("inf"))
        run.prepare()
        gather_together(context, [run])
        for resource, member in run.members.items():
            Sweep(
                run.connection, resource, [member], selectors=run.selectors, check_cancelled=context.check_cancelled
            ).run()
        run.finish()
        return Done(wish, outcomes, run.report, run.failure)

    def close(self) -> None:
        """Wait a moment for plugins that are told of the runs."""
        self._hearing.close(SECONDS_FOR_LISTENERS)

    def _with(self, wish: Wish, note: Callable[[Outcome], None]) -> RunContext:
        return replace(self._context, installed=wish.installed, narrowed=wish.approved.narrow, outcome=note)


def _compiled(wish: Wish) -> CompiledPolicy:
    compiled = wish.compilation.compiled
    if compiled is None:
        raise ValueError("a policy that does not compile is not run")
    return compiled
