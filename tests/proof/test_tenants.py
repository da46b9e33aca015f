"""One tenant does all that it may, and the other one is served as if nothing were.

``make test`` runs a sample at once, whose seed is printed and can be given again (``TENANTS_SEED``); ``make tenants`` runs every
attack one after the other, each on top of those before it, and prints the table.
"""

from __future__ import annotations

import os
import random
import re
from typing import TYPE_CHECKING

import pytest

from tests.cluster.controller.stage import Stage
from tests.proof.tenants.attacks import ATTACKS
from tests.proof.tenants.neighbour import SECRET
from tests.proof.tenants.trial import HOME, KEPT, MOST_MEMORY, install, peak, trial

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Replica
    from tests.harness.real import RealCluster

WHOLE = os.environ.get("TENANTS", "") == "whole"
SAMPLE = 4
SECONDS = 12.0
"""For how long an attack lasts before the next one comes on top of it: more than an interval."""

MOST_ILL = 5.0
"""Seconds for which ``/healthz`` may say no at a stretch."""

UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]")
"""What a terminal would obey."""


@pytest.mark.timeout(3600)
def test_no_tenant_stops_another_or_reads_what_is_not_its_own(
    own_real_cluster: RealCluster, replica: Callable[..., Replica]
) -> None:
    """Served, healthy, within memory, leader and standby; nothing of the other's is gone, and nothing of it is told."""
    seed = int(os.environ.get("TENANTS_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
    dice = random.Random(seed)
    names = dice.sample(list(ATTACKS), len(ATTACKS) if WHOLE else SAMPLE)
    print(f"tenants: seed {seed}, {len(names)} attacks")  # noqa: T201  shown when it fails, and with -s
    who = install(own_real_cluster)
    stage = Stage(own_real_cluster, own_real_cluster.namespace(), HOME)
    try:
        with trial(stage, own_real_cluster.authority, who, replica) as run:
            run.settle()
            for name in names:
                run.attack(name)
                if WHOLE or name == names[-1]:
                    run.watch(name, SECONDS)
            run.end()
            print(run.printed())  # noqa: T201  likewise
            told = run.readable()
            assert run.neighbour.error is None, run.neighbour.error
            assert not run.late(), run.printed()
            assert all(each.process.poll() is None for each in run.replicas)
            assert max(health.longest for health in run.healths) <= MOST_ILL, [each.said for each in run.healths]
            assert max(peak(each) for each in run.replicas) < MOST_MEMORY, run.printed()
            for event in ("uncaught exception", "unexpected error"):
                assert not [each.records(event)[:1] for each in run.replicas if each.records(event)]
            assert any(row.taken for row in run.table.values()), "the attacker was at work"
            assert all(stage.there(name) for name in KEPT), "nothing of the neighbour's goes that it did not ask for"
            assert not [where for where, text in told.items() if SECRET in text]
            assert not [UNSAFE.findall(told[where]) for where in ("status", "events") if UNSAFE.search(told[where])]
    finally:
        stage.clear()
