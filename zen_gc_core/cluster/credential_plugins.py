"""Credential plugins (``users[].user.exec`` of a kubeconfig): each has half a minute, and is named when it fails.

The official client runs them, and waits without end. Here their command is put behind a small one that does not.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LONGEST: Final = 30.0
"""Seconds that a credential plugin may take."""

_GUARD: Final = """
import os, signal, subprocess, sys
seconds, *command = sys.argv[1:]
alone = not sys.stdin or not sys.stdin.isatty()
try:
    running = subprocess.Popen(command, start_new_session=alone)
    sys.exit(running.wait(float(seconds)))
except subprocess.TimeoutExpired:
    os.killpg(running.pid, signal.SIGKILL) if alone else running.kill()
    print("it did not end within", seconds, "s", file=sys.stderr)
    sys.exit(124)
except OSError as error:
    print(error.strerror, file=sys.stderr)
    sys.exit(127)
"""
"""Runs a command for so many seconds at the most, and ends what it began with it: one that is left would hold the pipe."""


def bound(config: Mapping[str, Any], seconds: float = LONGEST) -> None:
    """Give the plugins of a kubeconfig so many seconds each.

    Args:
        config: The kubeconfig, decoded; its commands are changed in place.
        seconds: For how long each may run.
    """
    for run in _plugins(config):
        command = run.get("command")
        if isinstance(command, str) and command and command != sys.executable:
            arguments = run.get("args")
            further = arguments if isinstance(arguments, list) else []
            run["command"] = sys.executable
            run["args"] = ["-I", "-S", "-c", _GUARD, f"{seconds:g}", command, *further]


def named(configs: Iterable[Mapping[str, Any]], user: object) -> str:
    """The command of a user's plugin, after ``bound``; empty when there is none.

    Args:
        configs: The kubeconfigs; the first that has the user counts.
        user: The user's name.
    """
    entries = (entry for config in configs for entry in config.get("users") or [])
    entry = next((entry for entry in entries if isinstance(entry, dict) and entry.get("name") == user), {})
    for run in _plugins({"users": [entry]}):
        arguments = run.get("args")
        if isinstance(arguments, list) and _GUARD in arguments:
            return str(arguments[arguments.index(_GUARD) + 2])
    return ""


def _plugins(config: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    users = config.get("users")
    for entry in users if isinstance(users, list) else ():
        user = entry.get("user") if isinstance(entry, dict) else None
        run = user.get("exec") if isinstance(user, dict) else None
        if isinstance(run, dict):
            yield run
