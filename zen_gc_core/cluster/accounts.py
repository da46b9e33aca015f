"""Asking after an account before anything is done in its name: it is there, and the API server takes us for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.answers import failure
from zen_gc_core.cluster.errors import AccessDenied, IdentityMissing, MalformedAnswer
from zen_gc_core.cluster.observing import observe
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.impersonating import ConnectionAs
    from zen_gc_core.model.accounts import Account

SERVICE_ACCOUNTS: Final = Resource("", "v1", "serviceaccounts", "ServiceAccount", namespaced=True)
_WHO_AM_I: Final = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
_RESOURCE: Final = "selfsubjectreviews.authentication.k8s.io"


def check_there(own: Connection, account: Account, sleep: Callable[[float], None] = time.sleep) -> None:
    """Ask whether an account is there; rights that were given to its name, or to all of its namespace, outlive it.

    Args:
        own: The cluster, with one's own rights.
        account: The account.
        sleep: Waits while the server fails or asks for patience; whatever it raises ends the wait.

    Raises:
        IdentityMissing: It is not there, or is being deleted.
        ClusterError: That cannot be told.
    """
    seen = observe(own, SERVICE_ACCOUNTS, account.namespace, account.name, sleep=sleep)
    if seen is None or seen.terminating:
        how = "is not there" if seen is None else "is being deleted"
        raise IdentityMissing(
            f"the ServiceAccount {account}, as which the policy acts, {how}: nothing is done; "
            f"make it: kubectl create serviceaccount {account.name} -n {account.namespace}"
        )


def check_taken_for(connection: ConnectionAs) -> None:
    """Ask the API server as whom it takes our requests: something in between may drop the header that says so.

    Without it, they would be made with our own rights. A refusal to act as the account is no such thing; it is told by
    the requests that follow.

    Raises:
        IdentityMissing: It takes us for somebody else.
        ClusterError: It does not say.
    """
    account = connection.account
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    answer = connection.request("POST", _WHO_AM_I, body=body)
    if answer.status not in {200, 201}:
        error = failure(answer, verb="create", resource=_RESOURCE)
        if isinstance(error, AccessDenied) and ("impersonate" in error.said or f'"{account.user}"' in error.said):
            return
        raise error
    status = answer.document().get("status")
    who = status.get("userInfo") if isinstance(status, dict) else None
    name = who.get("username") if isinstance(who, dict) else None
    if not isinstance(name, str):
        raise MalformedAnswer(f"{answer}: the review does not say who asks")
    if name != account.user:
        raise IdentityMissing(
            f"a request as the ServiceAccount {account} was taken for one of {one_line(name, 100)}: does something before "
            f"the API server drop the header Impersonate-User? Nothing is done"
        )
