"""The clusters as fixtures; `tests/conftest.py` loads this as a plugin.

`cluster` runs a test twice, on the embedded cluster and on the real API server; what runs on the real one carries the marker
`real`. Both live for the whole session, so a test makes what it needs in a namespace of its own and under names of its own. The
workers of pytest-xdist share one real API server. Where its binaries are missing the tests are skipped with one line that says
so, or fail when `CI` is "true" or `ZEN_GC_REQUIRE_APISERVER` is "1".
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.harness.control_plane import missing_binaries
from tests.harness.crds import install_crds
from tests.harness.embedded import InProcessCluster
from tests.harness.real import RealCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.harness.cluster import Cluster

NOT_RUN = "NOT RUN ("


@pytest.fixture(scope="session")
def embedded_cluster() -> Iterator[InProcessCluster]:
    """The embedded cluster of this session."""
    with InProcessCluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def apiserver_binaries() -> None:
    """The binaries of the real API server; what asks for them does not run without them."""
    if missing := missing_binaries():
        reason = (
            f"real-apiserver: NOT RUN ({', '.join(missing)} missing: run `make apiserver` or set KUBEBUILDER_ASSETS)"
        )
        if os.environ.get("CI") == "true" or os.environ.get("ZEN_GC_REQUIRE_APISERVER") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def real_cluster(apiserver_binaries: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealCluster]:
    """The real API server of this session, with controllers, shared by all of its workers."""
    own = tmp_path_factory.getbasetemp()
    everyone = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with RealCluster(controller_manager=True, place=everyone / "real-apiserver") as cluster:
        yield cluster


@pytest.fixture(scope="session")
def own_real_cluster(apiserver_binaries: None) -> Iterator[RealCluster]:
    """A real API server of this worker's own, with the CRDs, which writes every request down.

    A controller looks at every policy of its cluster, so its tests have one that no other worker knows. All of a worker's share
    it, and take back what reaches beyond their namespaces; its proofs have another.
    """
    with RealCluster(controller_manager=True, audit=True) as cluster:
        install_crds(cluster)
        yield cluster


@pytest.fixture(params=["embedded", pytest.param("real", marks=pytest.mark.real)])
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """A cluster; the test runs once with each kind."""
    found: Cluster = request.getfixturevalue(f"{request.param}_cluster")
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks for the real API server by itself."""
    for item in items:
        if isinstance(item, pytest.Function) and "apiserver_binaries" in item.fixturenames:
            item.add_marker(pytest.mark.real)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once what could not be run here, and why."""
    reasons = {
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.getreports("skipped")
        if isinstance(report.longrepr, tuple) and NOT_RUN in report.longrepr[2]
    }
    for reason in sorted(reasons):
        terminalreporter.write_line(reason)
