"""In which order tests begin, and on how many workers."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.harness.ordering import LONG, longest_first, pytest_xdist_auto_num_workers, workers_for

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", LONG)
def test_a_long_test_is_there_under_its_name(name: str) -> None:
    """A test that was renamed would be long and late."""
    path, _, rest = name.partition("::")
    assert re.search(rf"^def {re.escape(rest.partition('[')[0])}\(", (ROOT / path).read_text(), re.MULTILINE)


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 16])
@pytest.mark.parametrize("count", [0, 1, 3, 50])
def test_every_test_is_run_once_and_every_second_share_begins_with_long_ones(workers: int, count: int) -> None:
    """The others keep the order that chance gave them."""
    short = [f"tests/short.py::test_{number}" for number in range(count)]
    names = [*short, *reversed(LONG)]
    order = longest_first(names, workers)
    assert sorted(order) == list(range(len(names)))
    assert [names[index] for index in order if names[index] in short] == short
    if count == 50:
        shares = [list(share) for share in _cut(order, workers)]
        assert names[shares[0][0]] == LONG[0]
        found = [sum(names[index] in LONG for index in share) for share in shares]
        expected = [len(LONG[worker // 2 :: (workers + 1) // 2]) if worker % 2 == 0 else 0 for worker in range(workers)]
        assert found == [min(each, len(share)) for each, share in zip(expected, shares, strict=True)]


def _cut(order: list[int], workers: int) -> Iterator[list[int]]:
    """The shares of the workers, as xdist cuts them."""
    begin = 0
    for worker in range(workers):
        size = (len(order) - begin) // (workers - worker)
        yield order[begin : begin + size]
        begin += size


def test_without_long_tests_nothing_is_moved() -> None:
    """Chance alone decides."""
    assert longest_first(["b", "a", "c"], 2) == [0, 1, 2]


@pytest.mark.parametrize(("cores", "workers"), [(1, 3), (2, 5), (3, 8), (16, 40)])
def test_there_are_more_workers_than_cores(cores: int, workers: int) -> None:
    """What waits needs no core."""
    assert workers_for(cores) == workers


def test_a_number_of_workers_in_the_environment_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read by xdist itself."""
    monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", "7")
    assert pytest_xdist_auto_num_workers() is None
    monkeypatch.delenv("PYTEST_XDIST_AUTO_NUM_WORKERS")
    assert (pytest_xdist_auto_num_workers() or 0) > len(os.sched_getaffinity(0))
