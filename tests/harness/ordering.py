"""How many tests run at once, and which begin: the long ones first, one on each worker, so that no worker is left with one alone.

Most of their time tests wait: for an interval, a lease, a process. So there are more workers than cores; no test depends on how
many, and `-n N` says another number.
"""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

LONG = (
    "tests/proof/chaos/test_chaos.py::test_leaders_fall_and_nothing_goes_wrong",
    "tests/proof/test_hostile_server.py::test_a_hostile_server_gets_nothing_deleted_that_should_stay",
    "tests/cluster/controller/test_calendar.py::test_no_second_run_begins_for_a_time_after_a_change_of_leader[embedded]",
    "tests/cluster/controller/test_calendar.py::test_a_scheduled_policy_is_planned_at_once_and_acts_at_its_time[embedded]",
    "tests/cluster/controller/test_calendar.py::test_no_second_run_begins_for_a_time_after_a_change_of_leader[real]",
    "tests/cluster/controller/test_calendar.py::test_a_scheduled_policy_is_planned_at_once_and_acts_at_its_time[real]",
    "tests/cluster/controller/test_related.py::test_what_a_pod_begins_to_use_between_plan_and_delete_stays[embedded-unreferenced]",
    "tests/cluster/controller/test_related.py::test_what_a_pod_begins_to_use_between_plan_and_delete_stays[real-unreferenced]",
    "tests/proof/own_cluster/test_own_cluster.py::test_it_judges_what_it_can_says_what_it_cannot_and_leaves_nothing_behind",
    "tests/proof/test_tenants.py::test_no_tenant_stops_another_or_reads_what_is_not_its_own",
    "tests/cluster/controller/test_no_wrong_delete.py::test_five_leaders_fall_and_nothing_goes_that_should_stay",
    "tests/cluster/controller/test_pace.py::test_hung_lists_delay_the_others_by_two_timeouts_at_most",
    "tests/proof/host/test_signals.py::test_a_sigkill_at_any_moment_leaves_nothing_done_that_is_not_in_the_log",
    "tests/cluster/controller/test_pace.py::test_a_thousand_policies_at_rest_cost_one_list_an_interval",
    "tests/cluster/controller/test_pace.py::test_lists_never_exceed_the_beats_on_a_machine_that_has_no_time",
    "tests/unit/expressions/jmespath/test_differential.py::test_an_expression_yields_what_the_library_yields",
)
"""Tests of more than twenty seconds, the longest first."""


def workers_for(cores: int) -> int:
    """How many workers keep so many cores busy: half as many again, for those that wait."""
    return cores + (cores + 1) // 2


def longest_first(names: Sequence[str], workers: int) -> list[int]:
    """The order to run tests in, as indices: each worker's share of them, cut evenly, begins with some of the long ones.

    Args:
        names: the ids of the tests, in the order that they have; those that are not long keep it.
        workers: among how many xdist cuts them, in shares of consecutive tests.
    """
    place = {name: index for index, name in enumerate(names)}
    long = [place[name] for name in LONG if name in place]
    rest = iter(sorted(set(range(len(names))) - set(long)))
    order: list[int] = []
    for worker in range(workers):
        size = (len(names) - len(order)) // (workers - worker)
        first = long[worker::workers][:size]
        order += [*first, *itertools.islice(rest, size - len(first))]
    left = sorted(set(range(len(names))) - set(order))
    return order + left


def pytest_xdist_auto_num_workers() -> int | None:
    """What `-n auto` means here; an environment that says a number itself is believed."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return workers_for(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order what was collected (and shuffled), where workers share it."""
    workers = int(getattr(config, "workerinput", {}).get("workercount", 1))
    if workers > 1:
        items[:] = [items[index] for index in longest_first([item.nodeid for item in items], workers)]
