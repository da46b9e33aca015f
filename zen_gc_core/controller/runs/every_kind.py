"""Every kind: what the wildcards of a policy mean on this cluster, asked for anew in each run.

What cannot be known is not taken for nothing: a group version that is silent may hold kinds that own, or are owned.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from zen_gc_core.cluster.errors import TargetUnavailable
from zen_gc_core.controller.runs.aggregation import check_served_by_kubernetes
from zen_gc_core.engine.expanding import KindThere, expanded, meant, missing_exceptions, once_each, wildcards
from zen_gc_core.model.names import group_of
from zen_gc_core.model.unlisted import Unlisted

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.policy import Policy


class Surveyed(Protocol):
    """What a cluster says of all of its kinds."""

    def survey(self) -> tuple[tuple[Resource, ...], tuple[str, ...]]:
        """All resources, and the group versions that are silent."""


def every_kind(
    compiled: CompiledPolicy, resources: Surveyed, grants: Grants
) -> tuple[CompiledPolicy, tuple[Unlisted, ...]]:
    """A policy whose wildcards are the kinds that this cluster serves.

    Args:
        compiled: The policy; one without wildcards comes back as it is, and nobody is asked.
        resources: What the cluster serves.
        grants: What is allowed beyond the protections; nothing of it counts for a wildcard.

    Returns:
        The policy, and the group versions whose kinds are not known.

    Raises:
        TargetUnavailable: What is served, or by whom, is not known; or a wildcard leaves out what is not there.
        ClusterError: The cluster cannot be asked.
    """
    if not wildcards(compiled.policy):
        return compiled, ()
    served, silent = resources.survey()
    _check_exceptions(compiled.policy, served, {group_of(each) for each in silent})
    asked = {"list", "get", "delete", *(request.verb for request in compiled.writes)}
    there = [each for each in served if each.aggregated is not True and asked <= each.verbs]
    for each in there:
        check_served_by_kubernetes(each, grants, (target for target in compiled.policy.targets if target.wildcard))
    kinds = once_each((KindThere(each.api_version, each.kind, each.namespaced) for each in there), _preferred(served))
    policy = expanded(compiled.policy, kinds)
    if not policy.targets:
        raise TargetUnavailable("its wildcards take no kind of this cluster")
    unknown = tuple(Unlisted(each, "its API server does not answer") for each in silent)
    return replace(compiled, policy=policy), unknown


def _preferred(served: Sequence[Resource]) -> list[str]:
    """The version that each group prefers: discovery tells it first."""
    first: dict[str, str] = {}
    for each in served:
        first.setdefault(each.group, each.api_version)
    return list(first.values())


def _check_exceptions(policy: Policy, served: Sequence[Resource], silent: Collection[str]) -> None:
    """Refuse to run a wildcard that leaves out a kind which is not there: it would leave out nothing."""
    there = {(each.group, each.kind) for each in served}
    for excepted in missing_exceptions(policy, there):
        if excepted.group in silent:
            continue
        found = meant(excepted, there)
        near = f"; did you mean '{found}'?" if found else ""
        hint = "" if near or excepted.group else f"; a kind that may be missing is left out as GROUP/{excepted.kind}"
        raise TargetUnavailable(f"{excepted.path}: the cluster serves no kind {excepted}{near}{hint}")
