"""What a plugin prints while a cluster is looked at, or written to, is no part of what a command prints."""

# ruff: noqa: T201  printing is the point

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.controller.by_hand import ByHand
from tests.unit.plugins.entry_points import Point, plugin
from zen_gc_core import Compiled, Config, Keyword
from zen_gc_core.cli.reading import input as reading
from zen_gc_core.plugins import installed_entry_points

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.controller.stage import EmbeddedStage
    from zen_gc_core import Build, Candidate, Plan, Run, RunReport

SAID = {"while it is asked", "while it vetoes", "while it hears"}


class Nothing(Config):
    """Asks nothing."""


def _compile(_config: Nothing, _build: Build) -> Compiled[bool]:
    def holds(_candidate: Candidate, _run: Run) -> bool:
        print("while it is asked")
        return True

    return Compiled(holds, explain=lambda _candidate, _run: "it talks too much")


LOUD: Keyword[Any, bool] = Keyword("acme.io/loud", Nothing, _compile)


def _veto(plan: Plan) -> str | None:
    print("while it vetoes")
    return None


def _hears(report: RunReport) -> None:
    print("while it hears")


COMMANDS = {
    "plan": ["plan", "NAME", "-n", "NAMESPACE", "-o", "json"],
    "why": ["why", "ConfigMap/OBJECT", "-n", "NAMESPACE", "-o", "json"],
    "forecast": ["forecast", "-n", "NAMESPACE", "-o", "json"],
    "rbac": ["rbac", "NAME", "-n", "NAMESPACE", "-o", "json"],
    "approve": ["approve", "NAME", "-n", "NAMESPACE", "--up-to", "3"],
    "run": ["run", "-f", "FILE", "--yes", "-o", "json"],
}
ASKED: dict[str, Any] = {"acme.io/loud": {}}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_plugin_that_prints_is_heard_on_standard_error_alone(
    embedded: EmbeddedStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Whichever command it is, and whatever it prints for programs stays what they can read."""
    point = Point("acme", plugin(zen_gc_matchers=[LOUD], zen_gc_veto=_veto, zen_gc_run_finished=_hears))
    monkeypatch.setattr(reading, "installed_entry_points", lambda: (*installed_entry_points(), point))
    hand = ByHand(embedded, tmp_path)
    words = {
        "OBJECT": embedded.make(),
        "NAME": embedded.policy("loud", conditions=ASKED),
        "NAMESPACE": embedded.namespace,
        "FILE": str(hand.policy(conditions=ASKED)),
    }
    written = [
        part
        for word in COMMANDS[name]
        for part in [f"ConfigMap/{words['OBJECT']}" if "/" in word else words.get(word, word)]
    ]
    ran = hand.zen_gc(*written)
    assert not SAID & set(ran.out.splitlines())
    assert ("while it is asked" in ran.errors) == (name != "rbac"), ran
    assert ("while it vetoes" in ran.errors) == (name not in {"rbac", "approve"}), ran
    if "json" in written:
        assert isinstance(json.loads(ran.out), dict)
    assert ("while it hears" in ran.errors) == (name == "run")
