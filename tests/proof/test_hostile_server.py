"""Whatever an API server answers, nothing goes that should stay, no thread dies, and nothing hangs.

``make test`` runs a sample beside an adversary that pauses between its changes; its seed is printed and can be given again
(``HOSTILE_SEED``). ``make hostile`` runs every fault on every verb, with an adversary that never pauses, and prints the table.
"""

from __future__ import annotations

import os
import random
import re
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.cluster.controller.stage import until
from tests.proof.hostile import MOST_ILL, pairs, patience_of, sampled, trial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tests.cluster.controller.controllers import Replica
    from tests.cluster.controller.stage import Stage
    from tests.proof.hostile import Trial

WHOLE = os.environ.get("HOSTILE", "") == "whole"
MINUTES = float(os.environ.get("MINUTES", "120"))
"""After how many minutes no further fault begins."""

SAMPLE = 30
PAUSE = 0.0 if WHOLE else 0.01
"""Seconds between two changes of the adversary: in the sample it leaves the processors to the others."""

SECONDS = 3.0
"""For how long a fault is waited for that meets no request, in a sample."""

WHOLE_SECONDS = 60.0
"""The same when all are tried: then each has to meet one."""

PATIENCE = 120.0
"""For how long a probe may say no in a sample: a loaded machine is no fault, and nobody is forgiven for staying ill."""


def again(todo: Sequence[tuple[str, str]], hostile: Trial) -> Iterator[tuple[str, str]]:
    """All that is to be tried, and twice more what has met no request."""
    yield from todo
    for _ in range(2):
        yield from [pair for pair in todo if not hostile.proxy.tally(*pair).broken]


@pytest.mark.timeout(7200)
def test_a_hostile_server_gets_nothing_deleted_that_should_stay(
    real: Stage, replica: Callable[..., Replica], tmp_path: Path
) -> None:
    """Counted from outside by a watch of its own; afterwards the policy is served as if nothing had been."""
    seed = int(os.environ.get("HOSTILE_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
    todo = random.Random(seed).sample(pairs(), len(pairs())) if WHOLE else sampled(seed, SAMPLE)
    if only := os.environ.get("HOSTILE_ONLY"):
        todo = [(fault, verb) for fault, verb in todo if re.search(only, f"{fault} on {verb or 'discovery'}")]
    ends = time.monotonic() + MINUTES * 60
    print(f"hostile server: seed {seed}, {len(todo)} faults")  # noqa: T201  shown when it fails, and with -s
    with trial(real, replica, tmp_path, seed, PAUSE) as hostile:
        for number, (fault, verb) in enumerate(again(todo, hostile) if WHOLE else todo):
            if time.monotonic() > ends:
                break
            if WHOLE and number % 25 == 0:
                print(f"{number} of {len(todo)}", flush=True)  # noqa: T201  it takes most of an hour
            patience = patience_of(fault, verb, whole=WHOLE)
            most, first = max(SECONDS, patience + 1.0), WHOLE_SECONDS if WHOLE else SECONDS
            hostile.break_for(fault, verb, patience=patience, share=0.8, most=most, first=first)
        hostile.settle()
        print(hostile.printed())  # noqa: T201  likewise
        print(f"{len(todo) - len(hostile.table)} were not tried for want of time")  # noqa: T201  likewise
        assert not hostile.wrong, hostile.printed()
        assert not [pair for pair, row in hostile.table.items() if row.lost], hostile.printed()
        assert not [pair for pair, row in hostile.table.items() if row.hung], hostile.printed()
        assert sum(row.runs for row in hostile.table.values()) >= len(hostile.table), "the proxy was at work"
        assert not (WHOLE and hostile.unmet), hostile.unmet
        assert hostile.health.longest <= (MOST_ILL if WHOLE else PATIENCE), hostile.health.said
        assert hostile.replica.probe("/healthz")[0] == 200
        assert hostile.seen.gaps == 0, "a gap in the watch proves nothing"
        assert hostile.replica.process.poll() is None
        assert not hostile.proxy.troubles
        assert not hostile.replica.records("uncaught exception")
        name = real.make(data={"state": "done"})
        until(lambda: not real.there(name), "the policy is served")
        until(lambda: real.status(hostile.policy).get("totalDeleted", 0) > 0, "its status says so")


def test_what_was_due_and_never_went_is_lost(real: Stage, replica: Callable[..., Replica], tmp_path: Path) -> None:
    """The column counts: a controller that stands still has lost what nobody changed since the fault ended."""
    with trial(real, replica, tmp_path, 1, PAUSE) as hostile:
        hostile.replica.send(signal.SIGSTOP)
        for each in hostile.mutators:
            each.end()
        kept, changed = (real.make(data={"state": "done"}) for _ in range(2))
        hostile.break_for("reset", "list", patience=1.0, share=1.0, most=0.1, first=0.1)
        before = hostile.due["reset", "list"]
        real.patch(real.config_map(changed), {"data": {"more": "x"}})
        hostile.settle(patience=0.1)
        hostile.replica.send(signal.SIGCONT)
        assert real.there(kept)
        assert hostile.table["reset", "list"].lost == len(before) - 1
        assert hostile.table["", "afterwards"].lost == 1
