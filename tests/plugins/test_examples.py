"""The examples of the plugin reference are tests that pass, each by itself; and what a plugin prints or raises goes where it should."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PARTS = sorted((REPOSITORY / "examples" / "plugin-parts").glob("test_*.py"))
COMMAND = Path(sys.executable).with_name("zen-gc")
NOISY = """
from zen_gc_core import Candidate, Compiled, Config, Keyword, Run, hookimpl

print("good morning")


class Nothing(Config):
    '''Asks nothing.'''


def fails(candidate: Candidate, run: Run) -> bool:
    return [][0]  # the line of the plugin


@hookimpl
def zen_gc_matchers():
    return [Keyword("acme.io/fails", Nothing, lambda config, build: Compiled(fails, reads=[]))]
"""
POLICY = {
    "apiVersion": "gc.kube-zen.io/v1alpha1",
    "kind": "GarbageCollectionPolicy",
    "metadata": {"name": "p", "namespace": "default"},
    "spec": {
        "targetResources": [{"apiVersion": "v1", "kind": "ConfigMap"}],
        "conditions": {"acme.io/fails": {}},
        "ttl": {"immediate": True},
    },
}
THING = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "default"}}


def test_every_part_of_the_reference_is_an_example() -> None:
    """Nine, and no file beside them."""
    assert len(PARTS) == 9


def test_the_examples_pass() -> None:
    """As their reader would run them, in one run and in any order."""
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *PARTS],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert f"{len(PARTS)} passed" in ran.stdout


def test_the_examples_type_check_strictly() -> None:
    """Against the door alone."""
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file=",
            "--no-error-summary",
            "--cache-dir",
            os.devnull,
            *PARTS,
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "")


@pytest.fixture
def noisy(tmp_path: Path) -> dict[str, str]:
    """The environment of a program that finds a plugin which prints when it is imported, and fails when it is asked."""
    (tmp_path / "noisy.py").write_text(NOISY)
    about = tmp_path / "noisy-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: noisy\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[zen_gc]\nnoisy = noisy\n")
    (tmp_path / "all.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [POLICY, THING]}))
    return {"PATH": os.defpath, "PYTHONPATH": str(tmp_path), "KUBECONFIG": os.devnull, "PYTHONUTF8": "1"}


def plan(noisy: dict[str, str], **more: str) -> subprocess.CompletedProcess[str]:
    """Plan the policy that asks that plugin."""
    where = Path(noisy["PYTHONPATH"])
    command = [COMMAND, "plan", "-f", where / "all.json", "-o", "json"]
    return subprocess.run(
        command, cwd=where, env={**noisy, **more}, capture_output=True, text=True, timeout=120, check=False
    )


def test_what_a_plugin_prints_at_its_import_does_not_spoil_json(noisy: dict[str, str]) -> None:
    """It is on standard error."""
    ran = plan(noisy)
    (planned,) = json.loads(ran.stdout)["policies"]
    assert [each["verdict"] for each in planned["decisions"]] == ["keep"]
    assert "good morning" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_line_of_a_plugin_that_failed_is_shown_to_who_asks_for_it(noisy: dict[str, str]) -> None:
    """Once, whatever how many objects it failed on."""
    ran = plan(noisy, ZEN_GC_TRACEBACK="1")
    assert json.loads(ran.stdout)
    assert ran.stderr.count("return [][0]  # the line of the plugin") == 1
    assert "IndexError: list index out of range" in ran.stderr


def test_a_plugin_that_cannot_be_loaded_shows_its_line_too(noisy: dict[str, str]) -> None:
    """It is quarantined all the same."""
    (Path(noisy["PYTHONPATH"]) / "noisy.py").write_text("import nothing_of_this_name  # the line of the plugin\n")
    ran = plan(noisy, ZEN_GC_TRACEBACK="1")
    assert ran.returncode == 2
    assert "import nothing_of_this_name  # the line of the plugin" in ran.stderr
    assert "plugin 'noisy' of noisy 1.0 is quarantined: ModuleNotFoundError" in ran.stderr
