"""Where the demo plays: the embedded cluster, a controller on it in a thread, and what an onlooker sees of both."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from zen_gc_embedded import EmbeddedCluster

from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.policies import POLICY_KINDS
from zen_gc_core.controller.program.controller import Controller
from zen_gc_core.controller.settings import DEFAULT_NAMESPACE, Settings
from zen_gc_core.errors import ZenGCError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

TABLE: Final = "application/json;as=Table;v=v1;g=meta.k8s.io"
"""What kubectl asks for: rows and columns, made by the server."""

_KINDS: Final = ("jobs.batch", "pods", "configmaps", "secrets")
_SECONDS_TO_STOP: Final = 10.0


class DemoError(ZenGCError):
    """The demo did not go as it should; the text says in one line what was different."""


class DemoCluster:
    """The cluster of the demo, with a connection to it. Make one with ``served``."""

    def __init__(self, cluster: EmbeddedCluster, connection: Connection, kubeconfig: Path) -> None:
        self.connection = connection
        self._cluster = cluster
        self._kubeconfig = kubeconfig

    @classmethod
    @contextlib.contextmanager
    def served(cls) -> Iterator[DemoCluster]:
        """Serve the cluster while this holds; nothing of it stays."""
        with tempfile.TemporaryDirectory(prefix="zen-gc-demo-") as directory, EmbeddedCluster() as cluster:
            kubeconfig = cluster.write_kubeconfig(Path(directory) / "kubeconfig")
            with Connection.open(kubeconfig=kubeconfig) as connection:
                yield cls(cluster, connection, kubeconfig)

    def put(self, objects: Iterable[Mapping[str, Any]]) -> None:
        """Put objects in as they are, with the past that they have."""
        self._cluster.seed(objects)

    def present(self) -> frozenset[str]:
        """The uids of the objects that are there."""
        return frozenset(item["metadata"]["uid"] for kind in _KINDS for item in self._cluster.objects(kind))

    def standings(self) -> dict[str, Mapping[str, Any]]:
        """The status of every policy, by name."""
        found = [item for resource in POLICY_KINDS.values() for item in self._cluster.objects(resource.plural)]
        return {item["metadata"]["name"]: item.get("status", {}) for item in found}

    def listed(self, kind: str) -> list[list[str]]:
        """What ``kubectl get`` shows of the policies of a kind: a row of titles, and a row a policy."""
        table = self.connection.request("GET", POLICY_KINDS[kind].path(), accept=TABLE).document()
        shown = [index for index, column in enumerate(table["columnDefinitions"]) if not column["priority"]]
        titles = [table["columnDefinitions"][index]["name"].upper() for index in shown]
        return [titles, *([_cell(row["cells"][index]) for index in shown] for row in table["rows"])]

    @contextlib.contextmanager
    def controlled(self) -> Iterator[ControllerThread]:
        """Run the controller, the same as ``zen-gc controller`` runs, while this holds."""
        settings = Settings(
            kubeconfig=str(self._kubeconfig),
            gc_interval=timedelta(seconds=1),
            min_interval=timedelta(seconds=1),
            enable_leader_election=False,
            controller_namespace=DEFAULT_NAMESPACE,
            metrics_addr="127.0.0.1:0",
            health_addr="127.0.0.1:0",
        )
        thread = ControllerThread(Controller(settings))
        thread.start()
        try:
            yield thread
        finally:
            thread.stop()


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


class ControllerThread(threading.Thread):
    """A controller that runs in a thread of its own.

    Args:
        controller: The controller.
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__(name="demo-controller", daemon=True)
        self._controller = controller
        self._error: Exception | None = None

    def run(self) -> None:
        """Run it until it is told to stop."""
        try:
            self._controller.run()
        except Exception as error:  # noqa: BLE001  told to whoever checks
            self._error = error

    def check(self) -> None:
        """Make sure that it is running.

        Raises:
            DemoError: It has ended by itself.
        """
        if self._error is not None:
            raise DemoError(f"the controller ended: {self._error}")

    def stop(self) -> None:
        """Tell it to stop, and wait until it has."""
        self._controller.stopping.set()
        self.join(_SECONDS_TO_STOP)
