"""The fence by itself: how old a look may be."""

from __future__ import annotations

import collections
import contextlib
from typing import TYPE_CHECKING

import pytest
from zen_gc_embedded.faults import Fault

from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.errors import LookedTooLongAgo
from zen_gc_core.controller.runs.fencing import Fence, check_clocks
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


def why_it_ends(fence: Fence) -> tuple[Reason, str]:
    """What a look makes of the cluster as it is."""
    with pytest.raises(Stopped) as stopped:
        fence.pass_one()
    return stopped.value.ending.reason, str(stopped.value)


def test_a_policy_that_is_not_there_any_more_ends_the_run(embedded: EmbeddedStage) -> None:
    """It is being deleted, or was; another one of its name is another one."""
    name = embedded.policy()
    fences = [fenced(embedded, name, lambda: 1000.0) for _ in range(3)]
    with fences[0] as going, fences[1] as gone, fences[2] as another:
        embedded.patch(embedded.path(name), {"metadata": {"finalizers": ["acme.io/wait"]}})
        embedded.delete(embedded.path(name))
        assert why_it_ends(going) == (Reason.POLICY_DELETED, "the policy is being deleted")
        embedded.patch(embedded.path(name), {"metadata": {"finalizers": None}})
        assert why_it_ends(gone) == (Reason.POLICY_DELETED, "the policy was deleted")
        embedded.policy(name)
        assert why_it_ends(another) == (Reason.POLICY_DELETED, "the policy was deleted")


def test_a_policy_that_is_paused_lets_nothing_pass(embedded: EmbeddedStage) -> None:
    """Whoever planned by it."""
    with fenced(embedded, embedded.policy(paused=True), lambda: 1000.0) as fence:
        assert why_it_ends(fence) == (Reason.PAUSED, "the policy was paused")


@pytest.mark.parametrize("fault", [Fault(status=403), Fault(body=b"{}", status=200), Fault(status=400)])
def test_a_policy_that_cannot_be_read_again_ends_the_run(embedded: EmbeddedStage, fault: Fault) -> None:
    """It may have been edited."""
    name = embedded.policy()
    with fenced(embedded, name, lambda: 1000.0) as fence:
        embedded.server.faults = lambda each: fault if each.path.endswith(f"/{name}") else None
        reason, words = why_it_ends(fence)
        assert reason is Reason.POLICY_UNREADABLE
        assert words.startswith("the policy cannot be read again: ")


def test_an_account_that_is_not_there_ends_the_run(embedded: EmbeddedStage) -> None:
    """Rights that were given to its name outlive it; nor does one count of which that cannot be told."""
    name = embedded.policy(serviceAccountName="cleaner")
    fences = [fenced(embedded, name, lambda: 1000.0) for _ in range(3)]
    with fences[0] as without, fences[1] as fence, fences[2] as unread:
        reason, words = why_it_ends(without)
        assert reason is Reason.IDENTITY_MISSING
        assert "cleaner, as which the policy acts, is not there" in words
        embedded.make("cleaner", kind="ServiceAccount")
        fence.pass_one()
        embedded.server.faults = lambda each: Fault(status=403) if "serviceaccounts" in each.path else None
        assert why_it_ends(unread)[0] is Reason.IDENTITY_MISSING


def test_a_clock_that_nobody_knows_ends_the_run() -> None:
    """Answers without a date let no one compare."""
    with pytest.raises(Stopped, match="the API server's clock is not known") as stopped:
        check_clocks(None)
    assert stopped.value.ending.reason is Reason.CLOCK_SKEW


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
