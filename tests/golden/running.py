"""Runs the real command: in this process, where that is the same and faster, and in one of its own."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from zen_gc_core import cli

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMAND = Path(sys.executable).with_name("zen-gc")
NO_CLUSTER = {"KUBECONFIG": "/dev/null", "KUBERNETES_SERVICE_HOST": ""}


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left.

    Attributes:
        code: its exit code.
        out: its standard output.
        err: its standard error.
    """

    code: Any
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """The lines of its standard error."""
        return self.err.splitlines()


def zen_gc(*arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None) -> Ran:
    """Run a command in this process, through the console script's own function."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    code: Any = 0
    with (
        contextlib.chdir(cwd or Path.cwd()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")),
        mock.patch.object(sys, "argv", ["zen-gc", *map(str, arguments)]),
    ):
        try:
            cli.main()
        except SystemExit as end:
            code = end.code
    return Ran(code, _text(out), _text(err))


def zen_gc_process(
    arguments: Sequence[str | Path], *, stdin: bytes = b"", cwd: Path | None = None, read: int = -1
) -> Ran:
    """Run a command in a process of its own, which finds no cluster.

    Args:
        arguments: as on the command line.
        stdin: what it reads from its standard input.
        cwd: where it runs.
        read: how much of its standard output is read before the reader leaves, in bytes; all without it.
    """
    with tempfile.TemporaryFile() as errors:  # a pipe that nobody reads yet would hold up a command that says much
        with subprocess.Popen(
            [COMMAND, *map(str, arguments)],
            cwd=cwd,
            env={**NO_CLUSTER, "PATH": os.defpath, "HOME": "/nonexistent", "PYTHONUTF8": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(stdin)
            process.stdin.close()
            out = process.stdout.read(read)
            process.stdout.close()
        errors.seek(0)
        err = errors.read()
    return Ran(process.returncode, out.decode(), err.decode())


def _text(stream: io.TextIOWrapper) -> str:
    buffer = stream.detach()
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()
