"""``zen-gc run``: a person cleans up once, under every guard of the controller's runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster.controller.by_hand import ByHand

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.controller.stage import Stage


@pytest.fixture
def hand(stage: Stage, tmp_path: Path) -> ByHand:
    """A person at a stage."""
    return ByHand(stage, tmp_path)


def test_a_clean_up_takes_what_its_plan_shows_and_tells_it(hand: ByHand) -> None:
    """And nothing else; the table of outcomes comes after that of the plan, the summary last."""
    stage = hand.stage
    gone, kept = stage.make(), stage.make(metadata={"labels": {"gc": "yes", "gc.kube-zen.io/keep": ""}})
    ran = hand.run("-f", hand.policy())
    assert (ran.code, ran.err) == (0, "")
    assert stage.names() == {kept}
    assert ran.out.splitlines()[-1] == "Done: 1 deleted."
    assert f"deleted   ConfigMap   {stage.namespace}/{gone}" in ran.out


def test_a_dry_run_is_sent_and_changes_nothing(hand: ByHand) -> None:
    """The server checks each write; the object is as it was, to its resourceVersion."""
    stage = hand.stage
    name = stage.make()
    before = stage.cluster.request("GET", stage.config_map(name)).body
    assert hand.results("-f", hand.policy(), "--dry-run") == {name: "would-act"}
    assert stage.cluster.request("GET", stage.config_map(name)).body == before


def test_without_a_terminal_and_without_yes_nothing_is_done(hand: ByHand) -> None:
    """It ends with 2, and says what to give."""
    name = hand.stage.make()
    ran = hand.zen_gc("run", "-f", hand.policy())
    assert (ran.code, ran.errors) == (2, ["there is no terminal to ask at: give --yes"])
    assert hand.stage.names() == {name}
