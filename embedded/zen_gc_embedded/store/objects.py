"""The shape in which objects are kept: JSON bytes with the metadata first, so that they can be sliced.

A stored object has no ``kind`` and no ``apiVersion``; they belong to the version that is asked for and
are added when it is served. Nothing here knows a resource.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeAlias, cast

import orjson

Object: TypeAlias = dict[str, Any]
"""A decoded JSON object."""

_OPENING = b'{"metadata":'
METADATA_START = len(_OPENING)


class Record:
    """One stored object: ``{"metadata":{…},…}`` as bytes, and where its metadata ends.

    Args:
        raw: The JSON text; it begins with the metadata.
        head: The offset right behind the metadata.
        revision: The resourceVersion as a number.
    """

    __slots__ = ("head", "raw", "revision")

    def __init__(self, raw: bytes, head: int, revision: int) -> None:
        self.raw = raw
        self.head = head
        self.revision = revision

    @property
    def metadata_json(self) -> bytes:
        """The JSON text of ``metadata``."""
        return self.raw[METADATA_START : self.head]

    def mentions(self, mark: bytes) -> bool:
        """Whether the JSON text of ``metadata`` contains a mark; asked before it is decoded for nothing."""
        return self.raw.find(mark, METADATA_START, self.head) >= 0

    def metadata(self) -> Object:
        """The decoded ``metadata``, without looking at the rest of the object."""
        return cast("Object", orjson.loads(self.metadata_json))

    def load(self) -> Object:
        """The decoded object, without ``kind`` and ``apiVersion``."""
        return cast("Object", orjson.loads(self.raw))


def record_of(content: Object, revision: int) -> Record:
    """Encode an object for the store.

    Args:
        content: The object; its ``kind`` and ``apiVersion`` are left out.
        revision: Its resourceVersion as a number, written into the metadata; 0 for none (a dry run).
    """
    metadata = {**content["metadata"], "resourceVersion": str(revision)}
    if not revision:
        del metadata["resourceVersion"]
    rest = {key: value for key, value in content.items() if key not in {"metadata", "kind", "apiVersion"}}
    head = _OPENING + orjson.dumps(metadata)
    # A concatenation has its exact size; what orjson returns holds on to a far larger buffer.
    raw = head + (b"," + orjson.dumps(rest)[1:] if rest else b"}")
    return Record(raw, len(head), revision)


def timestamp(moment: datetime) -> str:
    """The moment as Kubernetes writes a ``metav1.Time``: RFC 3339, UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def json_kind(value: object) -> str:
    """The JSON type of a value, as Go's decoder calls it."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    kinds = ((dict, "object"), (list, "array"), (str, "string"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")


def mapping(value: object) -> Object:
    """The value itself when it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """The value itself when it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []
