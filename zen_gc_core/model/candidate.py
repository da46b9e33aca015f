"""A candidate: one object that policies are asked about, decoded no further than they look.

Totality lives here: whatever JSON an object is, a candidate can be made of it. What cannot be right about its
metadata is kept in ``malformed``, and the engine keeps such an object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson

from zen_gc_core.errors import InputError, Undecided, ZenGCError
from zen_gc_core.fieldpaths import MISSING, FieldPath, walk
from zen_gc_core.instants import EARLIEST, parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from zen_gc_core.model.reads import Reads, Segments

_NO_STRINGS: Final[Mapping[str, str]] = {}
_NO_OWNERS: Final[tuple[OwnerReference, ...]] = ()


class UndeclaredReadError(ZenGCError):
    """A keyword read a field that it had not declared; its answer does not count."""


class OwnerReference(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """An entry of ``metadata.ownerReferences``."""

    api_version: str = ""
    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool = False


class _Metadata(msgspec.Struct, gc=False, rename="camel"):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    owner_references: list[OwnerReference] | None = None
    finalizers: list[str] | None = None


class _Whole(msgspec.Struct, gc=False):
    metadata: dict[str, Any]


class _Head(msgspec.Struct, gc=False):
    metadata: _Metadata
    spec: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    status: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    type: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_decode_head = msgspec.json.Decoder(_Head).decode
_decode_metadata = msgspec.json.Decoder(_Whole).decode
_SLICED: Final = frozenset(("metadata", "spec", "status", "type"))


class Candidate:
    """An object as keywords see it: identity, labels and annotations at hand, the rest decoded when asked for.

    Attributes:
        api_version: Group and version (``batch/v1``).
        kind: The kind (``Job``).
        name: Its name.
        namespace: Its namespace; empty for cluster-scoped objects.
        uid: Its uid; may be empty for objects from files.
        resource_version: The version that was observed; empty for objects from files.
        labels: Its labels.
        annotations: Its annotations.
        owner_references: Its owners.
        finalizers: Its finalizers.
        terminating: Whether it has a deletionTimestamp.
        complete: False when only its metadata is known.
        malformed: What is wrong with its metadata, in one line; None when all is well.
    """

    __slots__ = (
        "_created",
        "_head",
        "_object",
        "_raw",
        "annotations",
        "api_version",
        "complete",
        "finalizers",
        "kind",
        "labels",
        "malformed",
        "name",
        "namespace",
        "owner_references",
        "resource_version",
        "terminating",
        "uid",
    )

    api_version: str
    kind: str
    name: str
    namespace: str
    uid: str
    resource_version: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    owner_references: tuple[OwnerReference, ...] | list[OwnerReference]
    finalizers: list[str]
    terminating: bool
    complete: bool
    malformed: str | None
    _raw: msgspec.Raw | bytes
    _object: dict[str, Any] | None
    _head: _Head | None
    _created: datetime | str | None

    @classmethod
    def from_json(cls, raw: msgspec.Raw | bytes, *, api_version: str, kind: str, complete: bool = True) -> Candidate:
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
            head = _decode_head(raw)
        except msgspec.ValidationError:
            try:
                decoded = orjson.loads(memoryview(raw))
            except orjson.JSONDecodeError as broken:
                raise InputError(f"an object is no JSON: {broken}") from None
            return cls.from_object(decoded, api_version=api_version, kind=kind, complete=complete)
        except msgspec.DecodeError as error:
            raise InputError(f"an object is no JSON: {error}") from None
        candidate = cls()
        candidate.api_version = api_version
        candidate.kind = kind
        candidate.complete = complete
        candidate._raw = raw
        candidate._object = None
        candidate._head = head
        candidate._take(head.metadata)
        return candidate

    @classmethod
    def from_object(
        cls, document: Any, *, api_version: str | None = None, kind: str | None = None, complete: bool = True
    ) -> Candidate:
        """Make a candidate of decoded JSON, whatever it is; what is wrong with it is in ``malformed``.

        Args:
            document: The object.
            api_version: Group and version; by default what the object says.
            kind: The kind; by default what the object says.
            complete: False when the object holds its metadata only.
        """
        candidate = cls()
        whole = document if isinstance(document, dict) else {}
        candidate.api_version = api_version or _text(whole.get("apiVersion"))
        candidate.kind = kind or _text(whole.get("kind"))
        candidate.complete = complete
        candidate._object = whole
        candidate._head = None
        metadata = whole.get("metadata")
        try:
            candidate._take(msgspec.convert(metadata, _Metadata))
        except msgspec.ValidationError as error:
            some = metadata if isinstance(metadata, dict) else {}
            candidate._take(
                _Metadata(
                    name=_text(some.get("name")), namespace=_text(some.get("namespace")), uid=_text(some.get("uid"))
                )
            )
            candidate.malformed = f"metadata is malformed: {error}"
        return candidate

    def _take(self, metadata: _Metadata) -> None:
        self.name = metadata.name
        self.namespace = metadata.namespace
        self.uid = metadata.uid
        self.resource_version = metadata.resource_version
        self.labels = metadata.labels or _NO_STRINGS
        self.annotations = metadata.annotations or _NO_STRINGS
        self.owner_references = metadata.owner_references or _NO_OWNERS
        self.finalizers = metadata.finalizers or []
        self.terminating = metadata.deletion_timestamp is not None
        self._created = metadata.creation_timestamp
        self.malformed = None if metadata.name else "metadata.name is missing"

    @property
    def created(self) -> datetime:
        """When it was created, by the API server's clock.

        Raises:
            Undecided: There is no creationTimestamp, or one that cannot be right (unreadable, or before 2014).
        """
        if isinstance(self._created, str):
            try:
                self._created = parse_instant(self._created, dates=False)
            except InputError as error:
                raise Undecided(f"metadata.creationTimestamp cannot be right: {error}") from None
        if self._created is None:
            raise Undecided("it has no metadata.creationTimestamp")
        if self._created < EARLIEST:
            raise Undecided("metadata.creationTimestamp cannot be right: it is before 2014")
        return self._created

    @property
    def object(self) -> dict[str, Any]:
        """The whole object, decoded; must not be changed.

        Raises:
            UndeclaredReadError: Only its metadata was requested.
        """
        if not self.complete:
            raise UndeclaredReadError(f"only the metadata of {self.kind} {self.name} was requested")
        return self._decoded()

    def get(self, path: FieldPath | str) -> Any:
        """The value at a path, or ``MISSING``; must not be changed.

        Raises:
            InputError: The text is no field path.
            UndeclaredReadError: The path leaves the metadata where only that was requested.
        """
        parsed = path if isinstance(path, FieldPath) else FieldPath.parse(path)
        return self._at(parsed.segments)

    def only(self, roots: Iterable[str]) -> dict[str, Any]:
        """The object with these top-level fields alone (those that it has); must not be changed.

        What an expression reads is often a small part of an object, and the rest is not decoded.

        Raises:
            UndeclaredReadError: Only its metadata was requested, and more is asked for.
        """
        found = {root: self._at((root,)) for root in roots}
        return {root: value for root, value in found.items() if value is not MISSING}

    def _at(self, segments: Segments) -> Any:
        root = segments[0]
        if root in ("kind", "apiVersion") and len(segments) == 1:
            return self.kind if root == "kind" else self.api_version
        if not self.complete and root != "metadata":
            raise UndeclaredReadError(f"only the metadata of {self.kind} {self.name} was requested")
        if self._object is None and root in _SLICED:
            return walk(self._section(str(root)), segments[1:])
        return walk(self._decoded(), segments)

    def _section(self, root: str) -> Any:
        head = self._head
        if head is None:
            return MISSING
        if root == "metadata":
            return _decode_metadata(self._raw).metadata
        section = getattr(head, root)
        if isinstance(section, msgspec.Raw):
            section = _decoded_json(section)
            setattr(head, root, section)
        return MISSING if section is msgspec.UNSET else section

    def _decoded(self) -> dict[str, Any]:
        if self._object is None:
            self._object = {**_decoded_json(self._raw), "apiVersion": self.api_version, "kind": self.kind}
        return self._object

    def within(self, reads: Reads) -> Candidate:
        """The same object, answering only for the fields that a keyword declared (and for its identity)."""
        return _Restricted(self, reads)

    def __repr__(self) -> str:
        where = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"<Candidate {self.api_version} {self.kind} {where}>"


def _decoded_json(raw: msgspec.Raw | bytes) -> Any:
    try:
        return orjson.loads(memoryview(raw))
    except orjson.JSONDecodeError as error:
        raise Undecided(f"it cannot be decoded: {error}") from None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


class _Declared(Mapping[str, str]):
    """A map of which only the declared keys may be looked up."""

    __slots__ = ("_keys", "_what", "_whole")

    def __init__(self, whole: Mapping[str, str], keys: frozenset[str], what: str) -> None:
        self._whole = whole
        self._keys = keys
        self._what = what

    def __getitem__(self, key: str) -> str:
        if key not in self._keys:
            raise UndeclaredReadError(f"{self._what}['{key}'] was read but not declared")
        return self._whole[key]

    def __contains__(self, key: object) -> bool:
        if key not in self._keys:
            raise UndeclaredReadError(f"{self._what}['{key}'] was read but not declared")
        return key in self._whole

    def __iter__(self) -> Iterator[str]:
        raise UndeclaredReadError(f"{self._what} was read as a whole but not declared")

    def __len__(self) -> int:
        raise UndeclaredReadError(f"{self._what} was read as a whole but not declared")


class _Restricted(Candidate):
    __slots__ = ("_reads", "_whole")

    def __init__(self, whole: Candidate, reads: Reads) -> None:
        self._whole = whole
        self._reads = reads

    @property
    def api_version(self) -> str:  # type: ignore[override]  # read-only here
        return self._whole.api_version

    @property
    def kind(self) -> str:  # type: ignore[override]
        return self._whole.kind

    @property
    def name(self) -> str:  # type: ignore[override]
        return self._whole.name

    @property
    def namespace(self) -> str:  # type: ignore[override]
        return self._whole.namespace

    @property
    def uid(self) -> str:  # type: ignore[override]
        return self._whole.uid

    def _declared(self, *segments: str) -> Candidate:
        if not self._reads.covers(segments):
            raise UndeclaredReadError(f"{'.'.join(segments)} was read but not declared")
        return self._whole

    @property
    def labels(self) -> Mapping[str, str]:  # type: ignore[override]  # read-only here
        return self._strings("labels", self._whole.labels)

    @property
    def annotations(self) -> Mapping[str, str]:  # type: ignore[override]  # read-only here
        return self._strings("annotations", self._whole.annotations)

    def _strings(self, what: str, whole: Mapping[str, str]) -> Mapping[str, str]:
        keys = self._reads.keys_under("metadata", what)
        return whole if keys is None else _Declared(whole, keys, f"metadata.{what}")

    @property
    def owner_references(self) -> tuple[OwnerReference, ...] | list[OwnerReference]:  # type: ignore[override]
        return self._declared("metadata", "ownerReferences").owner_references

    @property
    def finalizers(self) -> list[str]:  # type: ignore[override]
        return self._declared("metadata", "finalizers").finalizers

    @property
    def terminating(self) -> bool:  # type: ignore[override]
        return self._declared("metadata", "deletionTimestamp").terminating

    @property
    def resource_version(self) -> str:  # type: ignore[override]
        return self._declared("metadata", "resourceVersion").resource_version

    @property
    def complete(self) -> bool:  # type: ignore[override]
        return self._whole.complete

    @property
    def malformed(self) -> str | None:  # type: ignore[override]
        return self._whole.malformed

    @property
    def created(self) -> datetime:
        return self._declared("metadata", "creationTimestamp").created

    @property
    def object(self) -> dict[str, Any]:
        if not self._reads.everything:
            raise UndeclaredReadError("the whole object was read but not declared")
        return self._whole.object

    def only(self, roots: Iterable[str]) -> dict[str, Any]:
        asked = tuple(roots)
        declared = self._reads.roots
        for root in asked:
            if not (self._reads.everything or root in declared or root in {"kind", "apiVersion"}):
                raise UndeclaredReadError(f"{root} was read but not declared")
        return self._whole.only(asked)

    def _at(self, segments: Segments) -> Any:
        if not self._reads.covers(segments):
            raise UndeclaredReadError(f"{'.'.join(map(str, segments))} was read but not declared")
        return self._whole._at(segments)  # noqa: SLF001  the same object
