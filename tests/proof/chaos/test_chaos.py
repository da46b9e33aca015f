"""Leaders fall one after the other, and nothing goes wrong: counted from outside."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from tests.proof.chaos.running import LEAST, Arena, run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.controller.stage import Stage

FAILOVERS = 20
SECONDS = 70.0
"""After how many no further failover begins: fewer have to do where the machine is slow."""


@pytest.mark.timeout(900)
def test_leaders_fall_and_nothing_goes_wrong(place: Stage, tmp_path: Path) -> None:
    """Killed, stopped past the lease and continued, cut off; the API server or etcd restarted; clocks that are off."""
    seed = int(os.environ.get("CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
    print(f"CHAOS_SEED={seed}")  # noqa: T201  to run a failure again
    ran = run(Arena.own(place), tmp_path, seed, FAILOVERS, seconds=SECONDS)
    print(ran)  # noqa: T201  likewise
    assert ran.counts.clean, str(ran)
    assert not ran.fallen, str(ran)
    assert ran.failovers >= LEAST, str(ran)
    assert ran.counts.deletes >= ran.failovers, str(ran)
    assert ran.of_series, str(ran)
    assert ran.counts.marks, str(ran)
    assert ran.counts.copied, str(ran)
    assert ran.counts.scaled, str(ran)
    assert ran.counts.held, str(ran)
