"""Ended at any moment: by SIGTERM in good order, by SIGKILL with nothing done that is not in the log."""

from __future__ import annotations

import os
import random
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.cluster.controller.stage import by_controller, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Replica
    from tests.cluster.controller.stage import EmbeddedStage

TERMS = int(os.environ.get("ZEN_GC_SIGTERMS", "20"))
KILLS = int(os.environ.get("ZEN_GC_SIGKILLS", "10"))
SEED = int(os.environ.get("ZEN_GC_HOST_SEED", str(random.SystemRandom().randrange(1 << 32))))
BATCHES = 5
LONGEST = 3.0
"""Seconds after its start in which a signal comes: it is loading, starting, leading, acting by then."""


def writes(stage: EmbeddedStage) -> list[Request]:
    """What a controller has changed, or tried to."""
    return [each for each in stage.server.requests if by_controller(each) and each.method not in {"GET", "HEAD"}]


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_sigterm_at_any_moment_ends_it_in_good_order(
    embedded: EmbeddedStage, replica: Callable[..., Replica], batch: int
) -> None:
    """From its first record on the exit code is 0; before it nothing was written; after its end nothing is."""
    print(f"ZEN_GC_HOST_SEED={SEED}")  # noqa: T201  to run a failure again
    dice = random.Random(f"{SEED}/{batch}")
    embedded.policy("all")
    for _ in range(max(1, TERMS // BATCHES)):
        embedded.make_many(15)
        embedded.server.requests.clear()
        after = dice.uniform(0.0, LONGEST)
        started = replica(embedded, "--enable-leader-election=false")
        time.sleep(after)
        said = bool(started.text())
        written = len(writes(embedded))
        started.send(signal.SIGTERM)
        code = started.wait(60.0)
        ended = len(writes(embedded))
        told = f"SIGTERM after {after:.2f} s: exit {code}\n{started.text()[-1500:]}{started.err.read_text()[-500:]}"
        if said:
            assert code == 0, told
        else:
            assert code in {0, -signal.SIGTERM}, told
            assert written == 0, told
        assert "Traceback" not in started.err.read_text(), told
        time.sleep(0.3)
        assert len(writes(embedded)) == ended, told
        _every_write_is_logged(embedded, started)


def test_a_sigkill_at_any_moment_leaves_nothing_done_that_is_not_in_the_log(
    embedded: EmbeddedStage, replica: Callable[..., Replica]
) -> None:
    """An intent is on disk before its request leaves; whoever comes next goes on, and nothing is taken twice."""
    print(f"ZEN_GC_HOST_SEED={SEED}")  # noqa: T201  to run a failure again
    dice = random.Random(f"{SEED}/kill")
    embedded.policy("all", behavior={"breaker": {"maxPercent": 100}})  # what a killed one left is more than half
    for _ in range(KILLS):
        embedded.make_many(40)
        embedded.server.requests.clear()
        started = replica(embedded, "--enable-leader-election=false", "--max-deletions-per-second=30")
        until(lambda: "DELETE" in {each.method for each in writes(embedded)} or started.process.poll() is not None)  # noqa: B023
        time.sleep(dice.uniform(0.0, 0.8))
        started.kill()
        _every_write_is_logged(embedded, started)
    last = replica(embedded, "--enable-leader-election=false").awake()
    until(lambda: not embedded.names(), "the next one goes on")
    last.send(signal.SIGTERM)
    assert last.wait() == 0


def _every_write_is_logged(stage: EmbeddedStage, started: Replica) -> None:
    intents = {each["attempt_id"] for each in started.records("deleting resource")}
    sent = {each.headers.get("Audit-ID") for each in writes(stage) if each.method == "DELETE"}
    assert sent <= intents, f"unlogged: {sent - intents}"
