"""Copies of the tree in which one module is another, and whether tests that reach it notice."""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import sys
import tempfile
from enum import Enum
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import TYPE_CHECKING

import pytest

from tests.proof.mutation import choosing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.proof.mutation.mutants import Mutant

ROOT = Path(__file__).parents[3]
AT_A_TIME = 2
PATIENCE = 60.0
"""Seconds that tests may take longer than four times as long as without a mutant, before they are held to hang."""

_PATHS = (".", "embedded", "plugins/ttl", "plugins/conditions", "plugins/actions", "plugins/notifications")
_COPIED = ("zen_gc_core", "embedded", "plugins", "tests", "examples", "crds", "apiserver", "docs", "pyproject.toml")
_COMPILED = ("zen_gc_core", "embedded", "plugins", "tests")

MODULES = (
    "zen_gc_core/engine/keep_mark.py",
    "zen_gc_core/engine/protections.py",
    "zen_gc_core/engine/guarding.py",
    "zen_gc_core/engine/selecting.py",
    "zen_gc_core/engine/breaker.py",
    "zen_gc_core/engine/judging.py",
    "zen_gc_core/engine/planning.py",
    "zen_gc_core/engine/tallying.py",
    "zen_gc_core/engine/retaining/groups.py",
    "zen_gc_core/engine/retaining/holding.py",
    "zen_gc_core/engine/retaining/ordering.py",
    "zen_gc_core/engine/retaining/places.py",
    "zen_gc_core/engine/retaining/settling.py",
    "zen_gc_core/engine/retaining/standing.py",
    "zen_gc_core/engine/retaining/tallies.py",
    "zen_gc_core/engine/relating.py",
    "zen_gc_core/model/relations.py",
    "zen_gc_core/controller/runs/fencing.py",
    "zen_gc_core/controller/runs/acting.py",
    "zen_gc_core/controller/runs/outcomes.py",
)
"""What stands before a delete."""

TESTS = (
    "tests/unit/engine",
    "tests/unit/controller",
    "tests/unit/references",
    "tests/plugins/test_contract.py",
    "tests/plugins/test_related.py",
    "tests/plugins/test_related_property.py",
    "tests/plugins/test_unreferenced.py",
    "tests/golden/test_plan_contract.py",
    "tests/golden/test_plan_agrees.py",
    "tests/golden/test_looking.py",
    "tests/golden/test_explaining.py",
    "tests/cluster/controller/test_breaker_counts.py",
    "tests/cluster/controller/test_contract.py",
    "tests/cluster/controller/test_fencing.py",
    "tests/cluster/controller/test_going_along.py",
    "tests/cluster/controller/test_held.py",
    "tests/cluster/controller/test_left_to_others.py",
    "tests/cluster/controller/test_notifying.py",
    "tests/cluster/controller/test_recycling.py",
    "tests/cluster/controller/test_refusals.py",
    "tests/cluster/controller/test_related.py",
    "tests/cluster/controller/test_retaining.py",
    "tests/cluster/controller/test_run_guards.py",
    "tests/cluster/controller/test_scaling.py",
)
"""The tests that have to notice what is taken away of it."""


class End(Enum):
    """What became of a mutant."""

    KILLED = "a test noticed"
    HUNG = "its tests did not end"
    LIVES = "no test noticed"


def copied(place: Path) -> Path:
    """A copy of the tree, compiled: by what it was compiled from, and not by its time, as a mutant is there for a moment."""
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__", ".mypy_cache"))
        else:
            shutil.copy2(source, place / name)
    for name in _COMPILED:
        compileall.compile_dir(place / name, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    return place


def run(
    tree: Path, arguments: Sequence[str], environment: Mapping[str, str], timeout: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run pytest in a tree: not on the real API server, and in no order but the one that is asked for.

    Args:
        tree: the tree.
        arguments: what pytest is told besides.
        environment: variables besides.
        timeout: seconds after which it is killed.

    Raises:
        subprocess.TimeoutExpired: it was.
    """
    # Tests that are as they were compiled: what an assert would tell nobody reads.
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "--assert=plain"]
    paths = os.pathsep.join(str(tree / path) for path in _PATHS)
    return subprocess.run(
        [*command, "-m", "not real", *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def tried(tree: Path, mutant: Mutant, tests: Sequence[str], seconds: float) -> End:
    """Whether tests notice what a mutant takes away.

    Args:
        tree: where to put it, as long as they run.
        mutant: the mutant.
        tests: their ids.
        seconds: what they take together without it.
    """
    if not tests:
        return End.LIVES
    files = list(dict.fromkeys(name.partition("::")[0] for name in tests))
    place = tree / mutant.module
    source = place.read_bytes()
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as names:
        names.write("\n".join(tests))
        names.flush()
        arguments = ["-x", "-p", choosing.__name__, *files]
        try:
            place.write_bytes(mutant.of(source))
            done = run(tree, arguments, {choosing.FILE: names.name}, 4 * seconds + PATIENCE)
        except subprocess.TimeoutExpired:
            return End.HUNG
        finally:
            place.write_bytes(source)
    # Tests that could not begin have not noticed anything.
    noticed = done.returncode in {pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED}
    return End.KILLED if noticed else End.LIVES
