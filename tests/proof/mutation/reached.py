"""Which tests reach a place, and how long they take: recorded once, so that of each mutant the tests are run that can notice it."""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from coverage import CoverageData

from tests.proof.mutation import recording
from tests.proof.mutation.trees import MODULES, TESTS, run

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.proof.mutation.mutants import Mutant

LONGEST = 60.0
"""Seconds that the tests of one mutant took together without it, at the most: of more, the ones that take longest do not run."""


class Chosen(NamedTuple):
    """The tests to run for a mutant.

    Args:
        names: their ids, in their order.
        seconds: what they take together without a mutant, about.
    """

    names: tuple[str, ...]
    seconds: float


class Reached:
    """Of each line of some modules the tests that reach it.

    Args:
        lines: of each module, of each of its lines, the ids of these tests; the empty id stands for whatever imported it.
        seconds: how long each test takes.
        naming: of each module the files of tests that name it.
    """

    def __init__(
        self, lines: dict[str, dict[int, set[str]]], seconds: dict[str, float], naming: dict[str, set[str]]
    ) -> None:
        self._lines = lines
        self._seconds = seconds
        self._naming = naming

    def of(self, mutant: Mutant) -> Chosen:
        """The tests that reach a mutant, file by file, the quickest first.

        Of what runs when its module is imported these are all that reach anything of it, and all of the files that name it:
        what a dataclass makes of its defaults is no line of it.
        """
        lines = self._lines.get(mutant.module, {})
        here = [lines.get(line, set()) for line in range(mutant.line, mutant.line + mutant.before.count("\n") + 1)]
        found = set().union(*here)
        if "" in found:
            naming = self._naming.get(mutant.module, set())
            found = set().union(*lines.values(), (test for test in self._seconds if _file_of(test) in naming))
        return self._ordered(found - {""})

    def _ordered(self, names: Iterable[str]) -> Chosen:
        quick: list[str] = []
        total = 0.0
        for name in sorted(names, key=lambda name: (self._seconds[name], name)):
            if quick and total + self._seconds[name] > LONGEST:
                break
            total += self._seconds[name]
            quick.append(name)
        of_files = defaultdict(list)
        for name in quick:
            of_files[_file_of(name)].append(self._seconds[name])
        mean = {file: sum(all_of_it) / len(all_of_it) for file, all_of_it in of_files.items()}

        def order(name: str) -> tuple[float, str, float]:
            # A file's tests share what is set up for them, so that they stay together.
            file = _file_of(name)
            return mean[file], file, self._seconds[name]

        return Chosen(tuple(sorted(quick, key=order)), total)


def _file_of(test: str) -> str:
    return test.partition("::")[0]


def recorded(tree: Path) -> Reached:
    """Run all tests in a tree without mutants, and see which lines they reach.

    Args:
        tree: the tree.

    Raises:
        SystemExit: they do not pass as it is.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = {str(tree / module): module for module in MODULES}
        plugin = ["-p", recording.__name__, "-n", "auto"]
        environment = {recording.FOLDER: name, recording.MODULES: "\n".join(files)}
        done = run(tree, [*plugin, *TESTS], environment)
        if done.returncode != 0:
            raise SystemExit(f"without any mutant:\n{done.stdout}")
        seconds: dict[str, float] = {}
        lines: dict[str, dict[int, set[str]]] = {module: defaultdict(set) for module in MODULES}
        for written in folder.glob("*.json"):
            seconds |= json.loads(written.read_text(encoding="utf-8"))
            data = CoverageData(str(written.with_suffix("")))
            data.read()
            for file, module in files.items():
                for line, tests in data.contexts_by_lineno(file).items():
                    lines[module][line] |= set(tests)
        return Reached(lines, seconds, _naming(tree, set(map(_file_of, seconds))))


def _naming(tree: Path, files: set[str]) -> dict[str, set[str]]:
    texts = {file: (tree / file).read_text(encoding="utf-8") for file in files}
    names = {module: module.removesuffix(".py").replace("/", ".") for module in MODULES}
    return {module: {file for file, text in texts.items() if name in text} for module, name in names.items()}
