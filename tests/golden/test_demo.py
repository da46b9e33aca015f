"""The demo, as a newcomer runs it: in a pipe, with nothing set up, and interrupted."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.golden.running import NO_CLUSTER
from zen_gc_core.cli.commands import demo
from zen_gc_core.cli.demonstrating.objects import policies, props
from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.instants import parse_instant
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = parse_instant("2026-01-01T12:00:00Z")
GONE = re.compile(r"^  [0-9:]{8}  deleted  (\w+) +(\S+)  ", re.MULTILINE)
NOWHERE = "http://127.0.0.1:1"
MAIN = """
import signal
from zen_gc_core import cli
signal.signal(signal.SIGINT, signal.default_int_handler)
cli.main()
"""
"""The console script, which minds interrupts also when the shell of these tests told its children not to."""


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The demo in a process of its own, behind a proxy that is not there, writing to a pipe."""
    environment = {
        **NO_CLUSTER,
        "PATH": os.defpath,
        "HOME": "/nonexistent",
        "TMPDIR": str(tmp_path),
        "HTTP_PROXY": NOWHERE,
        "http_proxy": NOWHERE,
        "POD_NAMESPACE": "shop",
        "ZEN_GC_DRY_RUN": "true",
        "PYTHONUTF8": "1",
    }
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, "demo"],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as started:
        yield started
        started.kill()


def test_the_demo_shows_what_goes_what_stays_and_why(process: subprocess.Popen[str], tmp_path: Path) -> None:
    """Each object that must go is shown as it goes, each other one with its reason; nothing is left behind."""
    out, err = process.communicate()
    assert (process.returncode, err) == (0, ""), out
    cast = props(NOW)
    assert sorted(GONE.findall(out)) == sorted((prop.kind, prop.place) for prop in cast if prop.goes)
    kept = out.partition("=== 4.")[2].partition("=== 5.")[0].splitlines()[3:-1]
    assert [line.split()[:2] for line in kept] == [[prop.kind, prop.place] for prop in cast if not prop.goes]
    assert all(len(line.split()) > 2 for line in kept)
    assert "BreakerTripped: it would act on 6 objects" in out
    assert "InvalidPolicy: spec.ttl: unknown 'aftercreation'; did you mean 'afterCreation'?" in out
    assert out.splitlines()[-1].startswith("All as it should be: 9 objects are gone, 14 are kept")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_demo_ends_at_once_and_leaves_nothing(process: subprocess.Popen[str], tmp_path: Path) -> None:
    """With the exit code of the shells, and without a word."""
    assert process.stdout is not None
    for line in process.stdout:
        if "deleted" in line:
            break
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert (process.returncode, err.strip()) == (130, "")
    assert list(tmp_path.iterdir()) == []


def test_a_demo_that_goes_wrong_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """What must stay and goes, and what must go and stays, end it with the object's name."""
    wrong = [prop for prop in props(NOW) if prop.place == "shop/import-1"]
    monkeypatch.setattr(demo, "_PATIENCE", 0.0)
    with pytest.raises(demo.DemoError, match="there still is: Job shop/import-1"), demo.DemoCluster.served() as cluster:
        demo._watch(cluster, wrong, {})
    kept = [type(prop)(prop.manifest, goes=False) for prop in wrong]
    with pytest.raises(demo.DemoError, match="Job shop/import-1 is gone, and should have stayed"):
        demo._show_kept(kept, [], frozenset())
    with pytest.raises(demo.DemoError, match="Job shop/import-1 is gone, and the plan did not say so"):
        demo._show_gone(wrong[0], {})


def test_the_policies_of_the_demo_are_right_but_one() -> None:
    """Each with its sentence."""
    vocabulary = load_plugins(installed_entry_points()).vocabulary
    for sentence, policy in policies():
        errors = compile_policy(parse_policy(policy), vocabulary).errors
        assert bool(errors) == (policy["metadata"]["name"] == "misspelt"), yaml.safe_dump(policy)
        assert sentence.endswith(".")
