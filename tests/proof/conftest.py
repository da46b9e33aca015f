"""The stages of the controller's tests, for the proofs, and one whose API server writes down who asks for what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster.controller.conftest import embedded, own_real_cluster, real, replica, server
from tests.cluster.controller.stage import Stage, install_crds, staged
from tests.harness.real import RealCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["embedded", "own_real_cluster", "real", "replica", "server"]


@pytest.fixture(scope="session")
def audited(apiserver_binaries: None) -> Iterator[RealCluster]:
    """A real API server that writes down who asks for what."""
    with RealCluster(controller_manager=True, audit=True) as cluster:
        install_crds(cluster)
        yield cluster


@pytest.fixture
def place(audited: RealCluster) -> Iterator[Stage]:
    """A stage on it."""
    yield from staged(audited)
