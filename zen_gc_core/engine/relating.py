"""Relating: what a policy has to know of other objects is gathered from lists of them, object by object. Pure.

Kept are hashes of the keys under which they are found, and never the objects. What cannot be read makes the question
undecided that depends on it: of its namespace, or of all where it does not say in which it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from zen_gc_core.errors import Undecided
from zen_gc_core.expressions import budget
from zen_gc_core.model.policy import NAMESPACED, Problem
from zen_gc_core.model.reads import WHOLE, Reads
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.relations import COUNTS, IN_DOUBT, OTHER, Related, Relation
from zen_gc_core.model.restricting import restrict
from zen_gc_core.texts import placed, with_article

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.policy import PolicyReference

MOST_DOUBTS: Final = 100
"""Of how many keys it is kept why an object cannot be told to count."""


@dataclass(slots=True)
class Gathering:
    """Takes in the objects of a list for one relation.

    Args:
        relation: The relation.
        run: The run at the instant at which ``where`` is asked.
        namespaces: The namespaces that are listed; None: all.
        named: Whether names are kept, for people.
        path_is_right: Whether an object is known to have the path of the relation.
        reads: What the relation's callables are shown of an object; None: all.

    Attributes:
        found: Whether one of the objects has a key.
    """

    relation: Relation
    run: Run
    namespaces: frozenset[str] | None = None
    named: bool = False
    path_is_right: bool = False
    reads: Reads | None = None
    found: bool = False
    _marks: dict[int, int] = field(default_factory=dict)
    _doubts: dict[int, str] = field(default_factory=dict)
    _unknown_in: dict[str, str] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)

    def offer(self, candidate: Candidate) -> None:
        """Take in one object."""
        relation = self.relation
        if candidate.malformed is not None:
            self._not_told(candidate, candidate.malformed)
            return
        if self.reads is not None:
            candidate = restrict(candidate, self.reads)
        try:
            keys = [hash(key) for key in relation.keys(candidate)]
        except Exception as doubt:  # noqa: BLE001  whatever it was, it has not said that the object is related to none
            self._not_told(candidate, str(doubt) if isinstance(doubt, Undecided) else type(doubt).__name__)
            return
        if not keys:
            return
        self.found = True
        mark = COUNTS
        if relation.where is not None:
            mark, open_question = self._asked(candidate)
            if open_question is not None:
                why = f"whether {_which(candidate)} counts cannot be told: {open_question}"
                self._doubts.update((key, why) for key in keys if len(self._doubts) < MOST_DOUBTS)
        for key in keys:
            self._marks[key] = self._marks.get(key, 0) | mark
            if self.named and mark == COUNTS:
                self._names.setdefault(key, candidate.name)

    def _asked(self, candidate: Candidate) -> tuple[int, str | None]:
        """Whether an object counts, and why that cannot be told."""
        where = self.relation.where
        budget.share_allowance()
        try:
            answer: object = where(candidate, self.run) if where is not None else True
        except Undecided as doubt:
            return IN_DOUBT, str(doubt)
        except Exception as error:  # noqa: BLE001  whatever it raises, it has not decided
            return IN_DOUBT, f"it failed with a {type(error).__name__}"
        finally:
            budget.stand_alone()
        if answer is True:
            return COUNTS, None
        if answer is False:
            return OTHER, None
        return IN_DOUBT, f"the answer is a value of type {type(answer).__name__}"

    def _not_told(self, candidate: Candidate, why: str) -> None:
        namespace = candidate.namespace
        self._unknown_in.setdefault(namespace, f"what {_which(candidate)} is related to cannot be told: {why}")

    def related(self) -> Related:
        """What is known now that the list has come to its end."""
        relation = self.relation
        if relation.path and not (self.found or self.path_is_right):
            told = f"no {relation.kind} has {relation.path}, so that nothing says whether the path is right"
            return replace(not_known(relation, told), namespaces=self.namespaces)
        return Related(self._marks, self._doubts, self._unknown_in, namespaces=self.namespaces, names=self._names)


def _which(candidate: Candidate) -> str:
    return f"{candidate.kind} {placed(candidate.namespace, candidate.name)}"


def not_known(relation: Relation, why: str, reason: Reason | None = None) -> Related:
    """What is known where the objects of a relation cannot be listed.

    Args:
        relation: The relation.
        why: Why, in one line that quotes no object.
        reason: The same in one word.
    """
    told = f"{relation.kind} objects are not known: {why}"
    return Related(unknown=told, told=told, reason=reason)


def reads_of_relations(relations: Iterable[Relation]) -> Reads:
    """What some relations of one kind look at in its objects."""
    together = Reads(frozenset())
    for relation in relations:
        together |= WHOLE if relation.reads is None else Reads.of(relation.reads)
    return together


def out_of_reach(policy: PolicyReference, relation: Relation, *, namespaced: bool, path: str) -> Problem | None:
    """Why a policy may not look at the objects of a relation; None when it may.

    Args:
        policy: The policy.
        relation: The relation; those to kinds that are not the policy's own words are the program's.
        namespaced: Whether its kind lives in namespaces.
        path: Where the policy says so.
    """
    if policy.kind != NAMESPACED or relation.may_be_unserved:
        return None
    if not namespaced:
        what = f"{with_article(relation.kind)} lives in no namespace"
    elif relation.crosses:
        what = f"{relation.kind} objects of other namespaces are asked for"
    else:
        return None
    return Problem(
        path,
        f"{what}, and a GarbageCollectionPolicy looks at its own namespace only; use a ClusterGarbageCollectionPolicy",
        Reason.SCOPE_DENIED,
    )
