"""Candidates made of JSON, whatever it is.

Totality lives here: whatever JSON an object is, a candidate can be made of it. What cannot be right about its
metadata is kept in ``malformed``, and the engine keeps such an object.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson

from zen_gc_core.errors import InputError, Undecided
from zen_gc_core.instants import EARLIEST, parse_instant
from zen_gc_core.model.candidate import shown
from zen_gc_core.model.heads import Head, Metadata, OneItem, decode_head, owners_of
from zen_gc_core.model.lazy_json import NOTHING_YET, LazyJson
from zen_gc_core.model.unreadable import told, why

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from zen_gc_core.model.heads import Items, OwnerReference

_NO_STRINGS: Final[Mapping[str, str]] = {}
_NO_OWNERS: Final[tuple[OwnerReference, ...]] = ()


class JsonCandidate(LazyJson):
    """A ``Candidate`` of an object's JSON: identity, labels and annotations at hand, the rest decoded when asked for."""

    __slots__ = (
        "_created",
        "annotations",
        "finalizers",
        "finish",
        "labels",
        "malformed",
        "namespace",
        "owner_references",
        "resource_version",
        "terminating",
        "uid",
    )

    namespace: str
    uid: str
    resource_version: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    owner_references: tuple[OwnerReference, ...] | list[OwnerReference]
    finalizers: list[str]
    terminating: bool
    malformed: str | None
    finish: tuple[object, datetime | None] | None
    _created: datetime | str | None

    @classmethod
    def from_json(
        cls, raw: msgspec.Raw | bytes, *, api_version: str, kind: str, complete: bool = True
    ) -> JsonCandidate:
        """Make a candidate of an item of a list.

        Args:
            raw: The item's JSON, as it came.
            api_version: Group and version of the list (items carry none).
            kind: Kind of the items.
            complete: False for an item of a ``PartialObjectMetadataList``.

        Raises:
            InputError: The text is no JSON object; a list with such an item is no list.
        """
        try:
            head = decode_head(raw)
        except Exception:  # noqa: BLE001  whatever it was: what can be told of the object is told below
            return cls._odd(raw, api_version, kind, complete=complete)
        return next(cls._of_heads((head,), OneItem(raw), api_version, kind, complete=complete))

    @classmethod
    def _odd(cls, raw: msgspec.Raw | bytes, api_version: str, kind: str, *, complete: bool) -> JsonCandidate:
        """A candidate of an object whose head cannot be decoded: malformed, and named as far as that can be done."""
        try:
            decoded = orjson.loads(memoryview(raw))
        except Exception as error:  # noqa: BLE001  as above
            candidate = cls.from_object(told(bytes(raw)), api_version=api_version, kind=kind, complete=complete)
            candidate.malformed = why(error)
            return candidate
        return cls.from_object(decoded, api_version=api_version, kind=kind, complete=complete)

    @classmethod
    def of_page(cls, items: Items, *, api_version: str, kind: str, complete: bool = True) -> Iterator[JsonCandidate]:
        """Make candidates of the items of a page.

        Args:
            items: The items.
            api_version: Group and version of the list (items carry none).
            kind: Kind of the items.
            complete: False for the items of a ``PartialObjectMetadataList``.

        Raises:
            InputError: One of the items is no JSON object; a list with such an item is no list.
        """
        if items.heads is None:
            return (cls.from_json(raw, api_version=api_version, kind=kind, complete=complete) for raw in items.raw)
        return cls._of_heads(items.heads, items, api_version, kind, complete=complete)

    @classmethod
    def _of_heads(
        cls, heads: Iterable[Head], items: Items | OneItem | None, api_version: str, kind: str, *, complete: bool
    ) -> Iterator[JsonCandidate]:
        for index, head in enumerate(heads):
            candidate = cls()
            candidate.api_version = api_version
            candidate.kind = kind
            candidate.complete = complete
            candidate._object = None
            candidate._head = head
            candidate._items = items
            candidate._sections = NOTHING_YET
            candidate._peeked = None
            candidate._index = index
            candidate.finish = None
            metadata = head.metadata
            candidate.name = metadata.name
            candidate.namespace = metadata.namespace
            candidate.uid = metadata.uid
            candidate.resource_version = metadata.resource_version
            candidate.labels = metadata.labels or _NO_STRINGS
            candidate.annotations = metadata.annotations or _NO_STRINGS
            candidate.owner_references = metadata.owner_references or _NO_OWNERS
            candidate.finalizers = metadata.finalizers or []
            candidate.terminating = metadata.deletion_timestamp is not None
            candidate._created = metadata.creation_timestamp
            candidate.malformed = None if metadata.name else "metadata.name is missing"
            yield candidate

    @classmethod
    def from_object(
        cls, document: Any, *, api_version: str | None = None, kind: str | None = None, complete: bool = True
    ) -> JsonCandidate:
        """Make a candidate of decoded JSON, whatever it is; what is wrong with it is in ``malformed``.

        Args:
            document: The object.
            api_version: Group and version; by default what the object says.
            kind: The kind; by default what the object says.
            complete: False when the object holds its metadata only.
        """
        whole = document if isinstance(document, dict) else {}
        metadata, malformed = whole.get("metadata"), None
        try:
            head = Head(msgspec.convert(metadata, Metadata))
        except msgspec.ValidationError as error:
            malformed = f"metadata is malformed: {error}"
            some = metadata if isinstance(metadata, dict) else {}
            head = Head(
                Metadata(
                    name=_text(some.get("name")), namespace=_text(some.get("namespace")), uid=_text(some.get("uid"))
                )
            )
        api_version, kind = api_version or _text(whole.get("apiVersion")), kind or _text(whole.get("kind"))
        candidate = next(cls._of_heads((head,), None, api_version, kind, complete=complete))
        candidate._object, candidate._head = whole, None  # noqa: SLF001  its own kind
        if malformed is not None:
            candidate.owner_references = owners_of(metadata)
            candidate.malformed = malformed
        return candidate

    def in_version(self, api_version: str) -> JsonCandidate:
        """The same object as another version of its API names it; its fields are not converted."""
        other = copy.copy(self)
        other.api_version = api_version
        other.finish = None
        if self._object is not None:
            other._object = {**self._object, "apiVersion": api_version}  # noqa: SLF001  its own kind
        return other

    @property
    def created(self) -> datetime:
        """As a ``Candidate`` says."""
        created = self._created
        if created is None:
            raise Undecided("it has no metadata.creationTimestamp")
        if not isinstance(created, str):  # asked several times of an object, and read once
            return created
        try:
            read = parse_instant(created, dates=False)
        except InputError as error:
            raise Undecided(f"metadata.creationTimestamp cannot be right: {error}") from None
        if read < EARLIEST:
            raise Undecided("metadata.creationTimestamp cannot be right: it is before 2014")
        self._created = read
        return read

    @property
    def born(self) -> datetime | None:
        """As a ``Candidate`` says."""
        created = self._created
        return created if not isinstance(created, str) else self.created

    def __repr__(self) -> str:
        return shown(self)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
