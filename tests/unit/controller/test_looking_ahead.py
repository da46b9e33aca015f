"""The fence looks ahead of need: who needs that look before it is there waits for it, and no longer."""

from __future__ import annotations

import datetime as dt
import threading
from types import SimpleNamespace

import pytest

from tests.unit.engine.situations import compiled, document
from zen_gc_core.cluster.errors import LookedTooLongAgo
from zen_gc_core.controller.runs.fencing import FRESH_SECONDS, Fence
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.model.reasons import Reason


def fence_that_looks(look, **how):
    """A fence for a policy of a file: all that it looks at is the kill switch, and the clocks agree."""
    connection = SimpleNamespace(clock=SimpleNamespace(skew=dt.timedelta))
    return Fence(connection, compiled(document()), switch=SimpleNamespace(look=look), installed=False, **how)


def fence_that_waits(batch_size):
    """A fence whose second look waits; its looks, an event for when that has begun, and one that lets it go on."""
    looks, seen, go_on = [], threading.Event(), threading.Event()

    def look(_sleep):
        looks.append(threading.current_thread())
        if len(looks) == 2:
            seen.set()
            assert go_on.wait(60.0)

    return fence_that_looks(look, batch_size=batch_size), looks, seen, go_on


def test_who_waits_for_a_look_ahead_goes_on_when_it_is_there():
    """Of two writes a look is good for, the second is let pass while one looks ahead; the third waits."""
    fence, looks, seen, go_on = fence_that_waits(batch_size=2)
    first, second, third = writers = [threading.Thread(target=fence.pass_one, daemon=True) for _ in range(3)]
    first.start()
    assert seen.wait(60.0)
    second.start()
    second.join(60.0)
    assert not second.is_alive()
    third.start()
    third.join(0.2)
    assert third.is_alive()
    go_on.set()
    for each in writers:
        each.join(60.0)
        assert not each.is_alive()
    assert len(looks) in {2, 3}  # the third write may be the one that looks ahead again


def test_a_look_ahead_that_failed_has_shown_nothing():
    """Whatever it failed with: it is made again, and who comes when nothing is left looks for itself."""
    looks = []

    def look(_sleep):
        looks.append(len(looks))
        if len(looks) in {2, 3}:
            raise RuntimeError("a bug")

    fence = fence_that_looks(look, batch_size=2)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            fence.pass_one()
    fence.pass_one()
    assert len(looks) == 5, "that of the third write, and the next one ahead of need"


@pytest.mark.parametrize(("waited", "looks"), [(FRESH_SECONDS, 2), (FRESH_SECONDS - 0.001, 1)])
def test_a_look_is_old_at_five_seconds(waited, looks):
    """And not before."""
    now, made = [1000.0], []
    fence = fence_that_looks(made.append, batch_size=20, clock=lambda: now[0])
    fence.pass_one()
    now[0] += waited
    fence.look_again()
    assert len(made) == looks


def test_one_looks_ahead_and_the_others_go_by_the_look_before():
    """However many come in the meantime."""
    fence, looks, seen, go_on = fence_that_waits(batch_size=8)
    for _ in range(3):
        fence.pass_one()
    ahead = threading.Thread(target=fence.pass_one, daemon=True)
    ahead.start()
    assert seen.wait(60.0)
    for _ in range(3):
        fence.pass_one()
    assert len(looks) == 2
    go_on.set()
    ahead.join(60.0)
    assert not ahead.is_alive()


@pytest.mark.parametrize(("batch_size", "ahead"), [(40, 8), (20, 8), (16, 8), (10, 5), (1, 0)])
def test_the_next_look_is_made_as_many_writes_ahead_as_there_are_writers(batch_size, ahead):
    """Of few writes that one look is good for, when half are left."""
    looks = []
    fence = fence_that_looks(looks.append, batch_size=batch_size)
    for _ in range(batch_size - ahead - 1):
        fence.pass_one()
    assert len(looks) == (1 if batch_size > 1 else 0)
    fence.pass_one()
    assert len(looks) == 2


def test_what_ends_the_run_ends_it_for_who_comes_next():
    """Although the look before is fresh, and good for more."""
    looks = []

    def look(_sleep):
        looks.append(len(looks))
        if len(looks) > 1:
            raise Stopped(Reason.PAUSED, "the switch was pulled")

    fence = fence_that_looks(look, batch_size=8)
    for _ in range(3):
        fence.pass_one()
    for _ in range(3):
        with pytest.raises(Stopped, match="the switch was pulled"):
            fence.pass_one()
    assert len(looks) == 2


@pytest.mark.parametrize("ahead", [-31, 31])
def test_a_look_compares_the_clocks(ahead):
    """And clocks that are too far apart end the run."""
    fence = fence_that_looks(lambda _sleep: None, batch_size=8)
    fence.pass_one()
    fence._connection.clock.skew = lambda: dt.timedelta(seconds=ahead)
    fence._looked_at = float("-inf")
    with pytest.raises(Stopped, match="the local clock is 31 s"):
        fence.pass_one()


def test_a_blackout_ends_the_run_whatever_was_looked_at():
    """It is asked about at every step, and while nothing is in the way everything passes."""
    closed = [None]
    fence = fence_that_looks(lambda _sleep: None, batch_size=8, closed=lambda: closed[0])
    steps = (fence.pass_one, fence.look_again, fence.recent, fence.check_open)
    for step in steps:
        step()
    closed[0] = "a blackout has begun"
    for step in steps:
        with pytest.raises(Stopped, match="a blackout has begun") as stopped:
            step()
        assert stopped.value.ending.reason is Reason.DEFERRED


@pytest.mark.parametrize(("age", "counts"), [(8.0, True), (8.001, False)])
def test_a_look_counts_for_eight_seconds_when_the_request_leaves(age, counts):
    """Fresh when it was asked for, and the time to connect; nothing is sent after that."""
    now = [1000.0]
    fence = fence_that_looks(lambda _sleep: None, batch_size=20, clock=lambda: now[0])
    fence.pass_one()
    now[0] += age
    if counts:
        fence.recent()
    else:
        with pytest.raises(LookedTooLongAgo, match="8 s ago"):
            fence.recent()


def test_a_look_is_good_for_as_many_writes_as_it_says():
    """The one that was made ahead, too."""
    looks = []
    fence = fence_that_looks(looks.append, batch_size=2)
    made = []
    for _ in range(6):
        fence.pass_one()
        made.append(len(looks))
    assert made == [2, 2, 3, 3, 4, 4]


@pytest.mark.parametrize(("waited", "looks"), [(FRESH_SECONDS, 3), (FRESH_SECONDS - 0.001, 2)])
def test_a_look_ahead_is_as_old_as_its_beginning(waited, looks):
    """At five seconds it is made anew, when it is needed."""
    now, made = [1000.0], []
    fence = fence_that_looks(made.append, batch_size=8, clock=lambda: now[0])
    for _ in range(4):
        fence.pass_one()
    assert len(made) == 2
    fence._left = 0
    now[0] += waited
    fence.pass_one()
    assert len(made) == looks
