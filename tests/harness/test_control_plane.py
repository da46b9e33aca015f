"""How a control plane is started, shared and left."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.harness.connection import Connection
from tests.harness.control_plane import ControlPlane, StartError, answers, supervise_in_background
from tests.harness.supervise import IMPATIENT

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0
USER = """
import sys, pathlib
from tests.harness.control_plane import ControlPlane
plane = ControlPlane.meet(pathlib.Path(sys.argv[1]), controller_manager=False)
print(plane.endpoints.url, plane.endpoints.token, plane.authority, flush=True)
sys.stdin.read()
"""


def test_a_shared_server_stays_for_the_last_process_and_ends_with_it(apiserver_binaries: None, tmp_path: Path) -> None:
    """Whoever comes first starts it; being killed is a way to leave."""
    first = _user(tmp_path)
    said = _line(first)
    second = _user(tmp_path)
    assert _line(second) == said
    url, token, authority = said.split()
    connection = Connection(url, token=token, authority=Path(authority))
    home = Path(authority).parent

    first.send_signal(signal.SIGKILL)
    first.communicate()
    time.sleep(1)
    assert answers(connection, "/readyz")

    second.send_signal(signal.SIGKILL)
    second.communicate()
    assert _eventually(lambda: not answers(connection, "/readyz"))
    assert _eventually(lambda: not home.exists())
    connection.close()


def test_a_start_that_fails_ends_with_what_the_process_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to look for a log."""
    for name in ("etcd", "kube-apiserver", "kube-controller-manager"):
        script = tmp_path / name
        script.write_text(f"#!/bin/sh\necho {name} is out of order\nsleep {0 if name == 'etcd' else 60}\n")
        script.chmod(0o755)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))

    with pytest.raises(StartError, match="etcd ended\netcd is out of order"):
        ControlPlane.start(controller_manager=False)


def test_what_gives_up_when_the_api_server_is_slow_is_started_when_that_is_there_and_again(tmp_path: Path) -> None:
    """Whenever it gives up, nothing else ends by it; of the others, what ends is told."""
    told = tmp_path / "told"
    commands = {
        "etcd": ["sh", "-c", "until [ -e end ]; do sleep 0.1; done"],
        IMPATIENT: ["sh", "-c", f"echo started >> {told}"],
    }
    (tmp_path / "commands.json").write_text(json.dumps(commands))
    with (tmp_path / "users").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        supervise_in_background(tmp_path)
        assert _eventually((tmp_path / "etcd.log").exists)
        time.sleep(1)
        assert not told.exists()
        (tmp_path / "ready").touch()
        assert _eventually(lambda: told.exists() and len(told.read_text().splitlines()) >= 3)
        assert not (tmp_path / "ended").exists()
        (tmp_path / "end").touch()
        assert _eventually((tmp_path / "ended").exists)
    assert (tmp_path / "ended").read_text() == "etcd"


@pytest.mark.parametrize(("demand", "code"), [("", 0), ("CI", 1), ("ZEN_GC_REQUIRE_APISERVER", 1)])
def test_missing_binaries_are_said_in_one_line_and_fail_where_they_are_required(
    tmp_path: Path, demand: str, code: int
) -> None:
    """No silent skip, and no skip at all in CI."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "CI", "KUBEB", "ZEN_GC"))
    }
    environment = {**kept, "XDG_CACHE_HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    if demand:
        environment[demand] = "true" if demand == "CI" else "1"
    claim = "tests/harness/test_clusters.py::test_cluster_roles_are_aggregated"

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'temp'}", claim],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == code, done.stdout + done.stderr
    reason = "real-apiserver: NOT RUN (etcd, kube-apiserver, kube-controller-manager missing: "
    assert reason in done.stdout
    if not demand:
        assert sum(line.startswith(reason) for line in done.stdout.splitlines()) == 1


def _user(place: Path) -> subprocess.Popen[str]:
    """Another process that uses the server of `place`."""
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(place)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _eventually(reached: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not reached():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
