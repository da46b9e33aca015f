"""Asking the API server what we may do (SelfSubjectAccessReview), before it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.cluster.answers import failure
from zen_gc_core.cluster.errors import AccessDenied, MalformedAnswer

if TYPE_CHECKING:
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.resource import Resource

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


def may(  # noqa: PLR0913  what RBAC looks at
    connection: Connection, verb: str, resource: Resource, namespace: str = "", name: str = "", *, subresource: str = ""
) -> bool:
    """Whether we may do something; the answer holds for now, and a 403 may still come.

    Args:
        connection: The cluster.
        verb: The verb, as RBAC calls it (``delete``).
        resource: On what.
        namespace: Where; empty for all namespaces, or a cluster-scoped resource.
        name: On which object; empty for all.
        subresource: Below the object (``eviction``); empty for the object itself.

    Raises:
        ClusterError: The server does not say.
    """
    attributes = {
        "verb": verb,
        "group": resource.group,
        "version": resource.version,
        "resource": resource.plural,
        "subresource": subresource,
        "namespace": namespace,
        "name": name,
    }
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {key: value for key, value in attributes.items() if value}},
    }
    answer = connection.request("POST", REVIEWS, body=body)
    if answer.status not in {200, 201}:
        raise failure(answer, verb="create", resource="selfsubjectaccessreviews.authorization.k8s.io")
    status = answer.document().get("status")
    if not isinstance(status, dict) or not isinstance(status.get("allowed"), bool):
        raise MalformedAnswer(f"{answer}: the review has no answer")
    allowed: bool = status["allowed"]
    return allowed


def require(
    connection: Connection, verb: str, resource: Resource, namespace: str = "", *, subresource: str = ""
) -> None:
    """As ``may``, but raises when the answer is no.

    Raises:
        AccessDenied: It is not allowed.
        ClusterError: The server does not say.
    """
    if not may(connection, verb, resource, namespace, subresource=subresource):
        raise AccessDenied(verb, f"{resource}/{subresource}" if subresource else str(resource), namespace)
