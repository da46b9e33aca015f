"""A plan: what one run of one policy would do. What ``zen-gc plan`` prints and what the controller carries out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from zen_gc_core.model.decision import KeptBy

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.policy import PolicyReference, Problem
    from zen_gc_core.model.reasons import Reason
    from zen_gc_core.model.retain import Grouped, LeftOver
    from zen_gc_core.model.unlisted import Unlisted


@dataclass(frozen=True, slots=True)
class Veto:
    """A plugin's word against a run.

    Args:
        plugin: The plugin, by its entry point's name.
        reason: Why, in one line.
    """

    plugin: str
    reason: str


class Dependent(NamedTuple):
    """An object that goes along with one that is deleted, because it is owned by it, directly or not.

    Args:
        api_version: Group and version in which it was seen.
        kind: Its kind.
        namespace: Its namespace; empty when cluster-scoped.
        name: Its name.
        left_over: Of a policy that retains, and of an object that belongs to a group: which, and the objects that must be
            there for it to go along.
    """

    api_version: str
    kind: str
    namespace: str
    name: str
    left_over: LeftOver | None = None


class Upcoming(NamedTuple):
    """An object whose time is to come.

    Args:
        instant: When it will be due, as far as can be told now.
        namespace: Its namespace; empty when cluster-scoped.
        name: Its name.
        uid: Its uid.
    """

    instant: dt.datetime
    namespace: str
    name: str
    uid: str


@dataclass(frozen=True, slots=True)
class Soon:
    """What will be due within a while, as far as it can be told now.

    Args:
        within: The while, from the run on.
        decisions: The next 25 objects of it, in the order in which they will be due; each waits until ``expires_at``.
        count: How many there are in all; 10,000 also where there are more.
    """

    within: dt.timedelta
    decisions: tuple[Decision, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run of one policy would do.

    Args:
        policy: The policy.
        now: The instant of the run.
        scanned: How many objects of the targets' kinds are in scope.
        matched: How many of them the selectors take.
        due: How many of the matched would be acted on.
        marking: How many objects would only be marked beside them: their conditions have begun to hold.
        decisions: One decision a matched object, for ``zen-gc plan``; for the controller the due ones alone,
            oldest expiry first, and no more of them than fit its bounds (``due`` counts all).
        kept: How many matched objects are kept, by what keeps them.
        first_error: The first object that an error keeps, and the error as everybody may be told; None when there is none.
        first_reason: That error in one word, where it is not one of the evaluation.
        tripped: Why the breaker stops the run; None when it does not.
        vetoed: The vetoes of plugins.
        along: For the controller, by the uid of what is due: the objects in view that would go along with it.
        overfull: Why a policy that retains acts on nothing: it would retain too many objects; None when it would not.
        left_over: For the controller, by the uid of what is due and belongs to a group: which, and the objects that must
            be there for it to go. Of a policy that retains nothing, none.
        unlisted: The kinds of wildcards that could not be listed; what may own such objects is kept.
        groups: Where it is asked for, of a policy that retains: the objects of each group, newest first.
        notes: What the policy's author should look at, now that its objects are known.
        recycled_for: How long a copy of what is deleted is kept in the recycle bin; None: there is none.
        owed: The objects whose marks must be taken away: their conditions do not hold any more. No breaker and no veto
            stops that.
        whole: Whether that is all that is owed, so that the pass is complete when it is written.
        soon: What will be due soon; None where the policy does not ask (``behavior.notice``), or nothing will be.
        upcoming: For the controller: what will be due before its next pass, as far as that is remembered, nearest first.
    """

    policy: PolicyReference
    now: dt.datetime
    scanned: int
    matched: int
    due: int
    decisions: tuple[Decision, ...]
    kept: Mapping[KeptBy, int] = field(default_factory=lambda: dict.fromkeys(KeptBy, 0))
    first_error: str | None = None
    first_reason: Reason | None = None
    tripped: str | None = None
    vetoed: tuple[Veto, ...] = ()
    along: Mapping[str, tuple[Dependent, ...]] = field(default_factory=dict)
    overfull: str | None = None
    left_over: Mapping[str, LeftOver] = field(default_factory=dict)
    unlisted: tuple[Unlisted, ...] = ()
    groups: Mapping[tuple[object, ...], tuple[Grouped, ...]] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()
    recycled_for: dt.timedelta | None = None
    marking: int = 0
    owed: tuple[Decision, ...] = ()
    whole: bool = True
    soon: Soon | None = None
    upcoming: tuple[Upcoming, ...] = ()

    @property
    def acts(self) -> int:
        """How many objects would be written to: those that are due, and those that would only be marked."""
        return self.due + self.marking

    @property
    def pending(self) -> int:
        """How many matched objects are not due: those that wait and those that are kept."""
        return self.matched - self.due

    @property
    def stopped(self) -> bool:
        """Whether nothing of it may be carried out."""
        return self.tripped is not None or self.overfull is not None or bool(self.vetoed)
