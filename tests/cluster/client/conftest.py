"""Connections to clusters, the embedded one with its faults and the real one, for the tests of the cluster layer."""

from __future__ import annotations

import json
import ssl
import threading
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import EmbeddedCluster

from tests.harness.certificates import write_certificate
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.discovery import Resources
from zen_gc_core.cluster.policies import POLICY_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.harness.cluster import Cluster
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.cluster.writing import Attempt

CRD_VERSION = {
    "name": "v1alpha1",
    "served": True,
    "storage": True,
    "subresources": {"status": {}},
    "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
}


def policy_crd(plural: str, kind: str, scope: str) -> dict[str, Any]:
    """One of our CRDs with no schema to speak of."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.gc.kube-zen.io"},
        "spec": {
            "group": "gc.kube-zen.io",
            "scope": scope,
            "names": {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"},
            "versions": [CRD_VERSION],
        },
    }


POLICY_CRDS = (
    policy_crd("garbagecollectionpolicies", "GarbageCollectionPolicy", "Namespaced"),
    policy_crd("clustergarbagecollectionpolicies", "ClusterGarbageCollectionPolicy", "Cluster"),
)


POLICY_SPEC = {"targetResources": [{"apiVersion": "v1", "kind": "ConfigMap"}], "ttl": {"afterCreation": "1h"}}
"""What the schema of the real CRDs takes, too: on a shared server they may be installed in the place of these."""


@dataclass
class Notes:
    """A journal that remembers."""

    intents: list[Attempt] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    sent: int = 0

    def intent(self, attempt: Attempt) -> None:
        self.intents.append(attempt)
        self.asked.append("intent")

    def look_again(self) -> None:
        self.asked.append("look_again")

    def leaving(self) -> None:
        self.asked.append("leaving")

    def left(self) -> None:
        self.sent += 1


@dataclass(eq=False)
class Naps:
    """A sleep that remembers instead of sleeping, and moves its own clock on."""

    taken: list[float] = field(default_factory=list)
    now: float = 1000.0

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        return self.now


@dataclass
class Lab:
    """A connection to a cluster, and a namespace of our own in it."""

    connection: Connection
    resources: Resources
    namespace: str

    def resource(self, api_version: str, kind: str) -> Resource:
        return self.resources.resolve(api_version, kind)

    def make(self, kind: str = "ConfigMap", api_version: str = "v1", name: str = "", **document: Any) -> str:
        """Create an object and return its name."""
        resource = self.resource(api_version, kind)
        metadata = {"name": name or f"x-{uuid.uuid4().hex[:8]}", **document.pop("metadata", {})}
        if kind in POLICY_KINDS:
            document["spec"] = {**POLICY_SPEC, **document.get("spec", {})}
        body = {"apiVersion": api_version, "kind": kind, "metadata": metadata, **document}
        path = resource.path(self.namespace if resource.namespaced else None)
        answer = self.connection.request("POST", path, body=body)
        assert answer.status == 201, answer.body
        return str(metadata["name"])


@pytest.fixture
def server() -> Iterator[EmbeddedCluster]:
    """An embedded cluster of this test's own, to be broken on purpose."""
    with EmbeddedCluster() as started:
        yield started


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Callable[..., Connection]]:
    """Opens connections to a server, and closes them in the end."""
    opened: list[Connection] = []

    def connect_to(server: EmbeddedCluster | dict[str, Any], **options: Any) -> Connection:
        document = server.kubeconfig() if isinstance(server, EmbeddedCluster) else server
        path = tmp_path / f"{uuid.uuid4().hex}.kubeconfig"
        path.write_text(json.dumps(document))
        opened.append(Connection.open(kubeconfig=path, **options))
        return opened[-1]

    yield connect_to
    for thread in threading.enumerate():
        if thread.name.startswith("list "):  # a list that was given up: its last page is still on its way
            thread.join()
    for connection in opened:
        connection.close()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate that is its own authority, and a server's context with it."""
    write_certificate(tmp_path / "tls.crt", tmp_path / "tls.key")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "tls.crt", tmp_path / "tls.key")
    return tmp_path / "tls.crt", context


@pytest.fixture
def broken(server: EmbeddedCluster, connect: Callable[..., Connection]) -> Lab:
    """A lab on the embedded cluster of this test's own."""
    connection = connect(server)
    server.seed([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab"}}])
    return Lab(connection, Resources(connection), "lab")


@pytest.fixture
def lab(cluster: Cluster) -> Iterator[Lab]:
    """A lab on both kinds of cluster, in a namespace of its own."""
    with Connection.open(kubeconfig=cluster.kubeconfig_path) as connection:
        yield Lab(connection, Resources(connection), cluster.namespace())


@pytest.fixture
def policies(cluster: Cluster) -> None:
    """Our CRDs are installed."""
    for crd in POLICY_CRDS:
        if cluster.request("GET", cluster.path_of(crd)).status == 404:
            cluster.create(crd)


@pytest.fixture
def notes() -> Notes:
    """A journal that remembers."""
    return Notes()


@pytest.fixture
def naps() -> Naps:
    """A sleep that remembers instead of sleeping."""
    return Naps()
