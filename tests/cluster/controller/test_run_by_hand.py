"""``zen-gc run``: a person cleans up once, under every guard of the controller's runs."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from tests.cluster.controller.by_hand import PATIENCE, ByHand
from tests.cluster.controller.stage import until
from zen_gc_core.cluster import attention
from zen_gc_core.cluster.attention import LONGEST_STANDSTILL, Attention
from zen_gc_core.cluster.errors import AuthorityLost

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.controller.stage import EmbeddedStage, Stage


@pytest.fixture
def here(embedded: EmbeddedStage, tmp_path: Path) -> ByHand:
    """A person at an embedded cluster."""
    return ByHand(embedded, tmp_path)


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


@pytest.mark.parametrize(("flags", "coloured"), [(("--color", "always"), True), ((), False), (("-o", "json"), False)])
def test_the_plan_that_is_shown_has_colours_where_they_are_asked_for(
    hand: ByHand, flags: tuple[str, ...], *, coloured: bool
) -> None:
    """As ``zen-gc plan`` has them; what programs read has none."""
    hand.stage.make()
    ran = hand.run("-f", hand.policy(), *flags)
    assert ran.code == 0
    assert ("\x1b[31m" in ran.out) is coloured
    assert "\x1b" not in ran.err


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


@pytest.mark.parametrize(("typed", "code"), [(b"y\n", 0), (b"n\n", 130), (b"\n", 130), (b"\x04", 130)])
def test_only_a_yes_acts(here: ByHand, typed: bytes, code: int) -> None:
    """No, a bare return and the end of input do nothing; what is asked says how many, and of what."""
    names = set(here.stage.make_many(2))
    marks = here.policy("marks", action={"label": {"acme.io/old": "yes"}})
    ended, shown = here.at_a_terminal(typed, "run", "-f", here.policy("deletes"), "-f", marks)
    assert "Delete 2 objects, mark 2? [y/N]:" in shown
    assert (ended, bool(here.stage.names() & names)) == (code, code != 0), shown


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_after_the_writes_that_are_under_way(here: ByHand, number: signal.Signals) -> None:
    """What was deleted is told, and the rest is there and told as not tried."""
    stage = here.stage
    names = set(stage.make_many(40))
    policy = here.policy(behavior={"maxDeletionsPerSecond": 10})
    with here.process("-f", policy, "-o", "json") as running:
        until(lambda: len(stage.names()) < 38, "it has begun")
        running.send_signal(number)
        out, err = running.communicate(timeout=PATIENCE)
    objects = json.loads(out)["policies"][0]["objects"]
    results = {each["name"]: each["result"] for each in objects}
    assert running.returncode == 130
    assert "ending after the writes that are under way" in err
    assert set(results) == names
    assert {name for name, result in results.items() if result == "not-tried"} == stage.names() != set()
    assert set(results.values()) == {"deleted", "not-tried"}


def test_a_program_that_stood_still_sends_nothing_more() -> None:
    """Its right ends for good, also where it is renewed afterwards: nobody knows who wants it still."""
    now = 0.0
    right = Attention(lambda: now)
    for _ in range(10):
        now += LONGEST_STANDSTILL
        right.renew()
        right.check()
    now += LONGEST_STANDSTILL + 1
    right.renew()
    with pytest.raises(AuthorityLost, match="stood still for 31 s"):
        right.check()
    right.renew()
    with pytest.raises(AuthorityLost):
        right.check()


def test_a_clean_up_whose_machine_slept_ends(here: ByHand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the question and the first write: nothing is sent, and it ends with 1."""
    names = set(here.stage.make_many(3))
    monkeypatch.setattr(attention, "LONGEST_STANDSTILL", -1.0)
    ran = here.run("-f", here.policy())
    assert (ran.code, here.stage.names(), here.embedded.sent("DELETE")) == (1, names, [])
    assert "ended early: AuthorityLost: the program stood still" in ran.out
