"""What goes along with an object when it is deleted: dependents that the run has in view and that must stay keep their owners.

In view is what the policy's own selectors take. The order in which objects are listed does not matter: what is due is
settled when all has been seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zen_gc_core.errors import Undecided
from zen_gc_core.model.decision import KeptBy
from zen_gc_core.model.heads import UNREADABLE_OWNER
from zen_gc_core.model.plan import Dependent
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.unlisted import ALL_OBJECTS, NO_GAPS, Gaps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen_gc_core.engine.protections import Protections
    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.heads import OwnerReference
    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.policy import Policy

Key = tuple[str, ...]
"""An object: its uid, or, for objects of files without one, its kind, namespace and name."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Why an object must stay.

    Args:
        kept_by: A protection of what goes along, or a doubt about it.
        because: In one line.
        told: As much of a doubt as everybody may be told.
        reason: The doubt in one word, where it is not one of the evaluation.
    """

    kept_by: KeptBy
    because: str
    told: str = "cannot tell whether it would take something along that must stay"
    reason: Reason | None = None


def owner_kinds(policy: Policy) -> frozenset[str]:
    """The kinds whose objects a policy may delete, by name: the owners that matter."""
    return frozenset(target.kind for target in policy.targets)


@dataclass(slots=True)
class Guards:
    """What the objects of one list keep.

    Args:
        guarded: The owners that must stay, and why.
        above: Of each object with owners that matter, these; so that owners of owners stay, too.
        along: Of each owner that matters, the objects in view that it owns, by what they are known as.
        doubtful: Namespaces with an object whose owners cannot be read, by its kind, and the doubt.
    """

    guarded: dict[Key, Guard] = field(default_factory=dict)
    above: dict[Key, tuple[Key, ...]] = field(default_factory=dict)
    along: dict[Key, list[tuple[Key, Dependent]]] = field(default_factory=dict)
    doubtful: dict[tuple[str, str], str] = field(default_factory=dict)

    def look_at(self, candidate: Candidate, kinds: frozenset[str], protections: Protections, run: Run) -> None:
        """Note what an object in view that has owners keeps."""
        owners = [key for owner in candidate.owner_references if owner.kind in kinds for key in _keys(owner, candidate)]
        if UNREADABLE_OWNER in candidate.owner_references:
            self.doubtful[candidate.namespace, candidate.kind] = (
                f"whether it owns {candidate.kind} {candidate.name} cannot be told: {candidate.malformed}"
            )
        if not owners:
            return
        own = _key(candidate)
        self.above[own] = tuple(owners)
        found = (own, dependent(candidate))
        for key in owners:
            self.along.setdefault(key, []).append(found)
        guard = guard_of(candidate, protections, run)
        if guard is not None:
            self.guarded |= dict.fromkeys(owners, guard)

    def retain(self, kind: str, namespace: str, name: str, which: str) -> None:
        """Note that an object in view is retained: what owns it must stay, or it would go along.

        Args:
            kind: Its kind.
            namespace: Its namespace; empty when cluster-scoped.
            name: Its name.
            which: Its uid; for an object of a file without one, anything.
        """
        for key in ((which,), (kind, namespace, name)):
            for owner in self.above.get(key, ()):
                because = f"retained: {kind} {name}, which it owns and would take along, is retained"
                self.guarded.setdefault(owner, Guard(KeptBy.RETAINED, because))


def dependent(candidate: Candidate) -> Dependent:
    """An object as something that may go along with its owner."""
    return Dependent(candidate.api_version, candidate.kind, candidate.namespace, candidate.name)


def guard_of(candidate: Candidate, protections: Protections, run: Run, *, contents: bool = False) -> Guard | None:
    """Why an object that would go along with its owner must stay, or None.

    Args:
        candidate: The object.
        protections: What protects objects.
        run: The run.
        contents: Whether what is in it is looked at, too: in a Namespace, or of a CustomResourceDefinition.
    """
    what = f"{candidate.kind} {candidate.name}, which it owns and would take along"
    if candidate.malformed is not None:
        return Guard(KeptBy.ERROR, f"cannot tell whether {what}, must stay: {candidate.malformed}")
    try:
        why = protections.of_what_goes_along(candidate, run)
        if why is None and contents:
            why = protections.of_contents(candidate, run)
    except Undecided as doubt:
        return Guard(KeptBy.ERROR, f"cannot tell whether {what}, must stay: {doubt}")
    return None if why is None else Guard(KeptBy.PROTECTED, f"protected: {what}: {why}")


def _key(thing: Candidate | Decision) -> Key:
    return (thing.uid,) if thing.uid else (thing.kind, thing.namespace, thing.name)


def _keys(owner: OwnerReference, candidate: Candidate) -> list[Key]:
    """All that an owner may be known as: an object of a file has no uid, and may live in no namespace."""
    by_name = [(owner.kind, namespace, owner.name) for namespace in dict.fromkeys((candidate.namespace, ""))]
    return [(owner.uid,), *by_name] if owner.uid else list(by_name)


class Settled:
    """What must stay because of what goes along with it, when all lists of a policy have been seen.

    Args:
        lists: What the objects of each list keep.
        gaps: Kinds of which no object was seen, so that there may be some that must stay; and those that may not be
            written.
    """

    def __init__(self, lists: Iterable[Guards], gaps: Gaps = NO_GAPS) -> None:
        self._gaps = gaps
        self._guarded: dict[Key, Guard] = {}
        self._doubtful: dict[tuple[str, str], str] = {}
        above: dict[Key, tuple[Key, ...]] = {}
        for guards in lists:
            self._guarded |= guards.guarded
            self._doubtful |= guards.doubtful
            above |= guards.above
        waiting = list(self._guarded)
        while waiting:
            key = waiting.pop()
            for owner in above.get(key, ()):
                if owner not in self._guarded:
                    self._guarded[owner] = self._guarded[key]
                    waiting.append(owner)

    def __bool__(self) -> bool:
        """Whether anything must stay."""
        return bool(self._guarded or self._doubtful or self._gaps)

    def guard(self, decision: Decision) -> Guard | None:
        """Why an object that is due must stay, or None; an action that takes nothing along is let pass."""
        if decision.request is None:
            return None
        if (why := self._gaps.forbidden.get((decision.api_version, decision.kind))) is not None:
            told = f"{decision.kind} objects may not be written: {why}"
            return Guard(KeptBy.ERROR, told, told, Reason.ACCESS_DENIED)
        if self._gaps.left_alone and (left := _left_alone(decision, self._gaps)) is not None:
            return left
        if not decision.request.takes_along:
            return None
        found = self._guarded.get(_key(decision))
        if found is not None:
            return found
        for (namespace, kind), doubt in self._doubtful.items():
            if kind != decision.kind and decision.namespace in {namespace, ""}:
                return Guard(KeptBy.ERROR, doubt)
        for unlisted in self._gaps.unlisted:
            if unlisted.may_be_owned_by(decision):
                return Guard(
                    KeptBy.ERROR,
                    f"whether it owns something that must stay cannot be told: {unlisted}",
                    f"whether it owns something that must stay cannot be told: {unlisted.what} could not be listed",
                    unlisted.reason,
                )
        return None


def _left_alone(decision: Decision, gaps: Gaps) -> Guard | None:
    """Why an object stays that came back whenever it was deleted."""
    if decision.request is None or not decision.request.removes:
        return None
    group = decision.api_version.rpartition("/")[0]
    known = gaps.left_alone
    why = known.get((group, decision.kind, decision.namespace, decision.name)) or known.get(ALL_OBJECTS)
    return Guard(KeptBy.PROTECTED, f"protected: {why}") if why is not None else None


def going_along(lists: Iterable[Guards], decisions: Iterable[Decision]) -> dict[str, tuple[Dependent, ...]]:
    """By the uid of what is due and takes something along: the objects in view that it owns, directly or not.

    Args:
        lists: What the objects of each list keep.
        decisions: The due ones.
    """
    owned: dict[Key, list[tuple[Key, Dependent]]] = {}
    for guards in lists:
        for key, found in guards.along.items():
            owned.setdefault(key, []).extend(found)
    along = {}
    for decision in decisions if owned else ():
        if decision.request is None or not decision.request.takes_along or _key(decision) not in owned:
            continue
        seen: dict[Key, Dependent] = {}
        waiting = [_key(decision)]
        while waiting:
            below = [each for each in owned.get(waiting.pop(), ()) if each[0] not in seen]
            seen |= dict(below)
            waiting += [key for key, _ in below]
        along[decision.uid] = tuple(seen.values())
    return along


UNSEEN: Final = "not looked at: what these objects own goes along, marked or not, unless this policy takes it, too"

SELDOM_OWNERS: Final = frozenset(
    {
        "ConfigMap",
        "ControllerRevision",
        "Endpoints",
        "EndpointSlice",
        "Event",
        "Lease",
        "PersistentVolumeClaim",
        "Pod",
        "Secret",
        "ServiceAccount",
    }
)
"""Kinds that seldom own anything; of the others it is pointed out."""


def going_unseen(plan: Plan) -> bool:
    """Whether something may go along with what a plan deletes that nobody has looked at."""
    return any(
        decision.request is not None and decision.request.takes_along and decision.kind not in SELDOM_OWNERS
        for decision in plan.decisions
    )
