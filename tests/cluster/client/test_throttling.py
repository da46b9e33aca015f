"""Patience is shared: what one writer is told, all of them wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zen_gc_core.cluster.errors import CannotReach, Conflict, Throttled, TimedOut
from zen_gc_core.cluster.retrying import steps
from zen_gc_core.cluster.throttling import Throttle

if TYPE_CHECKING:
    from tests.cluster.client.conftest import Naps


def asked(seconds: float | None) -> Throttled:
    return Throttled("429", seconds)


def test_all_writers_wait_until_the_last_that_was_asked_for(naps: Naps) -> None:
    """The longest wins; a shorter one shortens nothing."""
    throttle = Throttle(naps.clock, naps)
    throttle.wait()
    assert naps.taken == []
    for seconds in (5, 20, 3):
        throttle.slow_down(asked(seconds))
    throttle.wait()
    throttle.wait()
    assert naps.taken == [20]


def test_writers_that_are_told_at_once_do_not_use_up_the_patience_together(naps: Naps) -> None:
    """Eight workers that wait for the same minute have waited for a minute."""
    throttle = Throttle(naps.clock, naps)
    for _ in range(5):
        for _ in range(8):
            throttle.slow_down(asked(60))
        throttle.wait()
    with pytest.raises(Throttled, match="5 minutes"):
        throttle.slow_down(asked(60))
    assert sum(naps.taken) == 300


def test_a_sleep_that_is_interrupted_is_not_slept_again(naps: Naps) -> None:
    """A controller that stops wakes its writers; their authority is asked next."""
    woken: list[float] = []
    throttle = Throttle(naps.clock, woken.append)
    throttle.slow_down(asked(30))
    throttle.wait()
    assert woken == [30]


@pytest.mark.parametrize(
    ("error", "timeouts", "tries"),
    [
        (CannotReach("x"), True, 5),
        (TimedOut("x"), True, 5),
        (TimedOut("x"), False, 1),
        (CannotReach("x"), False, 5),
        (Conflict("x"), True, 1),
        (ValueError("x"), True, 1),
    ],
)
def test_only_what_is_unanswered_is_tried_again(naps: Naps, *, error: Exception, timeouts: bool, tries: int) -> None:
    """And the last error comes out as it is."""
    count = 0

    def keep_trying() -> None:
        nonlocal count
        for attempt in steps(naps, timeouts=timeouts):
            with attempt:
                count += 1
                raise error

    with pytest.raises(type(error)) as caught:
        keep_trying()
    assert caught.value is error
    assert (count, len(naps.taken)) == (tries, tries - 1)
