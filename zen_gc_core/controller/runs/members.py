"""The policies on a sweep: which objects each is shown, and how much time each may take of what they share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from time import thread_time
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.errors import ListIncomplete
from zen_gc_core.controller.runs.seating import Room
from zen_gc_core.engine.planning import tally_of
from zen_gc_core.engine.reaching import namespaces_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.tallying import Tally
    from zen_gc_core.errors import ClusterError
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.policy import Target
    from zen_gc_core.model.relations import Related, Relation

MOST_JUDGING_SECONDS: Final = 30.0
"""Processor time that a cluster policy may take of a pass that others ride on; then it has to leave."""

SHARE_OF_JUDGING_SECONDS: Final = 5.0
"""The same for all policies of one namespace together; then those leave that took more than an even part."""


@dataclass(slots=True)
class Member:
    """A policy on a sweep.

    Args:
        case: The policy's run.
        targets: Its targets of this kind.
        tallies: What was counted, a tally for each list that it needed.
        error: Why its objects could not be listed; None when they were.
        judging: Processor time that it took where it was looked at who takes how long, in seconds.
    """

    case: Case
    targets: Sequence[Target]
    tallies: list[Tally] = field(default_factory=list)
    error: ClusterError | None = None
    judging: float = 0.0

    @property
    def owner(self) -> tuple[str, str]:
        """Whose share of the time it takes: its namespace's; a policy of whoever runs the cluster has its own."""
        policy = self.case.compiled.policy.reference
        return (policy.namespace, "" if policy.namespace else policy.name)

    @property
    def namespaces(self) -> frozenset[str] | None:
        """The namespaces that it looks at, when they are written out; None when it looks at all."""
        return namespaces_of(self.targets)


def knowing(members: Mapping[Resource, Member], related: Mapping[Relation, Related]) -> dict[Resource, Member]:
    """The places of one policy, to whose run something is known of other objects.

    Args:
        members: The places.
        related: What is known.
    """
    case = next(iter(members.values())).case
    known = replace(case, run=replace(case.run, related=related))
    return {resource: replace(member, case=known) for resource, member in members.items()}


class Audience:
    """Who is shown an object: those that look at its namespace, and may take it.

    Args:
        members: The policies that a list is for.

    Attributes:
        watched: Whether it is looked at who takes how long.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        self._all: list[tuple[Member, Tally]] = [
            (member, tally_of(member.case, member.targets)) for member in members if member.error is None
        ]
        self._member = {id(tally): member for member, tally in self._all}
        self.watched = False
        self._seat()

    def _seat(self) -> None:
        everywhere: list[Tally] = []
        within: dict[str, list[Tally]] = {}
        for member, tally in self._all:
            names = member.namespaces
            if names is None:
                everywhere.append(tally)
            else:
                for name in names:
                    within.setdefault(name, []).append(tally)
        self._elsewhere = Room(everywhere)
        self._rooms = {name: Room(everywhere + tallies, name) for name, tallies in within.items()}

    def of(self, candidate: Candidate) -> Sequence[Tally]:
        """The tallies of those that look at an object's namespace."""
        return self._rooms.get(candidate.namespace, self._elsewhere).of(candidate)

    def offer_watched(self, candidate: Candidate) -> None:
        """Show an object, and let who has taken too long leave: its run fails, and the others go on."""
        for tally in self.of(candidate):
            member = self._member[id(tally)]
            if member.error is not None:
                continue
            began = thread_time()
            tally.offer(candidate)
            took = thread_time() - began
            member.judging += took
            if took > 0:
                self._check(member)

    def _check(self, member: Member) -> None:
        most = SHARE_OF_JUDGING_SECONDS if member.owner[0] else MOST_JUDGING_SECONDS
        if member.judging * len(self._all) <= most:
            return  # not even if all took as much
        those = [each for each, _ in self._all if each.owner == member.owner]
        if sum(each.judging for each in those) <= most:
            return
        for each in those:
            if each.judging * len(those) >= most:
                each.error = ListIncomplete(
                    f"judging the objects took {'all policies of the namespace' if member.owner[0] else 'the policy'} "
                    f"more than {most:g} s, for which others wait: the conditions of this one are too expensive"
                )
        self.without_those_that_failed()

    def without_those_that_failed(self) -> None:
        """Show nothing more to members that have an error."""
        self._settle_rooms()
        self._all = [(each, tally) for each, tally in self._all if each.error is None]
        self._seat()

    def _settle_rooms(self) -> None:
        for room in (self._elsewhere, *self._rooms.values()):
            room.settle()

    def settle(self) -> None:
        """The list has come to its end: let each that stayed have what was counted for it."""
        self._settle_rooms()
        for member, tally in self._all:
            member.tallies.append(tally)
