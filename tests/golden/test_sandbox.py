"""The sandbox's kubeconfig: no file of anybody else is overwritten for it, and it goes when the sandbox goes."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.golden.running import COMMAND, zen_gc

if TYPE_CHECKING:
    from pathlib import Path

OTHERS = ["current-context: prod\n", '{"current-context": "prod"}', "", "not a kubeconfig"]


def served(directory: Path, *arguments: str) -> str:
    """What a sandbox wrote into its kubeconfig; it is ended by a signal."""
    with subprocess.Popen(
        [COMMAND, "sandbox", "--kubeconfig-out", "sandbox.yaml", *arguments],
        cwd=directory,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().startswith("Serving on ")
            written = (directory / "sandbox.yaml").read_text()
            process.send_signal(signal.SIGTERM)
            assert process.wait() == 0
        finally:
            process.kill()  # what does not end would be waited for even when time is up
    return written


@pytest.mark.parametrize("content", OTHERS)
def test_a_file_of_others_is_not_overwritten(tmp_path: Path, content: str) -> None:
    """Not even an empty one; the message says what to do."""
    (tmp_path / "sandbox.yaml").write_text(content)
    ran = zen_gc("sandbox", "--kubeconfig-out", "sandbox.yaml", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "sandbox.yaml is there already: give another --kubeconfig-out, or --overwrite\n"
    assert (tmp_path / "sandbox.yaml").read_text() == content


def test_a_sandbox_takes_its_kubeconfig_with_it(tmp_path: Path) -> None:
    """What one left behind that was killed is nobody's work; another file is overwritten when that is asked for."""
    left = served(tmp_path)
    assert not (tmp_path / "sandbox.yaml").exists()
    (tmp_path / "sandbox.yaml").write_text(left)
    assert json.loads(served(tmp_path))["current-context"] == json.loads(left)["current-context"]
    (tmp_path / "sandbox.yaml").write_text("current-context: prod\n")
    assert json.loads(served(tmp_path, "--overwrite"))


def test_a_sandbox_that_is_running_keeps_its_kubeconfig(tmp_path: Path) -> None:
    """Another one takes it only where that is asked for, and then the first does not take it away."""
    command = [str(COMMAND), "sandbox", "--kubeconfig-out", "sandbox.yaml"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        try:
            assert first.stdout.readline().startswith("Serving on ")
            ran = zen_gc("sandbox", "--kubeconfig-out", "sandbox.yaml", cwd=tmp_path)
            assert (ran.code, ran.out) == (2, "")
            assert ran.errors[0].startswith("sandbox.yaml is that of a sandbox that is running: give another ")
            with subprocess.Popen([*command, "--overwrite"], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as second:
                assert second.stdout is not None
                try:
                    assert second.stdout.readline().startswith("Serving on ")
                    written = (tmp_path / "sandbox.yaml").read_text()
                    first.send_signal(signal.SIGTERM)
                    assert first.wait() == 0
                    assert (tmp_path / "sandbox.yaml").read_text() == written
                    second.send_signal(signal.SIGTERM)
                    assert second.wait() == 0
                finally:
                    second.kill()
        finally:
            first.kill()
    assert not (tmp_path / "sandbox.yaml").exists()
