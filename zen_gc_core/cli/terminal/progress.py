"""Progress on standard error, where somebody looks: a bar that fits its terminal, and goes when it is over."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from typing import TYPE_CHECKING, Final

import click

from zen_gc_core.model.results import DONE, Result

if TYPE_CHECKING:
    from zen_gc_core.model.report import Outcome

CLEAR: Final = "\r\x1b[K"
_WIDEST_BAR: Final = 30
_NARROWEST_BAR: Final = 5


def terminal_width(otherwise: int = 80) -> int:
    """Columns of the terminal; of none, what is said otherwise."""
    return shutil.get_terminal_size((otherwise, 24)).columns


class Bar:
    """How far a clean-up is; drawn on a terminal alone.

    Args:
        whole: How many objects there are.
    """

    def __init__(self, whole: int) -> None:
        self._whole = whole
        self._results: Counter[Result] = Counter()
        self._shown = ""
        self._ending = False
        self._visible = sys.stderr.isatty()

    def count(self, outcome: Outcome) -> None:
        """Note what became of one object; may be called by several threads at once, and is a figure for people."""
        self._results[outcome.result] += 1

    def ending(self) -> None:
        """Note that it ends after the writes that are under way."""
        self._ending = True
        if not self._visible:
            click.echo("ending after the writes that are under way; a second signal ends at once", err=True)

    def draw(self) -> None:
        """Draw it, where it has changed."""
        if not self._visible or not self._whole:
            return
        line = self.line(terminal_width() - 1)
        if line != self._shown:
            sys.stderr.write(f"{CLEAR}{line}")
            sys.stderr.flush()
            self._shown = line

    def line(self, width: int) -> str:
        """What is drawn in so many columns."""
        count = min(sum(self._results.values()), self._whole)
        figures = f"{count}/{self._whole}"
        done = sum(self._results[each] for each in DONE)
        failed = self._results[Result.FAILED]
        words = f" {done} done" + (f", {failed} failed" if failed else "") + (", ending" if self._ending else "")
        room = min(_WIDEST_BAR, width - len(figures) - 3 - len(words))
        if room < _NARROWEST_BAR:
            words, room = "", min(_WIDEST_BAR, width - len(figures) - 3)
        if room < _NARROWEST_BAR:
            return figures[: max(width, 0)]
        filled = room * count // self._whole
        return f"[{'#' * filled}{'.' * (room - filled)}] {figures}{words}"

    def close(self) -> None:
        """Take it away."""
        if self._shown:
            sys.stderr.write(CLEAR)
            sys.stderr.flush()
            self._shown = ""
