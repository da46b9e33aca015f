"""A thousand policies on one resource: how soon all of them are evaluated, and what they cost left alone, on a real API server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from benchmarks.beats import metric, started
from benchmarks.figures import Figure, show
from benchmarks.serving import real
from tests.harness.crds import install_crds

if TYPE_CHECKING:
    from tests.harness.real import RealCluster

POLICIES: Final = 1_000
OBJECTS: Final = 2_000
NAMESPACES: Final = 20
TEAMS: Final = 50
SECONDS: Final = 60
"""For how long the controller is left alone: an interval, so that there is one pass in it."""

_WAKING: Final = f"""
import time
before = time.process_time()
for _ in range({SECONDS}):
    time.sleep(1)
print(time.process_time() - before)
"""
"""What waking costs on this machine: a process that waits for a minute and does nothing, which takes its time of the processor."""

QUIET: Final = 0.02
"""CPU seconds a second, at most, of a controller that has nothing to do."""


class Way(NamedTuple):
    """One way in which the policies look at the objects.

    Args:
        name: In words.
        everywhere: Whether each of them looks into every namespace.
        selecting: Whether each has a selector, the same one as a few others.
        most: CPU seconds a minute, at the most.
    """

    name: str
    everywhere: bool
    selecting: bool
    most: float


WAYS: Final = (
    Way("spread over namespaces", everywhere=False, selecting=False, most=0.5),
    Way("all look everywhere, with a selector each", everywhere=True, selecting=True, most=1.5),
    Way("all look everywhere, at everything", everywhere=True, selecting=False, most=1.5),
)


class Evaluated:
    """Which policies have been evaluated, by a log that is read once and not at every look: that would take the processor away.

    Args:
        log: The log.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        self._read = 0
        self._policies: set[tuple[str, ...]] = set()

    def look(self) -> int:
        """How many there are."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            found = log.read()
        whole = found[: found.rfind(b"\n") + 1]
        self._read += len(whole)
        lines = whole.decode().splitlines()
        self._policies.update(_policy_of(line) for line in lines if '"evaluation finished"' in line)
        return len(self._policies)


def run() -> bool:
    """Measure, print, and say whether all bounds hold."""
    holds = True
    for way in WAYS:
        with real(0) as found:
            if found is None:
                return True
            figures = _figures(way, *found)
        title = f"{POLICIES:,} policies, {OBJECTS:,} ConfigMaps in {NAMESPACES} namespaces, a pass a minute, a real API server: {way.name}"
        holds = show(title, figures) and holds
    return holds


def _figures(way: Way, kubeconfig: Path, cluster: RealCluster) -> list[Figure]:
    install_crds(cluster)
    namespaces = [cluster.namespace() for _ in range(NAMESPACES)]
    _objects(cluster, namespaces)
    _policies(cluster, way, namespaces)
    with tempfile.TemporaryDirectory() as directory:
        log, began = Path(directory) / "log", time.monotonic()
        with started(kubeconfig, log) as (process, port):
            evaluated = Evaluated(log)
            while (missing := POLICIES - evaluated.look()) > 0:
                if time.monotonic() - began > 60:
                    raise SystemExit(f"{missing} of {POLICIES} policies were not evaluated within a minute")
                time.sleep(0.05)
            soon = time.monotonic() - began
            _settle(process)
            before, passes = cpu_seconds(process), _passes(port)
            woken = subprocess.run([sys.executable, "-c", _WAKING], capture_output=True, text=True, check=True)
            idle, passes = cpu_seconds(process) - before, _passes(port) - passes
    note = f"lists meanwhile: {passes}; a process that only wakes once a second takes {float(woken.stdout):.2f} s here"
    return [
        Figure("from the start until all are evaluated", soon, 5, unit="s"),
        Figure("CPU a minute, nothing being due", idle / SECONDS * 60, way.most, unit="s", note=note),
    ]


def _settle(process: subprocess.Popen[bytes]) -> None:
    """Wait until all that follows from having begun is done, too: statuses, and an event for each policy."""
    before = cpu_seconds(process)
    for _ in range(40):
        time.sleep(1)
        before, now = cpu_seconds(process), before
        if before - now <= QUIET:
            return


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    """The processor time that a process has taken since it was started."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _policy_of(line: str) -> tuple[str, ...]:
    return tuple(re.findall(r'"(?:policy|namespace)":"([^"]*)"', line))


def _passes(port: int) -> int:
    return metric(port, "gc_sweep_duration_seconds_count", "configmaps")


def _objects(cluster: RealCluster, namespaces: list[str]) -> None:
    each = OBJECTS // len(namespaces) // TEAMS
    for namespace in namespaces:
        for team in range(TEAMS):
            first = {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": f"t-{team}", "namespace": namespace, "labels": {"team": f"t-{team}"}},
                "data": {"key": "x" * 500},
            }
            cluster.create(first)
            if each > 1:
                cluster.multiply(first, [f"t-{team}-{number}" for number in range(each - 1)])


def _policies(cluster: RealCluster, way: Way, namespaces: list[str]) -> None:
    for number in range(POLICIES):
        target: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap"}
        if way.everywhere:
            target["namespaces"] = ["*"]
        if way.selecting:
            target["labelSelector"] = {"matchLabels": {"team": f"t-{number % TEAMS}"}}
        metadata = {"name": f"p-{number:04}", "namespace": namespaces[number % len(namespaces)]}
        if way.everywhere:
            del metadata["namespace"]
        cluster.create(
            {
                "apiVersion": "gc.kube-zen.io/v1alpha1",
                "kind": "ClusterGarbageCollectionPolicy" if way.everywhere else "GarbageCollectionPolicy",
                "metadata": metadata,
                "spec": {"targetResources": [target], "ttl": {"afterCreation": "7d"}},
            }
        )


if __name__ == "__main__":
    sys.exit(0 if run() else 1)
