"""What a plugin prints, whenever it does, is no part of what a command prints."""

# ruff: noqa: T201  printing is the point

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.golden.running import zen_gc
from tests.unit.plugins.entry_points import Point, plugin
from zen_gc_core import CelFunction, Compiled, Config, Keyword
from zen_gc_core.cli.reading import input as reading
from zen_gc_core.plugins import installed_entry_points

if TYPE_CHECKING:
    from pathlib import Path

    from zen_gc_core import Build, Candidate, Plan, Run

POLICY = """apiVersion: gc.kube-zen.io/v1alpha1
kind: GarbageCollectionPolicy
metadata: {name: chatty}
spec:
  targetResources: [{apiVersion: v1, kind: ConfigMap}]
  conditions: {acme.io/chatty: {}}
  ttl: {afterCreation: 1h}
"""
OBJECTS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, creationTimestamp: '2025-01-01T00:00:00Z'}\n"


class Nothing(Config):
    """Asks nothing."""


def _compile(_config: Nothing, _build: Build) -> Compiled[bool]:
    print("while it compiles")

    def holds(_candidate: Candidate, _run: Run) -> bool:
        print("while it is asked")
        return False

    def explain(_candidate: Candidate, _run: Run) -> str:
        print("while it explains")
        return "it talks too much"

    return Compiled(holds, explain=explain)


def _veto(plan: Plan) -> str | None:
    print("while it vetoes")
    return None


def _loud(text: str) -> str:
    print("while it is computed")
    return text


LOUD = CelFunction(
    "acme.loud", argument_types=("string",), result_type="string", callable=_loud, documentation="a text"
)

COMMANDS = [
    ["plan", "-f", "policy.yaml", "-f", "objects.yaml", "-o", "json"],
    ["why", "ConfigMap/a", "-f", "policy.yaml", "-f", "objects.yaml", "-o", "json"],
    ["test", ".", "-o", "json"],
    ["validate", "-f", "policy.yaml", "-o", "json"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_plugin_that_prints_spoils_no_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    """While it compiles, is asked, explains and vetoes: its author reads it on standard error."""
    point = Point("acme", plugin(zen_gc_matchers=[Keyword("acme.io/chatty", Nothing, _compile)], zen_gc_veto=_veto))
    monkeypatch.setattr(reading, "installed_entry_points", lambda: (*installed_entry_points(), point))
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "objects.yaml").write_text(OBJECTS)
    decision = "{name: a, verdict: keep, because: it talks too much}"
    (tmp_path / "expected.yaml").write_text(
        f"now: '2026-01-01T00:00:00Z'\npolicies: [{{name: chatty, decisions: [{decision}]}}]\n"
    )
    ran = zen_gc(*command, cwd=tmp_path)
    assert isinstance(json.loads(ran.out), dict)
    assert ran.code == 0
    assert "while it compiles" in ran.errors
    assert ("while it is asked" in ran.errors) == ("while it explains" in ran.errors) == (command[0] != "validate")


def test_a_function_that_prints_spoils_no_answer_of_an_expression(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its author reads it on standard error."""
    point = Point("acme", plugin(zen_gc_cel_functions=[LOUD]))
    monkeypatch.setattr(reading, "installed_entry_points", lambda: (*installed_entry_points(), point))
    (tmp_path / "objects.yaml").write_text(OBJECTS)
    ran = zen_gc("eval", "acme.loud('a') == 'a'", "-f", "objects.yaml", "-o", "json", cwd=tmp_path)
    assert json.loads(ran.out)["results"][0]["verdict"] == "holds", ran.err
    assert "while it is computed" in ran.errors
