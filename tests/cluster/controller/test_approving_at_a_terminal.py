"""Approving at a terminal: what would be approved is shown, and nothing but a yes approves it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from zen_gc_core.engine.breaker import APPROVE

if TYPE_CHECKING:
    from tests.cluster.controller.stage import EmbeddedStage

PATIENCE = 120
PROGRAM = str(Path(sys.executable).with_name("zen-gc"))


def at_a_terminal(typed: bytes, *arguments: str) -> tuple[int, str]:
    """Run ``zen-gc approve`` at a terminal, type when it asks, and return its exit code and what it showed."""
    ours, theirs = pty.openpty()
    command = [PROGRAM, "approve", *arguments]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True) as process:
        os.close(theirs)
        shown = b""
        asked = False
        while True:
            try:
                read = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            if not read:
                break
            shown += read
            if not asked and b"[y/N]" in shown:
                asked = True
                os.write(ours, typed)
        os.close(ours)
        return process.wait(PATIENCE), shown.decode()


@pytest.mark.parametrize(("typed", "code"), [(b"y\n", 0), (b"n\n", 130), (b"\n", 130), (b"\x04", 130)])
def test_only_a_yes_approves(embedded: EmbeddedStage, typed: bytes, code: int) -> None:
    """No, a bare return and the end of input leave the policy as it is."""
    approved = code == 0
    embedded.make_many(3)
    policy = embedded.policy(behavior={"breaker": {"maxObjects": 1}})
    config = f"--kubeconfig={embedded.cluster.kubeconfig_path}"
    ended, shown = at_a_terminal(typed, policy, "-n", embedded.namespace, config, "--up-to", "3")
    assert ended == code, shown
    assert "Let it act on up to 3 objects a run?" in shown
    annotations = embedded.read(policy)["metadata"].get("annotations", {})
    assert (APPROVE in annotations) is approved
    if approved:
        assert annotations[APPROVE].endswith("/3")
        assert annotations[APPROVE].removesuffix("/3") in shown


def test_without_a_terminal_it_ends_with_2(embedded: EmbeddedStage) -> None:
    """And says which command approves what was looked at."""
    embedded.make_many(3)
    policy = embedded.policy(behavior={"breaker": {"maxObjects": 1}})
    config = f"--kubeconfig={embedded.cluster.kubeconfig_path}"
    ran = subprocess.run(
        [PROGRAM, "approve", policy, "-n", embedded.namespace, config, "--up-to", "3"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (ran.returncode, "there is no terminal to ask at" in ran.stderr) == (2, True)
    assert APPROVE not in embedded.read(policy)["metadata"].get("annotations", {})
