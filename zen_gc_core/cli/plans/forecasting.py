"""Forecasting: what plans say will be due, and when, counted. Pure; what is said of tomorrow is what can be told now.

An object is due at its time; a policy acts on it at its next run, if it still meets it then.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.examining import held_back
from zen_gc_core.model.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zen_gc_core.engine.asking import Planned
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.policy import PolicyReference

NEXT: Final = 20
"""How many of the next objects are named."""

_MOST_DAYS: Final = 31
"""Beyond so many days, a bar is a week or more."""

_STEPS: Final = (dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(days=7), dt.timedelta(days=30))


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes of the objects of one policy and kind.

    Args:
        policy: The policy.
        kind: The kind.
        action: What is done with them.
        counts: How many are due in each bucket; the first are due now, the last later than all that is looked at.
        kept: How many of them no time makes due, as far as can be told.
    """

    policy: PolicyReference
    kind: str
    action: str
    counts: tuple[int, ...]
    kept: int


@dataclass(frozen=True, slots=True)
class Bar:
    """How many objects are due in a span of time.

    Args:
        begins: Its begin; None: all that is due already.
        ends: Its end.
        count: How many.
    """

    begins: dt.datetime | None
    ends: dt.datetime
    count: int


@dataclass(frozen=True, slots=True)
class Next:
    """One of the next objects.

    Args:
        policy: The policy.
        action: What is done with it.
        decision: The object, and when it is due.
    """

    policy: PolicyReference
    action: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is due when.

    Args:
        now: The present.
        until: The end of what is looked at.
        buckets: The ends of the spans that rows count, from now on.
        rows: What becomes of the objects of each policy and kind.
        bars: How many are due now, and in each day or hour until the end.
        next: The next objects that are not due yet, the soonest first.
        more: How many more will be due until the end than are named.
        not_now: Why a policy acts on nothing now, though objects of its are due.
        retaining: The policies that hold back the newest, so that less goes than is due.
        failed: The policies of which nothing can be said, and why.
    """

    now: dt.datetime
    until: dt.datetime
    buckets: tuple[dt.timedelta, ...]
    rows: tuple[Row, ...]
    bars: tuple[Bar, ...]
    next: tuple[Next, ...]
    more: int
    not_now: tuple[tuple[PolicyReference, str], ...] = ()
    retaining: tuple[PolicyReference, ...] = ()
    failed: tuple[tuple[PolicyReference, str], ...] = ()

    @property
    def due(self) -> int:
        """How many are due now."""
        return sum(row.counts[0] for row in self.rows)

    @property
    def coming(self) -> int:
        """How many more will be due until the end."""
        return sum(sum(row.counts[1:-1]) for row in self.rows)


def forecast(planned: Sequence[Planned], now: dt.datetime, within: dt.timedelta) -> Forecast:
    """Count what plans say will be due.

    Args:
        planned: Policies and their plans, with a decision for each object.
        now: The instant of the plans.
        within: How far is looked ahead.
    """
    until = _later(now, within)
    buckets = (*(step for step in _STEPS if step < within), within)
    counting = _Counting(now, buckets)
    not_now, retaining, failed = [], [], []
    for one in planned:
        reference, compiled, plan = one.compilation.reference, one.compilation.compiled, one.plan
        if compiled is None or plan is None:
            invalid = "it is invalid, and never acts" if compiled is None else "it could not be planned"
            failed.append((reference, one.failure or invalid))
            continue
        not_now += [(reference, why) for why in held_back(compiled.policy, plan)]
        retaining += [reference] if compiled.policy.retain is not None else []
        counting.take(reference, compiled.policy.action.name, plan.decisions)
    coming = [each for each in counting.times if each <= until]
    bars = (Bar(None, now, counting.due), *_bars(coming, now, until))
    named = tuple(heapq.nsmallest(NEXT, counting.next(until), key=_turn))
    more = len(coming) - len(named)
    return Forecast(
        now, until, buckets, counting.rows(), bars, named, more, tuple(not_now), tuple(retaining), tuple(failed)
    )


def _later(now: dt.datetime, within: dt.timedelta) -> dt.datetime:
    try:
        return now + within
    except OverflowError:
        return dt.datetime.max.replace(tzinfo=dt.UTC)


def _turn(each: Next) -> tuple[dt.datetime, str, str, str]:
    decision = each.decision
    expires = decision.expires_at or dt.datetime.min.replace(tzinfo=dt.UTC)
    return expires, decision.kind, decision.namespace, decision.name


@dataclass(slots=True)
class _Counting:
    """What is counted while plans go by.

    Attributes:
        due: How many are due now.
        times: When the others will be due.
    """

    now: dt.datetime
    buckets: tuple[dt.timedelta, ...]
    due: int = 0
    times: list[dt.datetime] = field(default_factory=list)
    _rows: dict[tuple[PolicyReference, str, str], Counter[int]] = field(default_factory=dict)
    _waiting: list[Next] = field(default_factory=list)

    def take(self, policy: PolicyReference, action: str, decisions: Iterable[Decision]) -> None:
        """Count the objects of a policy."""
        for decision in decisions:
            if decision.verdict is Verdict.SKIP:
                continue
            done = decision.action or action
            counts = self._rows.setdefault((policy, decision.kind, done), Counter())
            if decision.verdict is Verdict.KEEP or decision.expires_at is None:
                counts[-1] += 1
                continue
            if decision.verdict is Verdict.ACT:
                counts[0] += 1
                self.due += 1
                continue
            counts[self._bucket(decision.expires_at - self.now)] += 1
            self.times.append(decision.expires_at)
            self._waiting.append(Next(policy, done, decision))

    def _bucket(self, span: dt.timedelta) -> int:
        return next((index for index, end in enumerate(self.buckets, 1) if span <= end), len(self.buckets) + 1)

    def rows(self) -> tuple[Row, ...]:
        """A row for each policy, kind and action, in the order in which they came."""
        last = len(self.buckets) + 1
        return tuple(
            Row(policy, kind, action, tuple(counts[index] for index in range(last + 1)), counts[-1])
            for (policy, kind, action), counts in self._rows.items()
        )

    def next(self, until: dt.datetime) -> Iterator[Next]:
        """What is due until an instant."""
        return (
            each for each in self._waiting if each.decision.expires_at is not None and each.decision.expires_at <= until
        )


def _bars(times: Iterable[dt.datetime], now: dt.datetime, until: dt.datetime) -> Iterator[Bar]:
    """A bar for each day, in UTC; for each hour of two days, and for several days of more than a month."""
    span = until - now
    step = dt.timedelta(hours=1) if span <= dt.timedelta(days=1) else dt.timedelta(days=1)
    days = span / dt.timedelta(days=1)
    if days > _MOST_DAYS:
        step = dt.timedelta(days=-(-days // _MOST_DAYS))
    midnight = now.replace(minute=0, second=0, microsecond=0)
    begins = midnight if step < dt.timedelta(days=1) else midnight.replace(hour=0)
    counts = Counter((each - begins) // step for each in times)
    number = -(-(until - begins) // step)
    for index in range(max(number, max(counts, default=0) + 1)):
        first = begins + index * step
        yield Bar(max(first, now), min(_later(first, step), until), counts[index])
