"""Draws ``docs/explanation/architecture.svg``: the layers as the import contract has them, in the rooms' own words.

``python docs/draw.py`` writes it anew; a test compares. Nothing is said here: layers come from ``.importlinter``, words
from the first line of each docstring.
"""  # noqa: INP001  a script beside the picture that it makes

from __future__ import annotations

import ast
import configparser
import textwrap
from html import escape
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PICTURE: Final = ROOT / "docs" / "explanation" / "architecture.svg"

_WIDTH, _LEFT, _MAIN, _GAP, _LINE = 1080, 20, 700, 8, 16
_SIDE: Final = (
    "embedded/zen_gc_embedded",
    "plugins/conditions/zen_gc_conditions",
    "plugins/ttl/zen_gc_ttl",
    "plugins/actions/zen_gc_actions",
    "plugins/notifications/zen_gc_notifications",
)


def layers() -> list[list[str]]:
    """The layers of the core, the highest first; rooms of one layer know nothing of each other."""
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    rows = contracts["importlinter:contract:layers"]["layers"].split("\n")
    return [[name.strip() for name in row.split("|")] for row in rows if row.strip()]


def words(room: str) -> str:
    """The first sentence that a room says of itself."""
    path = ROOT / room
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split()).replace("``", "").partition(". ")[0].removesuffix(".")


def files(room: str) -> str:
    """The modules of a room, by name."""
    path = ROOT / room
    if not path.is_dir():
        return ""
    found = sorted(
        one.stem if one.is_file() else f"{one.name}/"
        for one in path.iterdir()
        if not one.name.startswith("_")
        and (one.is_file() or any(one.glob("*.*")))  # what git leaves of a room that moved
    )
    return " ".join(name for name in found if name not in ("py", "grammar", "py.typed"))


def drawn() -> str:
    """The picture, as SVG."""
    boxes: list[str] = []
    top = 56
    for row in layers():
        width = (_MAIN - _GAP * (len(row) - 1)) // len(row)
        heights = [_height(f"zen_gc_core/{room}", width) for room in row]
        for number, room in enumerate(row):
            left = _LEFT + number * (width + _GAP)
            boxes.append(_box(f"zen_gc_core/{room}", (left, top, width, max(heights)), name=room))
        top += max(heights) + _GAP
    side, right = 56, _LEFT + _MAIN + 24
    width = _WIDTH - right - 20
    for room in _SIDE:
        height = _height(room, width, listed=False)
        boxes.append(_box(room, (right, side, width, height), name=room.rpartition("/")[2], listed=False))
        side += height + _GAP
    notes = (
        "Arrows of imports point down: a room knows only",
        "what is drawn below it. Plugins enter by the door,",
        "zen_gc_core/__init__.py, and know nothing else.",
        "The embedded cluster knows nothing of zen-gc.",
    )
    told = "".join(
        f'<text x="{right}" y="{side + 18 + _LINE * number}" class="small">{escape(note)}</text>'
        for number, note in enumerate(notes)
    )
    height = max(top, side + 100) + 12
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" role="img">\n'
        "<title>The rooms of zen-gc</title>\n"
        "<style>.name{font-weight:bold;font-size:14px}.small{font-size:11.5px}.files{font-size:10.5px;fill:#57606a}"
        ".box{fill:#f6f8fa;stroke:#8c959f}</style>\n"
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>\n'
        f'<text x="{_LEFT}" y="34" font-size="18" font-weight="bold">zen_gc_core, layer upon layer</text>\n'
        + "\n".join(boxes)
        + f"\n{told}\n</svg>\n"
    )


def _lines(room: str, width: int, *, listed: bool) -> tuple[list[str], list[str]]:
    said = textwrap.wrap(words(room), max(16, int((width - 20) / 6.6)))
    names = textwrap.wrap(files(room), max(16, int((width - 20) / 6.2))) if listed else []
    return said, names


def _height(room: str, width: int, *, listed: bool = True) -> int:
    said, names = _lines(room, width, listed=listed)
    return 30 + _LINE * (len(said) + len(names))


def _box(room: str, place: tuple[int, int, int, int], *, name: str, listed: bool = True) -> str:
    left, top, width, height = place
    said, names = _lines(room, width, listed=listed)
    rows = [f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="5" class="box"/>']
    rows.append(f'<text x="{left + 10}" y="{top + 20}" class="name">{escape(name)}</text>')
    for number, (line, style) in enumerate([(one, "small") for one in said] + [(one, "files") for one in names]):
        rows.append(f'<text x="{left + 10}" y="{top + 38 + _LINE * number}" class="{style}">{escape(line)}</text>')
    return "\n".join(rows)


if __name__ == "__main__":
    PICTURE.write_text(drawn(), encoding="utf-8")
