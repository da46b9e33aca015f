"""Relatives: the other objects on which a decision depends, listed again before anything is written for it.

No precondition pins them. So no write leaves unless all of them were listed to the end in a look that began at most 8 s
before, and the decision was made on that look; where one has taken to the object in the meantime, it stays. A look serves
the namespaces of the writes that come next. The reasons are in ``docs/explanation/the-delete-contract.md``.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import Cancelled, LookedTooLongAgo
from zen_gc_core.controller.runs.gathering import Gatherer
from zen_gc_core.controller.runs.gathering_shares import Need
from zen_gc_core.controller.runs.keepers import Withheld
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.model.decision import Verdict
from zen_gc_core.model.policy import MOST_IN_A_BATCH
from zen_gc_core.model.reasons import Reason

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

    from zen_gc_core.cluster.connection import Connection
    from zen_gc_core.cluster.discovery import Resources
    from zen_gc_core.cluster.resource import Resource
    from zen_gc_core.engine.case import Case
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.relations import Related, Relation

MOST_LOOKING_SECONDS: Final = 6.0
"""How long a look may take, to be of use to a write; and how old it may be for another write to begin."""

MOST_SECONDS: Final = 8.0
"""How old it may be, counted from its start, when the request leaves."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look has shown.

    Args:
        began: When it began, by the boot-time clock, in seconds.
        related: What is known of each relation.
    """

    began: float
    related: Mapping[Relation, Related]


class Relatives:
    """The related objects of all that one plan would act on; may be used by several threads.

    Args:
        case: The policy's run.
        plan: Its plan, namespace by namespace.
        connection: The cluster.
        resources: Which resource a kind is.
        per_second: How many writes a second there may be.
        now: The present instant, by the earlier of the clocks.
        stopping: Set when the program ends.
        told: Told of each list, as in ``Need``.
        unknown: Told of how many relations not all is known, as in ``Need``.
        clock: The boot-time clock, in seconds.
    """

    def __init__(  # noqa: PLR0913  what is looked at, and how
        self,
        case: Case,
        plan: Plan,
        connection: Connection,
        resources: Resources,
        *,
        per_second: float,
        now: Callable[[], dt.datetime],
        stopping: threading.Event,
        told: Callable[[Resource, int, float], None],
        unknown: Callable[[int], None],
        clock: Callable[[], float] = boottime,
    ) -> None:
        self._case = case
        self._connection = connection
        self._resources = resources
        self._now = now
        self._stopping = stopping
        self._told = told
        self._unknown = unknown
        self._clock = clock
        self._lock = threading.Lock()
        self._looks: dict[str, Look] = {}
        self._order = [decision.namespace for decision in plan.decisions]
        self._place = {decision.uid: place for place, decision in enumerate(plan.decisions)}
        self._batch = max(1, min(MOST_IN_A_BATCH, int(per_second * MOST_LOOKING_SECONDS)))

    def look(self, decision: Decision) -> Look:
        """A look at what an object is related to that is fresh enough for a write to begin.

        Raises:
            Stopped: It takes too long.
            Cancelled: The program is ending.
        """
        seen = self._fresh(decision)
        if seen is not None:
            return seen
        with self._lock:
            seen = self._fresh(decision)  # somebody may have looked while this waited
            if seen is None:
                seen = self._look(self._ahead(decision))
        return seen

    def known_in(self, namespace: str) -> Mapping[Relation, Related]:
        """What the last look at a namespace has shown; nothing where there was none."""
        seen = self._looks.get(namespace)
        return {} if seen is None else seen.related

    def age(self, look: Look) -> float:
        """How long ago a look began, in seconds."""
        return self._clock() - look.began

    def _fresh(self, decision: Decision) -> Look | None:
        seen = self._looks.get(decision.namespace)
        return seen if seen is not None and self.age(seen) < MOST_LOOKING_SECONDS else None

    def _ahead(self, decision: Decision) -> frozenset[str]:
        """The namespaces of an object and of those that come next."""
        place = self._place.get(decision.uid, len(self._order))
        return frozenset({decision.namespace, *self._order[place : place + self._batch]})

    def _look(self, namespaces: frozenset[str]) -> Look:
        began = self._clock()

        def check() -> None:
            if self._stopping.is_set():
                raise Cancelled("the program is ending")
            if self._clock() - began > MOST_LOOKING_SECONDS:
                raise Stopped(
                    Reason.RELATED_TOO_SLOW,
                    f"the other objects on which its conditions depend took more than {MOST_LOOKING_SECONDS:g} s to be "
                    "listed again",
                )

        case = self._case
        run = replace(case.run, now=self._now())
        inside = None if "" in namespaces else namespaces
        need = Need(case.compiled.relations, run, inside, case.run.related, self._told, self._unknown)
        (related,) = Gatherer(self._connection, self._resources, check).gather([need])
        check()
        look = Look(began, related)
        self._looks.update(dict.fromkeys(namespaces, look))
        return look


class Reliance:
    """What the write to one object relies on: a look, and the decision that was made on it.

    Args:
        relatives: Looks anew.
        decision: What the plan says of the object.
        look: The look on which it was decided again.
        decide: Decides again, on another look.
    """

    def __init__(
        self, relatives: Relatives, decision: Decision, look: Look, decide: Callable[[Look], Decision]
    ) -> None:
        self._relatives = relatives
        self._decision = decision
        self._look = look
        self._decide = decide

    def check(self) -> None:
        """Look anew and decide anew, unless that was done a moment ago.

        Raises:
            Withheld: The object must stay.
            Stopped: Looking takes too long.
            ClusterError: What else the decision needs cannot be read.
        """
        if self._relatives.age(self._look) < MOST_LOOKING_SECONDS:
            return
        look = self._relatives.look(self._decision)
        again = self._decide(look)
        if again.verdict is not Verdict.ACT:
            raise Withheld(again.because)
        self._look = look

    def recent(self) -> None:
        """Ask when a request leaves whether the look still counts.

        Raises:
            LookedTooLongAgo: It does not; nothing was sent, and it must be looked anew.
        """
        if self._relatives.age(self._look) > MOST_SECONDS:
            raise LookedTooLongAgo("what the object is related to was looked at too long ago: nothing was sent")


def namespace_by_namespace(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Decisions in the order of their namespaces, the one with the first of them first; within each as they were."""
    places: dict[str, list[Decision]] = {}
    for decision in decisions:
        places.setdefault(decision.namespace, []).append(decision)
    return tuple(decision for there in places.values() for decision in there)
