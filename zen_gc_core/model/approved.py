"""What somebody approved of a plan: which objects, by uid, and what is to be done with each. A run does that or less."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from zen_gc_core.model.decision import Decision, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from zen_gc_core.model.plan import Plan


@dataclass(frozen=True, slots=True)
class Wanted:
    """One object, and what is to be done with it.

    Args:
        group: The API group of its kind.
        kind: Its kind.
        namespace: Its namespace; empty when cluster-scoped.
        name: Its name.
        action: What is to be done with it (``delete``).
    """

    group: str
    kind: str
    namespace: str
    name: str
    action: str

    @classmethod
    def of(cls, decision: Decision) -> Wanted:
        """What a decision asks for."""
        return cls(
            decision.api_version.rpartition("/")[0],
            decision.kind,
            decision.namespace,
            decision.name,
            decision.action or "",
        )


@dataclass(frozen=True, slots=True)
class Approved:
    """What of a plan may be done, and nothing else.

    Args:
        objects: The objects to act on, by uid.
        unmarks: The uids of those that a mark may be taken away from.
    """

    objects: Mapping[str, Wanted]
    unmarks: frozenset[str] = frozenset()

    @classmethod
    def all_of(cls, plan: Plan) -> Approved:
        """Everything that a plan would do; an object without a uid can be named by nobody."""
        return cls(
            {each.uid: Wanted.of(each) for each in acting(plan.decisions) if each.uid},
            frozenset(each.uid for each in plan.owed if each.uid),
        )

    def takes(self, decision: Decision) -> bool:
        """Whether exactly that was approved: of this object, and not of another one of its name."""
        return bool(decision.uid) and self.objects.get(decision.uid) == Wanted.of(decision)

    def without(self, uids: Collection[str]) -> Approved:
        """The same but for some objects, of which nothing may be done."""
        return Approved({uid: each for uid, each in self.objects.items() if uid not in uids}, self.unmarks - set(uids))

    def narrow(self, plan: Plan) -> Plan:
        """A plan without what was not approved. Breaker and vetoes have judged all of it, and stand."""
        decisions = tuple(each for each in acting(plan.decisions) if self.takes(each))
        owed = tuple(each for each in plan.owed if each.uid in self.unmarks)
        marking = sum(each.begins for each in decisions)
        return replace(plan, decisions=decisions, owed=owed, due=len(decisions) - marking, marking=marking)


def acting(decisions: Iterable[Decision]) -> Iterable[Decision]:
    """Those of some decisions by which something is done."""
    return (each for each in decisions if each.verdict is Verdict.ACT and each.request is not None)
