"""The pages for those who come next are true of the tree."""

from __future__ import annotations

import re
import runpy
from typing import TYPE_CHECKING

from tests.docs.pages import DOCS, REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

CORE = REPOSITORY / "zen_gc_core"


def test_the_picture_of_the_rooms_is_current() -> None:
    """``python docs/draw.py`` draws it anew."""
    drawn = runpy.run_path(str(DOCS / "draw.py"))["drawn"]()
    assert (DOCS / "explanation" / "architecture.svg").read_text(encoding="utf-8") == drawn


def _named(page: Path) -> set[str]:
    names = re.findall(r"`([a-z_/]+\.py)`", page.read_text(encoding="utf-8"))
    return {name.removeprefix("zen_gc_core/") for name in names}


def test_every_module_that_the_pages_name_is_there() -> None:
    """In the core, from its root."""
    for page in ("explanation/glossary.md", "explanation/threads.md"):
        named = _named(DOCS / page)
        assert named, page
        assert {name for name in named if not (CORE / name).exists()} == set(), page


def test_where_to_change_what_leads_to_modules_that_are_there() -> None:
    """CONTRIBUTING's table."""
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition("## Where do I change …")[2].partition("## ")[0]
    named = set(re.findall(r"`((?:model|controller|cluster|engine|expressions|plugins|cli)/[a-z_/]*(?:\.py)?)`", table))
    assert len(named) > 10
    assert {name for name in named if not (CORE / name).exists() and not (REPOSITORY / name).exists()} == set()
