"""Pin the actions of the workflows by their commits, as their repositories say: ``make pins``.

No commit is written that was not read from its repository. What cannot be read keeps its tag, and is printed as NOT PINNED.
Without ``--write`` nothing is asked of anybody: it only says what is pinned.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

WORKFLOWS: Final = Path(__file__).resolve().parents[1] / ".github/workflows"
_USES: Final = re.compile(r"(uses: )([\w.-]+/[\w./-]+)@(\S+)([ ]+# \S+)?")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}")


def commit_of(action: str, tag: str) -> str:
    """The commit of an action's tag, read from its repository.

    Args:
        action: The action, ``owner/repository`` and perhaps a path.
        tag: The tag, or a branch.

    Raises:
        LookupError: It cannot be read; the text says why.
    """
    repository = "/".join(action.split("/")[:2])
    try:
        done = subprocess.run(
            [  # noqa: S607
                "git",
                "ls-remote",
                f"https://github.com/{repository}",
                f"refs/tags/{tag}",
                f"refs/tags/{tag}^{{}}",
                f"refs/heads/{tag}",
            ],
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LookupError(f"git: {error}") from None
    if done.returncode:
        raise LookupError((done.stderr.strip().splitlines() or ["git failed"])[-1])
    found = {name: commit for commit, _, name in (line.partition("\t") for line in done.stdout.splitlines())}
    for name in (f"refs/tags/{tag}^{{}}", f"refs/tags/{tag}", f"refs/heads/{tag}"):
        if name in found:
            return found[name]
    raise LookupError(f"no tag or branch {tag}")


def pin(text: str, *, ask: bool) -> tuple[str, list[str]]:
    """A workflow with what could be pinned, and a line about each action that is not.

    Args:
        text: The workflow.
        ask: Whether repositories are asked.
    """
    told: list[str] = []

    def pinned(match: re.Match[str]) -> str:
        use, action, tag, _ = match.groups()
        if _COMMIT.fullmatch(tag):
            return match[0]
        why = "not asked"
        if ask:
            try:
                return f"{use}{action}@{commit_of(action, tag)} # {tag}"
            except LookupError as error:
                why = str(error)
        told.append(f"NOT PINNED {action}@{tag} ({why})")
        return match[0]

    return _USES.sub(pinned, text), told


def main(arguments: Sequence[str]) -> int:
    """Pin what can be pinned, and print what is not; never a failure."""
    for path in sorted(WORKFLOWS.glob("*.yaml")):
        text, told = pin(path.read_text("utf-8"), ask="--write" in arguments)
        if text != path.read_text("utf-8"):
            path.write_text(text, "utf-8")
        for line in told:
            sys.stdout.write(f"{path.name}: {line}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
