"""The policies on the cluster: reading one, writing its status. Watching them all stands in ``watching``.

Documents come as decoded JSON; what they mean is the engine's to say.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.cluster.answers import failure
from zen_gc_core.cluster.errors import MalformedAnswer, NotFound, TargetUnavailable
from zen_gc_core.cluster.listing import candidates, pages
from zen_gc_core.cluster.observing import Observed, read_object
from zen_gc_core.cluster.paging import Page, Selection
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.cluster.retrying import patiently
from zen_gc_core.cluster.throttling import Throttle
from zen_gc_core.cluster.writing import FIELD_MANAGER, MERGE_PATCH, WRITE_TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zen_gc_core.cluster.answers import Answer
    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.model.policy import PolicyReference

GROUP: Final = "gc.kube-zen.io"
VERSION: Final = "v1alpha1"
STATUS_TRIES: Final = 3

POLICY_KINDS: Final[Mapping[str, Resource]] = {
    "GarbageCollectionPolicy": Resource(
        GROUP, VERSION, "garbagecollectionpolicies", "GarbageCollectionPolicy", namespaced=True
    ),
    "ClusterGarbageCollectionPolicy": Resource(
        GROUP, VERSION, "clustergarbagecollectionpolicies", "ClusterGarbageCollectionPolicy", namespaced=False
    ),
}
"""Where the two kinds of policy are; ours, so that nothing has to be asked."""

_APPLY_IT: Final = "apply it with `zen-gc crd | kubectl apply -f -`"


def not_installed(resource: Resource) -> TargetUnavailable:
    """The error for a cluster without our CRDs."""
    return TargetUnavailable(f"the CRD {resource} is not installed: {_APPLY_IT}")


def require_installed(connection: Connection, kind: str) -> None:
    """See whether the CRD of a kind of policies is there, where a policy was not.

    Raises:
        TargetUnavailable: It is not; the text says how to install it.
        ClusterError: The server does not say.
    """
    resource = POLICY_KINDS[kind]
    answer = connection.request("GET", resource.path(), query={"limit": "1"})
    if answer.status == 404:
        raise not_installed(resource)


def list_policies(connection: Connection, namespace: str | None = None) -> list[dict[str, Any]]:
    """All policies that are installed, decoded; of a namespace those of this namespace alone.

    Raises:
        TargetUnavailable: A CRD is not installed.
        ClusterError: They cannot be listed.
    """
    found: list[dict[str, Any]] = []
    for resource in POLICY_KINDS.values():
        if namespace and not resource.namespaced:
            continue
        whole: list[dict[str, Any]] = []
        try:
            for page in pages(connection, resource, Selection(namespace)):
                if not isinstance(page, Page):
                    whole.clear()
                    continue
                for candidate in candidates(page):
                    if candidate.malformed is not None:
                        raise MalformedAnswer(f"a policy of {resource} cannot be read: {candidate.malformed}")
                    kind = {"apiVersion": resource.api_version, "kind": resource.kind}
                    whole.append({**candidate.object, **kind})
        except NotFound:
            raise not_installed(resource) from None
        found += whole
    return found


def read_policy(connection: Connection, reference: PolicyReference) -> Observed | None:
    """Read a policy as it is now.

    Args:
        connection: The cluster.
        reference: Which; its uid and generation are not looked at.

    Returns:
        The policy; None when there is none of that name (or no such CRD).

    Raises:
        ClusterError: It cannot be read.
    """
    return read_object(connection, POLICY_KINDS[reference.kind], reference.namespace, reference.name)


def patch_status(  # noqa: PLR0913  what is written, and with what right
    connection: Connection,
    reference: PolicyReference,
    status: Mapping[str, Any],
    *,
    resource_version: str,
    authority: Callable[[], None],
    timeout: float = WRITE_TIMEOUT,
    sleep: Callable[[float], None] = time.sleep,
    most_tries: int = STATUS_TRIES,
) -> str | None:
    """Write a policy's status, to exactly the policy that is meant: the same uid, and the version that was read.

    On a conflict the policy is read again, and written when it is still the same one; three times in all.

    Args:
        connection: The cluster.
        reference: Which policy; its uid counts.
        status: The fields to be written, as a merge patch: null removes one, lists are whole.
        resource_version: The version that was read last.
        authority: Asked right before the request leaves; raises when there is no right to write.
        timeout: Seconds for one request; not more than the authority's end assumes.
        sleep: Waits while the server fails or asks for patience; whatever it raises ends the wait.
        most_tries: How often it is written at most; once: to what was read, and to nothing newer.

    Returns:
        The policy's new resourceVersion; None when this policy is gone, or another one has its name.

    Raises:
        Conflict: Somebody changed it each time.
        AuthorityLost: The right to write has ended.
        TargetUnavailable: The policy is there, and has no status to be written: its definition is another one.
        ClusterError: It cannot be written.
    """
    resource = POLICY_KINDS[reference.kind]
    path = f"{resource.path(reference.namespace or None, reference.name)}/status"

    def send(version: str) -> Answer:
        return connection.request(
            "PATCH",
            path,
            query={"fieldManager": FIELD_MANAGER},
            body={"metadata": {"uid": reference.uid, "resourceVersion": version}, "status": status},
            content_type=MERGE_PATCH,
            timeout=timeout,
            guard=authority,
        )

    throttle = Throttle(sleep=sleep)
    for tries in range(1, most_tries + 1):
        version = resource_version
        answer = patiently(lambda _step, version=version: _answered(send(version)), sleep, throttle)  # type: ignore[misc]
        if answer.status == 200:
            return _version(answer.document())
        if answer.status not in {404, 409} or (answer.status == 409 and tries == most_tries):
            raise failure(answer, verb="patch", resource=f"{resource}/status", namespace=reference.namespace)
        seen = read_policy(connection, reference)
        if seen is None or seen.uid != reference.uid:
            return None
        if answer.status == 404:
            raise TargetUnavailable(
                f"the CRD {resource} is not zen-gc's, for it has no subresource status: {_APPLY_IT}"
            )
        resource_version = seen.resource_version
    raise AssertionError("unreachable: the last try returns or raises")


def _answered(answer: Answer) -> Answer:
    """The answer to a patch, unless the server fails or is busy: a repeat is safe, of one that arrived it is a conflict."""
    if answer.status == 429 or answer.status >= 500:
        raise failure(answer, verb="patch", resource=answer.path)
    return answer


def _version(document: dict[str, Any]) -> str:
    metadata = document.get("metadata")
    version = metadata.get("resourceVersion") if isinstance(metadata, dict) else None
    if not isinstance(version, str) or not version:
        raise MalformedAnswer("the API server returned a policy without a resourceVersion")
    return version


def approve_policy(connection: Connection, seen: Observed, approval: str) -> None:
    """Annotate a policy as approved, in exactly the state that was read.

    Args:
        connection: The cluster.
        seen: The policy, freshly read.
        approval: ``DIGEST/N``.

    Raises:
        Conflict: Somebody changed it since.
        ClusterError: It cannot be written.
    """
    metadata = {
        "uid": seen.uid,
        "resourceVersion": seen.resource_version,
        "annotations": {f"{GROUP}/approve": approval},
    }
    answer = connection.request(
        "PATCH", seen.path, query={"fieldManager": FIELD_MANAGER}, body={"metadata": metadata}, content_type=MERGE_PATCH
    )
    if answer.status != 200:
        raise failure(answer, verb="patch", resource=str(seen.resource), namespace=seen.namespace)
