"""What the pages show of a terminal: commands, and what they print.

`python -m tests.docs.shown` writes the output of every command of a `console` block anew, and the errors below every policy that
is shown as refused; look at the difference before you commit it.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.docs.pages import DOCS, REPOSITORY, blocks_of, text_of
from tests.docs.policies import compile_shown, shown_policies

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

BIN = Path(sys.executable).parent
SECONDS = 60
SHOWING = [
    page
    for page in (REPOSITORY / "README.md", *sorted(DOCS.rglob("*.md")))
    if any(block.language == "console" for block in blocks_of(page))
]
"""The pages whose `console` blocks are run."""
_EXPORT = re.compile(r"export (\w+)=(.*)")
_TIME = re.compile(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_PORT = re.compile(r"(127\.0\.0\.1):\d+")
_AGE = re.compile(r"\b(?:\d+[smhdy])+(?=\s|$)")


@dataclass
class Terminal:
    """A shell of a reader, in a directory with the files of a page.

    Args:
        directory: where commands run.
        environment: what `export` has set, and what a reader has.
    """

    directory: Path
    environment: dict[str, str] = field(default_factory=dict)
    _background: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Begin, with no cluster in sight and the repository's examples at hand."""
        (self.directory / "examples").symlink_to(REPOSITORY / "examples")
        self.environment = {
            "PATH": f"{BIN}{os.pathsep}{os.defpath}",
            "HOME": str(self.directory),
            "KUBECONFIG": os.devnull,
            "PYTHONUTF8": "1",
        }
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what still runs in the background."""
        for process in self._background:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(SECONDS)

    @property
    def varies(self) -> bool:
        """Whether a cluster serves, so that times, ages and ports are never the same."""
        return bool(self._background)

    def run(self, command: str) -> str:
        """Run one line; what it prints on both of its outputs."""
        if exported := _EXPORT.fullmatch(command):
            line = f"printf %s {exported[2]}"
            self.environment[exported[1]] = self._output(line)
            return ""
        if command.endswith(" &"):
            return self._start(command.removesuffix(" &"))
        return self._output(command)

    def _output(self, command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.directory,
            env=self.environment | {"PWD": str(self.directory)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return done.stdout

    def _start(self, command: str) -> str:
        """Start something that goes on; its first line says that it serves."""
        process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=self.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._background.append(process)
        assert process.stdout is not None
        with process.stdout as printed:
            return printed.readline().decode()


def save_files(page: Path, directory: Path) -> None:
    """Write the files that a page shows."""
    for block in blocks_of(page):
        if block.file:
            place = directory / block.file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(block.text, encoding="utf-8")


def commands_of(text: str) -> Iterator[tuple[str, str]]:
    """The commands of a `console` block, each with what it prints."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def alike(text: str) -> str:
    """Output without what is another at every run on a cluster: times, ages, ports, and how wide they make columns."""
    masked = _AGE.sub("AGE", _PORT.sub(r"\1:PORT", _TIME.sub("TIME", text)))
    return "\n".join(re.sub(" +", " ", line).strip() for line in masked.strip().splitlines())


def regenerate_errors() -> None:
    """Write the errors of every policy that is shown as refused."""
    for shown in shown_policies():
        if shown.refused and shown.after is not None and shown.after.language == "text":
            errors = "".join(f"{problem}\n" for problem in compile_shown(shown.document).errors)
            before = f"{shown.block.text}```\n\n```text\n"
            text = text_of(shown.page).replace(f"{before}{shown.after.text}", f"{before}{errors}")
            shown.page.write_text(text, encoding="utf-8")


def regenerate_output() -> None:
    """Write what every command of the pages prints."""
    for page in SHOWING:
        text = text_of(page)
        with tempfile.TemporaryDirectory() as directory, Terminal(Path(directory)) as terminal:
            save_files(page, Path(directory))
            for block in blocks_of(page):
                if block.language != "console":
                    continue
                shown = []
                for command, before in commands_of(block.text):
                    output = terminal.run(command)
                    same = terminal.varies and alike(output) == alike(before)
                    shown.append(f"$ {command}\n{before if same else output}")
                text = text.replace(f"```console\n{block.text}```", f"```console\n{''.join(shown)}```")
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    regenerate_errors()
    regenerate_output()
