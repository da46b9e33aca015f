"""A webhook configuration of a test's own, made of the manifest, that sends policies of one namespace to a controller under test."""

from __future__ import annotations

import contextlib
import copy
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.cluster.controller.stage import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.controller.controllers import Inside
    from tests.harness.cluster import Cluster

MANIFEST = Path(__file__).parents[3] / "deploy/manifests/webhook/configuration.yaml"
CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
HOOK = "policies.gc.kube-zen.io"


def configuration(name: str, port: int, **hook: Any) -> dict[str, Any]:
    """The manifest's configuration, called at a port of this machine instead of through a Service, and never ignored.

    Args:
        name: its name.
        port: the port.
        hook: fields of its webhook that differ.
    """
    document: dict[str, Any] = copy.deepcopy(yaml.safe_load(MANIFEST.read_text()))
    document["metadata"]["name"] = name
    client = {"url": f"https://127.0.0.1:{port}/validate"}
    document["webhooks"][0] |= {"failurePolicy": "Fail", "clientConfig": client, **hook}
    return document


def new_name() -> str:
    """A name that no other test's configuration has."""
    return f"zen-gc-{secrets.token_hex(4)}"


@contextlib.contextmanager
def installed(cluster: Cluster, document: dict[str, Any]) -> Iterator[str]:
    """A configuration on a cluster, until the end; yields its path."""
    cluster.create(document)
    path = f"{CONFIGURATIONS}/{document['metadata']['name']}"
    try:
        yield path
    finally:
        cluster.request("DELETE", path)


def await_trust(controller: Inside) -> None:
    """Wait until the API server trusts a controller."""
    until(lambda: controller.scrape().total("gc_webhook_trusted") == 1, "the webhook is trusted")


def bundle(cluster: Cluster, path: str) -> str:
    """The bundle of the first webhook of a configuration; empty when there is none."""
    return str(cluster.request("GET", path).body["webhooks"][0]["clientConfig"].get("caBundle", ""))
