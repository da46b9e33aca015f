"""The fixtures of the running controller, for controllers on a host that fails them."""

from __future__ import annotations

from tests.cluster.controller.conftest import embedded, replica, server

__all__ = ["embedded", "replica", "server"]
