"""Noticing: which objects of a policy will be due within a while (``behavior.notice``), the next few of them by name.

Only told: nothing is decided by it, and when the time comes each object is judged anew. Of a policy that retains nothing is
noticed, since what it holds back is known at the time alone.
"""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine import judging
from zen_gc_core.engine.shares import identity
from zen_gc_core.expressions import budget
from zen_gc_core.model.decision import Decision, Verdict
from zen_gc_core.model.plan import Soon

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen_gc_core.engine.case import Case
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.decision import KeptBy

MOST_NAMED: Final = 25
"""How many objects are named: an event has room for no more."""


class Notice:
    """What will be due of the objects of one list.

    Args:
        case: The policy's run.
        within: The while.

    Attributes:
        soonest: A heap of the next objects, the last of them first.
        seen: The identities of all that will be due, as many as a plan holds.
    """

    def __init__(self, case: Case, within: dt.timedelta) -> None:
        self._case = case
        self._until = case.run.now + within
        self._order = itertools.count()
        self.soonest: list[tuple[float, int, Decision]] = []
        self.seen: set[str] = set()

    @classmethod
    def of(cls, case: Case) -> Notice | None:
        """What a policy wants noticed; None when it does not."""
        within = case.compiled.policy.behavior.notice
        return None if within is None or case.compiled.retention is not None else cls(case, within)

    def look(self, candidate: Candidate, answer: Decision | KeptBy | None, *, owner_matters: bool) -> None:
        """Take in one object, and what was said of it.

        Args:
            candidate: The object.
            answer: What was said: None, or a decision to wait, when its time is yet to come.
            owner_matters: As for ``judging.due``.
        """
        if answer is None and self._comes_soon(candidate):
            case = self._case
            answer = judging.decide(case.compiled, candidate, case.run, case.protections, owner_matters=owner_matters)
        if not isinstance(answer, Decision) or answer.verdict is not Verdict.WAIT or answer.expires_at is None:
            return
        if answer.expires_at > self._until or identity(answer) in self.seen:
            return
        if len(self.seen) < self._case.most_due:
            self.seen.add(identity(answer))
        entry = (-answer.expires_at.timestamp(), -next(self._order), answer)
        (heapq.heappush if len(self.soonest) < MOST_NAMED else heapq.heappushpop)(self.soonest, entry)

    def _comes_soon(self, candidate: Candidate) -> bool:
        """Whether its time comes within the while, conditions aside; asked first, since of most objects it does not."""
        compiled, run = self._case.compiled, self._case.run
        if compiled.shares_allowance:
            budget.share_allowance()
        try:
            instant: object = compiled.expiry(candidate, run)
            return isinstance(instant, dt.datetime) and run.now <= instant <= self._until
        except Exception:  # noqa: BLE001  whatever it was, nothing can be said of its time
            return False
        finally:
            budget.stand_alone()

    @staticmethod
    def together(case: Case, notices: Iterable[Notice | None]) -> Soon | None:
        """What will be due of the objects of all lists; None when nobody wants to know, or nothing will be."""
        within = case.compiled.policy.behavior.notice
        those = [notice for notice in notices if notice is not None]
        seen = set[str]().union(*(notice.seen for notice in those))
        if within is None or not seen:
            return None
        named = {identity(decision): (-order, decision) for notice in those for order, _, decision in notice.soonest}
        ordered = sorted(named.values(), key=lambda entry: (entry[0], entry[1].namespace, entry[1].name))
        return Soon(within, tuple(decision for _, decision in ordered[:MOST_NAMED]), len(seen))
