"""A cluster that a controller test has to itself, with what it puts there and looks up: policies, objects, leases."""

from __future__ import annotations

import contextlib
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from zen_gc_core.model.policy import API_VERSION, CLUSTER, NAMESPACED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zen_gc_embedded import EmbeddedCluster
    from zen_gc_embedded.faults import Request

    from tests.harness.cluster import Cluster
    from tests.harness.embedded import InProcessCluster

T = TypeVar("T")

PATIENCE = 180.0
PAUSE = 0.05
MERGE = "application/merge-patch+json"
COLLECTIONS = (
    "/apis/gc.kube-zen.io/v1alpha1/garbagecollectionpolicies",
    "/apis/gc.kube-zen.io/v1alpha1/clustergarbagecollectionpolicies",
)
LABELS = {"gc": "yes"}
SELECTOR = {"matchLabels": LABELS}
TARGET: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "labelSelector": SELECTOR}
AT_ONCE = {"immediate": True}


def until(ask: Callable[[], T], what: str = "", patience: float = PATIENCE) -> T:
    """Ask until the answer is something, and return it."""
    deadline = time.monotonic() + patience
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"not after {patience:.0f} s: {what or ask}"
        time.sleep(PAUSE)
    return answer


def by_controller(request: Request) -> bool:
    """Whether a request is the controller's, and not the test's own."""
    return request.headers.get("User-Agent", "").startswith("zen-gc/")


def ago(**span: float) -> str:
    """An instant in the past, as the API spells it."""
    return (datetime.now(UTC) - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


def staged(cluster: Cluster) -> Iterator[Stage]:
    """A stage in namespaces of its own, cleared when its test is over."""
    stage = Stage(cluster, cluster.namespace(), cluster.namespace())
    yield stage
    stage.clear()


def _acts(status: dict[str, Any]) -> bool:
    """Whether a status says that a run is acting."""
    return any(each["type"] == "Progressing" and each["status"] == "True" for each in status.get("conditions") or [])


@dataclass
class Stage:
    """A cluster with the CRDs, a namespace for objects and one for the controller.

    Args:
        cluster: the cluster.
        namespace: where policies and objects are made.
        home: the controller's namespace.
    """

    cluster: Cluster
    namespace: str
    home: str

    def policy(
        self,
        name: str = "",
        *,
        namespace: str | None = None,
        kind: str = NAMESPACED,
        annotations: dict[str, str] | None = None,
        **spec: Any,
    ) -> str:
        """Install a policy, by default one that takes labelled ConfigMaps at once, and return its name."""
        name = name or f"policy-{secrets.token_hex(4)}"
        metadata: dict[str, Any] = {"name": name}
        if kind != CLUSTER:
            metadata["namespace"] = namespace or self.namespace
        if annotations:
            metadata["annotations"] = annotations
        body = {
            "apiVersion": API_VERSION,
            "kind": kind,
            "metadata": metadata,
            "spec": {"targetResources": [TARGET], "ttl": AT_ONCE, **spec},
        }
        self.cluster.create({key: value for key, value in body.items() if value is not None})
        return name

    def path(self, name: str, *, namespace: str | None = None, kind: str = NAMESPACED) -> str:
        """Where a policy is."""
        metadata = {"name": name, "namespace": namespace or self.namespace}
        return self.cluster.path_of({"apiVersion": API_VERSION, "kind": kind, "metadata": metadata})

    def read(self, name: str, **where: Any) -> dict[str, Any]:
        """A policy as it is."""
        answer = self.cluster.request("GET", self.path(name, **where))
        assert answer.status == 200, answer.text
        return dict(answer.body)

    def status(self, name: str, **where: Any) -> dict[str, Any]:
        """A policy's status, empty when it has none."""
        return dict(self.read(name, **where).get("status") or {})

    def settled(self, name: str, **where: Any) -> dict[str, Any]:
        """A policy's status after a run, empty while it has none or a run acts."""
        status = self.status(name, **where)
        return {} if _acts(status) else status

    def acting(self, name: str, **where: Any) -> dict[str, Any]:
        """A policy's status while a run acts, empty else."""
        status = self.status(name, **where)
        return status if _acts(status) else {}

    def condition(self, name: str, kind: str = "Ready", **where: Any) -> dict[str, Any]:
        """One of a policy's conditions, empty when it is not there."""
        conditions = self.status(name, **where).get("conditions") or []
        return next((dict(each) for each in conditions if each["type"] == kind), {})

    def reason(self, name: str, **where: Any) -> str:
        """The reason of a policy's Ready condition."""
        return str(self.condition(name, **where).get("reason", ""))

    def edit(self, name: str, spec: dict[str, Any], **where: Any) -> dict[str, Any]:
        """Change a policy's spec."""
        return self.patch(self.path(name, **where), {"spec": spec})

    def patch(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send a merge patch."""
        answer = self.cluster.request("PATCH", path, body, content_type=MERGE)
        assert answer.status == 200, answer.text
        return dict(answer.body)

    def delete(self, path: str) -> None:
        """Delete an object."""
        answer = self.cluster.request("DELETE", path)
        assert answer.status in {200, 202, 404}, answer.text

    def make(self, name: str = "", *, kind: str = "ConfigMap", api_version: str = "v1", **document: Any) -> str:
        """Make an object, by default a ConfigMap that the default policy takes, and return its name."""
        name = name or f"x-{secrets.token_hex(4)}"
        metadata = {"name": name, "namespace": self.namespace, "labels": LABELS, **document.pop("metadata", {})}
        self.cluster.create({"apiVersion": api_version, "kind": kind, "metadata": metadata, **document})
        return name

    def make_many(self, count: int, **document: Any) -> list[str]:
        """Make several objects."""
        return [self.make(**{**document, "metadata": dict(document.get("metadata", {}))}) for _ in range(count)]

    def config_map(self, name: str, namespace: str | None = None) -> str:
        """Where a ConfigMap is."""
        return f"/api/v1/namespaces/{namespace or self.namespace}/configmaps/{name}"

    def there(self, name: str) -> bool:
        """Whether a ConfigMap is there."""
        return self.cluster.request("GET", self.config_map(name)).status == 200

    def names(self) -> set[str]:
        """The labelled ConfigMaps that are there."""
        query = "labelSelector=gc%3Dyes"
        answer = self.cluster.request("GET", f"/api/v1/namespaces/{self.namespace}/configmaps?{query}")
        return {item["metadata"]["name"] for item in answer.body["items"]}

    def events(self, name: str = "", namespace: str | None = None) -> list[dict[str, Any]]:
        """The events about a policy, or about all."""
        answer = self.cluster.request("GET", f"/api/v1/namespaces/{namespace or self.namespace}/events")
        return [item for item in answer.body["items"] if name in {"", item["involvedObject"].get("name")}]

    def reasons(self, name: str) -> set[str]:
        """The reasons of the events about a policy."""
        return {event["reason"] for event in self.events(name)}

    def lease(self, name: str = "gc-controller-leader-election") -> dict[str, Any]:
        """The spec of the controller's lease, empty when there is none."""
        answer = self.cluster.request("GET", self.lease_path(name))
        return dict(answer.body["spec"]) if answer.status == 200 else {}

    def lease_path(self, name: str = "gc-controller-leader-election") -> str:
        """Where the controller's lease is."""
        return f"/apis/coordination.k8s.io/v1/namespaces/{self.home}/leases/{name}"

    def await_policies(self) -> None:
        """Wait until policies can be asked for, once the API server was restarted."""
        until(
            lambda: all(self.cluster.request("GET", path).status == 200 for path in COLLECTIONS),
            "the policies are served",
        )

    def clear(self) -> None:
        """Remove all policies, so that the next test's controllers meet none but their own."""
        for collection in COLLECTIONS:
            for item in self.cluster.request("GET", collection).body["items"]:
                with contextlib.suppress(AssertionError):
                    path = self.path(
                        item["metadata"]["name"], namespace=item["metadata"].get("namespace"), kind=item["kind"]
                    )
                    self.delete(path)


@dataclass
class EmbeddedStage(Stage):
    """A stage on an embedded cluster, which can be broken, and remembers what it was asked."""

    cluster: InProcessCluster

    @property
    def server(self) -> EmbeddedCluster:
        """The embedded cluster itself."""
        return self.cluster.server

    def sent(self, method: str, path: str = "") -> list[Request]:
        """The requests of a method whose path has something in it."""
        return [each for each in self.server.requests if each.method == method and path in each.path]
