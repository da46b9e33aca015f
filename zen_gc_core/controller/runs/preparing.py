"""Preparing a run: which resources its targets are, whether it may, and its place on each sweep."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.access import require
from zen_gc_core.cluster.errors import TargetUnavailable
from zen_gc_core.cluster.observing import observe
from zen_gc_core.cluster.recycle_bin import IN_NAMESPACES, OF_THE_CLUSTER, RIGHTS, SECRETS
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.controller.runs.aggregation import check_served_by_kubernetes
from zen_gc_core.controller.runs.every_kind import every_kind
from zen_gc_core.controller.runs.gathering import Gatherer
from zen_gc_core.controller.runs.going_along import kept_inside
from zen_gc_core.controller.runs.members import Member
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.expanding import by_wildcard
from zen_gc_core.engine.protections import Protections
from zen_gc_core.engine.reaching import denied, namespaces_of
from zen_gc_core.engine.resolving import resolve_targets
from zen_gc_core.engine.retaining.standing import keeping_what_is_retained
from zen_gc_core.errors import ClusterError, Undecided
from zen_gc_core.keywords import Run
from zen_gc_core.model.policy import API_VERSION, Policy, Problem
from zen_gc_core.model.scope import TheseNamespaces

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.discovery import Resources
    from zen_gc_core.cluster.namespaces import Namespaces
    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.policy import Target
    from zen_gc_core.model.requests import Request


_SERVICES: Final = Resource("", "v1", "services", "Service", namespaced=True)


class Preparing:
    """Prepares runs over one cluster.

    Args:
        connection: The cluster.
        resources: Which resource a kind is.
        namespaces: Looks Namespaces up.
        grants: What policies may do beyond the protections.
        record: Whether plans hold every matched object (``zen-gc plan``).
        record_skipped: Whether they hold the unmatched, too.
        gatherer: Lists the other objects on which conditions depend.
    """

    def __init__(  # noqa: PLR0913  each is a choice of the caller
        self,
        connection: Connection,
        resources: Resources,
        namespaces: Namespaces,
        grants: Grants,
        *,
        record: bool = False,
        record_skipped: bool = False,
        gatherer: Gatherer | None = None,
    ) -> None:
        self._connection = connection
        self._resources = resources
        self._namespaces = namespaces
        self._grants = grants
        self._record = record
        self._record_skipped = record_skipped
        self._gatherer = gatherer or Gatherer(connection, resources, named=record)

    def members(
        self, compiled: CompiledPolicy, now: dt.datetime, held_from: dt.datetime | None = None
    ) -> dict[Resource, Member]:
        """A policy's place on the sweep of each resource that its targets name.

        Args:
            compiled: The policy.
            now: The instant of the run.
            held_from: Marks that say since when the conditions hold count from here on; None: none does.

        Raises:
            Stopped: A target may not be reached.
            ClusterError: A kind is not served, or the cluster cannot be asked.
        """
        compiled, unknown = every_kind(compiled, self._resources, self._grants)
        found = {(target.api_version, target.kind): self._resource(target) for target in compiled.policy.targets}
        settled = resolve_targets(
            compiled.policy,
            lambda target: found[target.api_version, target.kind].namespaced,
            cross_namespace=self._grants.cross_namespace,
        )
        if isinstance(settled, Policy):
            settled = denied(compiled, settled, self._lives) or settled
        if isinstance(settled, Problem):
            raise Stopped(settled.reason, str(settled))
        compiled = replace(compiled, policy=settled)
        case = Case(
            compiled,
            self._run(compiled, now, held_from),
            keeping_what_is_retained(self._protections(compiled), compiled),
            record=self._record,
            record_skipped=self._record_skipped,
            whole=self._whole,
            unlisted=unknown,
        )
        return {resource: Member(case, compiled.targets_of(*kind)) for kind, resource in found.items()}

    def _protections(self, compiled: CompiledPolicy) -> Protections:
        targets = compiled.policy.targets if compiled.retention is not None else ()
        judged = frozenset((target.api_version, target.kind) for target in targets)
        return Protections(
            self._grants,
            lambda owner, keeps: kept_inside(self._connection, self._resources, self._grants, owner, keeps, judged),
            self._has_service,
        )

    def _run(self, compiled: CompiledPolicy, now: dt.datetime, held_from: dt.datetime | None) -> Run:
        """The run, with what is known of other objects."""
        run = Run(now, compiled.reference, self._namespaces, finishing=compiled.finishing, held_from=held_from)
        if not compiled.relations:
            return run
        related = self._gatherer.gather(compiled.relations, run, namespaces_of(compiled.policy.targets), {})
        return replace(run, related=related)

    def _lives(self, api_version: str, kind: str) -> bool:
        """Whether a kind lives in namespaces; one that is not served is not known, and nothing of it is looked at."""
        try:
            return self._resources.resolve(api_version, kind).namespaced
        except TargetUnavailable:
            return True

    def _resource(self, target: Target) -> Resource:
        resource = self._resources.resolve(target.api_version, target.kind)
        check_served_by_kubernetes(resource, self._grants, [target])
        return resource

    def _has_service(self, namespace: str, name: str) -> bool:
        try:
            return observe(self._connection, _SERVICES, namespace, name) is not None
        except ClusterError as error:
            raise Undecided(f"whether it has a Service cannot be told: {error}") from error

    def _whole(self, candidate: Candidate) -> Candidate | None:
        try:
            resource = self._resources.resolve(candidate.api_version, candidate.kind)
            seen = observe(self._connection, resource, candidate.namespace, candidate.name)
            return seen.candidate() if seen is not None else None
        except ClusterError as error:
            raise Undecided(str(error)) from error


def check_access(
    connection: Connection, requests: Collection[type[Request]], members: dict[Resource, Member], *, dry_run: bool
) -> None:
    """Ask the server whether a policy's run may list and write, before it begins.

    Of kinds that only a wildcard means it is asked later: by listing them, and before something of them is written.

    Args:
        connection: The cluster.
        requests: What the policy's action may ask for.
        members: Its place on each sweep.
        dry_run: Whether nothing will be written.

    Raises:
        AccessDenied: Something is not allowed; it names verb and resource.
        ClusterError: The server does not say.
    """
    rights = [("list", "")]
    if not dry_run:
        rights += [("get", ""), *dict.fromkeys((request.verb, request.subresource) for request in requests)]
    for resource, member in members.items():
        if by_wildcard(member.targets):
            continue
        for namespace in _asked_namespaces(resource, member):
            for verb, subresource in rights:
                require(connection, verb, resource, namespace, subresource=subresource)


def check_recycling(
    connection: Connection,
    resources: Resources,
    compiled: CompiledPolicy,
    members: dict[Resource, Member],
    *,
    dry_run: bool,
) -> None:
    """Ask the server whether a policy's run may fill and empty the recycle bin, where it recycles.

    Args:
        connection: The cluster.
        resources: What it serves.
        compiled: The policy.
        members: Its place on each sweep.
        dry_run: Whether nothing will be written.

    Raises:
        TargetUnavailable: The kinds of the recycle bin are not installed.
        AccessDenied: Something is not allowed; it names verb and resource.
        ClusterError: The server does not say.
    """
    if compiled.policy.behavior.recycle is None or dry_run:
        return
    kinds: set[str] = set()
    asked: dict[tuple[Resource, str, str], None] = {}
    for resource, member in members.items():
        secrets = (resource.group, resource.kind) == ("", "Secret")
        recycled = member.case.protections.grants.recycle_secrets
        if secrets and not recycled:
            continue
        copies = SECRETS if secrets else IN_NAMESPACES if resource.namespaced else OF_THE_CLUSTER
        kinds.add(IN_NAMESPACES.kind if resource.namespaced else OF_THE_CLUSTER.kind)
        for namespace in _asked_namespaces(resource, member):
            asked |= dict.fromkeys((copies, verb, namespace) for verb in RIGHTS)
            if resource.namespaced and recycled:  # one bin holds both
                asked |= dict.fromkeys((each, "list", namespace) for each in (SECRETS, IN_NAMESPACES))
    for kind in sorted(kinds):
        resources.resolve(API_VERSION, kind)
    for copies, verb, namespace in asked:
        require(connection, verb, copies, namespace)


def _asked_namespaces(resource: Resource, member: Member) -> list[str]:
    if not resource.namespaced or not all(isinstance(target.scope, TheseNamespaces) for target in member.targets):
        return [""]
    return sorted(member.namespaces or ())
