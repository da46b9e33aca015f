"""Clusters to measure against, each in processes of its own."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.objects import pod
from tests.harness.control_plane import missing_binaries
from tests.harness.real import RealCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def embedded(pods: int) -> Iterator[Path]:
    """An embedded cluster with as many Pods; yields its kubeconfig."""
    with tempfile.TemporaryDirectory() as directory:
        kubeconfig = Path(directory) / "kubeconfig"
        command = [sys.executable, "-m", "benchmarks.server", str(pods), str(kubeconfig)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            if server.stdout is None or server.stdin is None or not server.stdout.readline():
                raise SystemExit("the embedded cluster did not start")
            try:
                yield kubeconfig
            finally:
                server.stdin.close()
                server.wait(timeout=30)


@contextlib.contextmanager
def real(pods: int) -> Iterator[tuple[Path, RealCluster] | None]:
    """A real API server with the same Pods; None, with a line that says so, where its binaries are not there."""
    if missing := missing_binaries():
        print(f"real-apiserver: NOT RUN ({', '.join(missing)} not found; make apiserver)")
        yield None
        return
    with RealCluster() as cluster:
        if pods:
            cluster.create(
                {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": pod(0)["metadata"]["namespace"]}}
            )
            first = cluster.create(pod(0))
            cluster.store(first, map(pod, range(1, pods)))  # one by one: this process must stay small
        yield cluster.kubeconfig_path, cluster
