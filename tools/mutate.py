"""Mutation testing of what stands before a delete: ``python tools/mutate.py --sample 500 --minutes 60``.

A mutant is one place of one module written differently: a comparison, an ``and``, a ``not``, a condition, a constant, a
``return``, a ``raise``, a call whose result nobody uses. Each runs the tests of its module in a copy of the tree, until one
fails. What no test misses is printed, with the reason that ``tools/survivors.tsv`` gives for it.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
REASONS = Path(__file__).with_name("survivors.tsv")
PATHS = (".", "embedded", "plugins/ttl", "plugins/conditions", "plugins/actions", "plugins/notifications")
COPIED = ("zen_gc_core", "embedded", "plugins", "tests", "examples", "crds", "apiserver", "docs", "pyproject.toml")
ENGINE = ("tests/unit/engine", "tests/golden/test_plan_contract.py")
ACTING = ("tests/cluster/controller/test_fencing.py", "tests/cluster/controller/test_contract.py")
TESTS = {
    "zen_gc_core/engine/keep_mark.py": ENGINE,
    "zen_gc_core/engine/protections.py": ENGINE,
    "zen_gc_core/engine/breaker.py": ENGINE,
    "zen_gc_core/engine/judging.py": ENGINE,
    "zen_gc_core/engine/planning.py": ENGINE,
    "zen_gc_core/engine/selecting.py": ENGINE,
    "zen_gc_core/engine/tallying.py": ENGINE,
    "zen_gc_core/engine/guarding.py": ENGINE,
    "zen_gc_core/controller/runs/fencing.py": ACTING,
    "zen_gc_core/controller/runs/acting.py": ACTING,
    "zen_gc_core/controller/runs/outcomes.py": ACTING,
}
AT_A_TIME = 2
SLOWEST = 300.0
"""Seconds after which a mutant counts as missed: its tests hang."""

_OPPOSITE = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


@dataclass(frozen=True)
class Mutant:
    """One place of one module, written differently.

    Args:
        module: the module.
        line: the first line of the place.
        start: where it begins, in bytes from the beginning of the module.
        end: where it ends.
        before: what stands there.
        after: what the mutant has there.
    """

    module: str
    line: int
    start: int
    end: int
    before: str
    after: str

    def __str__(self) -> str:
        """As it is listed."""
        return f"{self.module}:{self.line}: {' '.join(self.before.split())[:70]} -> {' '.join(self.after.split())[:70]}"

    @property
    def place(self) -> str:
        """As the reasons name it: without the line, which moves."""
        return f"{self.module}\t{' '.join(self.before.split())}\t{' '.join(self.after.split())}"


def mutants(module: str) -> Iterator[Mutant]:
    """All mutants of a module."""
    source = (ROOT / module).read_bytes()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node in _nodes(ast.parse(source)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)
        for after in _other(node):
            yield Mutant(module, node.lineno, start, end, source[start:end].decode(), after)


def _nodes(tree: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """What runs: annotations, docstrings, and what only the type checker reads do not."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.AnnAssign):
            if child.value is not None:
                yield from _nodes(ast.Expr(child.value))
            continue
        if isinstance(child, ast.arguments):
            for default in (*child.defaults, *filter(None, child.kw_defaults)):
                yield from _nodes(ast.Expr(default))
            continue
        if isinstance(child, ast.JoinedStr | ast.Import | ast.ImportFrom):
            continue
        if isinstance(child, ast.expr | ast.stmt):
            yield child
        yield from _nodes(child)


def _other(node: ast.expr | ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield f"({ast.unparse(ast.Compare(node.left, [_OPPOSITE[type(node.ops[0])]()], node.comparators))})"
    elif isinstance(node, ast.BoolOp):
        other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        yield f"({ast.unparse(ast.BoolOp(other, node.values))})"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield f"bool({ast.unparse(node.operand)})"
    elif isinstance(node, ast.IfExp):
        yield f"({ast.unparse(ast.IfExp(node.test, node.orelse, node.body))})"
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield str(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield repr(node.value + 1)
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield "return None"
    elif isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        yield "pass"


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def copied(place: Path) -> Path:
    """A copy of the tree."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__", ".mypy_cache"))
        else:
            shutil.copy2(source, place / name)
    return place


def passes(tree: Path, module: str) -> bool:
    """Whether the tests of a module pass in a tree; what hangs does not."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(tree / path) for path in PATHS)}
    try:
        done = subprocess.run(
            [*command, "-m", "not real", *TESTS[module]],
            cwd=tree,
            env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            timeout=SLOWEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def survives(tree: Path, mutant: Mutant) -> bool:
    """Whether no test of its module misses what a mutant takes away."""
    place = tree / mutant.module
    source = place.read_bytes()
    try:
        place.write_bytes(source[: mutant.start] + mutant.after.encode() + source[mutant.end :])
        return passes(tree, mutant.module)
    finally:
        place.write_bytes(source)


def main() -> None:
    """Print the table; exits 1 when the tests do not pass without a mutant."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 2**31))
    parser.add_argument("--module", default="", help="only modules with this in their names")
    arguments = parser.parse_args()
    everything = [each for module in TESTS if arguments.module in module for each in mutants(module)]
    chosen = random.Random(arguments.seed).sample(everything, min(arguments.sample, len(everything)))
    print(
        f"seed {arguments.seed}: {len(chosen)} of {len(everything)} mutants, {arguments.minutes:g} minutes", flush=True
    )
    ends = time.monotonic() + 60 * arguments.minutes
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(AT_A_TIME) as pool:
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(AT_A_TIME):
            trees.put(copied(Path(place) / str(number)))

        def judged(mutant: Mutant) -> bool | None:
            if time.monotonic() > ends:
                return None
            tree = trees.get()
            try:
                return survives(tree, mutant)
            finally:
                trees.put(tree)

        unharmed = [module for module in TESTS if arguments.module in module]
        tree = trees.get()
        failing = [
            module for module in {TESTS[module]: module for module in unharmed}.values() if not passes(tree, module)
        ]
        trees.put(tree)
        if failing:
            raise SystemExit(f"without any mutant the tests of {', '.join(failing)} fail")
        found = list(zip(chosen, pool.map(judged, chosen), strict=True))
    _tell(found)


def _tell(found: list[tuple[Mutant, bool | None]]) -> None:
    reasons = {}
    for line in REASONS.read_text(encoding="utf-8").splitlines() if REASONS.exists() else ():
        place, _, reason = line.rpartition("\t")
        reasons[place] = reason
    print(f"{'module':44}{'mutants':>9}{'killed':>9}{'of them':>9}")
    killed = Counter(mutant.module for mutant, lives in found if lives is False)
    tried = Counter(mutant.module for mutant, lives in found if lives is not None)
    for module in (*sorted(tried), "all"):
        mutants_there = tried.total() if module == "all" else tried[module]
        dead = killed.total() if module == "all" else killed[module]
        share = f"{100 * dead / mutants_there:.0f} %" if mutants_there else "none"
        print(f"{module:44}{mutants_there:9}{dead:9}{share:>9}")
    if late := sum(lives is None for _, lives in found):
        print(f"NOT RUN: {late} mutants, for which there was no time")
    for mutant, lives in sorted(found, key=lambda each: (each[0].module, each[0].line)):
        if lives:
            print(f"lives: {mutant}\n       {reasons.get(mutant.place, 'no reason is known')}")


if __name__ == "__main__":
    main()
