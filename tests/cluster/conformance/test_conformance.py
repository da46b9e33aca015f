"""One suite of probes, on the embedded cluster and on the real API server: both answer what the table says, so both answer alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster.conformance.lab import open_lab
from tests.cluster.conformance.masking import mask
from tests.cluster.conformance.table import answers, differences, probes

if TYPE_CHECKING:
    from tests.harness import Cluster

PROBES = probes()
ANSWERS = answers()
DIFFERENCES = differences()
MOST_DIFFERENCES = 1


@pytest.mark.parametrize("name", PROBES)
def test_both_servers_answer_what_the_table_says(cluster: Cluster, name: str) -> None:
    """A probe's answer is the table's; an allowed difference of the embedded cluster that is none any more must leave its list."""
    lab = open_lab(cluster)
    answer = mask(PROBES[name](lab), lab.namespace)
    if cluster.name == "embedded" and name in DIFFERENCES:
        assert answer != ANSWERS[name], f"{name} answers alike now: take it from differences.yaml"
    else:
        assert answer == ANSWERS[name]


def test_the_table_has_an_answer_for_every_probe_and_no_other() -> None:
    """A renamed probe leaves nothing behind."""
    assert list(ANSWERS) == list(PROBES)


def test_the_allowed_differences_only_shrink() -> None:
    """Each names a probe and says why; there are never more than there have been."""
    assert set(DIFFERENCES) <= set(PROBES)
    assert all(len(reason) > 20 for reason in DIFFERENCES.values())
    assert len(DIFFERENCES) <= MOST_DIFFERENCES
