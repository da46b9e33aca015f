"""Controllers and clusters of their own, for the tests of the running controller.

A controller looks at every policy of its cluster, so no two tests may share one at the same time: each has an embedded
cluster to itself, and each worker of pytest-xdist a real API server.
"""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.controller.controllers import Inside, Replica, run_replica
from tests.cluster.controller.stage import EmbeddedStage, Stage, staged
from tests.harness.crds import install_crds
from tests.harness.embedded import InProcessCluster
from zen_gc_core.controller.process import logs
from zen_gc_core.controller.runs import relatives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.harness.real import RealCluster


@pytest.fixture
def server() -> Iterator[InProcessCluster]:
    """An embedded cluster of this test's own."""
    with InProcessCluster() as cluster:
        yield cluster


@pytest.fixture
def embedded(server: InProcessCluster) -> EmbeddedStage:
    """A stage on an embedded cluster of this test's own."""
    install_crds(server)
    return EmbeddedStage(server, server.namespace(), server.namespace())


@pytest.fixture
def real(own_real_cluster: RealCluster) -> Iterator[Stage]:
    """A stage on a real API server."""
    yield from staged(own_real_cluster)


@pytest.fixture(params=["embedded", pytest.param("real", marks=pytest.mark.real)])
def stage(request: pytest.FixtureRequest) -> Stage:
    """A stage; the test runs once on each kind of cluster."""
    found: Stage = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What controllers in this process log, at the level debug."""
    written = io.StringIO()
    with logs.configure("debug", "json", written):
        yield written


@pytest.fixture
def inside(stream: io.StringIO) -> Iterator[Callable[..., Inside]]:
    """Starts controllers in this process, and stops them in the end."""
    started: list[Inside] = []

    def start(stage: Stage, **settings: Any) -> Inside:
        controller = Inside(stage, stream, **settings)
        started.append(controller)
        return controller if settings.get("once") else controller.start()

    yield start
    for controller in started:
        controller.stop()


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[Callable[..., Replica]]:
    """Starts controllers as processes, and ends them in the end."""
    started: list[Replica] = []

    def start(stage: Stage, *flags: str, **options: Any) -> Replica:
        started.append(run_replica(stage, tmp_path, *flags, **options))
        return started[-1]

    with contextlib.ExitStack() as ends:
        ends.callback(lambda: [each.kill() for each in started])
        yield start


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at every kind there is may take long on a machine that has no time."""
    monkeypatch.setattr(relatives, "MOST_LOOKING_SECONDS", 60.0)
    monkeypatch.setattr(relatives, "MOST_SECONDS", 80.0)
