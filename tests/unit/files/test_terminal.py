"""What a terminal shows: columns of foreign texts, bars and lines that fit however narrow it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen_gc_core.cli.plans.output import columns
from zen_gc_core.cli.terminal.progress import Bar
from zen_gc_core.model.decision import Decision, Verdict
from zen_gc_core.model.report import Outcome
from zen_gc_core.model.results import Result
from zen_gc_core.texts import visible, width

if TYPE_CHECKING:
    from collections.abc import Sequence

DECISION = Decision("v1", "ConfigMap", "team-a", "x", "uid", Verdict.ACT, "due")

WIDTHS = [
    ("", 0),
    ("ascii", 5),
    ("é", 1),
    ("e\u0301", 1),
    ("سلة", 3),
    ("سَلَّة", 3),
    ("垃圾", 4),
    ("🗑", 1),
    ("🚮", 2),
    ("ﾊﾝｶｸ", 4),
    ("\uff21", 2),
]


@pytest.mark.parametrize(("text", "expected"), WIDTHS)
def test_a_wide_character_takes_two_columns_and_an_accent_none(text: str, expected: int) -> None:
    """As terminals have it, by Unicode's own tables."""
    assert width(text) == expected


ROWS: Sequence[Sequence[str]] = [
    ("VERDICT", "OBJECT", "BECAUSE"),
    ("delete", visible("سلة/🚮"), "a"),
    ("keep", visible("垃圾\x1b[2J\u202e\n"), "b"),
    ("wait", "e\u0301", "c"),
]


def test_columns_stay_in_line_whatever_the_names_are() -> None:
    """Arabic, emoji, accents, and what a terminal would obey: the last column begins at the same place in each row."""
    lines = columns(ROWS).split("\n")
    assert all(line.isprintable() for line in lines)
    assert len({width(line[: -len(row[-1])]) for line, row in zip(lines, ROWS, strict=True)}) == 1


@pytest.mark.parametrize("columns_there", [0, 1, 5, 12, 20, 40, 79, 200])
def test_a_bar_fits_its_terminal(columns_there: int) -> None:
    """Down to the figures alone; at the end it is full."""
    bar = Bar(120)
    for _ in range(119):
        bar.count(Outcome(DECISION, Result.DELETED))
    bar.count(Outcome(DECISION, Result.FAILED))
    bar.ending()
    line = bar.line(columns_there)
    assert width(line) <= columns_there
    if columns_there >= 79:
        assert "120/120 119 done, 1 failed" in line
        assert "." not in line


def test_a_bar_of_forty_columns_has_a_bar() -> None:
    """Half of it."""
    bar = Bar(10)
    for _ in range(5):
        bar.count(Outcome(DECISION, Result.DELETED))
    assert bar.line(39) == f"[{12 * '#'}{13 * '.'}] 5/10 5 done"
