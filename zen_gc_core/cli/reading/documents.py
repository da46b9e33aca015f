"""Documents: the manifests that a text holds, each with its place; lists are taken apart, lists in lists, too."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import msgspec

from zen_gc_core.cli.reading.strangers import misspelt_policy, no_document, no_object, without_kind
from zen_gc_core.errors import InputError
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.policy import CLUSTER, NAMESPACED
from zen_gc_core.texts import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LARGEST_POLICY: Final = 3 * 2**19
"""1.5 MiB: what etcd takes for one object."""


_NO_LINES: Final[Mapping[str, int]] = MappingProxyType({})
_ITEMS: Final = "items["


class _Names(msgspec.Struct):
    name: str
    namespace: str = ""


class _Identity(msgspec.Struct):
    metadata: _Names


_decode_identity = msgspec.json.Decoder(_Identity).decode


class FileError(InputError):
    """A file that cannot be used; the text begins with the file and the line."""


@dataclass(frozen=True, slots=True)
class Document:
    """One manifest of a file.

    Args:
        content: The manifest as plain data; for an object of which little is held, its JSON.
        api_version: Its ``apiVersion``.
        kind: Its ``kind``.
        source: The file's name, as it was given; for one of several JSON texts in it, with its line.
        line: The line on which it begins; None for JSON.
        lines: The line of every value, by path; empty for JSON.
    """

    content: Any
    api_version: str
    kind: str
    source: str
    line: int | None = None
    lines: Mapping[str, int] = field(default_factory=lambda: _NO_LINES)

    def identity(self) -> tuple[str, str]:
        """The object's namespace, as it is written, and its name; no more of it is decoded.

        Raises:
            FileError: As ``candidate``.
        """
        if isinstance(self.content, msgspec.Raw):
            try:
                metadata = _decode_identity(self.content).metadata
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                pass  # it is met again below, and told
            else:
                if metadata.name:
                    return metadata.namespace, metadata.name
        candidate = self.candidate()
        return candidate.namespace, candidate.name

    def stored(self) -> Document:
        """The same object with no more than its JSON: decoded, with the line of every value, it takes ten times as much.

        What JSON would spell otherwise stays as it is.
        """
        if isinstance(self.content, msgspec.Raw):
            return self
        try:
            text = msgspec.json.encode(self.content)
            same = msgspec.json.decode(text) == self.content
        except (msgspec.MsgspecError, TypeError, ValueError, OverflowError, RecursionError):
            return self
        if not same:
            return self
        lines = {path: self.lines[path] for path in ("metadata",) if path in self.lines}
        return replace(self, content=msgspec.Raw(text), lines=lines)

    def candidate(self) -> JsonCandidate:
        """The object as a candidate, made anew.

        Raises:
            FileError: It has no name; there is nothing to say of such an object.
        """
        if isinstance(self.content, msgspec.Raw):
            try:
                candidate = JsonCandidate.from_json(self.content, api_version=self.api_version, kind=self.kind)
            except InputError as error:
                raise FileError(f"{self.place()}: {error}") from None
        else:
            candidate = JsonCandidate.from_object(self.content, api_version=self.api_version, kind=self.kind)
        if not candidate.name:
            raise FileError(f"{self.place('metadata')}: {self.kind}: metadata.name is missing")
        return candidate

    @property
    def is_policy(self) -> bool:
        """Whether it is a policy, by its kind."""
        return self.kind in {NAMESPACED, CLUSTER}

    @property
    def plain(self) -> Any:
        """The manifest as plain data, whatever form it is held in."""
        if isinstance(self.content, msgspec.Raw):
            return {"apiVersion": self.api_version, "kind": self.kind, **msgspec.json.decode(self.content)}
        return self.content

    def place(self, path: str = "") -> str:
        """Where a value stands: ``file.yaml:12``; the nearest value above it that the file has."""
        line = self.line_of(path)
        return self.source if line is None else f"{self.source}:{line}"

    def line_of(self, path: str = "") -> int | None:
        """The line of a value, or of the nearest above it that the file has; None for JSON."""
        if self.line is None:
            return None
        where = path
        while where and where not in self.lines:
            where = where[: max(where.rfind("."), where.rfind("["), 0)]
        return self.lines.get(where, self.line)


@dataclass(slots=True)
class Told:
    """What is worth telling of files beside their documents.

    Args:
        lists: How many lists were read, empty ones included.
        notes: What was passed over, and why; a line each.
    """

    lists: int = 0
    notes: list[str] = field(default_factory=list)


def manifests(whole: Document, told: Told) -> Iterator[Document]:
    """The manifests of a decoded document: itself, or the items of the list that it is.

    Args:
        whole: The document.
        told: Counts the lists.

    Raises:
        FileError: It is no manifest, or none of an object.
    """
    value, place = whole.content, whole.place()
    if not isinstance(value, dict):
        known = no_document(value) if isinstance(value, str) else None
        raise FileError(f"{place}: {known or f'a manifest is a map with apiVersion and kind, not {_type_of(value)}'}")
    api_version, kind = value.get("apiVersion"), value.get("kind")
    if is_list(kind, value):
        told.lists += 1
        items = value.get("items") or ()
        below = _lines_of_items(whole.lines)
        for index, item in enumerate(items):
            lines = below.pop(index, _NO_LINES)
            yield from manifests(Document(item, "", "", whole.source, lines.get("", whole.line), lines), told)
        return
    if not api_version and not kind and (known := without_kind(value)):
        raise FileError(f"{place}: {known}")
    api_version, kind = required(place, api_version, kind)
    check_object(place, api_version, kind, value)
    document = Document(value, api_version, kind, whole.source, whole.line, whole.lines)
    if document.is_policy and len(json.dumps(value)) > LARGEST_POLICY:
        raise FileError(f"{place}: a policy of more than {LARGEST_POLICY >> 10} KiB")
    yield document


def is_list(kind: object, value: dict[str, Any]) -> bool:
    """Whether a decoded value is a list of objects: its kind says so, and it has items (null are none) and no name."""
    if not isinstance(kind, str) or not kind.endswith("List"):
        return False
    if "items" not in value:
        return False
    return value["items"] is None or isinstance(value["items"], list)


def required(place: str, api_version: Any, kind: Any) -> tuple[str, str]:
    """The apiVersion and kind of a manifest.

    Raises:
        FileError: One of them is missing.
    """
    for name, value in (("apiVersion", api_version), ("kind", kind)):
        if not isinstance(value, str) or not value:
            raise FileError(f"{place}: {name} is missing: a manifest has apiVersion and kind")
    return api_version, kind


def check_object(place: str, api_version: str, kind: str, value: dict[str, Any]) -> None:
    """Refuse what is no object, and a misspelt policy.

    Raises:
        FileError: It is one; the text says what it is.
    """
    fault = no_object(api_version, kind, value) or misspelt_policy(api_version, kind)
    if fault is not None:
        raise FileError(f"{place}: {fault}")


def _lines_of_items(lines: Mapping[str, int]) -> dict[int, dict[str, int]]:
    """The lines of each item of a list, found in one pass over those of the list."""
    found: dict[int, dict[str, int]] = {}
    for path, line in lines.items():
        if path.startswith(_ITEMS):
            index, _, below = path[len(_ITEMS) :].partition("]")
            found.setdefault(int(index), {})[below.removeprefix(".")] = line
    return found


def _type_of(value: Any) -> str:
    return "nothing" if value is None else kind_of(value)
