"""Folding: lines for people, no wider than their terminal. What is written into a file or a pipe is not folded."""

from __future__ import annotations

import shutil
import sys
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NARROWEST: Final = 24
"""Characters of a line that are left to its words, however far they are indented."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text.

    Args:
        words: What it says; one line that no terminal obeys.
        indent: How far it is indented.
        hang: How much further its second line is, where it must be folded.
        style: How it looks where there are colours, as arguments of ``click.style``; None: as all text.
        styled: How many of its first characters look so; None: all.
    """

    words: str
    indent: int = 0
    hang: int = 2
    style: Mapping[str, Any] | None = None
    styled: int | None = None


def terminal_width() -> int | None:
    """How many characters fit on a line of the terminal that is written to; None where there is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


HEADING: Final[Mapping[str, Any]] = {"bold": True}
"""How the titles of parts look."""


def folded(lines: Iterable[Line], width: int | None, *, colour: bool = False) -> str:
    """Lines as text.

    Args:
        lines: The lines.
        width: The most characters on a line, as far as words allow; None folds nothing.
        colour: Whether they have their styles.
    """
    return "\n".join(_styled(line, _folded(line, width)) if colour else _folded(line, width) for line in lines)


def _styled(line: Line, text: str) -> str:
    """A line that is folded, with its style; what it is indented by has none."""
    if not line.style or not text:
        return text
    begin = len(text) - len(text.lstrip())
    if line.styled is not None:
        end = begin + line.styled
        return f"{text[:begin]}{click.style(text[begin:end], **line.style)}{text[end:]}"
    rows = []
    for row in text.split("\n"):
        words = row.lstrip()
        rows.append(f"{row[: len(row) - len(words)]}{click.style(words, **line.style)}")
    return "\n".join(rows)


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
