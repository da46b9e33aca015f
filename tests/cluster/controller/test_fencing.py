"""The fence by itself: how old a look may be."""

from __future__ import annotations

import collections
import contextlib
from typing import TYPE_CHECKING

import pytest

from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.errors import LookedTooLongAgo
from zen_gc_core.controller.runs.fencing import Fence
from zen_gc_core.controller.runs.kill_switch import KillSwitch
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.model.reasons import Reason
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cluster.controller.stage import EmbeddedStage


@contextlib.contextmanager
def fenced(embedded: EmbeddedStage, name: str, clock: Callable[[], float]) -> Iterator[Fence]:
    """The fence of a policy as it stands, by a clock of the test's."""
    parsed = parse_policy(embedded.read(name))
    compiled = compile_policy(parsed, load_plugins(installed_entry_points()).vocabulary).compiled
    assert compiled is not None
    with Connection.open(kubeconfig=embedded.cluster.kubeconfig_path) as connection:
        yield Fence(connection, compiled, switch=KillSwitch(connection, embedded.home), batch_size=20, clock=clock)


def test_a_look_counts_for_five_seconds_and_for_three_more_while_a_request_is_on_its_way(
    embedded: EmbeddedStage,
) -> None:
    """Asked for anew after 5 s; whatever stood still for longer than 8 s does not leave on it."""
    name = embedded.policy()
    now = 1000.0
    with fenced(embedded, name, lambda: now) as fence:
        with pytest.raises(LookedTooLongAgo):
            fence.recent()
        fence.pass_one()
        looks = len(embedded.server.requests)
        now += 4.9
        fence.look_again()
        assert len(embedded.server.requests) == looks
        now += 3.0
        fence.recent()
        now += 0.2
        with pytest.raises(LookedTooLongAgo, match="8 s ago"):
            fence.recent()
        fence.look_again()
        fence.recent()
        assert len(embedded.server.requests) > looks


def test_what_is_looked_at_ahead_is_good_for_one_batch_and_as_old_as_its_beginning(embedded: EmbeddedStage) -> None:
    """Two GETs for 20 writes; a look ahead that has grown old is made anew; what it sees stops whoever is on the way."""
    name = embedded.policy()
    now = 1000.0
    with fenced(embedded, name, lambda: now) as fence:
        before = len(embedded.server.requests)
        for _ in range(100):
            fence.pass_one()
        assert len(embedded.server.requests) - before == 2 * 6  # the first, and one for each batch, the next one's too
        now += 4.0
        for _ in range(15):
            fence.pass_one()
        looks = len(embedded.server.requests)
        now += 1.1
        fence.look_again()
        fence.recent()
        assert len(embedded.server.requests) == looks, "the look ahead is 1.1 s old, the one before 5.1 s"
        for _ in range(15):
            fence.pass_one()
        assert len(embedded.server.requests) == looks + 2, "the next one was made ahead"
        now += 5.0
        fence.look_again()
        assert len(embedded.server.requests) == looks + 4, "it has grown old"
        embedded.edit(name, {"paused": True})
        with pytest.raises(Stopped, match="edited"):
            collections.deque((fence.pass_one() for _ in range(20)), 0)
        for ask in (fence.pass_one, fence.look_again, fence.recent):
            with pytest.raises(Stopped, match="edited"):
                ask()


def test_windows_and_blackouts_are_asked_each_time_whatever_was_looked_at(embedded: EmbeddedStage) -> None:
    """Before a write, before its request, and when it leaves; nothing of the cluster is looked at for it."""
    name = embedded.policy()
    parsed = parse_policy(embedded.read(name))
    compiled = compile_policy(parsed, load_plugins(installed_entry_points()).vocabulary).compiled
    assert compiled is not None
    why: str | None = None
    with Connection.open(kubeconfig=embedded.cluster.kubeconfig_path) as connection:
        switch = KillSwitch(connection, embedded.home)
        fence = Fence(connection, compiled, switch=switch, batch_size=20, closed=lambda: why)
        fence.pass_one()
        fence.recent()
        why = "a blackout lasts"
        looks = len(embedded.server.requests)
        for ask in (fence.pass_one, fence.look_again, fence.recent, fence.check_open):
            with pytest.raises(Stopped, match="a blackout lasts") as stopped:
                ask()
            assert stopped.value.ending.reason is Reason.DEFERRED
            assert not stopped.value.ending.failed
        assert len(embedded.server.requests) == looks
