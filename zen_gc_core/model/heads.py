"""Heads: what is decoded of every object, and the items of one page of a list.

A page is decoded once, heads and all; the rest of an object stays JSON until somebody looks.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec
import orjson

from zen_gc_core.errors import InputError, Undecided
from zen_gc_core.model.unreadable import why

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class OwnerReference(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """An entry of ``metadata.ownerReferences``."""

    api_version: str = ""
    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool = False


UNREADABLE_OWNER: Final = OwnerReference()
"""Stands where owners are, or may be, and cannot be read."""


class Metadata(msgspec.Struct, gc=False, rename="camel"):
    """What is read of ``metadata`` (Kubernetes' ObjectMeta)."""

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


class Head(msgspec.Struct, gc=False):
    """An object, decoded as far as every policy looks.

    Attributes:
        metadata: Its metadata.
        spec: Its ``spec``, as JSON; UNSET when there is none.
        status: Its ``status``, likewise.
        type: Its ``type`` (of a Secret), likewise.
    """

    metadata: Metadata
    spec: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    status: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    type: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Whole(msgspec.Struct, gc=False):
    metadata: dict[str, Any]


class _RawItems(msgspec.Struct):
    items: list[msgspec.Raw]


decode_head: Final = msgspec.json.Decoder(Head).decode
_decode_metadata: Final = msgspec.json.Decoder(_Whole).decode
decode_items: Final = msgspec.json.Decoder(_RawItems).decode


def decode_metadata(raw: msgspec.Raw | bytes) -> dict[str, Any]:
    """The whole ``metadata`` of an object whose head has been decoded.

    Raises:
        Undecided: It cannot be read whole.
    """
    try:
        return _decode_metadata(raw).metadata
    except Exception as error:
        raise Undecided(why(error)) from error


@lru_cache(maxsize=1024)
def field_decoder(key: str) -> Callable[[msgspec.Raw | bytes], Any]:
    """What decodes one field of a JSON object, without the others: its ``value``, UNSET where there is none.

    It raises ``msgspec.ValidationError`` for JSON that is no object, and anything for what cannot be decoded.
    """
    field = msgspec.defstruct("Field", [("value", Any, msgspec.UNSET)], rename={"value": key})
    return msgspec.json.Decoder(field).decode


def decode_json(raw: msgspec.Raw | bytes) -> Any:
    """Any JSON.

    Raises:
        Undecided: It is none.
    """
    try:
        return orjson.loads(memoryview(raw))
    except Exception as error:
        raise Undecided(why(error)) from error


class Items:
    """The items of one page of a list.

    Args:
        body: The page.
        heads: The heads of its items; None where one of them has a malformed metadata, so that each is looked at by
            itself.
        raw: The JSON of its items, where the page has been split already.
    """

    __slots__ = ("_body", "_raw", "heads")

    def __init__(self, body: bytes, heads: list[Head] | None, raw: Sequence[msgspec.Raw | bytes] | None = None) -> None:
        self._body = body
        self._raw = raw
        self.heads = heads

    def __len__(self) -> int:
        return len(self.raw) if self.heads is None else len(self.heads)

    @property
    def raw(self) -> Sequence[msgspec.Raw | bytes]:
        """The items' JSON, split when it is first asked for.

        Raises:
            InputError: There is no list of items.
        """
        if self._raw is None:
            try:
                self._raw = decode_items(self._body).items
            except Exception as error:
                raise InputError(f"a page has no items: {error}") from error
        return self._raw


class OneItem:
    """One object by itself, where a page's item is wanted."""

    __slots__ = ("raw",)

    def __init__(self, raw: msgspec.Raw | bytes) -> None:
        self.raw = (raw,)


def owners_of(metadata: Any) -> list[OwnerReference]:
    """The owners that malformed metadata names; with ``UNREADABLE_OWNER`` where there may be more.

    Args:
        metadata: Decoded JSON of any shape.
    """
    if not isinstance(metadata, dict):
        return [UNREADABLE_OWNER]
    try:
        return msgspec.convert(metadata.get("ownerReferences"), list[OwnerReference] | None) or []
    except msgspec.ValidationError:
        return [UNREADABLE_OWNER]
