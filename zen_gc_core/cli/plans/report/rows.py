"""Which objects the report lists, and in which order; of very many, only the first, and how many are left out."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.model.decision import KeptBy, Verdict

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from zen_gc_core.engine.asking import Planned
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.policy import PolicyReference

MOST: Final = 2_000
"""How many objects are listed: a browser shows a page of them at once."""

_FIRST: Final = {Verdict.ACT: 0, Verdict.WAIT: 2, Verdict.KEEP: 3, Verdict.SKIP: 4}


@dataclass(frozen=True, slots=True)
class Listed:
    """An object of the report.

    Args:
        policy: Which policy speaks of it.
        action: What the policy does.
        decision: What it says.
    """

    policy: PolicyReference
    action: str
    decision: Decision

    @property
    def word(self) -> str:
        """The verdict in one word: the action where it acts."""
        acts = self.decision.verdict is Verdict.ACT
        return (self.decision.action or self.action) if acts else str(self.decision.verdict)


@dataclass(frozen=True, slots=True)
class Listing:
    """The objects that are listed, and what is not.

    Args:
        rows: Those that are: what goes first, what cannot be told, what waits, what is kept.
        left_out: How many are not, by their verdict.
        total: How many there are.
    """

    rows: tuple[Listed, ...]
    left_out: dict[str, int]
    total: int


def listing(planned: Sequence[Planned]) -> Listing:
    """Choose what is listed of all decisions."""
    everything = Counter(str(each.decision.verdict) for each in _all(planned))
    rows = tuple(heapq.nsmallest(MOST, _all(planned), key=_turn))
    shown = Counter(str(each.decision.verdict) for each in rows)
    left_out = {verdict: count - shown[verdict] for verdict, count in everything.items() if count > shown[verdict]}
    return Listing(rows, left_out, sum(everything.values()))


def _all(planned: Sequence[Planned]) -> Iterator[Listed]:
    for one in planned:
        if one.plan is None or one.compilation.compiled is None:
            continue
        action = one.compilation.compiled.policy.action.name
        for decision in one.plan.decisions:
            yield Listed(one.compilation.reference, action, decision)


def _turn(each: Listed) -> tuple[int, float, str, str, str, str]:
    decision = each.decision
    first = 1 if decision.kept_by is KeptBy.ERROR else _FIRST[decision.verdict]
    return (first, _time(decision.expires_at), str(each.policy), decision.kind, decision.namespace, decision.name)


def _time(instant: dt.datetime | None) -> float:
    return instant.timestamp() if instant is not None else 0.0
