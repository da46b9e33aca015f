"""An embedded cluster for each test that wants one to itself, and a connection to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from zen_gc_embedded import EmbeddedCluster

from tests.harness.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[EmbeddedCluster]:
    with EmbeddedCluster() as cluster:
        yield cluster


@pytest.fixture
def api(server: EmbeddedCluster) -> Iterator[Connection]:
    connection = Connection(server.url)
    yield connection
    connection.close()
