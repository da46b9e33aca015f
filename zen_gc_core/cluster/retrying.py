"""Trying again: five steps with exponential back-off, as ``deleting.md`` and client-go's ``retry`` package have them.

What may be tried again is the caller's to say; what a 429 asks for is not a step: how long is said by ``throttling``.
"""

from __future__ import annotations

import functools
import random
import time
from typing import TYPE_CHECKING, Final, TypeVar

import tenacity

from zen_gc_core.cluster.errors import CannotReach, ServerFailed, Throttled, TimedOut

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenacity import RetryCallState

    from zen_gc_core.cluster.throttling import Throttle

T = TypeVar("T")

STEPS: Final = 5
FIRST_PAUSE: Final = 0.1
FACTOR: Final = 2.0
JITTER: Final = 0.1
LONGEST_PAUSE: Final = 30.0

UNANSWERED: Final = (CannotReach, ServerFailed)
"""Time-outs, resets and 5xx: nobody knows what the request did."""


def pause(state: RetryCallState) -> float:
    """Seconds to wait after a step: 100 ms, doubled each time, at most 30 s, and up to a tenth more."""
    seconds = min(FIRST_PAUSE * FACTOR ** (state.attempt_number - 1), LONGEST_PAUSE)
    return seconds * (1 + random.random() * JITTER)  # noqa: S311  spreads load, guards nothing


@functools.lru_cache(maxsize=64)
def steps(sleep: Callable[[float], None] = time.sleep, *, timeouts: bool = True) -> tenacity.Retrying:
    """The five steps, to be iterated over, again and by several threads; the last one's error is raised as it is.

    Args:
        sleep: Waits for seconds; whatever it raises ends the steps. Hashable: making the steps costs as much as a
            tenth of a request, so that they are kept.
        timeouts: Whether what took too long is tried again.
    """
    unanswered = tenacity.retry_if_exception_type(UNANSWERED)
    return tenacity.Retrying(
        stop=tenacity.stop_after_attempt(STEPS),
        wait=pause,
        retry=unanswered
        if timeouts
        else tenacity.retry_all(unanswered, tenacity.retry_if_not_exception_type(TimedOut)),
        sleep=sleep,
        reraise=True,
    )


def patiently(
    send: Callable[[int], T], sleep: Callable[[float], None], throttle: Throttle, *, timeouts: bool = True
) -> T:
    """Send something until it is answered: five steps, and as many 429 between them as the throttle bears.

    Args:
        send: Sends it once; gets the number of the step, from 1. A repeat must do no harm.
        sleep: Waits between steps; whatever it raises ends them.
        throttle: What everybody who sends beside it waits for.
        timeouts: Whether what took too long is tried again.

    Raises:
        Throttled: The server has asked for patience for too long.
        ClusterError: What the last step raised, or any that is not to be tried again.
    """

    def ask(step: int) -> T:
        while True:
            throttle.wait()
            try:
                return send(step)
            except Throttled as error:
                throttle.slow_down(error)

    try:
        return ask(1)
    except UNANSWERED as error:
        unanswered = error
    for attempt in steps(sleep, timeouts=timeouts):
        with attempt:
            # Most of what is sent is answered at once: only what is not comes here, its first step taken.
            if attempt.retry_state.attempt_number == 1:
                raise unanswered
            return ask(attempt.retry_state.attempt_number)
    raise AssertionError("unreachable: the last step returns or raises")
