"""A line on standard error while something takes long, where somebody looks; it goes when it is over."""

from __future__ import annotations

import contextlib
import shutil
import sys
import threading
import time
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")

PATIENCE: Final = 1.0
"""Seconds from the start of the program for which nobody needs to be told anything."""
_EVERY: Final = 0.25
_CLEAR: Final = "\r\x1b[K"
_BEGAN: Final = time.monotonic()


@contextlib.contextmanager
def waiting(words: Callable[[], str], patience: float = PATIENCE) -> Iterator[None]:
    """Say what is being done while it takes long; on a terminal alone.

    Args:
        words: What is said; asked again and again, from another thread.
        patience: Seconds from the start of the program before anything is said.
    """
    if not sys.stderr.isatty():
        yield
        return
    ended = threading.Event()
    teller = threading.Thread(target=_tell, args=(words, patience, ended), daemon=True, name="waiting")
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()


def waiting_for_each(made: Iterable[T], words: Callable[[], str]) -> Iterator[T]:
    """What is made one by one, with the line while each is made, and not while it is printed.

    Args:
        made: What is made.
        words: As for ``waiting``.
    """
    source = iter(made)
    while True:
        with waiting(words):
            one = next(source, None)
        if one is None:
            return
        yield one
        del one


def _tell(words: Callable[[], str], patience: float, ended: threading.Event) -> None:
    wait, shown = max(patience - (time.monotonic() - _BEGAN), 0.0), False
    while not ended.wait(wait):
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"{_CLEAR}{words()[:width]}")
        sys.stderr.flush()
        wait, shown = _EVERY, True
    if shown:
        sys.stderr.write(_CLEAR)
        sys.stderr.flush()
