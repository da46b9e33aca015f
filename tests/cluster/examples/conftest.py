"""Clusters for the tests of commands: each runs once with each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harness.crds import install_crds
from tests.harness.embedded import InProcessCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.harness.cluster import Cluster


@pytest.fixture(scope="module", params=["embedded", pytest.param("real", marks=pytest.mark.real)])
def installed_cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A cluster with the CRDs for the tests of one module: an embedded one of its own, or the real one of this worker."""
    if request.param == "real":
        yield request.getfixturevalue("own_real_cluster")
        return
    with InProcessCluster() as cluster:
        install_crds(cluster)
        yield cluster
