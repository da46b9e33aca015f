"""Relating: what a policy has to know of other objects is gathered from lists of them, object by object. Pure.

Kept are hashes of the keys under which they are found, and never the objects. What cannot be read makes the question
undecided that depends on it: of its namespace, or of all where it does not say in which it is.
"""

from __future__ import annotations

import threading
from collections import ChainMap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from zen_gc_core.errors import Undecided
from zen_gc_core.expressions import budget
from zen_gc_core.model.reads import WHOLE, Reads
from zen_gc_core.model.relations import COUNTS, IN_DOUBT, OTHER, Related
from zen_gc_core.model.restricting import restrict
from zen_gc_core.texts import counted, placed, with_article

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from zen_gc_core.keywords import Run
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.references import Referring
    from zen_gc_core.model.relations import Key, Relation

MOST_DOUBTS: Final = 100
"""Of how many keys it is kept why an object cannot be told to count."""

MOST_KEYS: Final = 500_000
"""Keys that one relation may know, some 40 MiB of them: with more, nothing is known, whoever made so many names."""


@dataclass(frozen=True, slots=True)
class Source:
    """The objects of one kind that a relation looks at.

    Args:
        keys: What one of them is found under.
        where: Whether one of them counts; None: all do.
        reads: The fields that both look at.
        crosses: Whether they may matter to objects of other namespaces.
        shown: What the callables are shown of an object; None: all.
    """

    keys: Callable[[Candidate], Iterable[Key]]
    where: Callable[[Candidate, Any], bool] | None
    reads: Reads
    crosses: bool
    shown: Reads | None = None

    @classmethod
    def of_relation(cls, relation: Relation, shown: Reads | None = None) -> Source:
        """The objects of the kind that a relation names."""
        reads = WHOLE if relation.reads is None else Reads.of(relation.reads)
        return cls(relation.keys, relation.where, reads, relation.crosses, shown)

    @classmethod
    def of_referring(cls, referring: Referring) -> Source:
        """The objects of one of many kinds."""
        reads = WHOLE if referring.reads is None else Reads.of(referring.reads)
        return cls(referring.uses, None, reads, referring.crosses)


@dataclass(slots=True)
class Gathering:
    """Takes in the objects of one list.

    Args:
        source: What they are looked at by.
        run: The run, at the instant at which ``where`` is asked.
        named: Whether names are kept, for people.

    Attributes:
        found: Whether one of the objects has a key.
        too_many: Whether there are more keys than may be known: none of them is, then.
    """

    source: Source
    run: Run
    named: bool = False
    found: bool = False
    too_many: bool = False
    marks: dict[int, int] = field(default_factory=dict)
    doubts: dict[int, str] = field(default_factory=dict)
    unknown_in: dict[str, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def offer(self, candidate: Candidate) -> None:
        """Take in one object."""
        source = self.source
        if candidate.malformed is not None:
            self._not_told(candidate, candidate.malformed)
            return
        if source.shown is not None:
            candidate = restrict(candidate, source.shown)
        try:
            keys = [hash(key) for key in source.keys(candidate)]
        except Exception as doubt:  # noqa: BLE001  whatever it was, it has not said that the object is related to none
            self._not_told(candidate, str(doubt) if isinstance(doubt, Undecided) else type(doubt).__name__)
            return
        if not keys or self.too_many:
            return
        self.found = True
        mark = COUNTS
        if source.where is not None:
            mark, open_question = _asked(source.where, candidate, self.run)
            if open_question is not None:
                why = f"whether {_which(candidate)} counts cannot be told: {open_question}"
                self.doubts.update((key, why) for key in keys if len(self.doubts) < MOST_DOUBTS)
        for key in keys:
            self.marks[key] = self.marks.get(key, 0) | mark
            if self.named and mark == COUNTS:
                self.names.setdefault(key, f"{candidate.kind} {candidate.name}")
        if len(self.marks) > MOST_KEYS:
            self.too_many = True
            self.marks.clear()
            self.names.clear()

    def _not_told(self, candidate: Candidate, why: str) -> None:
        namespace = "" if self.source.crosses else candidate.namespace
        self.unknown_in.setdefault(namespace, f"what {_which(candidate)} is related to cannot be told: {why}")


def _asked(where: Callable[[Candidate, Any], bool], candidate: Candidate, run: Run) -> tuple[int, str | None]:
    """Whether an object counts, and why that cannot be told."""
    budget.share_allowance()
    try:
        answer: object = where(candidate, run)
    except Undecided as doubt:
        return IN_DOUBT, str(doubt)
    except Exception as error:  # noqa: BLE001  whatever it raises, it has not decided
        return IN_DOUBT, f"it failed with {with_article(type(error).__name__)}"
    finally:
        budget.stand_alone()
    if answer is True:
        return COUNTS, None
    if answer is False:
        return OTHER, None
    return IN_DOUBT, f"the answer is a value of type {type(answer).__name__}"


def _which(candidate: Candidate) -> str:
    return f"{candidate.kind} {placed(candidate.namespace, candidate.name)}"


Told: TypeAlias = "tuple[Mapping[int, int], Mapping[int, str], Mapping[str, str], Mapping[int, str]]"
"""Marks, doubts, namespaces that are not known and names, as in ``Related``."""

Merged: TypeAlias = "dict[tuple[int, ...], Told]"
"""What several lists have told together, by their identities while they are held."""


@dataclass(slots=True)
class Gathered:
    """What the lists of one relation have told together; may be told by several threads.

    Args:
        relation: The relation.
        namespaces: The namespaces that were looked at; None: all.
        path_is_right: Whether an object, or what is served, is known to have the path of the relation.
    """

    relation: Relation
    namespaces: frozenset[str] | None = None
    path_is_right: bool = False
    _unknown: dict[str, str] = field(default_factory=dict)
    _lists: dict[str, Gathering] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, gathering: Gathering, what: str = "") -> None:
        """Take in a list that came to its end.

        Args:
            gathering: What it has told.
            what: What was listed; the same whoever is first.
        """
        with self._lock:
            self._lists[what] = gathering
            if gathering.too_many or sum(len(each.marks) for each in self._lists.values()) > MOST_KEYS:
                self._unknown.setdefault("related", f"they name more than {MOST_KEYS:,} objects")
                self._lists.clear()  # others may share what the lists have told

    def lack(self, kind: str, why: str) -> None:
        """Note that objects of a kind are not known.

        Args:
            kind: The kind.
            why: Why, in one line that quotes no object.
        """
        with self._lock:
            self._unknown.setdefault(kind, why)

    @property
    def lacks(self) -> str | None:
        """Why not all that it looks at is known, the same whichever list was first; None when it is."""
        if not self._unknown:
            return None
        first, *others = sorted(self._unknown)
        more = f"; nor are those of {counted(len(others), 'other kind')}" if others else ""
        return f"{first} objects are not known: {self._unknown[first]}{more}"

    def related(self, merged: Merged | None = None) -> Related:
        """What is known now.

        Args:
            merged: What was made of several lists, for others who share all of them.
        """
        relation, lists = self.relation, [self._lists[what] for what in sorted(self._lists)]
        if relation.path and not self.path_is_right and not any(each.found for each in lists):
            self.lack(relation.kind, f"none has {relation.path}, so that nothing says whether the path is right")
        if len(lists) == 1:
            only = lists[0]
            return Related(only.marks, only.doubts, only.unknown_in, self.lacks, self.namespaces, only.names)
        those = tuple(map(id, lists))
        if merged is None or those not in merged:
            merged = {} if merged is None else merged
            merged[those] = _merged(lists)
        marks, doubts, unknown_in, names = merged[those]
        return Related(marks, doubts, unknown_in, self.lacks, self.namespaces, names)


def _merged(lists: Sequence[Gathering]) -> Told:
    """What several lists have told together; of several that say something of the same, the first is quoted."""
    marks: dict[int, int] = {}
    for each in lists:
        for key, mark in each.marks.items():
            marks[key] = marks.get(key, 0) | mark
    doubts = dict(ChainMap(*(each.doubts for each in lists)))
    unknown_in = dict(ChainMap(*(each.unknown_in for each in lists)))
    return marks, doubts, unknown_in, dict(ChainMap(*(each.names for each in lists)))


def has_path(known: Mapping[Relation, Related], relation: Relation) -> bool:
    """Whether an earlier look has shown that objects have the path of a relation."""
    earlier = known.get(relation)
    return earlier is not None and earlier.unknown is None
