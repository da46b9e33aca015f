"""A process of its own that keeps a control plane running for as long as somebody uses it: `supervise.py DIRECTORY`.

It goes to the background, starts the commands of DIRECTORY/commands.json and stops them when nobody holds a shared lock on
DIRECTORY/users any more, or when one of them ends, which it then names in DIRECTORY/ended. One that DIRECTORY/restart names is killed and started again. The kernel drops the lock of a process that dies, however it dies, so no server outlives its tests,
and a server that several test processes share stays until the last of them has gone. Only the standard library: it is started
by path.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TextIO

PAUSE = 0.2
PR_SET_PDEATHSIG = 1
RESTART = "restart"
IMPATIENT = "kube-controller-manager"
"""It waits for ten seconds for the API server, which takes longer on a machine that is busy; then it ends. So it is started when
DIRECTORY/ready says that the API server is there, and again whenever it has ended: who needs it waits for what it does."""


def die_with_parent() -> None:
    """Ask Linux to end the process that is being started when this one is killed; elsewhere nobody is asked."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def start(name: str, command: list[str], directory: Path) -> subprocess.Popen[bytes]:
    """Start one command, its output in a log of its name."""
    with (directory / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - this process has one thread
        )


def in_use(users: TextIO) -> bool:
    """Whether another process holds the lock; when none does it is held from here on."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def restart_if_asked(
    children: dict[str, subprocess.Popen[bytes]], commands: dict[str, list[str]], directory: Path
) -> None:
    """Kill the process that DIRECTORY/restart names and start it again; the file goes when that is done."""
    asked = directory / RESTART
    if not asked.exists() or (name := asked.read_text()) not in children:
        return
    children[name].kill()
    children[name].wait()
    children[name] = start(name, commands[name], directory)
    asked.unlink()


def keep_running(directory: Path) -> None:
    """Run the commands until their users have gone, or until one of them ends by itself: then the logs stay."""
    commands: dict[str, list[str]] = json.loads((directory / "commands.json").read_text())
    children: dict[str, subprocess.Popen[bytes]] = {}
    with (directory / "users").open("a") as users:
        try:
            while in_use(users):
                restart_if_asked(children, commands, directory)
                for name, command in commands.items():
                    child = children.get(name)
                    if child is not None and child.poll() is None:
                        continue
                    if child is not None and name != IMPATIENT:
                        (directory / "ended").write_text(name)
                        return
                    if name != IMPATIENT or (directory / "ready").exists():
                        children[name] = start(name, command, directory)
                time.sleep(PAUSE)
        finally:
            (directory / "ready").unlink(missing_ok=True)
            for child in reversed(children.values()):
                child.kill()
                child.wait()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__" and os.fork() == 0:
    keep_running(Path(sys.argv[1]))
