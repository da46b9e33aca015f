"""Settling: which resources the targets of a policy are, and that none is beyond its reach. Nothing is listed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zen_gc_core.cluster.errors import TargetUnavailable
from zen_gc_core.controller.runs.aggregation import check_served_by_kubernetes
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.engine.reaching import denied
from zen_gc_core.engine.resolving import resolve_targets
from zen_gc_core.model.policy import Policy, Problem

if TYPE_CHECKING:
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.controller.runs.related_kinds import Serving
    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.policy import Target


def settle(
    compiled: CompiledPolicy, serving: Serving, grants: Grants
) -> tuple[CompiledPolicy, dict[Resource, tuple[Target, ...]]]:
    """A policy whose scopes are settled, and its targets on each resource.

    Args:
        compiled: The policy, without wildcards.
        serving: Which resource a kind is.
        grants: What is allowed beyond the protections.

    Raises:
        Stopped: A target may not be reached.
        ClusterError: A kind is not served, or the cluster cannot be asked.
    """
    found: dict[tuple[str, str], Resource] = {}
    for target in compiled.policy.targets:
        resource = serving.resolve(target.api_version, target.kind)
        check_served_by_kubernetes(resource, grants, [target])
        found[target.api_version, target.kind] = resource

    def lives(api_version: str, kind: str) -> bool:
        """Whether a kind lives in namespaces; one that is not served is not known, and nothing of it is looked at."""
        try:
            return serving.resolve(api_version, kind).namespaced
        except TargetUnavailable:
            return True

    settled = resolve_targets(
        compiled.policy,
        lambda target: found[target.api_version, target.kind].namespaced,
        cross_namespace=grants.cross_namespace,
    )
    if isinstance(settled, Policy):
        settled = denied(compiled, settled, lives) or settled
    if isinstance(settled, Problem):
        raise Stopped(settled.reason, str(settled))
    if settled is not compiled.policy:
        compiled = replace(compiled, policy=settled)
    return compiled, {resource: compiled.targets_of(*kind) for kind, resource in found.items()}
