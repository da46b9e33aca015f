"""Which fields of an object a keyword looks at.

The union over a sweep decides how much of each object is requested and decoded; a keyword that reads beyond what
it declared is stopped (see ``zen_gc_core.model.candidate``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from zen_gc_core.fieldpaths import FieldPath

if TYPE_CHECKING:
    from collections.abc import Iterable

Segments = tuple[str | int, ...]


@dataclass(frozen=True)
class Reads:
    """A set of field paths; the empty path stands for the whole object.

    Args:
        paths: The paths, as tuples of keys and indices.
    """

    paths: frozenset[Segments]
    _known: dict[Segments, bool] = field(default_factory=dict, compare=False, repr=False)
    _keys: dict[tuple[str, ...], frozenset[str] | None] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Reads:
        """From field paths as they are written (``metadata.labels.team``).

        Raises:
            InputError: One of the texts is no field path.
        """
        return _shared(frozenset(FieldPath.parse(text).segments for text in texts))

    @cached_property
    def roots(self) -> frozenset[str | int]:
        """The top-level fields below which something is read."""
        return frozenset(path[0] for path in self.paths if path)

    @cached_property
    def everything(self) -> bool:
        """Whether the whole object is read."""
        return () in self.paths

    @property
    def metadata_only(self) -> bool:
        """Whether nothing outside ``metadata`` is read."""
        return all(path[:1] in _METADATA_ROOTS for path in self.paths)

    def covers(self, segments: Segments) -> bool:
        """Whether a field is within what was declared: a declared path is a prefix of it."""
        known = self._known.get(segments)
        if known is None:
            known = any(segments[: len(path)] == path for path in self.paths)
            if len(self._known) < 1024:
                self._known[segments] = known
        return known

    def keys_under(self, *parents: str) -> frozenset[str] | None:
        """The keys declared below a map (``metadata``, ``labels``); None when all of the map is declared."""
        if parents not in self._keys:
            self._keys[parents] = self._find_keys(parents)
        return self._keys[parents]

    def _find_keys(self, parents: tuple[str, ...]) -> frozenset[str] | None:
        if self.covers(parents):
            return None
        depth = len(parents)
        return frozenset(str(path[depth]) for path in self.paths if len(path) > depth and path[:depth] == parents)

    def __or__(self, other: Reads) -> Reads:
        return _shared(self.paths | other.paths)


@lru_cache(maxsize=1024)
def _shared(paths: frozenset[Segments]) -> Reads:
    """One for each set of paths: thousands of policies read the same."""
    return Reads(paths)


_METADATA_ROOTS: Final = (("metadata",), ("kind",), ("apiVersion",))

WHOLE: Final = Reads(frozenset([()]))
"""The whole object: what a keyword reads that declares nothing."""

NOTHING: Final = Reads(frozenset())
"""No field beyond the object's identity."""
