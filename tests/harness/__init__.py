"""Clusters for tests: the embedded one and a real API server, behind one interface.

`Cluster` is what a test may rely on; `tests.harness.fixtures` offers both kinds to pytest.
"""

from __future__ import annotations

from tests.harness.cluster import Cluster, ClusterError
from tests.harness.connection import Response
from tests.harness.real import RealCluster

__all__ = ["Cluster", "ClusterError", "RealCluster", "Response"]
