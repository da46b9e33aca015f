"""Kinds with an API server of their own, which may ignore preconditions: taken only where that is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.cluster.errors import TargetUnavailable
from zen_gc_core.engine.expanding import by_wildcard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.policy import Target


def check_served_by_kubernetes(resource: Resource, grants: Grants, targets: Iterable[Target] = ()) -> None:
    """Refuse a kind that an API server of its own serves, or may serve.

    Args:
        resource: The kind.
        grants: What is allowed beyond; of what only a wildcard takes, nothing is.
        targets: The targets of the policy of this kind.

    Raises:
        TargetUnavailable: It is aggregated, or that cannot be told; the text has the command or the flag that helps.
    """
    if resource.aggregated is False:
        return
    granted = not (targets := tuple(targets)) or not by_wildcard(targets)
    if granted and str(resource) in grants.resources:
        return
    what = f"{resource.api_version} {resource.kind}"
    allow = f"--allow-resource {resource}"
    if resource.aggregated:
        raise TargetUnavailable(
            f"{what} is served by an API server of its own, which may ignore preconditions: allow it with {allow}"
        )
    namespace = grants.own_namespace or "NAMESPACE"
    role = f"zen-gc-apiservices-{namespace}"  # each controller's own: the second binding of a name would not be made
    raise TargetUnavailable(
        f"whether {what} is served by an API server of its own cannot be told: grant the verb list on "
        f"apiservices.apiregistration.k8s.io (kubectl create clusterrole {role} --verb=list "
        f"--resource=apiservices.apiregistration.k8s.io && kubectl create clusterrolebinding {role} "
        f"--clusterrole={role} --serviceaccount={namespace}:gc-controller), or allow it with {allow}"
    )
