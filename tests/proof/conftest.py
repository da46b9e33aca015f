"""The stages of the controller's tests, for the proofs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster.controller.conftest import embedded, real, replica, server
from tests.cluster.controller.stage import Stage, staged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.harness.real import RealCluster

__all__ = ["embedded", "real", "replica", "server"]


@pytest.fixture
def place(own_real_cluster: RealCluster) -> Iterator[Stage]:
    """A stage on a real API server that writes down who asks for what."""
    yield from staged(own_real_cluster)
