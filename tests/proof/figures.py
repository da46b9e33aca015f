"""The figures of the last whole run of each part, kept in the page about what is promised; and of several, their sum."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from zen_gc_core import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE = Path(__file__).parents[2] / "docs/explanation/what-is-promised.md"
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"
HEAD = "| part | what was seen | seed | command | version | date |\n|---|---|---|---|---|---|\n"


TOGETHER = ", together"
"""After the name of a part: the sum of its rows."""


class _Row(NamedTuple):
    part: str
    seen: str
    seed: str
    command: str
    version: str
    date: str

    def __str__(self) -> str:
        return f"| {' | '.join(self)} |\n"


def record(part: str, seen: str, seed: str, command: str, *, beside: bool = False, page: Path = PAGE) -> None:
    """Put the figures of a part into the page, in the place of those of its last run.

    Args:
        part: the part.
        seen: the figures.
        seed: of all chance.
        command: what makes it again.
        beside: whether they stand beside those of its runs with other seeds; then what they count is summed up.
        page: the page.
    """
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    table, _, after = rest.partition(END)
    rows = [_row(line) for line in table.splitlines() if line.startswith("| ") and not line.startswith("| part")]
    rows = [row for row in rows if row.part != part + TOGETHER and (row.part != part or (beside and row.seed != seed))]
    date = dt.datetime.now(dt.UTC).date().isoformat()
    rows.append(_Row(part, seen, seed, f"`{command}`", __version__, date))
    if len(of_part := [row for row in rows if row.part == part]) > 1:
        rows.append(_Row(part + TOGETHER, summed(row.seen for row in of_part), "", "", __version__, date))
    lines = "".join(map(str, sorted(rows)))
    page.write_text(f"{before}{BEGIN}{HEAD}{lines}{END}{after}", encoding="utf-8")


def summed(seen: Iterable[str]) -> str:
    """The sum of figures that are counts (``1,200 deletes, 0 wrong``); what stands in brackets is left out."""
    total: Counter[str] = Counter()
    for each in seen:
        for number, what in re.findall(r"([\d,]+) ([a-z][a-z ]*)", each.partition(" (")[0]):
            total[what] += int(number.replace(",", ""))
    return ", ".join(f"{number:,} {what}" for what, number in total.items())


def _row(line: str) -> _Row:
    return _Row(*(each.strip() for each in line.split("|")[1:-1]))
