"""The pages of the documentation, and what stands in them: fenced blocks, links, headings.

Two conventions make pages testable. A block whose first line is a comment with a file's name is that file. The commands of a
`console` block are run, in order, beside those files, and print what the block says; those of an `sh` block are only looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"
PAGES = sorted(
    [
        *(REPOSITORY / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
        *DOCS.rglob("*.md"),
        *(REPOSITORY / "examples").rglob("README.md"),
        REPOSITORY / "apiserver" / "README.md",
    ]
)

_FENCE = re.compile(r"^```(\S*)[ ]?(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
_FILE = re.compile(r"^# ([-\w./]+\.(?:yaml|json|toml|py))\n")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block.

    Attributes:
        language: the first word of its fence.
        note: the rest of its fence (`refused`).
        text: what is in it.
        line: the line of its fence.
    """

    language: str
    note: str
    text: str
    line: int

    @property
    def file(self) -> str | None:
        """The name of the file that it is, by its first line."""
        named = _FILE.match(self.text)
        return named[1] if named else None


def name_of(page: Path) -> str:
    """A page by its path in the repository, for the names of tests."""
    return str(page.relative_to(REPOSITORY))


def text_of(page: Path) -> str:
    """All of a page."""
    return page.read_text(encoding="utf-8")


def blocks_of(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = text_of(page)
    return [
        Block(found[1], found[2], found[3], text.count("\n", 0, found.start()) + 1) for found in _FENCE.finditer(text)
    ]


def prose_of(page: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", text_of(page))


def code_of(page: Path) -> list[str]:
    """The pieces of code in the prose of a page, each on one line."""
    return [" ".join(found[2].split()) for found in _CODE.finditer(prose_of(page))]


def links_of(page: Path) -> list[str]:
    """Where the links of a page lead."""
    return _LINK.findall(_CODE.sub("", prose_of(page)))


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose_of(page), re.MULTILINE)
    return {re.sub(r"[^-\w ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def section_of(page: Path, title: str) -> str:
    """What stands under a second-level heading."""
    return text_of(page).split(f"\n## {title}\n")[1].split("\n## ")[0]


def table_rows(text: str) -> list[list[str]]:
    """The cells of the rows of the tables in a text, without their heads."""
    rows = []
    lines = text.splitlines()
    for index, line in enumerate(lines):
        if line.startswith("|") and not line.startswith("|---") and index and lines[index - 1].startswith("|"):
            rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return rows
