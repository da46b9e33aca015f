"""How many tests run at once, and which begin: the long ones first, on one half of the workers, so that none is left alone at the end.

Most of their time tests wait: for an interval, a lease, a process; the long ones wait the most. So there are more workers than
cores, and while one half of them waits the other half computes. No test depends on how many there are, and `-n N` says another
number.
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
    "tests/proof/properties/test_biting.py::test_properties_find_the_guards_that_are_missing",
    "tests/cluster/controller/test_calendar.py::test_no_second_run_begins_for_a_time_after_a_change_of_leader[embedded]",
    "tests/cluster/controller/test_calendar.py::test_a_scheduled_policy_is_planned_at_once_and_acts_at_its_time[embedded]",
    "tests/cluster/controller/test_calendar.py::test_no_second_run_begins_for_a_time_after_a_change_of_leader[real]",
    "tests/cluster/controller/test_calendar.py::test_a_scheduled_policy_is_planned_at_once_and_acts_at_its_time[real]",
    "tests/cluster/controller/test_beside_a_list.py::test_what_the_pass_before_wrote_counts_with_its_population",
    "tests/cluster/controller/test_beside_a_list.py::test_a_pass_acts_when_the_small_run_has_ended",
    "tests/cluster/controller/test_beside_a_list.py::test_what_is_due_at_the_instant_of_a_pass_is_left_to_it",
    "tests/cluster/controller/test_related.py::test_what_a_pod_begins_to_use_between_plan_and_delete_stays[embedded-unreferenced]",
    "tests/cluster/controller/test_related.py::test_what_a_pod_begins_to_use_between_plan_and_delete_stays[real-unreferenced]",
    "tests/proof/own_cluster/test_own_cluster.py::test_it_judges_what_it_can_says_what_it_cannot_and_leaves_nothing_behind",
    "tests/proof/test_tenants.py::test_no_tenant_stops_another_or_reads_what_is_not_its_own",
    "tests/cluster/controller/test_no_wrong_delete.py::test_five_leaders_fall_and_nothing_goes_that_should_stay",
    "tests/cluster/controller/test_rotation.py::test_a_renewal_under_load_fails_no_write",
    "tests/cluster/controller/test_pace.py::test_hung_lists_delay_the_others_by_two_timeouts_at_most",
    "tests/proof/host/test_signals.py::test_a_sigkill_at_any_moment_leaves_nothing_done_that_is_not_in_the_log",
    "tests/proof/host/test_hosts.py::test_a_clock_that_jumps_takes_nothing_before_its_time[+3600s]",
    "tests/proof/host/test_hosts.py::test_a_clock_that_jumps_takes_nothing_before_its_time[-3600s]",
    "tests/proof/properties/test_spellings.py::test_json_and_yaml_say_the_same",
    "tests/proof/test_load.py::test_it_bears_policies_slow_clients_and_a_log_that_nobody_reads",
    "tests/cluster/controller/test_recycling.py::test_leaders_fall_in_the_middle_and_nothing_is_lost",
    "tests/cluster/controller/test_pace.py::test_a_thousand_policies_at_rest_cost_one_list_an_interval",
    "tests/cluster/controller/test_pace.py::test_lists_never_exceed_the_beats_on_a_machine_that_has_no_time",
    "tests/unit/expressions/jmespath/test_differential.py::test_an_expression_yields_what_the_library_yields",
)
"""Tests of more than twenty seconds, the longest first."""


def workers_for(cores: int) -> int:
    """How many workers keep so many cores busy: two and a half for each, for those that wait."""
    return 2 * cores + (cores + 1) // 2


def longest_first(names: Sequence[str], workers: int) -> list[int]:
    """The order to run tests in, as indices: the share of every second worker, cut evenly, begins with some of the long ones.

    Args:
        names: the ids of the tests, in the order that they have; those that are not long keep it.
        workers: among how many xdist cuts them, in shares of consecutive tests.
    """
    place = {name: index for index, name in enumerate(names)}
    long = [place[name] for name in LONG if name in place]
    rest = iter(sorted(set(range(len(names))) - set(long)))
    waiting = (workers + 1) // 2
    order: list[int] = []
    for worker in range(workers):
        size = (len(names) - len(order)) // (workers - worker)
        first = long[worker // 2 :: waiting][:size] if worker % 2 == 0 else []
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
