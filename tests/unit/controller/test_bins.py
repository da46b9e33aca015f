"""How full a bin is: counted anew when that may have changed, and never taken to be emptier than it is."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from zen_gc_core.controller.runs import bins as module
from zen_gc_core.controller.runs.bins import COUNTED_SECONDS, FULL_SECONDS, Bins
from zen_gc_core.model.recycled import MOST_COPIES

COPIES = MOST_COPIES


class Counted:
    """A cluster with so many copies."""

    def __init__(self, there: int) -> None:
        self.there = there
        self.asked = 0
        self.now = 0.0

    def __call__(self, _connection: Any, _namespace: str, *, secrets: bool) -> int:
        assert secrets is False
        self.asked += 1
        return self.there


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """An empty one."""
    counted = Counted(0)
    monkeypatch.setattr(module, "copies_in", counted)
    return counted


def bins_of(cluster: Counted) -> Bins:
    """Its bins."""
    return Bins(None, secrets=False, clock=lambda: cluster.now)  # type: ignore[arg-type]


def test_the_last_place_is_given_once(cluster: Counted) -> None:
    """To one of many writers; it is free again when the copy was not made."""
    cluster.there = COPIES - 1
    bins = bins_of(cluster)
    taken: list[bool] = []
    threads = [threading.Thread(target=lambda: taken.append(bins.take("a"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken.count(True) == 1
    bins.took("a", made=False)
    assert bins.take("a")
    bins.took("a", made=True)
    assert not bins.take("a")


def test_a_count_is_good_for_a_while_and_that_of_a_full_bin_for_less(cluster: Counted) -> None:
    """Somebody may have made room."""
    bins = bins_of(cluster)
    assert not bins.full("a")
    cluster.there, cluster.now = COPIES, COUNTED_SECONDS - 1
    assert not bins.full("a")
    cluster.now = COUNTED_SECONDS
    assert bins.full("a")
    cluster.there, cluster.now = 5, COUNTED_SECONDS + FULL_SECONDS - 1
    assert bins.full("a")
    cluster.now = COUNTED_SECONDS + FULL_SECONDS
    assert not bins.full("a")
    assert cluster.asked == 3


def test_each_namespace_has_a_bin_of_its_own(cluster: Counted) -> None:
    """A full one keeps nobody else's objects."""
    bins = bins_of(cluster)
    for _ in range(COPIES):
        assert bins.take("a")
        bins.took("a", made=True)
    assert bins.full("a")
    assert not bins.full("b")
    assert not bins.full("")
    bins.left("a")
    assert bins.take("a")


def test_a_replica_that_does_not_lead_knows_nothing_of_the_bins(cluster: Counted) -> None:
    """Another one fills them meanwhile."""
    bins = bins_of(cluster)
    assert not bins.full("a")
    cluster.there = COPIES
    bins.forget()
    assert bins.full("a")


def test_what_is_made_while_the_bin_is_counted_is_not_left_out(
    cluster: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counting takes a while, and others write meanwhile."""
    bins = bins_of(cluster)
    assert bins.take("a")

    def counting(*_: Any, **__: Any) -> int:
        bins.took("a", made=True)
        return COPIES - 1

    monkeypatch.setattr(module, "copies_in", counting)
    cluster.now = COUNTED_SECONDS
    assert bins.full("a")
