"""A log that cannot be written, few descriptors, nothing to write to, nobody's user, a clock that jumps, and memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cluster.controller.controllers import PROGRAM
from tests.cluster.controller.stage import by_controller, until
from tests.proof import clocks
from tests.proof.host.hosts import hosted, runs

if TYPE_CHECKING:
    from tests.cluster.controller.stage import EmbeddedStage

MOST_MEMORY = 256 << 20
PATIENCE = 240.0


def deletes(stage: EmbeddedStage) -> int:
    """How many DELETEs of the controller the server was sent."""
    return len([each for each in stage.server.requests if by_controller(each) and each.method == "DELETE"])


def test_a_log_that_is_full_lets_nothing_leave(embedded: EmbeddedStage) -> None:
    """Each write needs its intent in the log; what is lost of it is counted where it can still be read."""
    embedded.make_many(5)
    embedded.policy("all")
    with Path("/dev/full").open("wb") as full, hosted(embedded, stdout=full) as controller:
        until(lambda: controller.lost_records() > 1, "the records are counted", patience=PATIENCE)
        until(lambda: embedded.status("all").get("resourcesMatched"), "a run found them", patience=PATIENCE)
        time.sleep(2.0)
    assert deletes(embedded) == 0
    assert len(embedded.names()) == 5


def test_a_log_that_is_closed_lets_nothing_leave_any_more(embedded: EmbeddedStage) -> None:
    """Whoever read it has gone."""
    embedded.policy()
    reader, writer = os.pipe()
    with hosted(embedded, stdout=writer) as controller:
        os.close(writer)
        until(lambda: controller.healthz() == 200, patience=PATIENCE)
        embedded.make_many(3)
        until(lambda: not embedded.names(), patience=PATIENCE)
        os.close(reader)
        sent = deletes(embedded)
        embedded.make_many(5)
        until(lambda: controller.lost_records() > 1, "the records are counted", patience=PATIENCE)
        time.sleep(3.0)
        assert deletes(embedded) == sent
    assert len(embedded.names()) == 5


def test_a_log_that_blocks_holds_every_write_until_it_flows_again(embedded: EmbeddedStage) -> None:
    """A pipe that nobody reads is full after some deletes; no other leaves unlogged, and /healthz fails."""
    embedded.policy(behavior={"breaker": {"maxPercent": 100}})  # it is the log that stops them
    reader, writer = os.pipe()
    with hosted(embedded, "--log-level=debug", stdout=writer) as controller:
        os.close(writer)
        until(lambda: controller.healthz() == 200, patience=PATIENCE)
        embedded.make_many(400)
        until(lambda: controller.healthz() not in {0, 200}, "a blocked log fails the probe", patience=PATIENCE)
        sent = deletes(embedded)
        assert 0 < sent < 400
        time.sleep(1.0)
        assert deletes(embedded) == sent
        assert controller.process.poll() is None
    os.close(reader)


def test_few_descriptors_are_enough(embedded: EmbeddedStage, tmp_path: Path) -> None:
    """64 of them: it works, and its probes answer."""
    if why := runs("prlimit", "--nofile=64"):
        pytest.skip(f"NOT RUN ({why})")
    for number in range(6):
        embedded.policy(f"p{number}")
    embedded.make_many(30)
    with (
        (tmp_path / "log").open("wb") as log,
        hosted(embedded, stdout=log, before=("prlimit", "--nofile=64")) as controller,
    ):
        until(lambda: not embedded.names(), (tmp_path / "log").read_text()[-2000:], patience=PATIENCE)
        assert controller.healthz() == 200


def test_it_needs_no_file_system_to_write_to(embedded: EmbeddedStage, tmp_path: Path) -> None:
    """The root is read-only, as in the shipped Deployment."""
    read_only = ("unshare", "--mount", "sh", "-c", 'mount -o remount,bind,ro / && exec "$@"', "sh")
    if why := runs(*read_only):
        pytest.skip(f"NOT RUN ({why})")
    embedded.policy()
    embedded.make_many(10)
    with (tmp_path / "log").open("wb") as log, hosted(embedded, stdout=log, before=read_only):
        until(lambda: not embedded.names(), (tmp_path / "log").read_text()[-2000:], patience=PATIENCE)


def test_it_runs_as_nobody_in_particular(embedded: EmbeddedStage, tmp_path: Path) -> None:
    """A user without a name, a home or a group."""
    somebody = ("setpriv", "--reuid=64999", "--regid=64999", "--clear-groups")
    if why := runs(*somebody):
        pytest.skip(f"NOT RUN ({why})")
    if why := runs(*somebody, str(PROGRAM), "--version") and _unreadable(somebody):
        pytest.skip(f"NOT RUN ({why})")
    embedded.policy()
    embedded.make_many(10)
    with tempfile.TemporaryDirectory() as folder, (tmp_path / "log").open("wb") as log:
        # Not below tmp_path: whenever pytest starts beside us, it takes the rights to its folders back.
        public = Path(folder, "kubeconfig")
        shutil.copy(embedded.cluster.kubeconfig_path, public)
        public.chmod(0o644)
        Path(folder).chmod(0o755)
        with hosted(embedded, f"--kubeconfig={public}", stdout=log, before=somebody):
            until(lambda: not embedded.names(), patience=PATIENCE)


def _unreadable(somebody: tuple[str, ...]) -> str:
    done = subprocess.run([*somebody, str(PROGRAM), "--version"], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"the interpreter is not readable for others: {done.stderr.strip()[-120:]}"


@pytest.mark.parametrize("jump", ["+3600s", "-3600s"])
def test_a_clock_that_jumps_takes_nothing_before_its_time(embedded: EmbeddedStage, tmp_path: Path, jump: str) -> None:
    """An hour ahead or back: the server's clock disagrees, so nothing is deleted until they agree again."""
    if clocks.missing():
        pytest.skip(clocks.not_run())
    clock = tmp_path / "clock"
    clock.write_text("+0s\n")
    faked = clocks.preloading(FAKETIME_TIMESTAMP_FILE=str(clock), FAKETIME_NO_CACHE="1")
    embedded.policy("soon", ttl={"afterCreation": "30m"})
    embedded.policy("now")
    embedded.make_many(3)
    with (tmp_path / "log").open("wb") as log, hosted(embedded, stdout=log, environment=faked):
        until(lambda: not embedded.names(), (tmp_path / "log").read_text()[-2000:], patience=PATIENCE)
        clock.write_text(f"{jump}\n")
        until(lambda: embedded.reason("now") == "ClockSkew", "the jump is told", patience=PATIENCE)
        made = set(embedded.make_many(4))
        time.sleep(3.0)
        assert embedded.names() == made
        clock.write_text("+0s\n")
        until(lambda: not embedded.names(), "it goes on", patience=PATIENCE)


def test_memory_stays_within_its_bound(embedded: EmbeddedStage, tmp_path: Path) -> None:
    """The peak, over pages of large objects and thirty policies."""
    for number in range(30):
        embedded.policy(f"p{number}", ttl={"afterCreation": "30d"})
    embedded.server.seed(
        [
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": f"big-{number}", "namespace": embedded.namespace, "labels": {"gc": "yes"}},
                "data": {"text": "x" * 20_000},
            }
            for number in range(3_000)
        ]
    )
    with (tmp_path / "log").open("wb") as log, hosted(embedded, stdout=log) as controller:
        until(lambda: embedded.status("p7").get("lastRun", {}).get("scanned"), patience=PATIENCE)
        peak = controller.peak()
    print(f"peak {peak >> 20} MiB")  # noqa: T201  the figure
    assert peak < MOST_MEMORY
