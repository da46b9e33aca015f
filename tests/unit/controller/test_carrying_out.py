"""Carrying out a plan: what is not even looked at."""

from __future__ import annotations

import datetime as dt
import math
import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.unit.engine.situations import NOW, compiled, document, run_of, thing
from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.controller.runs.acting import Acting, _Carrying, carry_out
from zen_gc_core.controller.runs.fencing import MOST_SKEW_SECONDS, check_clocks
from zen_gc_core.controller.runs.pacing import Rate
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.planning import conclude, tally_of
from zen_gc_core.engine.protections import Protections
from zen_gc_core.engine.shares import Count
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.results import Result

CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap", namespaced=True, verbs=frozenset({"get", "list", "delete"}))


class Nobody:
    """An API server that nothing may be asked of."""

    def __getattr__(self, name):
        raise AssertionError(f"it was asked for {name}")


@pytest.fixture
def planned():
    """A run, and its plan to delete one object."""
    return plan_of(compiled(document()))


def plan_of(policy):
    """A run of a policy, and its plan to delete one object."""
    case = Case(policy, run_of(policy), Protections())
    tally = tally_of(case, policy.policy.targets)
    tally.offer(JsonCandidate.from_object(thing()))
    plan = conclude(case, [tally], lambda: {("", "ConfigMap"): Count(0, 100)})
    assert (plan.due, len(plan.decisions), plan.stopped) == (1, 1, False)
    return case, plan


def acting(resource=CONFIG_MAPS, per_second=1000.0):
    """All that a plan is carried out with, but for the API server."""
    return Acting(
        connection=Nobody(),
        resources=SimpleNamespace(resolve=lambda *_: resource),
        fence=SimpleNamespace(pass_one=lambda: None),
        rate=Rate(per_second, 0.0),
        authority=lambda: None,
        witness=Nobody(),
        stopping=threading.Event(),
        timeout=1.0,
        now=lambda: NOW,
    )


@pytest.mark.parametrize("stopped", [{"tripped": "too much"}, {"vetoed": ("acme: no",)}, {"overfull": "too many"}])
def test_a_plan_that_is_stopped_is_not_carried_out(planned, stopped):
    """Whoever calls for it."""
    case, plan = planned
    plan = replace(plan, **stopped)
    carried = carry_out(case, plan, acting())
    assert (carried.results.total(), carried.stopped) == (0, None)


def test_a_plan_of_nothing_is_carried_out_by_nobody(planned):
    """No thread is begun."""
    case, plan = planned
    assert carry_out(case, replace(plan, decisions=()), acting()).results.total() == 0


def test_what_the_recycle_bin_has_no_room_for_is_told_once_and_not_looked_at():
    """Nor does it take a turn."""
    policy = compiled(document(behavior={"recycle": {"keepFor": "1h"}}))
    full = SimpleNamespace(full=lambda _: True)
    told = []
    witness = SimpleNamespace(acted=lambda outcome, *_: told.append(outcome.result))
    carried = carry_out(*plan_of(policy), replace(acting(), bins=full, witness=witness))
    assert told == [Result.NOT_RECYCLED]
    assert carried.results == {Result.NOT_RECYCLED: 1}
    assert carried.stopped is None


@pytest.mark.parametrize("aggregated", [True, None])
def test_a_kind_that_another_api_server_serves_by_now_ends_the_run(planned, aggregated):
    """It may ignore preconditions: each write asks again."""
    case, plan = planned
    carried = carry_out(case, plan, acting(replace(CONFIG_MAPS, aggregated=aggregated)))
    assert carried.stopped is not None
    assert carried.stopped.reason is Reason.TARGET_UNAVAILABLE
    assert carried.results.total() == 0


@pytest.mark.parametrize("end", ["stopping", "superseded"])
def test_who_waits_for_its_turn_writes_nothing_once_the_run_is_to_end(planned, end):
    """It does not wait to the end, either."""
    case, plan = planned
    over = threading.Event()
    told = acting(per_second=0.5)
    told.rate.take(math.inf)  # the next turn is a while from now
    if end == "superseded":
        told = replace(told, superseded=over.is_set)
    ends = threading.Timer(0.3, told.stopping.set if end == "stopping" else over.set)
    ends.start()
    carried = carry_out(case, plan, told)
    ends.join()
    assert carried.results.total() == 0
    assert carried.stopped is not None
    assert carried.stopped.reason is (Reason.STOPPING if end == "stopping" else Reason.POLICY_CHANGED)


def test_a_turn_is_waited_for_to_its_end(planned):
    """However short it is: many of them are the rate."""
    carrying = _Carrying(*planned, acting())
    for seconds in (0.05, 0.3):
        began = boottime()
        carrying._sleep(seconds)
        assert boottime() - began >= seconds


def test_what_nobody_foresaw_ends_the_run(planned):
    """What was done before it is told all the same; what is meant to end more than the run is passed on."""

    def raising(error):
        def pass_one():
            raise error

        return replace(acting(), fence=SimpleNamespace(pass_one=pass_one))

    carried = carry_out(*planned, raising(RuntimeError("a bug")))
    assert carried.stopped is not None
    assert carried.stopped.reason is Reason.UNEXPECTED_ERROR
    with pytest.raises(SystemExit):
        carry_out(*planned, raising(SystemExit(3)))


@pytest.mark.parametrize("sign", [1, -1])
def test_clocks_may_be_apart_by_half_a_minute_and_by_no_more(sign):
    """Either way."""
    check_clocks(sign * dt.timedelta(seconds=MOST_SKEW_SECONDS))
    with pytest.raises(Stopped, match="the local clock is 30 s"):
        check_clocks(sign * dt.timedelta(seconds=MOST_SKEW_SECONDS, microseconds=1))
