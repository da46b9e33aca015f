"""Relations: what a keyword has to know of other objects, and what became known of them.

A keyword declares a relation (``Compiled.relations``); whoever runs the policy lists these objects before anything is
judged and hands over what is known (``Run.related``), and the keyword asks for it (``Run.find``). Data alone: nothing in
here lists anything. What is not known is never taken for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from zen_gc_core.errors import Missing, Undecided
from zen_gc_core.fieldpaths import FieldPath
from zen_gc_core.model.eachpaths import EachPath
from zen_gc_core.model.names import group_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.references import Referring

Key: TypeAlias = "tuple[str, str]"
"""What an object is found under: two texts, such as a namespace and a name."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A field in which a relation looks for texts; a policy is refused where the cluster's schema has no such field.

    Args:
        path: The field.
        place: Where the policy names it, below the relation's own place (``by.theirs``).
        own: Whether it is a field of the policy's own objects, and not of the related ones.
    """

    path: FieldPath | EachPath
    place: str
    own: bool = False

    @property
    def field(self) -> FieldPath:
        """The field, through the first element of each list, with the words of the policy."""
        if isinstance(self.path, EachPath):
            return FieldPath(self.path.of_first.segments, self.path.text)
        return self.path


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """Other objects on which a keyword's answer depends.

    Args:
        api_version: Their group and version.
        kind: Their kind.
        keys: What one of them is found under; raises Undecided where that cannot be told.
        reads: The field paths that ``keys`` and ``where`` look at; None: the whole object.
        where: Whether one of them counts, asked with the run; None: all do. Raises Undecided where that cannot be told.
        crosses: Whether they may matter to objects of other namespaces than their own.
        absent: Whether an object may go because there is none of them.
        path: Where nothing but the objects themselves tells that a path is right: that path. While none of them has it,
            nothing is known, unless the schema that is served has it (``looks``).
        of: Where any kind may be related: how the objects of a group and kind are asked, or that they never are; ``keys``,
            ``reads``, ``where`` and ``crosses`` do not count then. A kind that the cluster does not serve has no objects.
        place: Where it stands below the keyword (``[0]``).
        looks: The fields of which the policy says that they hold texts, to be held against the schema that is served.
    """

    api_version: str
    kind: str
    keys: Callable[[Candidate], Iterable[Key]]
    reads: Sequence[str] | None = None
    where: Callable[[Candidate, Any], bool] | None = None
    crosses: bool = False
    absent: bool = False
    path: str = ""
    of: Callable[[str, str], Referring | None] | None = None
    place: str = ""
    looks: Sequence[Looked] = ()

    @property
    def group(self) -> str:
        """Their API group; empty for the core group."""
        return group_of(self.api_version)

    def __repr__(self) -> str:
        return f"<Relation to {self.api_version} {self.kind}>"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found under some keys; whoever asks is told what is so, or that it cannot be told.

    Args:
        some: Whether one that counts is there.
        others: Whether one that does not count is there.
        doubt: Why there may be more of either, in one line; None when all are known.
        told: As much of that as everybody may be told.
        name: One that counts, where names are kept; else empty.
    """

    _some: bool
    _others: bool
    _doubt: str | None = None
    _told: str = ""
    name: str = ""

    def any(self) -> bool:
        """Whether there is one that counts.

        Raises:
            Undecided: There may be one, or not.
        """
        if not self._some and self._doubt is not None:
            raise NotKnown(self._doubt, self._told)
        return self._some

    def none(self) -> bool:
        """Whether there is none that counts; as ``any``."""
        return not self.any()

    def all(self) -> bool:
        """Whether there are some, and all of them count.

        Raises:
            Undecided: There may be others, or there are none at all: all of nothing says nothing.
        """
        if self._others:
            return False
        if self._doubt is not None:
            raise NotKnown(self._doubt, self._told)
        if not self._some:
            raise Missing("there is none, and all of none says nothing")
        return True


class NotKnown(Undecided):
    """Raised where related objects are not known; the object is kept.

    Args:
        why: Why, in one line.
        told: As much of it as everybody may be told.
    """

    def __init__(self, why: str, told: str = "") -> None:
        super().__init__(why)
        self.told = told


@dataclass(frozen=True, slots=True)
class Related:
    """What is known of the objects of one relation.

    Args:
        marks: By the hash of each key: the sum of ``COUNTS``, ``OTHER`` and ``IN_DOUBT``.
        doubts: Why it cannot be told whether an object counts, by the hash of its key; not of all.
        unknown_in: Namespaces with an object of which nothing can be told, and why; the empty one stands for all.
        unknown: Why not all of them are known, in one line that quotes none of them; None when they are.
        namespaces: The namespaces that were looked at; None: all.
        names: The name of one object by the hash of its key; kept only where people read it.
    """

    marks: Mapping[int, int] = field(default_factory=dict)
    doubts: Mapping[int, str] = field(default_factory=dict)
    unknown_in: Mapping[str, str] = field(default_factory=dict)
    unknown: str | None = None
    namespaces: frozenset[str] | None = None
    names: Mapping[int, str] = field(default_factory=dict)

    def find(self, keys: Iterable[Key], within: str | None) -> Found:
        """What is found under any of some keys.

        Args:
            keys: The keys.
            within: The namespace in which such objects live, or in none; None: they may live in any.

        Raises:
            NotKnown: These objects were not looked at.
        """
        if self.namespaces is not None and within not in self.namespaces:
            where = "other namespaces" if within is None else f"namespace {within}"
            raise NotKnown(f"the objects of {where} were not looked at")
        mark, doubt, name = 0, self.unknown, ""
        for each in map(hash, keys):
            mark |= self.marks.get(each, 0)
            doubt = doubt or self.doubts.get(each)
            name = name or self.names.get(each, "")
        if mark & IN_DOUBT and doubt is None:
            doubt = "whether one of them counts cannot be told"
        for namespace, why in self.unknown_in.items():
            if within is None or namespace in {"", within}:
                doubt = doubt or why
        return Found(bool(mark & COUNTS), bool(mark & OTHER), doubt, self.unknown or "", name)


COUNTS = 1
"""An object that counts is found under a key."""
OTHER = 2
"""One that does not."""
IN_DOUBT = 4
"""One of which that cannot be told."""
