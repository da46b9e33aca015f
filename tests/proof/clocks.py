"""Programs whose clock is off, or jumps, by libfaketime: only the clock that tells what time it is, not the one that measures."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import time

from tools import programs

PROBE = """
import threading, time
now = time.time()
time.sleep(0.01)
threading.Event().wait(0.01)
print(now)
"""
AHEAD = 1000.0
PATIENCE = 60.0


@functools.cache
def missing() -> str:
    """Why clocks cannot be made to be off here; empty where they can.

    A library that cannot be loaded is passed over in silence, and with some versions no program can sleep: so it is tried.
    """
    library = programs.find("libfaketime")
    if library is None:
        return "libfaketime is not there: run `make programs`"
    environment = {**os.environ, **_preloaded(str(library)), "FAKETIME": f"+{AHEAD:.0f}s"}
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROBE],
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"with {library} nobody wakes up: another version is needed, in $ZEN_GC_LIBFAKETIME"
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:]
        return f"with {library} nobody can sleep ({''.join(said)}): another version is needed, in $ZEN_GC_LIBFAKETIME"
    if abs(float(done.stdout) - AHEAD - time.time()) > PATIENCE:
        return f"{library} cannot be loaded"
    return ""


def not_run() -> str:
    """What is said where they cannot."""
    return f"NOT RUN ({missing()})"


def preloading(**variables: str) -> dict[str, str]:
    """The environment of a program whose clock is off.

    Args:
        variables: what libfaketime reads: by how much (``FAKETIME="+20s"``), or in which file that stands.

    Raises:
        RuntimeError: clocks cannot be made to be off here.
    """
    library = programs.find("libfaketime")
    if library is None or missing():
        raise RuntimeError(missing())
    return {**_preloaded(str(library)), **variables}


def _preloaded(library: str) -> dict[str, str]:
    return {"LD_PRELOAD": library, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
