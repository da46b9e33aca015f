"""Takes the picture of the report, ``docs/images/report.png``, with a headless Chromium: ``python docs/screenshot.py``.

What it shows are examples of the repository at the instant of their plans. It is taken when the report looks different, by
somebody who looks at it; no test compares it.
"""  # noqa: INP001  a script beside the picture that it takes

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PICTURE: Final = ROOT / "docs" / "images" / "report.png"
NOW: Final = "2026-01-01T12:00:00Z"
SHOWN: Final = (
    "aged-pods",
    "keep-newest",
    "quarantine",
    "completed-jobs",
    "temp-configmaps",
    "unused-claims",
    "quiet-hours",
    "staged-trials",
    "failed-pods",
)
SIZE: Final = "1100,620"
"""Width and height, in pixels: what comes first, and the beginning of the table of policies."""


def report() -> str:
    """The report, as HTML."""
    folders = [ROOT / "examples" / "policies" / name for name in SHOWN]
    files = [f"--filename={folder / name}" for folder in folders for name in ("policy.yaml", "objects.yaml")]
    command = [str(Path(sys.executable).with_name("zen-gc")), "plan", *files, "--now", NOW, "-o", "html"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603  this program


def main() -> None:
    """Take it."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        raise SystemExit("chromium: NOT RUN (not there: apt-get install chromium)")
    with tempfile.TemporaryDirectory() as place:
        page = Path(place) / "report.html"
        page.write_text(report(), encoding="utf-8")
        command = [
            *(
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                f"--user-data-dir={place}/profile",
            ),
            *(f"--window-size={SIZE}", f"--screenshot={PICTURE}", page.as_uri()),
        ]
        subprocess.run(command, capture_output=True, check=True, timeout=120)  # noqa: S603  found above


if __name__ == "__main__":
    main()
