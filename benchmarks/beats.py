"""Lists an interval of a controller with a thousand policies on one resource, left alone and stopped for most of the time."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import urllib3
from zen_gc_embedded import EmbeddedCluster

from benchmarks.figures import Figure, show
from zen_gc_core.engine.crds import crd_documents
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICIES = 1_000
INTERVAL = 5
INTERVALS = 6
SPEC: dict[str, Any] = {
    "targetResources": [{"apiVersion": "v1", "kind": "ConfigMap"}],
    "ttl": {"afterCreation": "1h"},
}


def run() -> bool:
    """Measure, print, and say whether all bounds hold."""
    with EmbeddedCluster() as cluster, tempfile.TemporaryDirectory() as directory:
        cluster.seed([*crd_documents(load_plugins(installed_entry_points()).vocabulary), *_policies()])
        kubeconfig = cluster.write_kubeconfig(Path(directory) / "kubeconfig")
        with started(kubeconfig, Path(directory) / "log", f"--gc-interval={INTERVAL}s") as (process, port):
            figures = [
                _figure("lists an interval", process, port, rest=0.0),
                _figure("lists an interval, the process stopped for two thirds of the time", process, port, rest=2.0),
            ]
    return show(f"Beats: {POLICIES} policies on one resource, {INTERVALS} intervals of {INTERVAL} s", figures)


@contextlib.contextmanager
def started(kubeconfig: Path, log: Path, *flags: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A controller in a process of its own; and the port of its metrics."""
    command = [
        str(Path(sys.executable).with_name("zen-gc")),
        "controller",
        f"--kubeconfig={kubeconfig}",
        "--enable-leader-election=false",
        "--metrics-addr=127.0.0.1:0",
        "--health-addr=127.0.0.1:0",
        "--log-level=info",
        *flags,
    ]
    with log.open("wb") as written, subprocess.Popen(command, stdout=written, stderr=written) as process:
        try:
            yield process, _port(log)
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()


def _policies() -> Iterator[dict[str, Any]]:
    for number in range(POLICIES):
        metadata = {"name": f"p-{number:04}", "namespace": f"space-{number % 20}", "generation": 1}
        yield {
            "apiVersion": "gc.kube-zen.io/v1alpha1",
            "kind": "GarbageCollectionPolicy",
            "metadata": metadata,
            "spec": SPEC,
        }


def _port(log: Path) -> int:
    for _ in range(600):
        if found := re.search(r'"metrics_port":(\d+)', log.read_text()):
            return int(found[1])
        time.sleep(0.1)
    raise SystemExit("the controller did not start")


def _figure(name: str, process: subprocess.Popen[bytes], port: int, *, rest: float) -> Figure:
    while _lists(port) < 2:
        time.sleep(0.2)
    before, began = _lists(port), time.monotonic()
    while time.monotonic() - began < INTERVALS * INTERVAL:
        time.sleep(0.1)
        if rest:
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.1 * rest)
            process.send_signal(signal.SIGCONT)
    return Figure(name, (_lists(port) - before) / INTERVALS, 1 + 1 / INTERVALS)


def _lists(port: int) -> int:
    return metric(port, "gc_sweep_duration_seconds_count", "configmaps")


def metric(port: int, name: str, resource: str) -> int:
    """A counter of a controller, by its resource; 0 while it is not there."""
    text = urllib3.request("GET", f"http://127.0.0.1:{port}/metrics", timeout=30.0).data.decode()
    found = re.search(rf'^{name}\{{resource="{resource}"\}} ([0-9.e+]+)', text, re.MULTILINE)
    return int(float(found[1])) if found else 0
