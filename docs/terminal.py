"""Records a terminal, ``docs/images/terminal.svg``: real commands and what they print, in their colours.

``python docs/terminal.py`` records it anew; a test compares. It names no font that would have to be fetched.
"""  # noqa: INP001  a script beside the picture that it makes

from __future__ import annotations

import io
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT: Final = Path(__file__).parents[1]
PICTURE: Final = ROOT / "docs" / "images" / "terminal.svg"
WIDTH: Final = 128
"""Columns of the terminal."""

_FOLDER: Final = "examples/policies/evicted-pods"
SCENES: Final = (
    f"zen-gc plan -f {_FOLDER} --now 2026-01-01T12:00:00Z --only act,wait --color always",
    f"zen-gc why pod/crawler-evicted-recently -f {_FOLDER} --now 2026-01-01T12:00:00Z",
)
"""The commands, as their reader would type them; what only makes them colour their output is not shown."""

_FORMAT: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>What zen-gc prints in a terminal</title>
<style>
.{unique_id}-matrix{{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:{char_height}px;line-height:{line_height}px}}
.{unique_id}-title{{font-size:18px;font-weight:bold;font-family:sans-serif}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def printed(command: str) -> str:
    """What a command prints on its standard output, for a reader of a terminal of that width."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}",
        "HOME": "/nonexistent",
        "KUBECONFIG": os.devnull,
        "PYTHONUTF8": "1",
        "COLUMNS": str(WIDTH),
    }
    done = subprocess.run(  # noqa: S603  the commands above
        shlex.split(command), cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout


def recorded() -> str:
    """The picture, as SVG."""
    console = Console(
        record=True,
        width=WIDTH,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
    )
    for command in SCENES:
        console.print(Text.assemble(("$ ", "bold green"), command.removesuffix(" --color always")))
        console.print(Text.from_ansi(printed(command).rstrip("\n")))
        console.print()
    return console.export_svg(title="zen-gc", theme=MONOKAI, code_format=_FORMAT, unique_id="terminal")


if __name__ == "__main__":
    PICTURE.write_text(recorded(), encoding="utf-8")
