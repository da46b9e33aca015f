"""Load: very many policies, clients that never finish their request, a log that nobody reads; few descriptors, little memory."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.cluster.controller.stage import TARGET, by_controller, until
from tests.proof.health import Health
from tests.proof.host.hosts import hosted, runs
from zen_gc_core.model.policy import API_VERSION, NAMESPACED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cluster.controller.stage import EmbeddedStage
    from tests.proof.host.hosts import Hosted

NAMESPACES = 100
MOST_MEMORY = 256 << 20
DESCRIPTORS = 512
MOST_ILL = 5.0
ELECTION = ("--enable-leader-election=true",)
PATIENCE = 900.0


@dataclass
class Row:
    """A line of the table.

    Args:
        what: what was looked at.
        seen: what was seen.
        good: whether it is as promised; None where it did not run.
    """

    what: str
    seen: str
    good: bool | None


@dataclass
class SlowClients(threading.Thread):
    """Clients that send a byte of their request each second, and open it again when they are cut off.

    Args:
        ports: whom they ask.
        number: how many there are.
    """

    ports: tuple[int, ...]
    number: int
    opened: int = 0

    def __post_init__(self) -> None:
        super().__init__(daemon=True, name="slow clients")
        self._ending = threading.Event()

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        """Go on until told to end."""
        clients: list[socket.socket | None] = [None] * self.number
        while not self._ending.is_set():
            for number, client in enumerate(clients):
                if client is None:
                    clients[number] = self._open(self.ports[number % len(self.ports)])
                elif not _drip(client):
                    client.close()
                    clients[number] = None
            self._ending.wait(1.0)
        for client in filter(None, clients):
            client.close()

    def end(self) -> None:
        """Make them go."""
        self._ending.set()
        self.join(60)

    def _open(self, port: int) -> socket.socket | None:
        client = None
        try:
            client = socket.create_connection(("127.0.0.1", port), timeout=1.0)
            client.settimeout(0)
            client.send(b"GET /metrics HTTP/1.1\r\nX: ")
        except OSError:
            if client is not None:
                client.close()
            return None
        self.opened += 1
        return client


def _drip(client: socket.socket) -> bool:
    try:
        client.send(b"x")
    except BlockingIOError:
        return True
    except OSError:
        return False
    with selectors.DefaultSelector() as ready:
        ready.register(client, selectors.EVENT_READ)
        return not ready.select(0)  # whatever comes before the request is whole is the end of it


@dataclass
class Load:
    """The parts of the table.

    Args:
        stage: an embedded cluster of its own.
        directory: for logs.
        policies: how many.
        clients: how many slow ones.
        seconds: how long each load lasts.
    """

    stage: EmbeddedStage
    directory: Path
    policies: int = 10_000
    clients: int = 1000
    seconds: float = 30.0
    rows: list[Row] = field(default_factory=list)

    def run(self) -> list[Row]:
        """Put it all on one controller, and then a log that nobody reads on another."""
        before: tuple[str, ...] = ("prlimit", f"--nofile={DESCRIPTORS}")
        if why := runs(*before):
            self.rows.append(Row(f"{DESCRIPTORS} open files", f"NOT RUN ({why})", None))
            before = ()
        self._seed()
        with (
            (self.directory / "load.log").open("wb") as log,
            hosted(self.stage, *ELECTION, stdout=log, before=before) as controller,
        ):
            self._many_policies(controller)
            self._slow_clients(controller)
            peak = controller.peak()
            self._note("memory at the most", f"{peak >> 20} MiB (bound 256)", peak <= MOST_MEMORY)
            self._note(f"within {DESCRIPTORS} open files", "alive", controller.process.poll() is None)
        self._blocked_log()
        return self.rows

    def _note(self, what: str, seen: str, good: bool) -> None:  # noqa: FBT001  the last column of a table
        self.rows.append(Row(what, seen, good))

    def _seed(self) -> None:
        """Policies that wait for a month, and one that acts at once."""
        self.stage.policy("acting", behavior={"breaker": {"maxPercent": 100}}, evaluationInterval="10s")
        namespaces = [self.stage.cluster.namespace() for _ in range(NAMESPACES)]
        self.stage.server.seed(
            [
                {
                    "apiVersion": API_VERSION,
                    "kind": NAMESPACED,
                    "metadata": {"name": f"p{number}", "namespace": namespaces[number % NAMESPACES]},
                    "spec": {
                        "targetResources": [TARGET],
                        "ttl": {"afterCreation": "30d"},
                        "evaluationInterval": "10m",
                    },
                }
                for number in range(self.policies)
            ]
        )

    def _many_policies(self, controller: Hosted) -> None:
        began = time.monotonic()
        while self._evaluated() < self.policies and controller.process.poll() is None:
            assert time.monotonic() - began < PATIENCE, f"{self._evaluated()} are evaluated after {PATIENCE:.0f} s"
            time.sleep(5.0)  # looking costs, too: the cluster is in this process
        seen = f"each has a status after {time.monotonic() - began:.0f} s"
        self._note(f"{self.policies:,} policies", seen, controller.process.poll() is None)

    def _evaluated(self) -> int:
        items = self.stage.server._read("garbagecollectionpolicies", None)
        return sum("lastRun" in (item.get("status") or {}) for item in items if item["metadata"]["name"] != "acting")

    def _slow_clients(self, controller: Hosted) -> None:
        slow, probe = SlowClients((controller.metrics, controller.health), self.clients), Health(controller)
        lease = self.stage.lease()
        for each in (slow, probe):
            each.start()
        time.sleep(self.seconds / 2)
        self.stage.make_many(100)
        gone = _reached(lambda: not self.stage.names())
        time.sleep(self.seconds / 2)
        for each in (slow, probe):
            each.end()
        same = self.stage.lease()["holderIdentity"] == lease["holderIdentity"]
        what = f"{self.clients:,} slow clients"
        self._note(f"{what}: deletes go on", "100 of 100 went" if gone else f"{len(self.stage.names())} are left", gone)
        self._note(f"{what}: the lease", "was kept" if same else "was lost", same)
        seen = f"said no for {probe.longest:.1f} s at the most (bound {MOST_ILL:.0f})"
        self._note(f"{what}: /healthz", seen, probe.longest <= MOST_ILL)
        self._note(f"{what}: connections", f"{slow.opened:,} were opened", slow.opened >= self.clients)

    def _blocked_log(self) -> None:
        reader, writer = os.pipe()
        try:
            with hosted(self.stage, *ELECTION, "--log-level=debug", stdout=writer) as controller:
                os.close(writer)
                until(lambda: controller.healthz() == 200, "it starts", PATIENCE)
                until(lambda: self.stage.lease().get("holderIdentity"), "it leads", PATIENCE)
                self.stage.make_many(400)
                until(lambda: controller.healthz() not in {0, 200}, "a blocked log fails the probe", PATIENCE)
                sent, renewed = self._deletes(), self.stage.lease()["renewTime"]
                time.sleep(self.seconds)
                later = self._deletes() - sent
                self._note("a log that nobody reads: deletes", f"{later} left", later == 0)
                alive = self.stage.lease()["renewTime"] > renewed
                self._note("a log that nobody reads: the lease", "is renewed" if alive else "stands", alive)
        finally:
            os.close(reader)

    def _deletes(self) -> int:
        return sum(by_controller(each) and each.method == "DELETE" for each in self.stage.server.requests)


def _reached(ask: Callable[[], Any]) -> bool:
    with contextlib.suppress(AssertionError):
        until(ask, "", 180.0)
        return True
    return False


def printed(rows: list[Row]) -> str:
    """The table."""
    width = max(len(row.what) for row in rows)
    verdicts = {True: "as promised", False: "NOT AS PROMISED", None: ""}
    return "\n".join(f"{row.what:{width}}  {row.seen}  {verdicts[row.good]}".rstrip() for row in rows)
