"""What a control plane is told when it starts: its flags, ports, keys and tokens."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apiserver.build import find
from tests.harness.certificates import write_certificate, write_key
from tests.harness.kubeconfig import kubeconfig
from tests.harness.ports import free_ports

if TYPE_CHECKING:
    from pathlib import Path

AUDIT_LOG = "audit.log"
AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "rules": [
        {"level": "RequestResponse", "verbs": ["delete", "deletecollection"], "omitStages": ["ResponseStarted"]},
        {"level": "RequestResponse", "verbs": ["patch"], "omitStages": ["RequestReceived", "ResponseStarted"]},
        {"level": "Metadata", "omitStages": ["RequestReceived", "ResponseStarted"]},
    ],
}
"""Every delete and patch, with what was asked and what was answered; a delete also before it is carried out, lest the API
server be killed meanwhile. Of every other request, also one that only reads: who asked, as whom, for what, and the status of
the answer."""

CONTROLLERS = ("garbage-collector-controller", "namespace-controller", "clusterrole-aggregation-controller")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """How a running control plane is reached.

    Attributes:
        url: the API server.
        etcd: etcd's client port, which also speaks HTTP and JSON.
        token: the bearer token of the administrator, a member of system:masters.
    """

    url: str
    etcd: str
    token: str


def prepare(directory: Path, *, controller_manager: bool, audit: bool = False) -> Endpoints:
    """Write everything that a control plane reads when it starts into `directory`, its commands among it."""
    client, peer, secure = free_ports(3)
    endpoints = Endpoints(f"https://127.0.0.1:{secure}", f"http://127.0.0.1:{client}", secrets.token_hex(16))
    write_certificate(directory / "apiserver.crt", directory / "apiserver.key")
    write_key(directory / "accounts.key", directory / "accounts.pub")
    (directory / "tokens.csv").write_text(f'{endpoints.token},admin,admin,"system:masters"\n')
    config = kubeconfig(endpoints.url, token=endpoints.token, authority=directory / "apiserver.crt")
    (directory / "kubeconfig").write_text(json.dumps(config))
    commands = {
        "etcd": etcd_command(endpoints.etcd, f"http://127.0.0.1:{peer}"),
        "kube-apiserver": apiserver_command(endpoints, secure),
    }
    if audit:
        (directory / "audit-policy.json").write_text(json.dumps(AUDIT_POLICY))
        commands["kube-apiserver"] += audit_flags()
    if controller_manager:
        commands["kube-controller-manager"] = controller_manager_command()
    (directory / "commands.json").write_text(json.dumps(commands))
    return endpoints


def etcd_command(client: str, peer: str) -> list[str]:
    """Etcd of one member that never waits for the disk."""
    return [
        str(find("etcd")),
        "--data-dir=etcd",
        "--unsafe-no-fsync",
        "--log-level=warn",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
    ]


def apiserver_command(endpoints: Endpoints, port: int) -> list[str]:
    """The API server with tokens and RBAC; it keeps its objects as JSON, so that a test can read and change them in etcd."""
    return [
        str(find("kube-apiserver")),
        f"--etcd-servers={endpoints.etcd}",
        "--storage-media-type=application/json",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={port}",
        "--cert-dir=.",
        "--tls-cert-file=apiserver.crt",
        "--tls-private-key-file=apiserver.key",
        f"--service-account-issuer={endpoints.url}/",
        "--service-account-key-file=accounts.pub",
        "--service-account-signing-key-file=accounts.key",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--token-auth-file=tokens.csv",
        "--authorization-mode=RBAC",
        "--allow-privileged=true",
        "--disable-admission-plugins=ServiceAccount",
        "--enable-aggregator-routing=true",  # webhooks behind Services are reached at their endpoints: there is no DNS
    ]


def audit_flags() -> list[str]:
    """What makes the API server write down each write before it is answered."""
    return [
        "--audit-policy-file=audit-policy.json",
        f"--audit-log-path={AUDIT_LOG}",
        "--audit-log-mode=blocking",
        "--audit-log-maxsize=100000",
    ]


def controller_manager_command() -> list[str]:
    """The controllers that finish what the API server only begins: cascades, namespaces, aggregated ClusterRoles."""
    return [
        str(find("kube-controller-manager")),
        "--kubeconfig=kubeconfig",
        "--leader-elect=false",
        "--secure-port=0",
        f"--controllers={','.join(CONTROLLERS)}",
        "--kube-api-qps=200",
        "--kube-api-burst=400",
    ]
