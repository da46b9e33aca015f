"""A sweep: one pass over one resource that serves every policy due on it.

What is requested is what the policies need together: metadata alone when nobody reads further, a selector when all
have the same, a few namespaces when nobody looks at more. A list that fails fails the policies that needed it, and
no others.
"""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.errors import AccessDenied
from zen_gc_core.cluster.listing import Restart, candidates, pages
from zen_gc_core.cluster.paging import Selection
from zen_gc_core.controller.runs.members import Audience
from zen_gc_core.controller.runs.stalling import Stall
from zen_gc_core.engine.expanding import by_wildcard
from zen_gc_core.engine.finishing import may_finish
from zen_gc_core.engine.lasting import writes_for_a_while
from zen_gc_core.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.counting import FieldSelectors
    from zen_gc_core.cluster.page_turns import PageTurns
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.controller.runs.members import Member
    from zen_gc_core.model.policy import Target

MOST_NAMESPACES: Final = 5
"""Policies in more namespaces than this share one list of all namespaces."""

SLOW_OBJECT_SECONDS: Final = 0.02
"""Of two objects of a page that took longer, the second of the processor, the sweep looks at who takes the time for the rest.

Looking costs some µs an object and policy: with a thousand policies, more than all of them take."""


class Sweep:
    """One pass over one resource.

    Args:
        connection: The cluster.
        resource: What to list.
        members: The policies on it.
        selectors: Knows which field selectors the server supports.
        check_cancelled: Asked while a page is waited for; what it raises ends the sweep.
        turns: The turns at reading pages of all sweeps; None: it is the only one.

    Attributes:
        members: The policies on it.
        objects: How many objects were listed.
        lists: How many lists were begun.
    """

    def __init__(  # noqa: PLR0913  whom it asks, for whom, and with whom
        self,
        connection: Connection,
        resource: Resource,
        members: Sequence[Member],
        *,
        selectors: FieldSelectors,
        check_cancelled: Callable[[], None] | None = None,
        turns: PageTurns | None = None,
    ) -> None:
        self._turns = turns
        self._connection = connection
        self._resource = resource
        self.members = members
        self._selectors = selectors
        self._stall = Stall(resource, check_cancelled or bool)
        self.objects = 0
        self.lists = 0

    def run(self) -> None:
        """Pass over the resource; each member is left with its tallies, or with the error that kept it from them."""
        namespaces = self._namespaces()
        selection = Selection()
        try:
            selection = self._selection(min(namespaces, default=None) if namespaces is not None else None)
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
        audience = Audience(members)
        self._stall.moved()
        listing = pages(
            self._connection, self._resource, selection, check_cancelled=self._stall.check, turns=self._turns
        )
        for page in listing:
            if isinstance(page, Restart):
                audience = Audience(members)
                continue
            self.objects += len(page.items)
            audience.watched, suspected, now = False, False, perf_counter()
            for candidate in candidates(page):
                if audience.watched:
                    audience.offer_watched(candidate)
                    continue
                began = thread_time() if suspected else 0.0
                for tally in audience.of(candidate):
                    tally.offer(candidate)
                before, now = now, perf_counter()
                if now - before > SLOW_OBJECT_SECONDS:  # it may only have waited for its turn at the processor
                    audience.watched = suspected and thread_time() - began > SLOW_OBJECT_SECONDS
                    suspected = True
            self._stall.moved()
        audience.settle()

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

    def _selection(self, namespace: str | None) -> Selection:
        targets = [target for member in self.members for target in member.targets]
        asked_for_all = any(
            member.case.record_skipped or writes_for_a_while(member.case.compiled)  # what it takes no more is unmarked
            for member in self.members
        )
        labels = {str(target.label_selector or "") for target in targets}
        fields = {_as_parameter(target) for target in targets}
        field_selector = fields.pop() if len(fields) == 1 and not asked_for_all else ""
        if field_selector and not self._selectors.pushable(self._resource, field_selector, namespace):
            field_selector = ""
        return Selection(
            label_selector=labels.pop() if len(labels) == 1 and not asked_for_all else "",
            field_selector=field_selector,
            metadata_only=self._metadata_is_enough(),
        )

    def _metadata_is_enough(self) -> bool:
        """Whether nobody reads beyond metadata.

        Of kinds that finish, whether they did matters to the breaker; of those of which that is not known, to whoever reads
        why an object waits or is kept: a controller asks only of what is due, one by one.
        """
        kind = (self._resource.group, self._resource.kind)
        if any(member.case.compiled.finishing.known(*kind) for member in self.members):
            return False
        if any(member.case.record and self._may_finish(member) for member in self.members):
            return False
        return all(
            (member.case.compiled.reads | member.case.protections.reads(*kind)).metadata_only for member in self.members
        )

    def _may_finish(self, member: Member) -> bool:
        finishing = member.case.run.finishing
        return may_finish(finishing, self._resource.api_version, self._resource.kind) and not by_wildcard(
            member.targets
        )


def _fail(members: Iterable[Member], error: ClusterError) -> None:
    for member in members:
        member.error = member.error or error


def _as_parameter(target: Target) -> str:
    selector = target.field_selector
    if selector is None or any("\\" in path.text or "[" in path.text for path, _ in selector.fields):
        return ""
    return str(selector)
