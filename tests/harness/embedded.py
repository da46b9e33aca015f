"""The project's embedded cluster as a cluster of the tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from zen_gc_embedded import EmbeddedCluster

from tests.harness.cluster import Cluster


class InProcessCluster(Cluster):
    """The embedded cluster, over plain HTTP on a free port; without tokens, because kubectl sends them over TLS alone.

    Attributes:
        server: the embedded cluster itself, for its faults and its record of requests.
    """

    name = "embedded"

    def __init__(self) -> None:
        self.server = EmbeddedCluster().start()
        super().__init__(self.server.url)

    def close(self) -> None:
        """Stop the cluster."""
        super().close()
        self.server.close()

    def _backdate_to(self, path: str, timestamp: str) -> dict[str, Any]:
        self.server.backdate(path, datetime.fromisoformat(timestamp))
        return dict(self.request("GET", path).body)
