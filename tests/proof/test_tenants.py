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
from tests.harness.crds import install_crds
from tests.harness.real import RealCluster
from tests.proof.tenants.attacks import ATTACKS
from tests.proof.tenants.neighbour import INTERVAL, SECRET
from tests.proof.tenants.trial import HOME, KEPT, MOST_ILL, MOST_INTERVALS, MOST_MEMORY, install, peak, trial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cluster.controller.controllers import Replica

WHOLE = os.environ.get("TENANTS", "") == "whole"
SAMPLE = 4
SECONDS = 12.0
"""For how long an attack lasts before the next one comes on top of it: more than an interval."""

PATIENCE = 240.0
"""Seconds that the neighbour's last objects have, and how often as late a sample may be: a loaded machine is no fault."""

UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]")
"""What a terminal would obey."""


@pytest.fixture
def victim(apiserver_binaries: None) -> Iterator[RealCluster]:
    """A real API server that nobody else uses: what is done to it is not undone."""
    with RealCluster(controller_manager=True) as cluster:
        install_crds(cluster)
        yield cluster


@pytest.mark.timeout(3600)
def test_no_tenant_stops_another_or_reads_what_is_not_its_own(
    victim: RealCluster, replica: Callable[..., Replica]
) -> None:
    """Served, healthy, within memory, leader and standby; nothing of the other's is gone, and nothing of it is told."""
    seed = int(os.environ.get("TENANTS_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
    dice = random.Random(seed)
    names = dice.sample(list(ATTACKS), len(ATTACKS) if WHOLE else SAMPLE)
    if only := os.environ.get("TENANTS_ONLY"):
        names = [name for name in ATTACKS if re.search(only, name)]
    print(f"tenants: seed {seed}, {len(names)} attacks")  # noqa: T201  shown when it fails, and with -s
    who = install(victim)
    stage = Stage(victim, victim.namespace(), HOME)
    with trial(stage, victim.authority, who, replica) as run:
        run.settle()
        for name in names:
            run.attack(name)
            if WHOLE or name == names[-1]:
                run.watch(name, SECONDS)
                print(run.line(name), flush=True)  # noqa: T201  as far as it is known by now
        run.end(PATIENCE)
        print(run.printed())  # noqa: T201  likewise
        told = run.readable()
        assert all(each.process.poll() is None for each in run.replicas)
        assert not run.neighbour.waiting(), run.printed()
        assert not run.late(MOST_INTERVALS if WHOLE else PATIENCE / INTERVAL), run.printed()
        if WHOLE:
            assert max(health.longest for health in run.healths) <= MOST_ILL, [each.said for each in run.healths]
        assert all(each.probe("/healthz")[0] == 200 for each in run.replicas)
        assert max(peak(each) for each in run.replicas) < MOST_MEMORY, run.printed()
        for event in ("uncaught exception", "unexpected error"):
            assert not [each.records(event)[:1] for each in run.replicas if each.records(event)]
        assert any(row.taken for row in run.table.values()), "the attacker was at work"
        assert all(stage.there(name) for name in KEPT), "nothing of the neighbour's goes that it did not ask for"
        assert not [where for where, text in told.items() if SECRET in text]
        assert not [UNSAFE.findall(told[where]) for where in ("status", "events") if UNSAFE.search(told[where])]
