"""The stages of the controller's tests, for the proofs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster.controller.conftest import embedded, real, replica, server
from tests.cluster.controller.stage import Stage, staged
from tests.harness.crds import install_crds
from tests.harness.real import RealCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["embedded", "real", "replica", "server"]


@pytest.fixture(scope="session")
def own_real_cluster(apiserver_binaries: None) -> Iterator[RealCluster]:
    """One of this worker's proofs, apart from the one of its controllers: what they leave behind is very much to look at."""
    with RealCluster(controller_manager=True, audit=True) as cluster:
        install_crds(cluster)
        yield cluster


@pytest.fixture
def place(own_real_cluster: RealCluster) -> Iterator[Stage]:
    """A stage on a real API server that writes down who asks for what."""
    yield from staged(own_real_cluster)
