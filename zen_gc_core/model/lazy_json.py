"""An object's JSON, decoded no further than it is looked at: most objects are kept by their head, or by one field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from zen_gc_core.fieldpaths import MISSING, FieldPath, walk
from zen_gc_core.model.candidate import UndeclaredReadError
from zen_gc_core.model.heads import decode_json, decode_metadata, field_decoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from zen_gc_core.model.heads import Head, Items, OneItem
    from zen_gc_core.model.reads import Segments

NOTHING_YET: Final[Mapping[str, Any]] = {}
"""The sections of an object of which none has been decoded."""

_IN_VAIN: Final = ("", "", None)
"""What a peek leaves that could not be decoded: no section is called that."""
_SLICED: Final = frozenset(("metadata", "spec", "status", "type"))


class LazyJson:
    """What of a ``Candidate`` is read from its object's JSON; what sets the attributes is ``json_candidates``."""

    __slots__ = (
        "_head",
        "_index",
        "_items",
        "_object",
        "_peeked",
        "_sections",
        "api_version",
        "complete",
        "kind",
        "name",
    )

    api_version: str
    kind: str
    name: str
    complete: bool
    _object: dict[str, Any] | None
    _head: Head | None
    _items: Items | OneItem | None
    _sections: Mapping[str, Any]
    _peeked: tuple[str, str, Any] | None
    """The one field of a section that was decoded alone: the section, the field, and its value or ``UNSET``."""
    _index: int

    @property
    def object(self) -> dict[str, Any]:
        """As a ``Candidate`` says."""
        if not self.complete:
            raise UndeclaredReadError(f"only the metadata of {self.kind} {self.name} was requested")
        return self._decoded()

    def get(self, path: FieldPath | str) -> Any:
        """As a ``Candidate`` says."""
        segments = path.segments if isinstance(path, FieldPath) else FieldPath.parse(path).segments
        root = segments[0]
        if root in _SLICED and self.complete and self._object is None:  # what most ask of most: one step fewer
            return self._in_section(root, segments)
        return self._at(segments)

    def section(self, root: str, decode: Callable[[bytes], Any]) -> Any:
        """As a ``Candidate`` says."""
        head = self._head
        if head is not None and self._object is None and self.complete and root in _SLICED and root != "metadata":
            raw = getattr(head, root)
            if raw is msgspec.UNSET:
                return MISSING
            try:
                return decode(raw)
            except Exception:  # noqa: BLE001, S110  whatever it was, it is met again by who looks at all of it
                pass
        return self._at((root,))

    def only(self, roots: Iterable[str]) -> dict[str, Any]:
        """As a ``Candidate`` says."""
        found = {root: self._at((root,)) for root in roots}
        return {root: value for root, value in found.items() if value is not MISSING}

    def _at(self, segments: Segments) -> Any:
        root = segments[0]
        if root in _SLICED:
            if not self.complete and root != "metadata":
                raise UndeclaredReadError(f"only the metadata of {self.kind} {self.name} was requested")
            if self._object is None:
                return self._in_section(root, segments)
        elif root in ("kind", "apiVersion") and len(segments) == 1:
            return self.kind if root == "kind" else self.api_version
        elif not self.complete:
            raise UndeclaredReadError(f"only the metadata of {self.kind} {self.name} was requested")
        return walk(self._decoded(), segments)

    def _in_section(self, root: Any, segments: Segments) -> Any:
        if root in self._sections:
            return walk(self._sections[root], segments[1:])
        head = self._head
        if head is None:
            return MISSING
        if root == "metadata":
            return walk(decode_metadata(self._json()), segments[1:])
        raw = getattr(head, root)
        if raw is msgspec.UNSET:
            return MISSING
        if len(segments) > 1 and isinstance(field := segments[1], str):
            peeked = self._peeked
            if peeked is None:
                # Most policies ask for one field of an object, and most objects are kept by the answer. What cannot be
                # decoded like that is no object, or cannot be decoded at all: that is told below.
                try:
                    peeked = self._peeked = (root, field, field_decoder(field)(raw).value)
                except Exception:  # noqa: BLE001
                    self._peeked = _IN_VAIN
            if peeked is not None and peeked[1] == field and peeked[0] == root:
                value = peeked[2]
                if len(segments) == 2 or value is msgspec.UNSET:
                    return MISSING if value is msgspec.UNSET else value
                return walk(value, segments[2:])
        # Kept with the candidate, which lives for a moment, and not with the page: a thousand decoded objects that
        # stay make the cyclic garbage collector run, which is a third of the work.
        section = decode_json(raw)
        self._sections = {**self._sections, root: section}
        return walk(section, segments[1:])

    def _decoded(self) -> dict[str, Any]:
        if self._object is None:
            self._object = {**decode_json(self._json()), "apiVersion": self.api_version, "kind": self.kind}
        return self._object

    def _json(self) -> msgspec.Raw | bytes:
        return self._items.raw[self._index] if self._items is not None else b""
