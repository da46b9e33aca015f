"""Copies of the tree in which one module is another, and whether the tests of that module miss it."""

from __future__ import annotations

import compileall
import os
import shutil
import subprocess
import sys
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.proof.mutation.mutants import Mutant

ROOT = Path(__file__).parents[3]
SLOWEST = 600.0
"""Seconds after which a mutant counts as killed: its tests hang."""

_PATHS = (".", "embedded", "plugins/ttl", "plugins/conditions", "plugins/actions", "plugins/notifications")
_COPIED = ("zen_gc_core", "embedded", "plugins", "tests", "examples", "crds", "apiserver", "docs", "pyproject.toml")
_COMPILED = ("zen_gc_core", "embedded", "plugins", "tests")


def _engine(*first: str) -> tuple[str, ...]:
    """The tests of the engine, the likeliest to miss a mutant first."""
    return (*(f"tests/unit/engine/{each}" for each in first), "tests/unit/engine", "tests/golden/test_plan_contract.py")


_PROTECTIONS = _engine("test_protections.py", "test_going_along.py", "test_selecting.py")
_PLANS = _engine("test_judging.py", "test_breaker.py", "test_caps.py", "test_going_along.py")
_RETAINED = (
    *_engine("test_retaining.py"),
    "tests/golden/test_looking.py",
    "tests/cluster/controller/test_retaining.py",
)
_RELATED = (
    "tests/unit/engine/test_relating.py",
    "tests/plugins/test_related.py",
    "tests/plugins/test_unreferenced.py",
    "tests/plugins/test_related_property.py",
    "tests/unit/controller/test_relatives.py",
    *_engine(),
)
_ACTING = (
    "tests/unit/controller/test_carrying_out.py",
    "tests/cluster/controller/test_fencing.py",
    "tests/cluster/controller/test_contract.py",
    "tests/cluster/controller/test_refusals.py",
    "tests/cluster/controller/test_retaining.py",
    "tests/cluster/controller/test_recycling.py",
    "tests/cluster/controller/test_notifying.py",
    "tests/cluster/controller/test_related.py",
)
TESTS = {
    "zen_gc_core/engine/keep_mark.py": _PROTECTIONS,
    "zen_gc_core/engine/protections.py": _PROTECTIONS,
    "zen_gc_core/engine/guarding.py": _PROTECTIONS,
    "zen_gc_core/engine/selecting.py": _engine("test_selecting.py"),
    "zen_gc_core/engine/breaker.py": _engine("test_breaker.py", "test_allowance.py"),
    "zen_gc_core/engine/judging.py": _PLANS,
    "zen_gc_core/engine/planning.py": _PLANS,
    "zen_gc_core/engine/tallying.py": _PLANS,
    "zen_gc_core/engine/retaining/groups.py": _RETAINED,
    "zen_gc_core/engine/retaining/holding.py": _RETAINED,
    "zen_gc_core/engine/retaining/ordering.py": _RETAINED,
    "zen_gc_core/engine/retaining/places.py": _RETAINED,
    "zen_gc_core/engine/retaining/settling.py": _RETAINED,
    "zen_gc_core/engine/retaining/standing.py": _RETAINED,
    "zen_gc_core/engine/retaining/tallies.py": _RETAINED,
    "zen_gc_core/engine/relating.py": _RELATED,
    "zen_gc_core/model/relations.py": _RELATED,
    "zen_gc_core/controller/runs/fencing.py": _ACTING,
    "zen_gc_core/controller/runs/acting.py": _ACTING,
    "zen_gc_core/controller/runs/outcomes.py": _ACTING,
}
"""What stands before a delete, and the tests that have to miss what is taken away of it."""


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


def passes(tree: Path, module: str) -> bool:
    """Whether the tests of a module pass in a tree; what hangs does not."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(tree / path) for path in _PATHS)}
    try:
        done = subprocess.run(
            # Tests that are as they were compiled: what an assert would tell nobody reads.
            [*command, "--assert=plain", "-m", "not real", *TESTS[module]],
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
        place.write_bytes(mutant.of(source))
        return passes(tree, mutant.module)
    finally:
        place.write_bytes(source)
