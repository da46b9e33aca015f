"""The page about what is promised names every mutant, what catches it, and tests that are there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.proof.figures import PAGE, record
from tests.proof.teeth.mutants import MUTANTS
from tests.proof.teeth.scenarios import SCENARIOS

if TYPE_CHECKING:
    from pathlib import Path


def test_every_mutant_and_its_scenario_stand_in_the_page() -> None:
    """In one row; none that does not exist."""
    text = PAGE.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    for scenario in SCENARIOS:
        for mutant in scenario.mutants:
            assert any(f"`{mutant}`" in row and f"`{scenario.play.__name__}`" in row for row in rows), mutant
    named = {each for row in rows for each in re.findall(r"`([a-z]+(?:-[a-zA-Z]+)+)`", row)}
    assert named == set(MUTANTS)


def test_every_test_that_is_named_is_there() -> None:
    """By its file and its name."""
    text = PAGE.read_text(encoding="utf-8")
    found = re.findall(r"\[`(test_\w+)`\]\((\.\./\.\./tests/[\w/]+\.py)\)", text)
    assert len(found) >= 5
    for name, path in found:
        assert f"def {name}(" in (PAGE.parent / path).resolve().read_text(encoding="utf-8"), name


def test_figures_of_runs_with_other_seeds_add_up(tmp_path: Path) -> None:
    """Each has its row, a second run of a seed takes the place of the first, and their sum stands below."""
    page = tmp_path / "page.md"
    page.write_text("<!-- figures -->\n<!-- end of figures -->\n")
    record("load", "3 clients", "none", "make proof", page=page)
    for seen, seed in (
        ("9 failovers, 1 wrong", "7"),
        ("200 failovers, 1,100 deletes, 0 wrong (3 killed)", "7"),
        ("900 failovers, 1,050 deletes, 0 wrong (5 killed)", "8"),
    ):
        record("chaos", seen, seed, "make proof", beside=True, page=page)
    rows = [line for line in page.read_text().splitlines() if line.startswith("| chaos")]
    assert [row.split(" | ")[:3] for row in rows] == [
        ["| chaos", "200 failovers, 1,100 deletes, 0 wrong (3 killed)", "7"],
        ["| chaos", "900 failovers, 1,050 deletes, 0 wrong (5 killed)", "8"],
        ["| chaos, together", "1,100 failovers, 2,150 deletes, 0 wrong", ""],
    ]
    assert "| load | 3 clients |" in page.read_text()


def test_figures_take_the_place_of_those_of_the_last_run(tmp_path: Path) -> None:
    """Of the same part; the page around them stays."""
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- figures -->\n<!-- end of figures -->\nafter\n")
    record("chaos", "1 failover", "7", "make proof", page=page)
    record("teeth", "19 of 19", "none", "make proof", page=page)
    record("chaos", "2 failovers", "8", "make proof", page=page)
    text = page.read_text()
    assert text.startswith("before\n<!-- figures -->\n| part |")
    assert text.endswith("<!-- end of figures -->\nafter\n")
    assert (text.count("| chaos | 2 failovers | 8 |"), text.count("| teeth |"), text.count("1 failover |")) == (1, 1, 0)
