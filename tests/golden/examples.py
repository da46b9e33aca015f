"""The example policies, and the commands that their plans come from.

`python -m tests.golden.examples` writes every `expected.yaml` anew; look at the difference before you commit it.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from tests.golden.running import Ran, zen_gc

REPOSITORY = Path(__file__).parents[2]
POLICIES = REPOSITORY / "examples" / "policies"
EXAMPLES = sorted(path.name for path in POLICIES.iterdir())
GO_EXAMPLES = Path(os.environ.get("ZEN_GC_TEST_DATA", REPOSITORY.parent / "shared" / "data")) / "zen-gc-examples"
NOW = "2026-01-01T12:00:00Z"


def expected(name: str) -> tuple[str, str]:
    """The first line of an `expected.yaml`, a comment with the command that yields the rest, and the rest."""
    line, _, rest = (POLICIES / name / "expected.yaml").read_text(encoding="utf-8").partition("\n")
    return line.removeprefix("# "), rest


def plan(command: str) -> Ran:
    """Run the command of an `expected.yaml`, in `examples/policies/`."""
    program, *arguments = shlex.split(command)
    assert program == "zen-gc", command
    return zen_gc(*arguments, cwd=POLICIES)


def regenerate() -> None:
    """Write every `expected.yaml` anew, each by the command in its first line."""
    for name in EXAMPLES:
        place = POLICIES / name / "expected.yaml"
        command = expected(name)[0] if place.exists() else f"zen-gc plan -f {name}/ --now {NOW} -o yaml"
        place.write_text(f"# {command}\n{plan(command).out}", encoding="utf-8")


if __name__ == "__main__":
    regenerate()
