"""A clean-up by hand as a person does it: ``zen-gc run`` over the objects of a stage, with policies in files."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster.controller.stage import AT_ONCE, TARGET, EmbeddedStage, Stage
from tests.golden.running import Ran, zen_gc
from zen_gc_core.model.policy import API_VERSION, CLUSTER, NAMESPACED

PATIENCE = 120
PROGRAM = str(Path(sys.executable).with_name("zen-gc"))


@dataclass
class ByHand:
    """A person with a kubeconfig and a directory.

    Args:
        stage: the cluster.
        directory: where policies and plans are.
        config: the kubeconfig; the administrator's without one.
    """

    stage: Stage
    directory: Path
    config: Path | None = None

    @property
    def embedded(self) -> EmbeddedStage:
        """The stage, where it is an embedded one."""
        assert isinstance(self.stage, EmbeddedStage)
        return self.stage

    def policy(self, name: str = "by-hand", *, kind: str = NAMESPACED, **spec: Any) -> Path:
        """Write a policy, by default one that takes labelled ConfigMaps at once, and return its file."""
        metadata: dict[str, Any] = {"name": name, **spec.pop("metadata", {})}
        if kind != CLUSTER:
            metadata.setdefault("namespace", self.stage.namespace)
        document = {
            "apiVersion": API_VERSION,
            "kind": kind,
            "metadata": metadata,
            "spec": {"targetResources": [TARGET], "ttl": AT_ONCE, **spec},
        }
        path = self.directory / f"{name}.json"
        path.write_text(json.dumps(document))
        return path

    def zen_gc(self, command: str, *arguments: str | Path) -> Ran:
        """Run a command on the cluster."""
        return zen_gc(command, *arguments, *self._where)

    @property
    def _where(self) -> tuple[str, str]:
        config = self.config or self.stage.cluster.kubeconfig_path
        return f"--kubeconfig={config}", f"--controller-namespace={self.stage.home}"

    def at_a_terminal(
        self, typed: bytes, *arguments: str | Path, columns: int = 80, **environment: str
    ) -> tuple[int, str]:
        """Run it at a terminal, type when it asks; its exit code, and what the terminal showed."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        command = [PROGRAM, *map(str, arguments), *self._where]
        base = {"PATH": os.defpath, "HOME": str(self.directory), "TERM": "xterm", "PYTHONUTF8": "1"}
        shown, asked = b"", False
        with subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True, env={**base, **environment}
        ) as process:
            os.close(theirs)
            with contextlib.suppress(OSError):  # the other end is closed
                while read := os.read(ours, 4096):
                    shown += read
                    if not asked and b"[y/N]" in shown:
                        asked = True
                        os.write(ours, typed)
            os.close(ours)
            return process.wait(PATIENCE), shown.decode()

    def process(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Start a clean-up as a process of its own."""
        return subprocess.Popen(
            [PROGRAM, "run", *map(str, arguments), "--yes", *self._where],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PATH": os.defpath, "HOME": str(self.directory), "PYTHONUTF8": "1"},
        )

    def run(self, *arguments: str | Path) -> Ran:
        """Clean up without being asked."""
        return self.zen_gc("run", *arguments, "--yes")

    def results(self, *arguments: str | Path) -> dict[str, str]:
        """Clean up without being asked; what became of each object, by name."""
        ran = self.run(*arguments, "-o", "json")
        return {
            each["name"]: each["result"] for policy in json.loads(ran.out)["policies"] for each in policy["objects"]
        }
