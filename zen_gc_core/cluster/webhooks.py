"""The webhook's objects on the cluster: its configuration, of which the bundle alone is written, and its Secret.

What stands in them is the webhook's to say.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from zen_gc_core.cluster.answers import failure
from zen_gc_core.cluster.errors import MalformedAnswer
from zen_gc_core.cluster.resource import SECRETS, Resource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.cluster.connection import Connection

CONFIGURATIONS: Final = Resource(
    "admissionregistration.k8s.io",
    "v1",
    "validatingwebhookconfigurations",
    "ValidatingWebhookConfiguration",
    namespaced=False,
)

FIELD_MANAGER: Final = "zen-gc-webhook"
"""Who owns the bundles: a manager of its own, so that an apply of the manifest leaves them alone."""

MANAGED_BY: Final = {"app.kubernetes.io/managed-by": "zen-gc"}
"""The label of a Secret that is the webhook's own."""

INJECTED: Final = "cert-manager.io/inject-"
"""How the annotations begin by which cert-manager writes the bundle."""

_KEPT: Final = ("annotations", "uid", "resourceVersion", "finalizers", "ownerReferences")
"""What of a Secret's metadata stays as it is."""

_APPLY: Final = "application/apply-patch+yaml"
_TIMEOUT: Final = 5.0


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook of a configuration.

    Args:
        name: Its name.
        hosts: By which names the API server calls it, the first of which it verifies.
        bundle: Whom the API server trusts, in PEM; empty where it says nothing.
    """

    name: str
    hosts: tuple[str, ...]
    bundle: bytes


@dataclass(frozen=True, slots=True)
class Configuration:
    """A ValidatingWebhookConfiguration as it was read.

    Args:
        name: Its name.
        uid: Its uid.
        hooks: Its webhooks.
        injected: Whether cert-manager writes its bundles.
    """

    name: str
    uid: str
    hooks: tuple[Hook, ...]
    injected: bool = False

    @property
    def hosts(self) -> tuple[str, ...]:
        """All names by which the API server calls its webhooks."""
        return tuple(dict.fromkeys(host for hook in self.hooks for host in hook.hosts))


def read_configuration(connection: Connection, name: str) -> Configuration | None:
    """Read a configuration, fresh; None when there is none of that name.

    Raises:
        ClusterError: It cannot be read.
    """
    answer = connection.request("GET", CONFIGURATIONS.path(None, name), timeout=_TIMEOUT)
    if answer.status == 404:
        return None
    if answer.status != 200:
        raise failure(answer, verb="get", resource=str(CONFIGURATIONS))
    document = answer.document()
    metadata = _map(document.get("metadata"))
    annotations = _map(metadata.get("annotations"))
    hooks = document.get("webhooks") or []
    return Configuration(
        name,
        str(metadata.get("uid", "")),
        tuple(_hook(each) for each in hooks if isinstance(each, dict)),
        any(key.startswith(INJECTED) for key in annotations),
    )


def _hook(document: Mapping[str, Any]) -> Hook:
    client = _map(document.get("clientConfig"))
    return Hook(str(document.get("name", "")), _hosts(client), _decoded(client.get("caBundle")) or b"")


def _hosts(client: Mapping[str, Any]) -> tuple[str, ...]:
    service = _map(client.get("service"))
    if service:
        name = f"{service.get('name', '')}.{service.get('namespace', '')}.svc"
        return name, f"{name}.cluster.local"
    try:
        host = urlsplit(str(client.get("url", ""))).hostname
    except ValueError:
        host = None
    return (host,) if host else ()


def write_bundle(connection: Connection, configuration: Configuration, bundle: bytes) -> None:
    """Have all webhooks of a configuration trust a bundle; nothing else of it is written, and none is made.

    Args:
        connection: The cluster.
        configuration: The configuration as it was read; another one of its name is left alone.
        bundle: Whom they are to trust, in PEM.

    Raises:
        ClusterError: It cannot be written.
    """
    encoded = base64.b64encode(bundle).decode()
    body = {
        "apiVersion": CONFIGURATIONS.api_version,
        "kind": CONFIGURATIONS.kind,
        "metadata": {"name": configuration.name, "uid": configuration.uid},
        "webhooks": [{"name": hook.name, "clientConfig": {"caBundle": encoded}} for hook in configuration.hooks],
    }
    answer = connection.request(
        "PATCH",
        CONFIGURATIONS.path(None, configuration.name),
        query={"fieldManager": FIELD_MANAGER, "force": "true"},
        body=body,
        content_type=_APPLY,
        timeout=_TIMEOUT,
    )
    if answer.status != 200:
        raise failure(answer, verb="patch", resource=str(CONFIGURATIONS))


@dataclass(frozen=True, slots=True)
class Secret:
    """A Secret as it was read.

    Args:
        namespace: Its namespace.
        name: Its name.
        resource_version: The version that was read; empty of one that is to be made.
        data: What it holds; what is no base64 is left out.
        own: Whether it is the webhook's own, or empty.
        document: The whole object.
    """

    namespace: str
    name: str
    resource_version: str
    data: Mapping[str, bytes]
    own: bool
    document: Mapping[str, Any]


def read_secret(connection: Connection, namespace: str, name: str) -> Secret:
    """Read a Secret, fresh; one that is not there is empty, and has no version.

    Raises:
        ClusterError: It cannot be read.
    """
    answer = connection.request("GET", SECRETS.path(namespace, name), timeout=_TIMEOUT)
    if answer.status == 404:
        return Secret(namespace, name, "", {}, own=True, document={})
    if answer.status != 200:
        raise failure(answer, verb="get", resource=str(SECRETS), namespace=namespace)
    document = answer.document()
    metadata = _map(document.get("metadata"))
    version = metadata.get("resourceVersion")
    if not isinstance(version, str) or not version:
        raise MalformedAnswer(f"{answer}: the Secret has no resourceVersion")
    raw = _map(document.get("data"))
    data = {key: content for key, value in raw.items() if (content := _decoded(value)) is not None}
    own = not raw or MANAGED_BY.items() <= _map(metadata.get("labels")).items()
    return Secret(namespace, name, version, data, own, document)


def write_secret(connection: Connection, seen: Secret, data: Mapping[str, bytes]) -> None:
    """Write what a Secret holds, to exactly the one that was read; make it, when it was not there.

    Args:
        connection: The cluster.
        seen: The Secret as it was read.
        data: All that it is to hold.

    Raises:
        Conflict: Somebody else wrote it since.
        ClusterError: It cannot be written.
    """
    metadata = _map(seen.document.get("metadata"))
    kept: dict[str, Any] = {key: metadata[key] for key in _KEPT if key in metadata}
    document = {
        "apiVersion": SECRETS.api_version,
        "kind": SECRETS.kind,
        "type": seen.document.get("type", "Opaque"),
        "metadata": {
            **kept,
            "name": seen.name,
            "namespace": seen.namespace,
            "labels": {**_map(metadata.get("labels")), **MANAGED_BY},
        },
        "data": {key: base64.b64encode(value).decode() for key, value in data.items()},
    }
    exists = bool(seen.resource_version)
    answer = connection.request(
        "PUT" if exists else "POST",
        SECRETS.path(seen.namespace, seen.name if exists else None),
        query={"fieldManager": FIELD_MANAGER},
        body=document,
        timeout=_TIMEOUT,
    )
    if answer.status not in {200, 201}:
        verb = "update" if exists else "create"
        raise failure(answer, verb=verb, resource=str(SECRETS), namespace=seen.namespace)


def _decoded(value: Any) -> bytes | None:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else None
    except (ValueError, binascii.Error):
        return None


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
