"""A controller on a host with something wrong: its standard output, its limits, its user, its file system, its clock."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.cluster.controller.controllers import PROGRAM, QUICK, fetch, scrape
from tests.harness.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.controller.stage import EmbeddedStage


@dataclass
class Hosted:
    """A controller process whose ports are known beforehand, since its log may tell nobody."""

    process: subprocess.Popen[bytes]
    health: int
    metrics: int

    def probe(self, path: str) -> tuple[int, str]:
        """A page of its health port."""
        return fetch(self.health, path)

    def healthz(self) -> int:
        """The status of its probe; 0 when nobody answers."""
        with contextlib.suppress(Exception):
            return self.probe("/healthz")[0]
        return 0

    def lost_records(self) -> float:
        """How many records could not be written."""
        with contextlib.suppress(Exception):
            return scrape(self.metrics).total("gc_log_records_lost_total")
        return 0.0

    def peak(self) -> int:
        """The most memory that it has had, in bytes."""
        rows = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        (row,) = [each for each in rows if each.startswith("VmHWM")]
        return int(row.split()[1]) * 1024


@contextlib.contextmanager
def hosted(
    stage: EmbeddedStage,
    *flags: str,
    stdout: Any,
    before: tuple[str, ...] = (),
    environment: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> Iterator[Hosted]:
    """A controller without an election, behind a command that prepares its host; killed in the end.

    Args:
        stage: The cluster.
        flags: Further flags.
        stdout: Where its log goes.
        before: A command that ends by running what follows it (``prlimit``, ``setpriv``, ``unshare``).
        environment: More of it.
        cwd: Where it runs.
    """
    health, metrics = free_ports(2)
    command = [
        *before,
        str(PROGRAM),
        "controller",
        f"--kubeconfig={stage.cluster.kubeconfig_path}",
        f"--leader-election-namespace={stage.home}",
        "--enable-leader-election=false",
        f"--metrics-addr=127.0.0.1:{metrics}",
        f"--health-addr=127.0.0.1:{health}",
        "--gc-interval=1s",
        "--max-deletions-per-second=200",
        *QUICK,
        *flags,
    ]
    base = {"PATH": os.environ.get("PATH", os.defpath), "HOME": "/nonexistent", "POD_NAME": "hosted"}
    process = subprocess.Popen(
        command, stdout=stdout, stderr=subprocess.DEVNULL, env={**base, **(environment or {})}, cwd=cwd or "/"
    )
    try:
        yield Hosted(process, health, metrics)
    finally:
        process.kill()
        process.wait()


def runs(*command: str) -> str:
    """Why a command does not run here; empty when it does."""
    if shutil.which(command[0]) is None:
        return f"{command[0]} is not installed"
    done = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"{' '.join(command)}: {done.stderr.strip() or done.returncode}"
