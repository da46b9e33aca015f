"""The controller as a program: it is put together here, started, and stopped."""

from __future__ import annotations

import contextlib
import gc
import os
import secrets
import signal
import socket
import sys
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from zen_gc_core import __version__
from zen_gc_core.cluster.access_reviews import AccessReviews
from zen_gc_core.cluster.authority import Authority
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.counting import FieldSelectors
from zen_gc_core.cluster.discovery import Resources
from zen_gc_core.cluster.electing import Elector
from zen_gc_core.cluster.errors import Cancelled
from zen_gc_core.cluster.events import EventRecorder
from zen_gc_core.cluster.lease import Timing
from zen_gc_core.cluster.namespaces import Namespaces
from zen_gc_core.cluster.policies import POLICY_KINDS
from zen_gc_core.cluster.threads import SupervisedThread
from zen_gc_core.cluster.watching import PolicyWatch
from zen_gc_core.controller.beats.catalog import Catalog
from zen_gc_core.controller.beats.loop import Loop
from zen_gc_core.controller.program.admitting import WEBHOOK_TRUSTED, open_webhook
from zen_gc_core.controller.program.health import Heartbeat, Readiness, serve_health, serve_metrics
from zen_gc_core.controller.program.starting import check_startable
from zen_gc_core.controller.runs.bins import Bins
from zen_gc_core.controller.runs.expiring import Expiring
from zen_gc_core.controller.runs.hearing import Hearing
from zen_gc_core.controller.runs.kill_switch import KillSwitch
from zen_gc_core.controller.runs.run_context import RunContext
from zen_gc_core.controller.telling.events import PolicyEvents
from zen_gc_core.controller.telling.metrics import Metrics
from zen_gc_core.controller.telling.runlog import RunLog
from zen_gc_core.controller.telling.status_writer import StatusWriter
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.reasons import ErrorType
from zen_gc_core.plugins import installed_entry_points, load_plugins, refuse_unknown
from zen_gc_core.signals import hear

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zen_gc_core.controller.settings import Settings

LONGEST_TURN: Final = timedelta(seconds=30)
"""How long the main loop may take for one turn before the program counts as dead."""

SECONDS_TO_RELEASE: Final = 0.8
"""How long the lease may take to be released when the program ends."""

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
SECONDS_TO_LOG: Final = 1.0
"""For how long one that has not begun to work waits until the log has why it ends."""

POOL_SIZE: Final = 128
_CONDITIONS: Final = ("policies-listed", "plugins-loaded")


def identity() -> str:
    """Who this replica is: the Pod's or the host's name, and eight hex digits that are new at every start."""
    return f"{os.environ.get('POD_NAME') or socket.gethostname()}_{secrets.token_hex(4)}"


class Controller:
    """One replica of the controller.

    Args:
        settings: Its settings.
        once: Whether every policy runs once and the program ends; without an election and without ports.

    Attributes:
        stopping: Set to end it.
        starting: Whether it has not begun to work yet.
        metrics_port: The bound port of /metrics; 0 before it is served.
        health_port: The bound port of /healthz; 0 before it is served.
        webhook_port: The bound port of the admission webhook; 0 before it is served.
    """

    def __init__(self, settings: Settings, *, once: bool = False) -> None:
        self.stopping = threading.Event()
        self.starting = True
        self.metrics_port = 0
        self.health_port = 0
        self.webhook_port = 0
        self._settings = settings
        self._once = once
        self._metrics = Metrics(__version__)
        self._log = RunLog(lost=self._metrics.log_record_lost)
        self._identity = identity()
        self._namespace = settings.own_namespace
        self._lease_namespace = settings.leader_election_namespace or self._namespace
        self._timing = Timing(
            lease=settings.leader_election_lease_duration.total_seconds(),
            renew=settings.leader_election_renew_deadline.total_seconds(),
            retry=settings.leader_election_retry_period.total_seconds(),
        )
        self._serves_webhook = bool(settings.webhook_addr) and not once
        self._elects = settings.enable_leader_election and not once
        if self._elects:
            self._timing.check()

    def run(self) -> Loop:
        """Start, go on until ``stopping`` is set (or every policy has run once), and stop.

        Returns:
            The main loop, which knows what failed.

        Raises:
            ZenGCError: It cannot start.
        """
        with contextlib.ExitStack() as stack:
            heartbeat = Heartbeat(LONGEST_TURN)
            readiness = Readiness((*_CONDITIONS, WEBHOOK_TRUSTED) if self._serves_webhook else _CONDITIONS)
            threads: list[SupervisedThread] = []
            if not self._once:
                self._serve(stack, heartbeat, readiness, threads)  # first: they answer, whatever comes after them
            connection = self._connect()
            heartbeat.beat()
            check_startable(connection, self._settings.watch_namespace, self._log, self._pause)
            heartbeat.beat()
            recorder = EventRecorder(connection, instance=self._identity, failed=self._event_failed)
            stack.callback(recorder.close, 0.4)
            teller = _ElectionTeller(self._log, self._metrics, self._identity, self._lease_name)
            authority, leading, elector = self._authority(teller)
            context = self._run_context(connection, recorder, authority)
            catalog = Catalog(context.plugins.vocabulary, context.grants, self._settings.watch_namespace)
            readiness.set("plugins-loaded", holds=not context.missing_plugins)
            if self._serves_webhook:
                webhook = open_webhook(context, self._namespace, readiness)
                stack.callback(webhook.close)
                webhook.start()
                threads.append(webhook.thread)
                self.webhook_port = webhook.port
            expiring = Expiring(context, leading)
            loop = Loop(context, catalog, leading, self._beat(heartbeat, readiness, catalog, elector))
            teller.lost = loop.lease_lost, expiring.lease_lost
            watch = PolicyWatch(connection, loop.receive, self._settings.watch_namespace)
            watch.start()
            stack.callback(watch.close, 0.1)
            threads += (*watch.threads, recorder.thread)
            if elector is not None:
                elector.start()
                threads.append(elector.thread)
                stack.callback(_within, SECONDS_TO_RELEASE, elector.close)
            else:
                self._metrics.leading()
            if not self._once:
                threads.append(self._empty_the_bin(stack, expiring))
            self._log.started(__version__, self._identity, self._namespace, self.metrics_port, self.health_port)
            self.starting = False
            gc.freeze()  # what is there now stays: the collector need not walk over it at each sweep
            if self._once:
                loop.run_once()
                expiring.look()
            else:
                loop.run()
        self._log.stopped()
        return loop

    def _empty_the_bin(self, stack: contextlib.ExitStack, expiring: Expiring) -> SupervisedThread:
        emptying = SupervisedThread(expiring.work, "empty the recycle bin", self._log.failed)
        emptying.start()
        stack.callback(emptying.end)
        return emptying

    def _connect(self) -> Connection:
        return Connection.open(
            kubeconfig=self._settings.kubeconfig or None,
            context=self._settings.context or None,
            user_agent=f"zen-gc/{__version__}",
            pool_size=POOL_SIZE,
            observe=self._observe,
        )

    def _observe(self, verb: str, code: int, seconds: float) -> None:
        self._metrics.api_request(verb.lower(), code or None, seconds)

    def _pause(self, seconds: float) -> None:
        if self.stopping.wait(seconds):
            raise ClusterError("told to stop before it had started")

    def _nap(self, seconds: float) -> None:
        if self.stopping.wait(seconds):
            raise Cancelled("the program is ending")

    def _authority(self, listener: _ElectionTeller) -> tuple[Callable[[], None], Callable[[], bool], Elector | None]:
        if not self._elects:
            return Authority.forever().check, lambda: True, None
        elector = Elector(
            self._connect(),
            namespace=self._lease_namespace,
            name=self._settings.leader_election_id,
            identity=self._identity,
            listener=listener,
            timing=self._timing,
        )
        return elector.authority.check, lambda: elector.leading, elector

    @property
    def _lease_name(self) -> str:
        return f"{self._lease_namespace}/{self._settings.leader_election_id}"

    def _run_context(
        self, connection: Connection, recorder: EventRecorder, authority: Callable[[], None]
    ) -> RunContext:
        points = installed_entry_points()
        refuse_unknown(points, self._settings.disable_plugin)
        plugins = load_plugins(points, disabled=self._settings.disable_plugin)
        for plugin in plugins.quarantined:
            self._log.plugin_quarantined(plugin.name, plugin.distribution, plugin.failure or "")
        events = PolicyEvents(recorder)
        return RunContext(
            connection=connection,
            home=connection,
            resources=Resources(connection),
            namespaces=Namespaces(connection),
            reviews=AccessReviews(connection),
            selectors=FieldSelectors(connection),
            settings=self._settings,
            grants=self._settings.grants(self._namespace),
            switch=KillSwitch(connection, self._namespace, self._metrics.writes_paused),
            plugins=plugins,
            hearing=Hearing(plugins, self._log, self._metrics),
            missing_plugins=plugins.missing(self._settings.require_plugin),
            authority=authority,
            stopping=self.stopping,
            log=self._log,
            metrics=self._metrics,
            events=events,
            statuses=StatusWriter(connection, authority, self._log, self._metrics, events, self._settings, self._nap),
            write_timeout=self._timing.request,
            bins=Bins(connection, secrets=self._settings.recycle_secrets),
            turns=threading.Semaphore(self._settings.max_concurrent_sweeps),
        )

    def _serve(
        self,
        stack: contextlib.ExitStack,
        heartbeat: Heartbeat,
        readiness: Readiness,
        threads: Sequence[SupervisedThread],
    ) -> None:
        metrics = stack.enter_context(serve_metrics(self._settings.metrics_addr, self._metrics))
        health = stack.enter_context(serve_health(self._settings.health_addr, heartbeat, readiness, threads=threads))
        self.metrics_port, self.health_port = metrics.port, health.port

    def _event_failed(self, error: ClusterError) -> None:
        self._metrics.error(None, ErrorType.EVENT_FAILED)
        self._log.event_not_recorded(error)

    def _beat(
        self, heartbeat: Heartbeat, readiness: Readiness, catalog: Catalog, elector: Elector | None
    ) -> Callable[[], None]:
        """What is done at every turn of the main loop."""
        followed = ""

        def beat() -> None:
            nonlocal followed
            heartbeat.beat()
            readiness.set("policies-listed", holds=catalog.listed(*POLICY_KINDS))
            leader = elector.leader if elector is not None else ""
            if leader not in {followed, "", self._identity}:
                self._log.standing_by(self._identity, self._lease_name, leader)
            followed = leader

        return beat


def _within(seconds: float, step: Callable[[], None]) -> None:
    """Take a last step, for so long at the most: who ends does not wait for an API server that does not answer."""
    thread = threading.Thread(target=step, name="ending", daemon=True)
    thread.start()
    thread.join(seconds)


class _ElectionTeller:
    """Tells log and metrics how the election goes; and of its end whoever looks around now and then only."""

    def __init__(self, log: RunLog, metrics: Metrics, me: str, lease: str) -> None:
        self._log = log
        self._metrics = metrics
        self._me = me
        self._lease = lease
        self.lost: tuple[Callable[[], None], ...] = ()

    def started_leading(self) -> None:
        self._metrics.leading()
        self._log.leading(self._me, self._lease)

    def stopped_leading(self, leader: str) -> None:
        for lost in self.lost:
            lost()
        self._metrics.standing_by()
        reason = "NotRenewed" if leader == self._me else "TakenByAnother" if leader else "Gone"
        self._log.lease_lost(self._me, self._lease, reason)

    def election_failed(self, error: ClusterError) -> None:
        self._metrics.error(None, ErrorType.LEASE_FAILED)
        self._log.lease_not_renewed(self._me, self._lease, error)


def stop_on_signals(controller: Controller, log: RunLog) -> None:
    """Let SIGTERM and SIGINT stop a controller, from now on and until the process ends."""

    def stop(number: int) -> None:
        controller.stopping.set()
        log.stopping(signal.Signals(number).name)

    def leave(logged: threading.Event) -> None:
        if controller.starting:
            logged.wait(SECONDS_TO_LOG)  # not for ever: the log may be what was interrupted
            sys.exit(0)  # out of whatever request it waits for

    hear(SIGNALS, stop, at_once=leave)
