"""The figures that were kept: a line each in ``history.tsv``, with the commit and the date; the last one is what new ones are held to."""

from __future__ import annotations

import csv
import datetime as dt
import os
import subprocess
from pathlib import Path
from typing import Final

HISTORY: Final = Path(__file__).with_name("history.tsv")
FIELDS: Final = ("date", "commit", "title", "figure", "value", "unit", "bound")


def last_kept(title: str, figure: str) -> float | None:
    """What a figure was when it was kept last; None where it never was."""
    if not HISTORY.exists():
        return None
    with HISTORY.open(newline="") as lines:
        found = [
            float(row["value"])
            for row in csv.DictReader(lines, delimiter="\t")
            if (row["title"], row["figure"]) == (title, figure)
        ]
    return found[-1] if found else None


def keep(title: str, figure: str, value: float, unit: str, bound: str) -> None:
    """Keep a figure, where ``KEEP=1`` asks for it."""
    if os.environ.get("KEEP") != "1":
        return
    new = not HISTORY.exists()
    with HISTORY.open("a", newline="") as lines:
        writer = csv.writer(lines, delimiter="\t", lineterminator="\n")
        if new:
            writer.writerow(FIELDS)
        day = dt.datetime.now(dt.UTC).date().isoformat()
        writer.writerow((day, _commit(), title, figure, f"{value:.4g}", unit, bound))


def _commit() -> str:
    command = ["git", "rev-parse", "--short=12", "HEAD"]
    return subprocess.run(command, cwd=HISTORY.parent, capture_output=True, text=True, check=True).stdout.strip()
