"""Preparing a run: which resources its targets are, whether it may, and its place on each sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.cluster.definitions import count_paths
from zen_gc_core.cluster.observing import observe
from zen_gc_core.controller.runs.every_kind import every_kind
from zen_gc_core.controller.runs.going_along import kept_inside
from zen_gc_core.controller.runs.members import Member
from zen_gc_core.controller.runs.rights import SERVICES
from zen_gc_core.controller.runs.settling import settle
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.engine.case import MOST_DUE, Case
from zen_gc_core.engine.protections import Protections
from zen_gc_core.engine.retaining.standing import keeping_what_is_retained
from zen_gc_core.engine.scaling import uncountable
from zen_gc_core.engine.schemas import misnamed
from zen_gc_core.errors import ClusterError, Undecided
from zen_gc_core.keywords import Run

if TYPE_CHECKING:
    import datetime as dt

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.discovery import Resources
    from zen_gc_core.cluster.namespaces import Namespaces
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.engine.compiling import CompiledPolicy
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.candidate import Candidate


class Preparing:
    """Prepares runs over one cluster.

    Args:
        connection: The cluster.
        resources: Which resource a kind is.
        namespaces: Looks Namespaces up.
        grants: What policies may do beyond the protections.
        record: Whether plans hold every matched object (``zen-gc plan``).
        record_skipped: Whether they hold the unmatched, too.
        record_groups: Whether they name the objects of each group of which some are retained.
        most_due: How many due objects are held.
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
        record_groups: bool = False,
        most_due: int = MOST_DUE,
    ) -> None:
        self._connection = connection
        self._resources = resources
        self._namespaces = namespaces
        self._grants = grants
        self._most_due = most_due
        self._record = record
        self._record_skipped = record_skipped
        self._record_groups = record_groups

    def members(
        self,
        compiled: CompiledPolicy,
        now: dt.datetime,
        held_from: dt.datetime | None = None,
        upcoming_until: dt.datetime | None = None,
    ) -> dict[Resource, Member]:
        """A policy's place on the sweep of each resource that its targets name; nothing of other objects is known yet.

        Args:
            compiled: The policy.
            now: The instant of the run.
            held_from: Marks that say since when the conditions hold count from here on; None: none does.
            upcoming_until: Until when it is remembered what will be due; None: it is not.

        Raises:
            Stopped: A target may not be reached, or has no count to be scaled.
            ClusterError: A kind is not served, or the cluster cannot be asked.
        """
        compiled, unknown = every_kind(compiled, self._resources, self._grants)
        compiled, places = settle(compiled, self._resources, self._grants)
        count_path = count_paths(self._connection, self._resources.resolve)
        if (problem := uncountable(compiled, count_path)) is not None:
            raise Stopped(problem.reason, str(problem))
        for wrong in misnamed(compiled, self._resources.schemas.tell):
            raise Stopped(wrong.reason, str(wrong))
        case = Case(
            compiled,
            Run(
                now,
                compiled.reference,
                self._namespaces,
                finishing=compiled.finishing,
                held_from=held_from,
                count_path=count_path,
            ),
            keeping_what_is_retained(self._protections(compiled), compiled),
            record=self._record,
            record_skipped=self._record_skipped,
            record_groups=self._record_groups,
            most_due=self._most_due,
            whole=self._whole,
            unlisted=unknown,
            upcoming_until=upcoming_until,
        )
        return {resource: Member(case, targets) for resource, targets in places.items()}

    def _protections(self, compiled: CompiledPolicy) -> Protections:
        targets = compiled.policy.targets if compiled.retention is not None else ()
        judged = frozenset((target.api_version, target.kind) for target in targets)
        return Protections(
            self._grants,
            lambda owner, keeps: kept_inside(self._connection, self._resources, self._grants, owner, keeps, judged),
            self._has_service,
        )

    def _has_service(self, namespace: str, name: str) -> bool:
        try:
            return observe(self._connection, SERVICES, namespace, name) is not None
        except ClusterError as error:
            raise Undecided(f"whether it has a Service cannot be told: {error}") from error

    def _whole(self, candidate: Candidate) -> Candidate | None:
        try:
            resource = self._resources.resolve(candidate.api_version, candidate.kind)
            seen = observe(self._connection, resource, candidate.namespace, candidate.name)
            return seen.candidate() if seen is not None else None
        except ClusterError as error:
            raise Undecided(str(error)) from error
