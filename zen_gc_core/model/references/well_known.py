"""Objects that are in use although no field names them: asked by name, type, label and annotation."""

from __future__ import annotations

from collections import defaultdict
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from zen_gc_core.model.names import is_glob
from zen_gc_core.model.references.rows import ANY, WellKnown, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen_gc_core.model.candidate import Candidate

    Kind = tuple[str, str]


class Standing:
    """The rows of well-known objects, by kind.

    Args:
        rows: The rows.
    """

    def __init__(self, rows: Iterable[WellKnown]) -> None:
        self._rows: dict[Kind, list[WellKnown]] = defaultdict(list)
        self._named: dict[tuple[Kind, str], str] = {}
        for row in rows:
            if row == WellKnown(row.kind, row.why, name=row.name or ANY) and not is_glob(row.name):
                self._named[kind_of(row.kind), row.name] = row.why
            else:
                self._rows[kind_of(row.kind)].append(row)

    def reads(self, group: str, kind: str) -> tuple[str, ...]:
        """The field paths that are looked at, of objects of a kind."""
        rows = self._rows.get((group, kind), ())
        said = {
            "metadata.labels": any(row.label for row in rows),
            "metadata.annotations": any(row.annotation for row in rows),
            "type": any(row.type for row in rows),
        }
        return tuple(path for path, looked in said.items() if looked)

    def why(self, group: str, candidate: Candidate) -> str | None:
        """Why an object is in use; None where no row says so."""
        kind = (group, candidate.kind)
        if why := self._named.get((kind, candidate.name)):
            return why
        for row in self._rows.get(kind, ()):
            if _meant(row, candidate):
                return row.why
        return None


def _meant(row: WellKnown, candidate: Candidate) -> bool:
    if row.namespace and not fnmatchcase(candidate.namespace, row.namespace):
        return False
    if row.name and not fnmatchcase(candidate.name, row.name):
        return False
    if row.annotation and row.annotation not in candidate.annotations:
        return False
    if row.label:
        key, equals, value = row.label.partition("=")
        if key not in candidate.labels or (equals and not fnmatchcase(candidate.labels[key], value)):
            return False
    if row.type:
        kind = candidate.get("type")
        return isinstance(kind, str) and fnmatchcase(kind, row.type)
    return True
