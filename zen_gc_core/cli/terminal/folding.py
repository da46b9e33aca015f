"""Folding: lines for people, no wider than their terminal. What is written into a file or a pipe is not folded."""

from __future__ import annotations

import shutil
import sys
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_NARROWEST: Final = 24
"""Characters of a line that are left to its words, however far they are indented."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text.

    Args:
        words: What it says; one line that no terminal obeys.
        indent: How far it is indented.
        hang: How much further its second line is, where it must be folded.
    """

    words: str
    indent: int = 0
    hang: int = 2


def terminal_width() -> int | None:
    """How many characters fit on a line of the terminal that is written to; None where there is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def folded(lines: Iterable[Line], width: int | None) -> str:
    """Lines as text.

    Args:
        lines: The lines.
        width: The most characters on a line, as far as words allow; None folds nothing.
    """
    return "\n".join(_folded(line, width) for line in lines)


def _folded(line: Line, width: int | None) -> str:
    first = " " * line.indent
    if width is None or not line.words or len(line.words) + line.indent <= width:
        return f"{first}{line.words}".rstrip()
    hang = line.indent + line.hang
    if width - hang < _NARROWEST:
        hang = min(hang, max(0, width - _NARROWEST))
    return textwrap.fill(
        line.words,
        width,
        initial_indent=first[: max(0, width - _NARROWEST)],
        subsequent_indent=" " * hang,
        break_long_words=False,
        break_on_hyphens=False,
    )
