"""A log that nobody reads: the writes that wait for it leave on a look from after the wait, or not at all."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.controller.controllers import PROGRAM, fetch
from tests.cluster.controller.stage import until
from zen_gc_core.controller.runs.fencing import FRESH_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.controller.stage import EmbeddedStage

OBJECTS = 60
SMALLEST_PIPE = 4096


class Reader:
    """Reads the log of a controller through the smallest pipe there is, until it is told to stop."""

    def __init__(self, stage: EmbeddedStage, errors: Path) -> None:
        self._from, into = os.pipe()
        fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, SMALLEST_PIPE)
        command = [
            str(PROGRAM),
            "controller",
            f"--kubeconfig={stage.cluster.kubeconfig_path}",
            f"--controller-namespace={stage.home}",
            "--enable-leader-election=false",
            "--metrics-addr=127.0.0.1:0",
            "--health-addr=127.0.0.1:0",
            "--gc-interval=1s",
            "--max-deletions-per-second=200",
        ]
        with errors.open("wb") as err:
            self.process = subprocess.Popen(command, stdout=into, stderr=err)
        os.close(into)
        self.reading = threading.Event()
        self.reading.set()
        self._ended = threading.Event()
        self._read = b""
        self._thread = threading.Thread(target=self._go)
        self._thread.start()

    def _go(self) -> None:
        while not self._ended.is_set():
            self.reading.wait(0.1)
            if not self.reading.is_set():
                continue
            part = os.read(self._from, 512)
            if not part:
                return
            self._read += part
            if b'"deleting resource"' in self._read and b'"resource deleted"' in self._read and not self._drained:
                self.reading.clear()

    _drained = False

    def drain(self) -> None:
        """Read on, to the end."""
        self._drained = True
        self.reading.set()

    def records(self, event: str, **fields: Any) -> list[dict[str, Any]]:
        """The records of a phrase that were read."""
        lines = self._read.rpartition(b"\n")[0].splitlines()
        found = [json.loads(line) for line in lines]
        return [
            each for each in found if each["event"] == event and all(each.get(key) == fields[key] for key in fields)
        ]

    def close(self) -> None:
        """End the controller."""
        self.drain()
        self.process.kill()
        self.process.wait()
        self._ended.set()
        self._thread.join()
        os.close(self._from)


@pytest.fixture
def reader(embedded: EmbeddedStage, tmp_path: Path) -> Iterator[Reader]:
    """The log of a controller that has objects to delete."""
    embedded.make_many(OBJECTS)
    embedded.policy()
    opened = Reader(embedded, tmp_path / "err")
    yield opened
    opened.close()


def test_no_delete_leaves_after_the_kill_switch_when_the_log_was_blocked_before_it(
    embedded: EmbeddedStage, reader: Reader
) -> None:
    """Nobody reads standard output, the switch is thrown, and then somebody reads: what waited for its line stays."""
    port = until(lambda: reader.records("controller started"))[0]["health_port"]
    until(lambda: not reader.reading.is_set(), "the first delete is logged")
    until(lambda: fetch(port, "/healthz")[0] == 503, "the log is blocked")
    assert "the log has been blocked" in fetch(port, "/healthz")[1]
    sent = len(embedded.sent("DELETE"))
    assert sent < OBJECTS
    switch = {"name": "zen-gc-pause", "namespace": embedded.home}
    embedded.cluster.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": switch, "data": {"paused": "true"}})
    time.sleep(
        FRESH_SECONDS
    )  # a write may follow a look from before the switch for as long, and who waits may have looked late

    reader.drain()

    until(lambda: reader.records("writes stopped", reason="KillSwitch"), "a later run meets the switch")
    assert fetch(port, "/healthz")[0] == 200
    assert len(embedded.sent("DELETE")) == sent
    assert len(embedded.names()) >= OBJECTS - sent


def test_a_run_whose_log_was_blocked_ends_and_says_why(embedded: EmbeddedStage, reader: Reader) -> None:
    """Without a switch, too; each intent that was written down has its outcome, and the next run goes on."""
    port = until(lambda: reader.records("controller started"))[0]["health_port"]
    until(lambda: fetch(port, "/healthz")[0] == 503, "the log is blocked")
    sent = len(embedded.sent("DELETE"))
    time.sleep(0.5)
    assert len(embedded.sent("DELETE")) == sent

    reader.drain()

    (failed,) = until(lambda: reader.records("evaluation failed"))[:1]
    assert failed["reason"] == "LogBlocked"
    until(lambda: not embedded.names(), "the next run goes on")
    until(lambda: reader.records("evaluation finished", matched=0))
    intended = [each["attempt_id"] for each in reader.records("deleting resource")]
    ended = {
        each["attempt_id"]
        for event in ("resource deleted", "resource not deleted")
        for each in reader.records(event)
        if each["attempt_id"]
    }
    assert set(intended) == ended
