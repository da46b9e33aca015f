"""Soak: a controller under churn for hours, policies that come and go, an API server that is restarted; what grows is told."""

from __future__ import annotations

import contextlib
import json
import random
import re
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import urllib3

from tests.cluster.controller.churn import POLICY, Mutator
from tests.cluster.controller.controllers import run_replica
from tests.cluster.controller.stage import until
from tests.harness.connection import Connection
from tests.harness.real import RealCluster

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.stage import Stage

WARMING = 1800.0
"""Seconds after which memory is to stay what it is; a third of a run that is shorter than three times as much."""

MOST_SLOPE = 1.0
"""MiB an hour."""

RESTARTS = 600.0
"""Seconds between two restarts of the API server."""

PACE = 2.0
"""Seconds between two looks, at each of which a policy comes, goes or is edited."""

POLICIES = 20
PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Sample:
    """What the process had at an instant.

    Args:
        at: seconds since the beginning.
        memory: bytes that are resident.
        threads: how many.
        descriptors: how many are open.
        policies: how many there are.
    """

    at: float
    memory: int
    threads: int
    descriptors: int
    policies: int = 0


@dataclass
class Soaked:
    """What came of it.

    Args:
        seed: of all chance.
        samples: in their order.
        changes: of objects and policies.
        restarts: of the API server.
        deleted: objects.
        lost: policies that are there and were not served in the end.
        ended: what the process said when it ended by itself; empty when it did not.
    """

    seed: int
    samples: list[Sample] = field(default_factory=list)
    changes: int = 0
    restarts: int = 0
    deleted: int = 0
    lost: list[str] = field(default_factory=list)
    ended: str = ""

    @property
    def steady(self) -> list[Sample]:
        """The samples after it has warmed up."""
        whole = self.samples[-1].at
        return [each for each in self.samples if each.at >= min(WARMING, whole / 3)]

    @property
    def slope(self) -> float:
        """By how many MiB its memory grows in an hour, by the line that fits the samples best."""
        steady = self.steady
        line = statistics.linear_regression([each.at for each in steady], [each.memory for each in steady])
        return line.slope * 3600 / 2**20

    @property
    def more_threads(self) -> int:
        """How many more threads there are in the end than in the beginning, half of the time.

        They come and go, with the runs and with each restart of the API server: each part is as long as lies between two
        of those, a tenth of the whole at least, and the most there were at any instant is what chance made of it.
        """
        return self._growth("threads")

    @property
    def more_descriptors(self) -> int:
        """The same of descriptors."""
        return self._growth("descriptors")

    def _growth(self, what: str) -> int:
        steady = self.steady
        began, ended = steady[0].at, steady[-1].at
        part = min(max((ended - began) / 10, RESTARTS), (ended - began) / 2)
        first = statistics.median(getattr(each, what) for each in steady if each.at <= began + part)
        return int(statistics.median(getattr(each, what) for each in steady if each.at >= ended - part) - first)

    @property
    def good(self) -> bool:
        """Whether it is as promised; of memory only a run that goes on for three times the warming-up can tell."""
        tells = self.samples[-1].at >= 3 * WARMING
        grows = (tells and self.slope >= MOST_SLOPE) or self.more_threads > 0 or self.more_descriptors > 0
        return not (grows or self.lost or self.ended)

    def recent(self, seconds: float) -> str:
        """What there was half of the time of late, in one line.

        Args:
            seconds: for how long back.
        """
        last = self.samples[-1].at
        late = [each for each in self.samples if each.at > last - seconds]
        memory, *numbers = (
            statistics.median(getattr(each, what) for each in late)
            for what in ("memory", "threads", "descriptors", "policies")
        )
        threads, descriptors, policies = map(int, numbers)
        return f"{last / 60:4.0f} min  {memory / 2**20:6.1f} MiB  {threads:3} threads  {descriptors:3} descriptors  {policies:2} policies"

    def __str__(self) -> str:
        """The figures, in one line."""
        last, peak = self.samples[-1], max(each.memory for each in self.samples)
        return (
            f"{last.at / 60:.0f} minutes, {self.changes:,} changes, {self.restarts} restarts of the API server, "
            f"{self.deleted:,} deletes: memory {last.memory / 2**20:.0f} MiB (at the most {peak / 2**20:.0f}), "
            f"{self.slope:+.2f} MiB an hour after {min(WARMING, last.at / 3) / 60:.0f} minutes, {self.more_threads:+d} threads, "
            f"{self.more_descriptors:+d} descriptors, {len(self.lost)} policies lost"
            + (f", ended: {self.ended}" if self.ended else "")
        )


def of_the_image() -> dict[str, str]:
    """What the image sets for the C library."""
    image = (Path(__file__).parents[2] / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    return dict(re.findall(r"(GLIBC_TUNABLES)=(\S+)", image))


def soak(stage: Stage, directory: Path, seed: int, seconds: float, tell: Callable[[str], None]) -> Soaked:
    """Let a controller run under churn.

    Args:
        stage: a real cluster.
        directory: for the log.
        seed: of all chance.
        seconds: for how long.
        tell: is given what there is, in a line, before each restart: whoever waits for hours sees what becomes of it.
    """
    chance, soaked = random.Random(seed), Soaked(seed)
    assert isinstance(stage.cluster, RealCluster)
    token = json.loads(stage.cluster.kubeconfig_path.read_text())["users"][0]["user"]["token"]
    replica = run_replica(stage, directory, environment=of_the_image()).awake()
    mutator = Mutator(
        Connection(stage.cluster.url, token=token, authority=stage.cluster.authority), stage.namespace, seed, PAUSE
    )
    process = psutil.Process(replica.process.pid)
    coming = _Coming(stage, chance)
    mutator.start()
    try:
        began = restarted = time.monotonic()
        while (at := time.monotonic() - began) < seconds and replica.process.poll() is None:
            with contextlib.suppress(urllib3.exceptions.HTTPError, AssertionError):  # the API server is restarted
                coming.change()
            soaked.samples.append(
                Sample(at, process.memory_info().rss, process.num_threads(), process.num_fds(), len(coming.there))
            )
            if time.monotonic() - restarted > RESTARTS:
                tell(soaked.recent(RESTARTS))
                stage.cluster.restart("kube-apiserver")
                stage.await_policies()
                restarted, soaked.restarts = time.monotonic(), soaked.restarts + 1
            time.sleep(PACE)
        mutator.end()
        soaked.changes = mutator.changes + coming.changes
        soaked.lost = coming.unserved()
        with replica.out.open("rb") as log:  # the metrics of a policy go with it
            soaked.deleted = sum(b'"event":"resource deleted"' in line for line in log)
        if replica.process.poll() is not None:
            soaked.ended = replica.err.read_text()[-300:] or f"exit code {replica.process.returncode}"
    finally:
        mutator.end()
        replica.kill()
    return soaked


@dataclass
class _Coming:
    """Policies that come, are edited, and go."""

    stage: Stage
    chance: random.Random
    there: list[str] = field(default_factory=list)
    changes: int = 0

    def change(self) -> None:
        self.changes += 1
        choice = self.chance.random()
        if len(self.there) < 2 or (choice < 0.3 and len(self.there) < POLICIES):
            behavior = {"breaker": {"minObjects": 10**6}}
            self.there.append(self.stage.policy(evaluationInterval="1s", behavior=behavior, **POLICY))
        elif choice < 0.5:
            self.stage.delete(self.stage.path(self.there.pop(self.chance.randrange(len(self.there)))))
        else:
            self.stage.edit(
                self.chance.choice(self.there), {"evaluationInterval": self.chance.choice(["1s", "2s", "10s"])}
            )

    def unserved(self) -> list[str]:
        """The policies that do not run any more when they are edited."""
        wanted = {
            name: self.stage.edit(name, {"evaluationInterval": "3s"})["metadata"]["generation"] for name in self.there
        }
        with contextlib.suppress(AssertionError):
            until(lambda: not self._behind(wanted), "all are served", 120.0)
        return sorted(self._behind(wanted))

    def _behind(self, wanted: dict[str, int]) -> list[str]:
        return [
            name
            for name, generation in wanted.items()
            if self.stage.status(name).get("observedGeneration", 0) < generation
        ]
