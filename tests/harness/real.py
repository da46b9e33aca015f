"""A real kube-apiserver as a cluster of the tests.

What it does not have by nature, it does not have here: no kubelet, no scheduler, and no controllers but the three of `commands`
and these only when asked for. Without them a namespace stays Terminating and dependents outlive their owners.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.harness.cluster import Cluster, ClusterError
from tests.harness.control_plane import ControlPlane
from tests.harness.etcd import Etcd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ATTEMPTS = 10
PAUSE = 0.1


class RealCluster(Cluster):
    """A real API server over its own etcd, with TLS, bearer tokens and RBAC.

    Args:
        controller_manager: whether garbage collection, the end of namespaces and aggregated ClusterRoles work.
        place: a directory; all who name the same share one server, and the first to come decides about its controllers.
        audit: whether the server, one of this cluster's own, writes every request down.

    Attributes:
        etcd_url: where its etcd is reached.
        audit_log: where its requests are written down, when that was asked for.

    Raises:
        StartError: the server does not come up.
    """

    name = "real"

    def __init__(
        self,
        *,
        controller_manager: bool = False,
        place: Path | None = None,
        audit: bool = False,
    ) -> None:
        if place is None:
            self._plane = ControlPlane.start(controller_manager=controller_manager, audit=audit)
        else:
            self._plane = ControlPlane.meet(place, controller_manager=controller_manager)
        endpoints = self._plane.endpoints
        self.etcd_url = endpoints.etcd
        self.audit_log = self._plane.audit_log
        self._etcd = Etcd(endpoints.etcd)
        super().__init__(endpoints.url, token=endpoints.token, authority=self._plane.authority)

    def close(self) -> None:
        """Leave the server; it stops when nobody else uses it."""
        super().close()
        self._etcd.close()
        self._plane.leave()

    def restart(self, name: str) -> None:
        """Kill ``kube-apiserver`` or another process of it, start it again, and wait until the API server is ready."""
        self._plane.restart(name)

    def cpu_seconds(self, name: str = "kube-apiserver") -> float:
        """The processor time that one of its processes has taken since it was started."""
        fields = Path(f"/proc/{self._plane.pid(name)}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def multiply(self, item: Mapping[str, Any], names: Sequence[str]) -> None:
        """Make copies of an object that is there, one for each name, several times as fast as `create`: for work at scale.

        It comes back when the API server counts them all.
        """
        path = self.path_of(item)
        metadata = self.request("GET", path).body["metadata"]
        expected = self._count(path) + len(names)
        self._etcd.multiply(metadata["resourceVersion"], metadata["name"], names)
        while self._count(path) < expected:
            time.sleep(PAUSE)

    def store(self, item: Mapping[str, Any], objects: Iterable[dict[str, Any]]) -> None:
        """Put objects as they are, with their uid, times and status, into the namespaced resource of an object that is there."""
        metadata = self.request("GET", self.path_of(item)).body["metadata"]
        self._etcd.store(metadata["resourceVersion"], metadata["name"], objects)

    def _count(self, path: str) -> int:
        """How many objects there are in the collection of the object at `path`."""
        body = self.request("GET", f"{path.rpartition('/')[0]}?limit=1").body
        return len(body["items"]) + int(body["metadata"].get("remainingItemCount", 0))

    def expire(self, token: str) -> str:
        """See `Cluster.expire`; etcd forgets the past first, as it does every five minutes."""
        self._etcd.compact()
        return super().expire(token)

    def _backdate_to(self, path: str, timestamp: str) -> dict[str, Any]:
        """Rewrite the object in etcd; a GET, a list from the watch cache, a watch and preconditions see it like any other change."""

        def rewrite(stored: dict[str, Any]) -> None:
            stored["metadata"]["creationTimestamp"] = timestamp

        for _ in range(ATTEMPTS):
            answer = self.request("GET", path)
            if answer.status != 200:
                raise ClusterError(f"GET {path}: {answer.status} {answer.text}")
            metadata = answer.body["metadata"]
            if self._etcd.change(metadata["resourceVersion"], metadata["name"], rewrite):
                return dict(self.request("GET", path).body)
        raise ClusterError(f"{path} is changed by somebody else all the time")
