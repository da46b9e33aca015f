"""JSON texts: one manifest, a list of them, or a stream of both, as ``kubectl get -o json`` and ``jq`` write them.

A large list is not decoded: its items stay the JSON that they are until somebody looks at them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import msgspec

from zen_gc_core.cli.reading.documents import Document, FileError, Told, check_object, manifests, required
from zen_gc_core.cli.reading.streams import is_json, texts_of
from zen_gc_core.model.policy import CLUSTER, NAMESPACED

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_UTF8: Final = "not UTF-8"


_LOOKED_INTO: Final = frozenset((NAMESPACED, CLUSTER, "Config"))
"""Kinds of which it matters what the text says: of policies all, and a kubeconfig is no object."""


class _TypedHead(msgspec.Struct):
    apiVersion: str = ""  # noqa: N815  Kubernetes' spelling
    kind: str = ""
    items: list[msgspec.Raw] | None = None


_decode_head = msgspec.json.Decoder(_TypedHead).decode
_decode_raw = msgspec.json.Decoder(msgspec.Raw).decode


def read_json(source: str, content: bytes, told: Told) -> Iterator[Document] | None:
    """The manifests of JSON text; None when it is no JSON (a YAML flow mapping looks alike).

    Args:
        source: The file's name.
        content: The text.
        told: Counts the lists.

    Raises:
        FileError: It is JSON, and cannot be used.
    """
    try:
        return _text(source, content, _head(source, content), told)
    except msgspec.ValidationError:
        if not is_json(content) and (found := _stream(source, content, told)) is not None:
            return found
        return _small(source, content, told)
    except msgspec.DecodeError:
        return _stream(source, content, told)


def _head(where: str, content: bytes | memoryview | msgspec.Raw) -> _TypedHead:
    try:
        return _decode_head(content)
    except UnicodeDecodeError:
        raise FileError(f"{where}: {NO_UTF8}") from None
    except RecursionError:
        raise FileError(f"{where}: nested too deep") from None


def _text(source: str, content: bytes, head: _TypedHead, told: Told) -> Iterator[Document]:
    if head.items is None or not head.kind.endswith("List"):
        return _small(source, content, told)
    return _items(source, head, told)


def _stream(source: str, content: bytes, told: Told) -> Iterator[Document] | None:
    """Several JSON texts after each other; None when it is no JSON, or a single broken one."""
    texts = texts_of(source, content)
    if len(texts) < 2:
        return None

    def documents() -> Iterator[Document]:
        line, counted, view = 1, 0, memoryview(content)
        for begin, end in texts:
            line, counted = line + content.count(b"\n", counted, begin), begin
            yield from _of_stream(f"{source}:{line}", view[begin:end], told)

    return documents()


def _of_stream(where: str, part: memoryview, told: Told) -> Iterator[Document]:
    """One text of a stream: an object stays the JSON that it is, as an item of a list does."""
    try:
        head = _head(where, part)
    except msgspec.DecodeError:
        return _small(where, bytes(part), told)
    if head.items is not None and head.kind.endswith("List"):
        return _items(where, head, told)
    if head.kind in _LOOKED_INTO or not (head.apiVersion and head.kind):
        return _small(where, bytes(part), told)
    try:
        check_object(where, head.apiVersion, head.kind, {})
    except FileError:  # told with what it says
        return _small(where, bytes(part), told)
    return iter((Document(_decode_raw(part), head.apiVersion, head.kind, where),))


def _items(source: str, head: _TypedHead, told: Told) -> Iterator[Document]:
    told.lists += 1
    default_kind = head.kind.removesuffix("List")
    for index, raw in enumerate(head.items or ()):
        where = f"{source}: items[{index}]"
        try:
            item = _head(where, raw)
        except msgspec.DecodeError as error:
            raise FileError(f"{where}: no manifest: {error}") from None
        api_version = item.apiVersion or ("" if head.kind == "List" else head.apiVersion)
        kind = item.kind or default_kind
        if item.items is not None and kind.endswith("List"):
            yield from _items(where, item, told)
            continue
        required(where, api_version, kind)
        check_object(where, api_version, kind, {})
        if kind in {NAMESPACED, CLUSTER}:
            yield Document(_loads(where, bytes(raw)), api_version, kind, source)
        else:
            yield Document(raw, api_version, kind, source)


def _small(source: str, content: bytes, told: Told) -> Iterator[Document]:
    value = _loads(source, content)
    return manifests(Document(value, "", "", source), told)


def _loads(where: str, content: bytes) -> Any:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) != len(items):
            keys = [key for key, _ in items]
            raise FileError(f"{where}: duplicate key '{next(key for key in keys if keys.count(key) > 1)}'")
        return found

    def no_number(text: str) -> Any:
        raise FileError(f"{where}: {text} is not a value that JSON can hold")

    try:
        return json.loads(content, object_pairs_hook=pairs, parse_constant=no_number)
    except UnicodeDecodeError:
        raise FileError(f"{where}: {NO_UTF8}") from None
    except (ValueError, RecursionError) as error:
        raise FileError(f"{where}: no JSON: {error}") from None
