"""The stages of the controller's tests, for the proofs."""

from __future__ import annotations

from tests.cluster.controller.conftest import own_real_cluster, real, replica

__all__ = ["own_real_cluster", "real", "replica"]
