"""A crew of replicas, each on a line of its own, and the troubles that befall whoever leads."""

from __future__ import annotations

import contextlib
import json
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from tests.cluster.controller.controllers import Replica, run_replica
from tests.cluster.controller.stage import until
from tests.harness.kubeconfig import kubeconfig
from tests.harness.real import RealCluster
from tests.proof import clocks
from tests.proof.proxy.lines import Line

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.controller.stage import Stage
    from tests.proof.oracle.watching import Oracle
    from tests.proof.own_cluster.witnessing import GuestOracle

SIZE = 3
FLAGS = (
    "--leader-election-lease-duration=2s",
    "--leader-election-renew-deadline=1400ms",
    "--leader-election-retry-period=200ms",
    "--max-deletions-per-second=500",
)
ENOUGH = 3
"""How many objects a leader has deleted before something befalls it."""

PATIENCE = 20.0
"""Seconds that a leader has for that: policies may all be paused for a while."""

SHIFTS = ("", "+20s", "-20s")
"""By how much the clocks of the replicas are off; nobody deletes with one that is off by more than 30 s."""

SERVERS = {"API server restarted": "kube-apiserver", "etcd restarted": "etcd"}
"""What is restarted now and then, by what it is called in the table; no leader falls by it, or not for sure."""


@dataclass
class Mate:
    """A replica, and the line that it is on."""

    name: str
    replica: Replica
    line: Line
    _identity: str = ""

    @property
    def identity(self) -> str:
        """Who it is in the election; empty while it is not known."""
        if not self._identity:
            started = self.replica.records("controller started")
            self._identity = str(started[0]["identity"]) if started else ""
        return self._identity

    @property
    def alive(self) -> bool:
        """Whether its process is there."""
        return self.replica.process.poll() is None

    def __str__(self) -> str:
        """For whoever looks for the reason why nobody leads."""
        said = self.replica.out.read_text().splitlines()
        state = "is there" if self.alive else "is not there"
        return (
            f"{self.name} ({self.identity or 'not started'}) {state}, and said last: {said[-1] if said else 'nothing'}"
        )

    def deleted(self) -> int:
        """How many objects its log says that it deleted."""
        return self.replica.out.read_bytes().count(b'"event":"resource deleted"')


@dataclass
class Crew:
    """Replicas, of which as many are there all the time.

    Args:
        stage: the cluster.
        oracle: lets them in, and watches.
        directory: for their logs.
        seed: of all chance.
    """

    stage: Stage
    oracle: Oracle | GuestOracle
    directory: Path
    seed: int
    mates: list[Mate] = field(default_factory=list)
    shifted: int = 0
    befallen: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._ends = contextlib.ExitStack()
        self._made = 0

    def __enter__(self) -> Self:
        for _ in range(SIZE):
            self.muster()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def muster(self) -> None:
        """Start another replica."""
        number = self._made
        self._made += 1
        name = f"r{number}"
        line = self._ends.enter_context(Line(self.stage.cluster.url))
        given = json.loads(self.oracle.let_in(name).read_text())
        token = given["users"][0]["user"].get("token")
        config = self.directory / f"{name}.kubeconfig"
        url = f"{urlsplit(self.stage.cluster.url).scheme}://127.0.0.1:{line.port}"
        config.write_text(json.dumps(kubeconfig(url, token=token, authority=self.stage.cluster.authority)))
        environment = {}
        if not clocks.missing() and (shift := SHIFTS[number % len(SHIFTS)]):
            environment = clocks.preloading(FAKETIME=shift)
            self.shifted += 1
        replica = run_replica(self.stage, self.directory, *FLAGS, config=config, name=name, environment=environment)
        self._ends.callback(replica.kill)
        self.oracle.replicas[name] = replica
        self.mates.append(Mate(name, replica, line))

    def leader(self) -> Mate | None:
        """Who holds the lease."""
        with contextlib.suppress(Exception):  # the API server is restarted
            holder = self.stage.lease().get("holderIdentity")
            return next((mate for mate in self.mates if holder and mate.identity == holder and mate.alive), None)
        return None

    def fail_over(self) -> str:
        """Let something befall the leader, and wait for the next; what it was."""
        leader = until(self.leader, "somebody leads")
        before, deadline = leader.deleted(), time.monotonic() + PATIENCE
        while leader.deleted() < before + ENOUGH and time.monotonic() < deadline and self.leader() is leader:
            time.sleep(0.05)
        time.sleep(self._chance.uniform(0.0, 0.2))
        trouble = self._chance.choice(("killed", "killed", "stopped", "cut off"))
        if trouble == "killed":
            leader.replica.send(signal.SIGKILL)
            self.mates.remove(leader)
            self.muster()
        elif trouble == "stopped":
            leader.replica.send(signal.SIGSTOP)
        else:
            leader.line.cut()
        self._await_another(leader)
        if trouble == "stopped":
            leader.replica.send(signal.SIGCONT)
        elif trouble == "cut off":
            time.sleep(self._chance.uniform(0.0, 1.5))
            leader.line.mend()
        self.befallen[trouble] += 1
        return trouble

    def _await_another(self, leader: Mate) -> None:
        try:
            until(lambda: (found := self.leader()) is not None and found is not leader, "somebody else leads")
        except AssertionError as error:
            raise AssertionError("\n".join([str(error), *map(str, self.mates), *self.fallen()])) from None

    def restart_a_server(self) -> None:
        """Kill the API server, or etcd behind it, and start it again."""
        trouble = self._chance.choice(sorted(SERVERS))
        assert isinstance(self.oracle.cluster, RealCluster)
        self.oracle.cluster.restart(SERVERS[trouble])
        self.stage.await_policies()
        self.befallen[trouble] += 1

    def fallen(self) -> list[str]:
        """Replicas that ended by themselves, and what they said last."""
        return [
            f"{mate.name} ended with {mate.replica.process.returncode}: {mate.replica.out.read_text()[-500:]}"
            f"{mate.replica.err.read_text()[-500:]}"
            for mate in self.mates
            if not mate.alive
        ]
