"""The soak of ``make soak HOURS=8``, for a moment; and that what grows is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.proof import soak
from tests.proof.soak import Sample, Soaked

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.controller.stage import Stage

HOUR = 3600.0


@pytest.mark.timeout(900)
def test_no_policy_is_lost_under_churn(real: Stage, tmp_path: Path) -> None:
    """Whether anything grows, a moment cannot tell."""
    soaked = soak.soak(real, tmp_path, 1, 12.0, print)
    print(soaked)  # noqa: T201  the figures
    assert not soaked.lost, str(soaked)
    assert not soaked.ended, str(soaked)
    assert soaked.deleted > 0
    assert soaked.changes > 0


def sampled(*, memory: float = 0.0, threads: float = 0.0, descriptors: float = 0.0) -> Soaked:
    """Eight hours, a sample a minute, in which something grows by so much an hour."""
    minutes = range(8 * 60)
    return Soaked(
        1,
        [
            Sample(
                60.0 * n,
                int(2**20 * (80 + memory * n / 60)),
                int(10 + threads * n / 60),
                int(20 + descriptors * n / 60),
            )
            for n in minutes
        ],
    )


@pytest.mark.parametrize(
    ("grows", "good"),
    [
        ({}, True),
        ({"memory": 0.9}, True),
        ({"memory": -3.0}, True),
        ({"memory": 1.1}, False),
        ({"threads": 1.0}, False),
        ({"descriptors": 1.0}, False),
    ],
    ids=str,
)
def test_what_grows_is_seen(grows: dict[str, float], good: bool) -> None:  # noqa: FBT001  a table
    """Memory by less than a MiB an hour, threads and descriptors not at all."""
    soaked = sampled(**grows)
    assert soaked.good is good, str(soaked)
    assert soaked.slope == pytest.approx(grows.get("memory", 0.0), abs=0.01)


def test_a_policy_that_is_lost_or_an_end_is_no_good() -> None:
    """Whatever else there is."""
    lost, ended = sampled(), sampled()
    lost.lost, ended.ended = ["p"], "killed"
    assert not lost.good
    assert not ended.good
