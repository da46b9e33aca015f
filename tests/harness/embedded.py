"""The project's embedded cluster as a cluster of the tests."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from tests.harness.cluster import Cluster
from zen_gc_core.embedded import EmbeddedCluster


class InProcessCluster(Cluster):
    """The embedded cluster, over HTTP on a free port.

    Attributes:
        server: the embedded cluster itself, for its faults and its record of requests.
    """

    name = "embedded"

    def __init__(self) -> None:
        token = secrets.token_hex(16)
        self.server = EmbeddedCluster(tokens={token: "admin"})
        self.server.__enter__()
        super().__init__(self.server.url, token=token)

    def close(self) -> None:
        """Stop the cluster."""
        super().close()
        self.server.__exit__(None, None, None)

    def _backdate_to(self, path: str, timestamp: str) -> dict[str, Any]:
        self.server.backdate(path, datetime.fromisoformat(timestamp))
        return dict(self.request("GET", path).body)
