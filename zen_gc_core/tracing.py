"""Where a plugin failed: its traceback on standard error, for its author who asks for it with ``ZEN_GC_TRACEBACK=1``.

It may quote objects, and is for whoever sits at the command line: the controller never prints it.
"""

from __future__ import annotations

import os
import sys
import traceback
from functools import lru_cache
from typing import Final

VARIABLE: Final = "ZEN_GC_TRACEBACK"


def asked_for() -> bool:
    """Whether tracebacks are to be shown."""
    return bool(os.environ.get(VARIABLE))


def show(error: BaseException) -> None:
    """Print the traceback of what a plugin raised, if it is asked for; the same one only once.

    Args:
        error: What was raised.
    """
    if asked_for():
        _print("".join(traceback.format_exception(error)))


@lru_cache(maxsize=64)
def _print(text: str) -> None:
    sys.stderr.write(text)
