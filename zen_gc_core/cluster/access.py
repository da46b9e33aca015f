"""Asking the API server what we may do, or an account as which we act, before it refuses (access reviews)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from zen_gc_core.cluster.answers import failure
from zen_gc_core.cluster.errors import MalformedAnswer
from zen_gc_core.cluster.impersonating import ConnectionAs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.model.accounts import Account

REVIEWS: Final = "/apis/authorization.k8s.io/v1"


def may(  # noqa: PLR0913  what RBAC looks at
    connection: Connection, verb: str, resource: Resource, namespace: str = "", name: str = "", *, subresource: str = ""
) -> bool:
    """Whether whoever a connection acts as may do something; the answer holds for now, and a 403 may still come.

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
    asked = {"verb": verb, "subresource": subresource, "namespace": namespace, "name": name}
    attributes = {"group": resource.group, "version": resource.version, "resource": resource.plural, **asked}
    if isinstance(connection, ConnectionAs):
        return account_may(connection.own, connection.account, attributes)
    return _reviewed(connection, "SelfSubjectAccessReview", {"resourceAttributes": _written(attributes)})


def account_may(own: Connection, account: Account, attributes: Mapping[str, str]) -> bool:
    """Whether an account may do something, asked with one's own rights: nothing is asked as the account.

    Args:
        own: The cluster, with one's own rights.
        account: Who.
        attributes: What, as an access review has it. With a namespace it is asked there, which a Role can allow.

    Raises:
        ClusterError: The server does not say.
    """
    namespace = attributes.get("namespace", "")
    spec = {"user": account.user, "groups": list(account.groups), "resourceAttributes": _written(attributes)}
    return _reviewed(own, "LocalSubjectAccessReview" if namespace else "SubjectAccessReview", spec, namespace)


def _written(attributes: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in attributes.items() if value}


def _reviewed(connection: Connection, kind: str, spec: Mapping[str, Any], namespace: str = "") -> bool:
    resource = f"{kind.lower()}s"
    body: dict[str, Any] = {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}
    if namespace:
        body["metadata"] = {"namespace": namespace}
    where = f"namespaces/{quote(namespace, safe='')}/" if namespace else ""
    answer = connection.request("POST", f"{REVIEWS}/{where}{resource}", body=body)
    if answer.status not in {200, 201}:
        raise failure(answer, verb="create", resource=f"{resource}.authorization.k8s.io", namespace=namespace)
    status = answer.document().get("status")
    if not isinstance(status, dict) or not isinstance(status.get("allowed"), bool):
        raise MalformedAnswer(f"{answer}: the review has no answer")
    allowed: bool = status["allowed"]
    return allowed
