"""One run of chaos: replicas, mutators, troubles, and the oracle's verdict."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from tests.cluster.controller.churn import Mutator
from tests.cluster.controller.stage import until
from tests.harness.connection import Connection
from tests.harness.real import RealCluster
from tests.proof import clocks
from tests.proof.chaos.crew import SERVERS, Crew
from tests.proof.chaos.mutating import TEAM, PolicyMutator, policies
from tests.proof.chaos.others import BinMutator, DeploymentMutator, FloodMutator, UseMutator
from tests.proof.chaos.series import PREFIX, SeriesMutator
from tests.proof.oracle.watching import Oracle
from tests.proof.own_cluster.witnessing import GuestOracle

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.cluster.controller.stage import Stage
    from tests.proof.oracle.counting import Counts

RESTART_EVERY = 10
"""Failovers between two restarts of the API server or of etcd."""

NAMES = 200
"""How many names there are in each namespace."""

SERIES_NAMES, SERIES_PAUSE = 60, 0.01
"""The same for members of series."""

OTHER_NAMES, OTHER_PAUSE = 20, 0.3
"""The same of what is copied, named or scaled: a recycle bin holds 1,000 copies."""

FLOOD_PAUSE = 0.03
"""The same of what comes in masses, each under a name of its own."""

PAUSE = 0.006
"""Seconds between two changes of objects in one namespace."""

SETTLING = 120.0
"""Seconds in which everything that is due must go, when nothing changes any more."""


@dataclass
class Ran:
    """What came of a run.

    Args:
        seed: of all chance.
        counts: the oracle's.
        befallen: what happened how often.
        of_series: how many of the deletes were of objects of which the newest were to stay.
        fallen: replicas that ended by themselves, or had an exception that nobody caught.
        changes: how often something was changed meanwhile.
        shifted: how many replicas had a clock that was off.
        seconds: how long it took.
    """

    seed: int
    counts: Counts
    befallen: Counter[str]
    of_series: int = 0
    fallen: list[str] = field(default_factory=list)
    changes: int = 0
    shifted: int = 0
    seconds: float = 0.0

    @property
    def failovers(self) -> int:
        """How often a leader fell."""
        return sum(number for trouble, number in self.befallen.items() if trouble not in SERVERS)

    def __str__(self) -> str:
        """For whoever looks for the reason."""
        befallen = ", ".join(f"{number} {trouble}" for trouble, number in sorted(self.befallen.items()))
        lines = [
            f"seed {self.seed}: {self.failovers} failovers ({befallen}), {self.changes} changes, {self.seconds:.0f} s"
        ]
        lines.append(f"{self.of_series} deletes of series of which the newest stay")
        lines.append(
            f"{self.shifted} replicas with a clock that is off"
            if not clocks.missing()
            else f"clocks: {clocks.not_run()}"
        )
        return "\n".join([*lines, str(self.counts), *self.fallen])


LEAST = 5
"""Failovers of a run, however slow the machine is."""


@dataclass(frozen=True, slots=True)
class Arena:
    """Where a run takes place.

    Args:
        stage: the cluster, a namespace with objects, and the controllers' own.
        oracle: watches it.
        namespaces: where objects are.
        policies: what is installed there.
        ours: whether it is a cluster of our own: its servers are restarted, and more is watched.
    """

    stage: Stage
    oracle: Oracle | GuestOracle
    namespaces: Sequence[str]
    policies: Sequence[dict[str, Any]]
    ours: bool = True

    @classmethod
    def own(cls, stage: Stage) -> Self:
        """An API server of our own, which writes down who asks for what."""
        assert isinstance(stage.cluster, RealCluster)
        namespaces = [stage.namespace, stage.cluster.namespace()]
        return cls(stage, Oracle(stage.cluster, stage.home), namespaces, policies(namespaces))

    def set_up(self) -> None:
        """Label the namespaces, and install the policies."""
        for namespace in self.namespaces:
            self.stage.patch(f"/api/v1/namespaces/{namespace}", {"metadata": {"labels": TEAM}})
        for policy in self.policies:
            self.stage.cluster.create(policy)


def run(arena: Arena, directory: Path, seed: int, failovers: int, *, seconds: float) -> Ran:
    """Run chaos.

    Args:
        arena: where.
        directory: for logs.
        seed: of all chance.
        failovers: after how many it ends.
        seconds: after how many no further one begins, when there were a few.
    """
    began = time.monotonic()
    stage, namespaces, oracle = arena.stage, arena.namespaces, arena.oracle
    cluster = stage.cluster
    token = json.loads(cluster.kubeconfig_path.read_text())["users"][0]["user"].get("token")
    with contextlib.ExitStack() as ends:
        ends.enter_context(oracle)
        arena.set_up()
        crew = ends.enter_context(Crew(stage, oracle, directory, seed))

        def connection() -> Connection:
            return Connection(cluster.url, token=token, authority=cluster.authority)

        mutators = _mutators(namespaces, seed, connection)
        if arena.ours:
            mutators += _others(namespaces, seed, connection)
        if isinstance(oracle, GuestOracle):
            oracle.others = [each.deleted for each in mutators]
        judging = PolicyMutator(connection(), stage, namespaces, arena.policies, seed)
        for each in (*mutators, judging):
            each.start()
        try:
            number = 0
            while number < failovers:
                if number >= LEAST and time.monotonic() - began > seconds:
                    break
                crew.fail_over()
                number += 1
                if arena.ours and number % RESTART_EVERY == RESTART_EVERY // 2:
                    crew.restart_a_server()
        finally:
            for mutator in mutators:
                mutator.end()
            judging.end()
        with contextlib.suppress(AssertionError):  # the oracle says what is lost
            until(lambda: not oracle.waiting(), "everything that is due goes", SETTLING)
        counts = oracle.counts()
        fallen = crew.fallen()
        for mate in crew.mates:
            fallen += [f"{mate.name}: {each}" for each in mate.replica.records("uncaught exception")]
        changes = judging.changes + sum(each.changes for each in mutators)
        took = time.monotonic() - began
        return Ran(seed, counts, crew.befallen, _of_series(oracle), fallen, changes, crew.shifted, took)


def _mutators(namespaces: Sequence[str], seed: int, connection: Callable[[], Connection]) -> list[Mutator]:
    """Those of objects: one for each namespace, and one for the series in the last."""
    usual = [
        Mutator(connection(), namespace, seed + number, names=NAMES, pause=PAUSE)
        for number, namespace in enumerate(namespaces)
    ]
    return [*usual, SeriesMutator(connection(), namespaces[-1], seed, names=SERIES_NAMES, pause=SERIES_PAUSE)]


def _others(namespaces: Sequence[str], seed: int, connection: Callable[[], Connection]) -> list[Mutator]:
    """Those of what is scaled or comes in masses, in the first namespace, and of what is copied or named, in the last."""
    flood = FloodMutator(connection(), namespaces[0], seed, names=1, pause=FLOOD_PAUSE)
    ways = ((DeploymentMutator, namespaces[0]), (BinMutator, namespaces[-1]), (UseMutator, namespaces[-1]))
    return [flood, *(kind(connection(), place, seed, names=OTHER_NAMES, pause=OTHER_PAUSE) for kind, place in ways)]


def _of_series(oracle: Oracle | GuestOracle) -> int:
    """How many of the deletes were of objects of which the newest are to stay."""
    return sum(
        str(each["resource_name"]).startswith(PREFIX)
        for replica in oracle.replicas.values()
        if replica is not None
        for each in replica.records("resource deleted")
    )
