"""Controllers under test: one in this process (`Inside`), or one as users run it (`Replica`); read from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import urllib3
from prometheus_client.parser import text_string_to_metric_families

from tests.cluster.controller.stage import until
from zen_gc_core.controller.program.controller import Controller
from zen_gc_core.controller.settings import Settings

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Sequence

    from tests.cluster.controller.stage import Stage
    from zen_gc_core.controller.beats.loop import Loop

PROGRAM = Path(sys.executable).with_name("zen-gc")
QUICK = (
    "--leader-election-lease-duration=3s",
    "--leader-election-renew-deadline=2s",
    "--leader-election-retry-period=300ms",
)
"""An election that is over soon."""


@dataclass
class Samples:
    """A scrape: every sample by its name and labels."""

    values: list[tuple[str, dict[str, str], float]]

    def total(self, name: str, **labels: str) -> float:
        """The sum of the samples of a name that carry these labels."""
        return sum(value for _, value in self.having(name, **labels))

    def having(self, name: str, **labels: str) -> list[tuple[dict[str, str], float]]:
        """The samples of a name that carry these labels."""
        return [
            (found, value) for sample, found, value in self.values if sample == name and labels.items() <= found.items()
        ]


def fetch(port: int, path: str) -> tuple[int, str]:
    """Fetch a page of a controller's, as a probe or a scrape would."""
    answer = urllib3.request("GET", f"http://127.0.0.1:{port}{path}", timeout=10.0, retries=False)
    return answer.status, answer.data.decode()


def scrape(port: int) -> Samples:
    """All metrics, read by Prometheus' own parser."""
    status, text = fetch(port, "/metrics")
    assert status == 200, text
    return Samples(
        [
            (sample.name, sample.labels, sample.value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        ]
    )


class Logbook(ABC):
    """The records of a controller, as they come."""

    @abstractmethod
    def text(self) -> str:
        """Everything that was written."""

    def records(self, event: str = "", **fields: Any) -> list[dict[str, Any]]:
        """The records of a phrase with these fields."""
        whole = self.text().rpartition("\n")[0]
        found = [json.loads(line) for line in whole.splitlines()]
        return [
            record
            for record in found
            if event in {"", record["event"]} and all(record.get(key) == value for key, value in fields.items())
        ]

    def await_record(self, event: str, count: int = 1, **fields: Any) -> dict[str, Any]:
        """Wait for a record, and return it."""
        try:
            return until(lambda: self.records(event, **fields)[count - 1 :])[0]
        except AssertionError:
            raise AssertionError(f"there is no {event!r} with {fields} in\n{self.text()[-3000:]}") from None


class Inside(Logbook):
    """A controller in this process, with its log in a text; without an election unless the settings ask for one."""

    def __init__(self, stage: Stage, stream: io.StringIO, *, once: bool = False, **settings: Any) -> None:
        values: dict[str, Any] = {
            "kubeconfig": str(stage.cluster.kubeconfig_path),
            "metrics_addr": "127.0.0.1:0",
            "health_addr": "127.0.0.1:0",
            "enable_leader_election": False,
            "controller_namespace": stage.home,
            "gc_interval": timedelta(seconds=1),
            "min_interval": timedelta(seconds=1),
            "max_deletions_per_second": 200.0,
            **settings,
        }
        self._stream = stream
        self.controller = Controller(Settings(**values), once=once)
        self.loop: Loop | None = None
        self.error: BaseException | None = None
        self.began = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="controller under test", daemon=True)

    def start(self) -> Inside:
        """Start it, and wait until it serves."""
        self._thread.start()
        until(lambda: not self.controller.starting or self.error, "the controller starts")
        assert self.error is None, self.error
        return self

    def finish(self) -> Loop:
        """Wait until it has ended by itself."""
        self._thread.start()
        self._thread.join(180.0)
        assert self.loop is not None, self.error
        return self.loop

    def stop(self) -> None:
        """Stop it, and wait until it has."""
        self.controller.stopping.set()
        if self._thread.ident is not None:
            self._thread.join(120.0)
        assert not self._thread.is_alive()

    def text(self) -> str:
        """The log so far."""
        return self._stream.getvalue()

    def scrape(self) -> Samples:
        """Its metrics."""
        return scrape(self.controller.metrics_port)

    def _run(self) -> None:
        try:
            self.loop = self.controller.run()
        except BaseException as error:  # noqa: BLE001  it is looked at by who started it
            self.error = error


@dataclass
class Replica(Logbook):
    """A controller as a process of its own.

    Args:
        process: the process.
        out: the file with its standard output.
        err: the file with its standard error.
    """

    process: subprocess.Popen[bytes]
    out: Path
    err: Path
    _ports: dict[str, int] = field(default_factory=dict)

    def text(self) -> str:
        """Its log: in JSON everything is on standard output."""
        return self.out.read_text()

    def awake(self) -> Replica:
        """Wait until it has started."""
        until(lambda: self.records("controller started") or self.process.poll() is not None, "the replica starts")
        (started,) = self.records("controller started")
        self._ports = {"metrics": started["metrics_port"], "health": started["health_port"]}
        return self

    @property
    def identity(self) -> str:
        """Who it is in the election."""
        return str(self.records("controller started")[0]["identity"])

    @property
    def metrics_port(self) -> int:
        """Where it is scraped."""
        return self._ports["metrics"]

    def scrape(self) -> Samples:
        """Its metrics."""
        return scrape(self.metrics_port)

    def probe(self, path: str) -> tuple[int, str]:
        """A page of its health port."""
        return fetch(self._ports["health"], path)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def wait(self, seconds: float = 180.0) -> int:
        """Wait until it has ended; its exit code."""
        return self.process.wait(seconds)

    def kill(self) -> None:
        """End it, in whatever state it is."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def run_replica(
    stage: Stage,
    directory: Path,
    *flags: str,
    config: Path | None = None,
    name: str = "",
    environment: dict[str, str] | None = None,
) -> Replica:
    """Start a controller as a process, with ports of its own and a quick pace; flags given here win.

    Args:
        stage: the cluster and the controller's namespace.
        directory: where its output goes.
        flags: further flags.
        config: the kubeconfig of another identity; the administrator's without one.
        name: its Pod's name.
        environment: more of it.
    """
    number = len(list(directory.glob("*.out")))
    out, err = directory / f"{number}.out", directory / f"{number}.err"
    command = [
        str(PROGRAM),
        "controller",
        f"--kubeconfig={config or stage.cluster.kubeconfig_path}",
        f"--controller-namespace={stage.home}",
        "--metrics-addr=127.0.0.1:0",
        "--health-addr=127.0.0.1:0",
        "--gc-interval=1s",
        "--min-interval=1s",
        "--max-deletions-per-second=200",
        *QUICK,
        *flags,
    ]
    base = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(directory),
        "POD_NAME": name or f"pod-{number}",
    }
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            command, stdout=stdout, stderr=stderr, env={**base, **(environment or {})}, cwd=directory
        )
    return Replica(process, out, err)


def instant(record: dict[str, Any]) -> datetime:
    """When a record was written."""
    return datetime.fromisoformat(record["timestamp"])


def leader_of(stage: Stage, replicas: Sequence[Replica]) -> Replica | None:
    """The replica that holds the lease."""
    holder = stage.lease().get("holderIdentity")
    return next((each for each in replicas if each.identity == holder and each.process.poll() is None), None)


def let_leaders_fall(
    stage: Stage,
    replica: Callable[..., Replica],
    replicas: list[Replica],
    troubles: Sequence[signal.Signals],
    *,
    after: int,
) -> None:
    """Kill or stop one leader after the other, each when it has deleted so many objects more.

    Args:
        stage: where they run.
        replica: starts one more in the place of one that was killed.
        replicas: those that run; those that are started are added.
        troubles: what each leader is sent; one that is stopped goes on when another leads.
        after: how many objects each deletes first.
    """
    for number, trouble in enumerate(troubles):
        leader = until(lambda: leader_of(stage, replicas))
        leader.await_record("resource deleted", len(leader.records("resource deleted")) + after)
        leader.send(trouble)
        until(lambda leader=leader: stage.lease()["holderIdentity"] != leader.identity)  # type: ignore[misc]  # binds the leader
        if trouble is signal.SIGSTOP:
            leader.send(signal.SIGCONT)
        else:
            replicas.append(replica(stage, name=f"again{number}").awake())
