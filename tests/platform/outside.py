"""Programs of others, where they are to be had: what needs one that is not there says `NOT RUN (why)`."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tools import programs

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 180.0


def program(name: str) -> Path:
    """The program called `name`; without it, the test that asks is skipped, on whatever machine."""
    found = programs.find(name)
    if found is None:
        how = "make programs" if programs.SOURCES[name].quick else f"make {name}"
        pytest.skip(f"{name}: NOT RUN (not there: run `{how}`)")
    return found


def run(
    name: str, *arguments: str | Path, stdin: str = "", cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the program called `name`; see `program`, and `subprocess.run`."""
    return subprocess.run(
        [program(name), *arguments], input=stdin, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=cwd
    )
