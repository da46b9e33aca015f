"""What plugins print goes aside, to standard error: standard output is what programs read."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")


def printing_aside() -> contextlib.AbstractContextManager[object]:
    """While it lasts, what is printed goes to standard error."""
    return contextlib.redirect_stdout(sys.stderr)


def each_aside(these: Iterable[T]) -> Iterator[T]:
    """The same, each made while what is printed goes to standard error.

    Args:
        these: Things that are made when they are asked for, by code that may print.
    """
    left = iter(these)
    while True:
        try:
            with printing_aside():
                one = next(left)
        except StopIteration:
            return
        yield one
        del one  # it may be large
