"""A sweep: one pass over one resource that serves every policy due on it.

What is requested is what the policies need together: metadata alone when nobody reads further, a selector when all
have the same, a few namespaces when nobody looks at more. A list that fails fails the policies that needed it, and
no others.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import AccessDenied, ListIncomplete
from zen_gc_core.cluster.listing import Restart, candidates, pages
from zen_gc_core.cluster.paging import Selection
from zen_gc_core.engine.planning import tally_of
from zen_gc_core.errors import ClusterError
from zen_gc_core.model.scope import TheseNamespaces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.counting import FieldSelectors
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.engine.case import Case
    from zen_gc_core.engine.tallying import Tally
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.policy import Target

MOST_NAMESPACES: Final = 5
"""Policies in more namespaces than this share one list of all namespaces."""

STALL_SECONDS: Final = 60.0
"""How long a sweep waits for one page, retries and all, before it gives its place to others."""

LONGEST_SECONDS: Final = 1800.0
"""How long a sweep may take, however well it gets on."""


MOST_JUDGING_SECONDS: Final = 30.0
"""Processor time that a cluster policy may take of a pass that others ride on; then it has to leave."""

SHARE_OF_JUDGING_SECONDS: Final = 5.0
"""The same for all policies of one namespace together; then those leave that took more than an even part."""

SLOW_OBJECT_SECONDS: Final = 0.02
"""An object that took longer makes the sweep look at who takes the time for the rest of its page; looking costs, too."""


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
        names: set[str] = set()
        for target in self.targets:
            if not isinstance(target.scope, TheseNamespaces):
                return None
            names |= target.scope.names
        return frozenset(names)


class Sweep:
    """One pass over one resource.

    Args:
        connection: The cluster.
        resource: What to list.
        members: The policies on it.
        selectors: Knows which field selectors the server supports.
        check_cancelled: Asked while a page is waited for; what it raises ends the sweep.

    Attributes:
        members: The policies on it.
        objects: How many objects were listed.
        lists: How many lists were begun.
    """

    def __init__(
        self,
        connection: Connection,
        resource: Resource,
        members: Sequence[Member],
        *,
        selectors: FieldSelectors,
        check_cancelled: Callable[[], None] | None = None,
    ) -> None:
        self._connection = connection
        self._resource = resource
        self.members = members
        self._selectors = selectors
        self._asked = check_cancelled
        self._moved_at = boottime()
        self._until = self._moved_at + LONGEST_SECONDS
        self.objects = 0
        self.lists = 0

    def run(self) -> None:
        """Pass over the resource; each member is left with its tallies, or with the error that kept it from them."""
        namespaces = self._namespaces()
        selection = Selection()
        try:
            selection = self._selection()
            if namespaces is not None and len(namespaces) <= MOST_NAMESPACES:
                self._by_namespace(selection, namespaces)
            else:
                self._list(self.members, selection)
        except AccessDenied as error:
            if namespaces is None:
                _fail(self.members, error)
            else:
                self._by_namespace(selection, namespaces)
        except ClusterError as error:
            _fail(self.members, error)

    def _by_namespace(self, selection: Selection, namespaces: Iterable[str]) -> None:
        for namespace in sorted(namespaces):
            there = [member for member in self.members if member.namespaces and namespace in member.namespaces]
            try:
                self._list(there, replace(selection, namespace=namespace))
            except ClusterError as error:
                _fail(there, error)

    def _list(self, members: Sequence[Member], selection: Selection) -> None:
        self.lists += 1
        audience = _Audience(members)
        self._moved_at = boottime()
        for page in pages(self._connection, self._resource, selection, check_cancelled=self._check_going):
            if isinstance(page, Restart):
                audience = _Audience(members)
                continue
            self.objects += len(page.items)
            audience.watched, now = False, perf_counter()
            for candidate in candidates(page):
                if audience.watched:
                    audience.offer_watched(candidate)
                    continue
                for tally in audience.of(candidate):
                    tally.offer(candidate)
                before, now = now, perf_counter()
                audience.watched = now - before > SLOW_OBJECT_SECONDS
            self._moved_at = boottime()
        audience.settle()

    def _check_going(self) -> None:
        """Asked while a page is waited for: whether it is still wanted, and whether the list gets on."""
        if self._asked is not None:
            self._asked()
        now = boottime()
        if now - self._moved_at > STALL_SECONDS:
            raise ListIncomplete(f"the list of {self._resource} has not got on for {STALL_SECONDS:.0f} s")
        if now > self._until:
            raise ListIncomplete(f"the list of {self._resource} takes more than {LONGEST_SECONDS:.0f} s")

    def _namespaces(self) -> frozenset[str] | None:
        if not self._resource.namespaced:
            return None
        together: set[str] = set()
        for member in self.members:
            names = member.namespaces
            if names is None:
                return None
            together |= names
        return frozenset(together)

    def _selection(self) -> Selection:
        targets = [target for member in self.members for target in member.targets]
        asked_for_all = any(member.case.record_skipped for member in self.members)
        labels = {str(target.label_selector or "") for target in targets}
        fields = {_as_parameter(target) for target in targets}
        field_selector = fields.pop() if len(fields) == 1 and not asked_for_all else ""
        if field_selector and not self._selectors.pushable(self._resource, field_selector):
            field_selector = ""
        return Selection(
            label_selector=labels.pop() if len(labels) == 1 and not asked_for_all else "",
            field_selector=field_selector,
            metadata_only=self._metadata_is_enough(),
        )

    def _metadata_is_enough(self) -> bool:
        """Whether nobody reads beyond metadata; of kinds that finish, whether they did matters to the breaker."""
        kind = (self._resource.group, self._resource.kind)
        if any(member.case.compiled.finishing.known(*kind) for member in self.members):
            return False
        return all(
            (member.case.compiled.reads | member.case.protections.reads(*kind)).metadata_only for member in self.members
        )


def _fail(members: Iterable[Member], error: ClusterError) -> None:
    for member in members:
        member.error = member.error or error


def _as_parameter(target: Target) -> str:
    selector = target.field_selector
    if selector is None or any("\\" in path.text or "[" in path.text for path, _ in selector.fields):
        return ""
    return str(selector)


class _Audience:
    """Who is shown an object: those that look at its namespace. A thousand policies cost a look-up, not a loop.

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
        self._everywhere: list[Tally] = []
        self._in: dict[str, list[Tally]] = {}
        for member, tally in self._all:
            names = member.namespaces
            if names is None:
                self._everywhere.append(tally)
            else:
                for name in names:
                    self._in.setdefault(name, []).append(tally)
        if self._everywhere:
            self._in = {name: self._everywhere + tallies for name, tallies in self._in.items()}

    def of(self, candidate: Candidate) -> Sequence[Tally]:
        return self._in.get(candidate.namespace, self._everywhere)

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
        self._all = [(each, tally) for each, tally in self._all if each.error is None]
        self._seat()

    def settle(self) -> None:
        for member, tally in self._all:
            member.tallies.append(tally)
