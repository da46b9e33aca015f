"""What every run of every policy works with: the cluster, the settings, the plugins, and who is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from zen_gc_core.cluster.clocks import earlier_of
from zen_gc_core.cluster.errors import Cancelled
from zen_gc_core.cluster.impersonating import ConnectionAs
from zen_gc_core.controller.runs.granting import with_command
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.engine.case import MOST_DUE
from zen_gc_core.model.reasons import Reason

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from zen_gc_core.cluster.access_reviews import AccessReviews
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.counting import FieldSelectors
    from zen_gc_core.cluster.discovery import Resources
    from zen_gc_core.cluster.namespaces import Namespaces
    from zen_gc_core.controller.runs.bins import Bins
    from zen_gc_core.controller.runs.hearing import Hearing
    from zen_gc_core.controller.runs.kill_switch import KillSwitch
    from zen_gc_core.controller.settings import Settings
    from zen_gc_core.controller.telling.events import PolicyEvents
    from zen_gc_core.controller.telling.metrics import Metrics
    from zen_gc_core.controller.telling.runlog import RunLog
    from zen_gc_core.controller.telling.status_writer import Statuses
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.accounts import Account
    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.policy import PolicyReference
    from zen_gc_core.model.report import Ending, Outcome
    from zen_gc_core.plugins import Plugins


def whole(plan: Plan) -> Plan:
    """All of a plan."""
    return plan


def untold(_outcome: Outcome) -> None:
    """Nobody else wants to know."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """What every run works with.

    Args:
        connection: The cluster, as whom objects are looked at and acted on: an account's, or the controller's own.
        home: The cluster, with the controller's own rights, for what is its own: policies, their status, accounts.
        resources: Which resource a kind is.
        namespaces: Looks Namespaces up.
        reviews: What the API server says of rights.
        selectors: Knows which field selectors the server supports.
        settings: The controller's settings.
        grants: What policies may do beyond the protections.
        switch: The kill switch in the controller's namespace.
        plugins: The plugins, for vetoes.
        hearing: Tells the plugins of finished runs.
        missing_plugins: Why required plugins are not loaded; while there is one, nothing is written.
        authority: Raises when this replica has no right to write.
        stopping: Set when the program ends.
        log: The log.
        metrics: The metrics.
        events: The events.
        statuses: Writes statuses.
        write_timeout: Seconds for one write, as the authority's end assumes it.
        bins: How full the recycle bins are.
        turns: How many lists of other objects on which plans depend there may be at the same time.
        installed: Whether the policies are in the cluster; those of files are looked at no more once they are read.
        most_due: How many due objects a plan holds; the rest waits for the next run.
        narrowed: What a run may do of its plan: less than that, or all of it.
        outcome: Told what became of each object.
        advised: The end of a run, with what whoever reads of it may do about it.
    """

    connection: Connection
    home: Connection
    resources: Resources
    namespaces: Namespaces
    reviews: AccessReviews
    selectors: FieldSelectors
    settings: Settings
    grants: Grants
    switch: KillSwitch
    plugins: Plugins
    hearing: Hearing
    missing_plugins: tuple[str, ...]
    authority: Callable[[], None]
    stopping: threading.Event
    log: RunLog
    metrics: Metrics
    events: PolicyEvents
    statuses: Statuses
    write_timeout: float
    bins: Bins
    turns: threading.Semaphore
    installed: bool = True
    most_due: int = MOST_DUE
    narrowed: Callable[[Plan], Plan] = whole
    outcome: Callable[[Outcome], None] = untold
    advised: Callable[[Ending, PolicyReference], Ending] = with_command

    def now(self) -> dt.datetime:
        """The present, by the earlier of the local and the server's clock."""
        return earlier_of(dt.datetime.now(dt.UTC), self.connection.clock.now())

    def sleep(self, seconds: float) -> None:
        """Wait.

        Raises:
            Stopped: The program ends meanwhile.
        """
        if self.stopping.wait(seconds):
            raise Stopped(Reason.STOPPING, "the program is ending")

    def check_cancelled(self) -> None:
        """Ask while a list is read.

        Raises:
            Cancelled: The program ends.
        """
        if self.stopping.is_set():
            raise Cancelled("the program is ending")

    def acting_as(self, account: Account | None) -> RunContext:
        """What a run of a policy works with that acts as an account; None: as the controller."""
        if account is None:
            return self
        connection = ConnectionAs(self.home, account)
        return replace(
            self,
            connection=connection,
            reviews=self.reviews.seen_by(connection),
            selectors=self.selectors.seen_by(connection),
            bins=self.bins.seen_by(connection),
        )
