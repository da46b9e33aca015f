"""How many objects there are: what the breaker measures a run against.

Asked seldom: only for runs that would act on a hundred unfinished objects or more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zen_gc_core.cluster.counting import count
from zen_gc_core.cluster.errors import Cancelled
from zen_gc_core.cluster.listing import Restart, candidates, pages
from zen_gc_core.cluster.paging import Selection
from zen_gc_core.engine.expanding import by_wildcard
from zen_gc_core.engine.finishing import may_finish
from zen_gc_core.engine.planning import tally_of
from zen_gc_core.engine.shares import Count, counts_in_population, identity, kind_key
from zen_gc_core.engine.versions import sums_of
from zen_gc_core.errors import ClusterError, Undecided
from zen_gc_core.model.scope import EveryNamespace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.controller.runs.members import Member
    from zen_gc_core.engine.shares import Counts, KindKey
    from zen_gc_core.engine.tallying import Tally
    from zen_gc_core.model.candidate import Candidate

    CancelCheck = Callable[[], None] | None


def count_in_scope(
    connection: Connection, members: Mapping[Resource, Member], check_cancelled: CancelCheck = None
) -> Counts | None:
    """How many unfinished objects of each of a policy's kinds it would act on, and how many there are in its scope.

    Args:
        connection: The cluster.
        members: The policy on each of its sweeps, tallied.
        check_cancelled: Asked while a list is read; what it raises ends it.

    Returns:
        The numbers; None when they cannot be told.

    Raises:
        Cancelled: What ``check_cancelled`` raised; that says nothing about the numbers.
    """
    kinds: dict[KindKey, dict[Resource, Member]] = {}
    for resource, member in members.items():
        if by_wildcard(member.targets) and not sums_of(member.tallies).due:
            continue  # what a wildcard means and takes nothing of makes no whole larger
        kinds.setdefault(kind_key(resource.group, resource.kind), {})[resource] = member
    try:
        return {key: _of_kind(connection, key, versions, check_cancelled) for key, versions in kinds.items()}
    except Cancelled:
        raise
    except (ClusterError, Undecided):
        return None


def _of_kind(
    connection: Connection, key: KindKey, versions: Mapping[Resource, Member], check_cancelled: CancelCheck
) -> Count:
    known = sums_of(tally for member in versions.values() for tally in member.tallies)
    resource, member = next(iter(versions.items()))
    if (
        len(versions) == 1
        and not may_finish(member.case.run.finishing, resource.api_version, resource.kind)
        and _plain(member)
        and not any(tally.unreadable for tally in member.tallies)  # a bare number would count them
    ):
        if resource.namespaced and (names := member.namespaces) is not None:
            number = sum(count(connection, resource, name, check_cancelled=check_cancelled) for name in sorted(names))
            return Count(known.unfinished, number)
        if all(isinstance(target.scope, EveryNamespace) for target in member.targets):
            return Count(known.unfinished, count(connection, resource, check_cancelled=check_cancelled))
    there: set[str] | None = set() if len(versions) > 1 else None
    passed = [_passed(connection, key, *version, there, check_cancelled) for version in versions.items()]
    judged = sums_of(tally for tally, _ in passed).unfinished if known.untold else known.unfinished
    return Count(judged, len(there) if there is not None else passed[0][1])


def _plain(member: Member) -> bool:
    return all(target.namespace_selector is None for target in member.targets)


def _passed(  # noqa: PLR0913, PLR0917  a list, and what is noted of it
    connection: Connection,
    key: KindKey,
    resource: Resource,
    member: Member,
    there: set[str] | None,
    check_cancelled: CancelCheck,
) -> tuple[Tally, int]:
    """Pass over a kind, whole where it may finish: what is due of it, and how many unfinished objects are in scope.

    Where ``there`` is given, these are noted in it, too: other versions of the kind show the same objects.
    """
    case = replace(member.case, record=False, record_skipped=False, most_due=0)
    everywhere = case.compiled.targets_of_kind(key)
    whole = may_finish(case.run.finishing, resource.api_version, resource.kind)
    tally, number = tally_of(case, member.targets), 0
    for candidate in everything(connection, resource, Selection(metadata_only=not whole), check_cancelled):
        if candidate is None:
            tally, number = tally_of(case, member.targets), 0
            continue
        if counts_in_population(everywhere, candidate, case.run):
            number += 1
            if there is not None:
                there.add(identity(candidate))
        if whole:
            tally.offer(candidate)
    return tally, number


def everything(
    connection: Connection, resource: Resource, selection: Selection, check_cancelled: CancelCheck
) -> Iterator[Candidate | None]:
    """The objects of a list; None where it begins again.

    Raises:
        ClusterError: It cannot be read to its end.
    """
    for page in pages(connection, resource, selection, check_cancelled=check_cancelled):
        if isinstance(page, Restart):
            yield None
        else:
            yield from candidates(page)
