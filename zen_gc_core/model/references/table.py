"""The table of references: which kinds may name objects of a kind, and how one of theirs is asked what it names."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.errors import InputError
from zen_gc_core.model.names import group_of
from zen_gc_core.model.references.reading import Reader
from zen_gc_core.model.references.rows import ANY, ORDINAL, Exhaustive, Referable, Reference, WellKnown, kind_of
from zen_gc_core.model.references.well_known import Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.references.rows import Row

    Kind = tuple[str, str]

_ORDINAL: Final = re.compile(r"(.*-)[0-9]+")


@dataclass(frozen=True, slots=True)
class Referring:
    """A kind whose objects may name objects of another.

    Args:
        group: Its API group.
        kind: The kind.
        versions: The versions of which it is known where a name stands; served in none of them, it is not known what its
            objects name. Empty: any version.
        reads: The field paths that are looked at; None: the whole object.
        crosses: Whether one may name an object in another namespace. Of kinds that live in no namespace, each may.
        uses: What an object of this kind names: pairs of a namespace and a name, to be found again by ``found_under``.
            Raises Undecided where that cannot be told; where it crosses, nothing is known then of any namespace.
    """

    group: str
    kind: str
    versions: tuple[str, ...]
    reads: tuple[str, ...] | None
    crosses: bool
    uses: Callable[[Candidate], Iterable[tuple[str, str]]]


def found_under(namespace: str, name: str) -> tuple[tuple[str, str], ...]:
    """Every pair under which an object may be named by ``Referring.uses``.

    Beside itself: by an ordinal (``data-web-#``), whichever there is (``*``), and each of these in any namespace (``*``).

    Args:
        namespace: The namespace of the object; empty where it lives in none.
        name: Its name.
    """
    numbered = _ORDINAL.fullmatch(name)
    names = (name, ANY) if numbered is None else (name, ANY, f"{numbered[1]}{ORDINAL}")
    spaces = (namespace, ANY) if namespace else (ANY,)
    return tuple((space, each) for space in spaces for each in names)


class References:
    """Which objects are named by which.

    Args:
        rows: The rows of the table, of all plugins together.

    Raises:
        InputError: A row is there twice; rows of one kind have no version in common; or the rows that say all there is
            hold for any version.
    """

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.rows = tuple(rows)
        self._naming: dict[Kind, list[Reference]] = defaultdict(list)
        self._exhaustive: set[Kind] = set()
        self._referable: set[Kind] = set()
        self._made: dict[tuple[Kind, Kind], Referring | None] = {}
        self._well_known = Standing(row for row in self.rows if isinstance(row, WellKnown))
        known: set[object] = set()
        for row in self.rows:
            if (key := key_of(row)) in known:
                raise InputError(f"{shown(row)} is known already")
            known.add(key)
            if isinstance(row, Reference):
                self._naming[row.group, row.kind].append(row)
            elif isinstance(row, Exhaustive):
                self._exhaustive.add((row.group, row.kind))
            elif isinstance(row, Referable):
                self._referable.add((row.group, row.kind))
        for (group, kind), rows_of_kind in self._naming.items():
            if not _versions(rows_of_kind) and self.exhaustive(group, kind):
                raise InputError(f"the rows of {kind} say all there is: of which versions?")

    def completely_referable(self, group: str, kind: str) -> bool:
        """Whether objects of a kind are used by being named, and in no other way."""
        return (group, kind) in self._referable

    def has_field(self, api_version: str, kind: str, path: str) -> bool:
        """Whether a row says that objects of a kind have a field.

        Args:
            api_version: Their group and version.
            kind: The kind.
            path: The field, as rows write it (``spec.volumes[].configMap.name``).
        """
        group, version = group_of(api_version), api_version.rpartition("/")[2]
        return any(
            row.path == path and (not row.versions or version in row.versions)
            for row in self._naming.get((group, kind), ())
        )

    @property
    def referable(self) -> frozenset[Kind]:
        """The kinds, each with its group, whose objects are used by being named, and in no other way."""
        return frozenset(self._referable)

    def exhaustive(self, group: str, kind: str) -> bool:
        """Whether the rows of a kind say all that its objects use."""
        return (group, kind) in self._exhaustive or (group, ANY) in self._exhaustive

    def to(self, group: str, kind: str) -> tuple[Referring, ...]:
        """Every kind with a row by which it may name objects of a kind. Any other kind may, too: see ``of``.

        Args:
            group: The API group of what is named.
            kind: The kind of what is named.
        """
        found = (
            self.of(*each, to=(group, kind))
            for each, rows in self._naming.items()
            if any(_names(row, (group, kind)) for row in rows)
        )
        return tuple(referring for referring in found if referring is not None)

    def of(self, group: str, kind: str, *, to: Kind) -> Referring | None:
        """How objects of one kind, with rows or without, are asked which objects of another they name.

        Args:
            group: The API group of what names.
            kind: The kind of what names.
            to: Group and kind of what is named.

        Returns:
            How; None where it is known that they name none.
        """
        place = ((group, kind), to)
        if place not in self._made:
            self._made[place] = self._make(group, kind, to)
        return self._made[place]

    def well_known(self, candidate: Candidate) -> str | None:
        """Why an object is in use although nothing names it, in one line; None where that is not known.

        Args:
            candidate: The object; of a kind, it reads what ``well_known_reads`` says.
        """
        return self._well_known.why(group_of(candidate.api_version), candidate)

    def well_known_reads(self, group: str, kind: str) -> tuple[str, ...]:
        """The field paths that ``well_known`` looks at, of objects of a kind."""
        return self._well_known.reads(group, kind)

    def _make(self, group: str, kind: str, to: Kind) -> Referring | None:
        exhaustive = self.exhaustive(group, kind)
        rows = [row for row in self._naming.get((group, kind), ()) if _names(row, to)]
        if exhaustive and not rows:
            return None
        reader = Reader(rows, anywhere=not exhaustive)
        uses = _of_others(reader) if (group, kind) == to else reader
        return Referring(group, kind, _versions(rows), reader.reads, reader.crosses, uses)


def key_of(row: Row) -> tuple[object, ...]:
    """What there is one row of at most in a table."""
    if isinstance(row, Reference):
        return (Reference, *row.key)
    return (type(row), row) if isinstance(row, WellKnown) else (type(row), row.group, row.kind)


def shown(row: Row) -> str:
    """A row in a sentence."""
    if isinstance(row, WellKnown):
        known = " ".join(filter(None, (row.namespace, row.name, row.type, row.label, row.annotation)))
        return f"well-known {kind_of(row.kind)[1]} {known}"
    name = f"{row.group}/{row.kind}".removeprefix("/")
    return f"{name} {row.path} -> {row.to}" if isinstance(row, Reference) else name


def kinds_told(rows: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    """The kinds that some rows speak of, as they are listed to people: those that name, and those that can be asked for."""
    naming = [shown(Referable(row.group, row.kind)) for row in rows if isinstance(row, Reference)]
    named = [shown(row) for row in rows if isinstance(row, Referable)]
    told = {"referring kinds": naming, "referable kinds": named}
    return {what: tuple(dict.fromkeys(kinds)) for what, kinds in told.items() if kinds}


def _names(row: Reference, target: Kind) -> bool:
    return row.to == ANY or row.target == target


def _versions(rows: Iterable[Reference]) -> tuple[str, ...]:
    """The versions for which each of some rows of a kind holds; empty: any.

    Raises:
        InputError: There is none.
    """
    said = [(row, row.versions) for row in rows if row.versions]
    if not said:
        return ()
    together = tuple(version for version in said[0][1] if all(version in each for _, each in said))
    if not together:
        raise InputError(f"{shown(said[0][0])}: there is no version in which all rows of this kind hold")
    return together


def _of_others(reader: Reader) -> Callable[[Candidate], Iterable[tuple[str, str]]]:
    """What objects of a kind name of their own kind: that one carries its own name is no use."""

    def uses(candidate: Candidate) -> Iterable[tuple[str, str]]:
        return reader(candidate) - {(candidate.namespace or ANY, candidate.name)}

    return uses


NO_REFERENCES: Final = References()
"""The table without rows: nothing is completely referable, and any text is a use."""
