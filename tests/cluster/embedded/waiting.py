"""Waiting for what the server does in its own time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 120.0


def until(reached: Callable[[], bool]) -> bool:
    """Whether it came, within the patience of a test."""
    deadline = time.monotonic() + PATIENCE
    while not reached():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
