"""How many objects there are: what the breaker measures a run against, and what is inside a Namespace.

Asked seldom: only for runs that would act on a hundred unfinished objects or more, and before a Namespace goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.cluster.counting import count
from zen_gc_core.cluster.errors import AuthorityLost
from zen_gc_core.cluster.listing import Restart, candidates, pages
from zen_gc_core.cluster.paging import Selection
from zen_gc_core.engine.planning import unfinished_in_scope
from zen_gc_core.engine.protections import marked
from zen_gc_core.engine.selecting import in_scope
from zen_gc_core.errors import ClusterError, Undecided
from zen_gc_core.model.scope import EveryNamespace

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.discovery import Resource, Resources
    from zen_gc_core.controller.runs.sweeping import Member
    from zen_gc_core.model.candidate import Candidate

    CancelCheck = Callable[[], None] | None


def count_in_scope(
    connection: Connection, members: Mapping[Resource, Member], check_cancelled: CancelCheck = None
) -> int | None:
    """How many unfinished objects of a policy's kinds are in its scope, selectors aside.

    Args:
        connection: The cluster.
        members: The policy on each of its sweeps.
        check_cancelled: Asked while a list is read; what it raises ends it.

    Returns:
        The number; None when it cannot be told.

    Raises:
        AuthorityLost: What ``check_cancelled`` raised; that says nothing about the number.
    """
    try:
        return sum(_of_resource(connection, resource, member, check_cancelled) for resource, member in members.items())
    except AuthorityLost:
        raise
    except (ClusterError, Undecided):
        return None


def _of_resource(connection: Connection, resource: Resource, member: Member, check_cancelled: CancelCheck) -> int:
    known = member.case.compiled.finishing.known(resource.group, resource.kind)
    finishes = known or any(tally.finished for tally in member.tallies)
    if not finishes and resource.namespaced and (names := member.namespaces) is not None and _plain(member):
        return sum(count(connection, resource, name, check_cancelled=check_cancelled) for name in sorted(names))
    if not finishes and _plain(member) and all(isinstance(target.scope, EveryNamespace) for target in member.targets):
        return count(connection, resource, check_cancelled=check_cancelled)
    case = member.case
    if finishes:
        return _passed(
            connection,
            resource,
            Selection(),
            lambda candidate: unfinished_in_scope(case.compiled, candidate, case.run),
            check_cancelled,
        )
    return _passed(
        connection,
        resource,
        Selection(metadata_only=True),
        lambda candidate: bool(in_scope(member.targets, candidate, case.run)),
        check_cancelled,
    )


def _plain(member: Member) -> bool:
    return all(target.namespace_selector is None for target in member.targets)


def _passed(
    connection: Connection,
    resource: Resource,
    selection: Selection,
    counts: Callable[[Candidate], bool],
    check_cancelled: CancelCheck,
) -> int:
    total = 0
    for candidate in _all(connection, resource, selection, check_cancelled):
        total = 0 if candidate is None else total + (candidate.malformed is None and counts(candidate))
    return total


def _all(
    connection: Connection, resource: Resource, selection: Selection, check_cancelled: CancelCheck
) -> Iterator[Candidate | None]:
    """The objects of a list; None where it begins again."""
    for page in pages(connection, resource, selection, check_cancelled=check_cancelled):
        if isinstance(page, Restart):
            yield None
        else:
            yield from candidates(page)


def kept_inside(connection: Connection, resources: Resources, namespace: str, now: dt.datetime) -> str | None:
    """Why something in a Namespace must be kept, or None.

    Args:
        connection: The cluster.
        resources: What the cluster serves.
        namespace: The Namespace that a policy would delete.
        now: The instant.

    Raises:
        Undecided: Something in it cannot be listed.
    """
    try:
        for resource in resources.everything():
            if not resource.namespaced or not {"list", "delete"} <= resource.verbs:
                continue
            for candidate in _all(connection, resource, Selection(namespace, metadata_only=True), None):
                if candidate is not None and candidate.malformed is not None:
                    raise Undecided(f"{candidate.kind} {candidate.name} in it: {candidate.malformed}")
                if candidate is not None and marked(candidate.labels, candidate.annotations, now):
                    return f"{candidate.kind} {candidate.name} in it carries the keep mark"
    except ClusterError as error:
        raise Undecided(f"what is in Namespace {namespace} cannot be told: {error}") from error
    return None
