"""``make coverage``: which branches of the pure rooms their own tests reach. A figure to look at, and no gate.

The cluster, the controller and the shell are tested by whole processes, which are not measured here.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
TESTS: Final = ("tests/unit", "tests/plugins")
LEAST: Final = 10


def main() -> int:
    """Run the tests under coverage, print the total and the least covered files; the tests' exit code."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        options = ["--branch", f"--data-file={folder}/data", "--source=zen_gc_core,plugins"]
        tests = [sys.executable, "-m", "coverage", "run", *options, "-m", "pytest", "-q", "-p", "no:xdist", *TESTS]
        done = subprocess.run(tests, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
        write = [
            "json",
            "-q",
            f"--data-file={folder}/data",
            "--omit=*/cli/*,*/cluster/*,*/controller/*",
            "-o",
            str(report),
        ]
        subprocess.run([sys.executable, "-m", "coverage", *write], cwd=ROOT, check=True)
        found = json.loads(report.read_text(encoding="utf-8"))
    out = io.StringIO()
    rows = sorted((each["summary"]["percent_covered"], name) for name, each in found["files"].items())
    for percent, name in rows[:LEAST]:
        out.write(f"{percent:6.1f} %  {name}\n")
    out.write(f"{found['totals']['percent_covered']:6.1f} %  of lines and branches in {len(rows)} files\n")
    sys.stdout.write(done.stdout.strip().splitlines()[-1] + "\n" + out.getvalue())
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
