"""The figures of the last whole run of each part, kept in the page about what is promised."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from zen_gc_core import __version__

PAGE = Path(__file__).parents[2] / "docs/explanation/what-is-promised.md"
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"
HEAD = "| part | what was seen | seed | command | version | date |\n|---|---|---|---|---|---|\n"


def record(part: str, seen: str, seed: str, command: str, *, page: Path = PAGE) -> None:
    """Put the figures of a part into the page, in the place of those of its last run.

    Args:
        part: the part.
        seen: the figures.
        seed: of all chance.
        command: what makes it again.
        page: the page.
    """
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    table, _, after = rest.partition(END)
    rows = dict(_row(line) for line in table.splitlines() if line.startswith("| ") and not line.startswith("| part"))
    date = dt.datetime.now(dt.UTC).date().isoformat()
    rows[part] = f"| {part} | {seen} | {seed} | `{command}` | {__version__} | {date} |"
    lines = "".join(f"{rows[name]}\n" for name in sorted(rows))
    page.write_text(f"{before}{BEGIN}{HEAD}{lines}{END}{after}", encoding="utf-8")


def _row(line: str) -> tuple[str, str]:
    return line.split("|")[1].strip(), line
