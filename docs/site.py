"""Lays out the pages of the site, ``build/pages``: those of ``docs/``, and the Markdown elsewhere in the repository that they link to.

Its navigation, the end of ``mkdocs.yml``, is the index ``docs/README.md``: ``python docs/site.py --navigation`` writes it anew. ``make site`` builds the site of them with what ``mkdocs.yml`` says. A link to a file that is no page, a test for example, leaves
its text behind: the site stands by itself, and knows no address of the repository.
"""  # noqa: INP001  a script beside the pages that it lays out

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[1]
DOCS: Final = ROOT / "docs"
CONFIGURATION: Final = ROOT / "mkdocs.yml"
PAGES: Final = ROOT / "build" / "pages"
ELSEWHERE: Final = "repository"
"""The folder of the site that holds the pages from outside ``docs/``, as they lie in the repository."""

_LINK = re.compile(r"(?<!!)\[([^\[\]]*)\]\(([^)\s#]+)(#[^)\s]*)?\)")
_ENTRY = re.compile(r"- \[([^\]]+)\]\(([^)\s]+)\)")
_PICTURES: Final = frozenset({".svg", ".png"})


def place_of(file: Path) -> Path | None:
    """Where a file of the repository stands in the site, relative to its root; None: it is no part of it."""
    if not file.is_file() or file.suffix not in {".md", *_PICTURES}:
        return None
    if file.is_relative_to(DOCS):
        return file.relative_to(DOCS)
    return ELSEWHERE / file.relative_to(ROOT)


def laid_out(page: Path, place: Path) -> str:
    """The text of a page with the links that it has at its place in the site."""

    def link(found: re.Match[str]) -> str:
        text, target, anchor = found[1], found[2], found[3] or ""
        if target.startswith("https://"):
            return found[0]
        there = place_of((page.parent / target).resolve())
        return text if there is None else f"[{text}]({os.path.relpath(there, place.parent)}{anchor})"

    return _LINK.sub(link, page.read_text(encoding="utf-8"))


def linked(page: Path) -> Iterator[Path]:
    """The pages and pictures of the repository that a page links to."""
    for found in _LINK.finditer(page.read_text(encoding="utf-8")):
        target = (page.parent / found[2]).resolve()
        if place_of(target) is not None:
            yield target


def lay_out(pages: Path = PAGES) -> None:
    """Write all pages and pictures of the site anew."""
    shutil.rmtree(pages, ignore_errors=True)
    pictures = [file for file in DOCS.rglob("*") if file.suffix in _PICTURES]
    waiting = [*DOCS.rglob("*.md"), *pictures]
    done: set[Path] = set()
    while waiting:
        file = waiting.pop()
        place = place_of(file)
        if file in done or place is None:
            continue
        done.add(file)
        target = pages / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix == ".md":
            target.write_text(laid_out(file, place), encoding="utf-8")
            waiting += linked(file)
        else:
            shutil.copyfile(file, target)


def configuration() -> str:
    """``mkdocs.yml`` with the navigation that the index has: a tab for each heading, a page for each link."""
    said, mark, _ = CONFIGURATION.read_text(encoding="utf-8").partition("nav:\n")
    rows = ["- README.md"]
    for line in (DOCS / "README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            rows.append(f"- {line.removeprefix('## ')}:")
        elif found := _ENTRY.fullmatch(line):
            rows.append(f"  - {json.dumps(found[1])}: {found[2]}")
    return said + mark + "\n".join(rows) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--navigation"]:
        CONFIGURATION.write_text(configuration(), encoding="utf-8")
    else:
        lay_out()
