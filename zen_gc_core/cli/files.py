"""Files: policies and objects from any mix of YAML and JSON files, directories, standard input, and lists.

Every error is one line with the file and, where there is one, the line.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from zen_gc_core.cli.yamls import YamlError, read_yaml
from zen_gc_core.errors import InputError
from zen_gc_core.model.policy import CLUSTER, NAMESPACED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LARGEST_YAML: Final = 64 * 2**20
LARGEST_JSON: Final = 2**30
LARGEST_POLICY: Final = 3 * 2**19
"""1.5 MiB: what etcd takes for one object."""

_SUFFIXES: Final = frozenset((".yaml", ".yml", ".json"))
_EXPECTED: Final = "expected.yaml"
_JSON_STARTS: Final = (b"{", b"[")
_NO_UTF8: Final = "not UTF-8"


@dataclass(frozen=True, slots=True)
class Document:
    """One manifest of a file.

    Args:
        content: The manifest as plain data; for an object of a large JSON list, its JSON.
        api_version: Its ``apiVersion``.
        kind: Its ``kind``.
        source: The file's name, as it was given.
        line: The line on which it begins; None for JSON.
        lines: The line of every value, by path; empty for JSON.
    """

    content: Any
    api_version: str
    kind: str
    source: str
    line: int | None = None
    lines: dict[str, int] = field(default_factory=dict)

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
        if self.line is None:
            return self.source
        where = path
        while where and where not in self.lines:
            where = where[: max(where.rfind("."), where.rfind("["), 0)]
        return f"{self.source}:{self.lines.get(where, self.line)}"


class FileError(InputError):
    """A file that cannot be used; the text begins with the file and the line."""


def read_documents(names: Iterable[str]) -> Iterator[Document]:
    """Read every manifest of files, directories (recursively) and ``-`` (standard input).

    Args:
        names: Paths; a directory's ``*.yaml``, ``*.yml`` and ``*.json`` are read in order, but ``expected.yaml``.

    Raises:
        FileError: Something cannot be read, or is no manifest.
    """
    for name in names:
        if name == "-":
            yield from _documents("standard input", sys.stdin.buffer.read(LARGEST_JSON + 1))
            continue
        for path in _expanded(name):
            yield from _documents(str(path), _content(path))


def _expanded(name: str) -> list[Path]:
    if not name:
        raise FileError("-f: the name of the file is empty")
    path = Path(name)
    if not path.is_dir():
        return [path]
    try:
        found = sorted(file for file in path.rglob("*") if file.suffix in _SUFFIXES and file.name != _EXPECTED)
    except OSError as error:
        raise FileError(f"{name}: {error.strerror}") from None
    if not found:
        raise FileError(f"{name}: no *.yaml, *.yml or *.json in this directory")
    return found


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_JSON + 1)
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}") from None


def _documents(source: str, content: bytes) -> Iterator[Document]:
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    if not content.strip(b" \t\r\n"):
        raise FileError(f"{source}: the file is empty")
    if len(content) > LARGEST_JSON:
        raise FileError(f"{source}: larger than {LARGEST_JSON >> 20} MiB")
    if content.lstrip()[:1] in _JSON_STARTS and (found := _json(source, content)) is not None:
        yield from found
    else:
        yield from _yaml(source, content)


def _yaml(source: str, content: bytes) -> Iterator[Document]:
    if len(content) > LARGEST_YAML:
        raise FileError(f"{source}: YAML larger than {LARGEST_YAML >> 20} MiB: use JSON")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileError(f"{source}:{line}: {_NO_UTF8}") from None
    found = False
    try:
        for document in read_yaml(text):
            found = True
            whole = Document(document.value, "", "", source, document.line, document.lines)
            yield from _manifests(whole, document.value, "")
    except YamlError as error:
        raise FileError(f"{source}:{error.line}: {error}") from None
    if not found:
        raise FileError(f"{source}: no document in it")


class _TypedHead(msgspec.Struct):
    apiVersion: str = ""  # noqa: N815  Kubernetes' spelling
    kind: str = ""
    items: list[msgspec.Raw] | None = None


_decode_head = msgspec.json.Decoder(_TypedHead).decode


def _head(where: str, content: bytes | msgspec.Raw) -> _TypedHead:
    try:
        return _decode_head(content)
    except UnicodeDecodeError:
        raise FileError(f"{where}: {_NO_UTF8}") from None
    except RecursionError:
        raise FileError(f"{where}: nested too deep") from None


def _json(source: str, content: bytes) -> Iterator[Document] | None:
    """The manifests of JSON text; None when it is no JSON (a YAML flow mapping looks alike)."""
    try:
        head = _head(source, content)
    except msgspec.ValidationError:
        return _json_small(source, content)
    except msgspec.DecodeError:
        return None
    if head.items is None or not head.kind.endswith("List"):
        return _json_small(source, content)
    return _json_items(source, head)


def _json_items(source: str, head: _TypedHead) -> Iterator[Document]:
    default_kind = head.kind.removesuffix("List")
    for index, raw in enumerate(head.items or ()):
        where = f"{source}: items[{index}]"
        try:
            item = _head(where, raw)
        except msgspec.DecodeError as error:
            raise FileError(f"{where}: no manifest: {error}") from None
        api_version = item.apiVersion or ("" if head.kind == "List" else head.apiVersion)
        kind = item.kind or default_kind
        _required(where, api_version, kind)
        if kind in {NAMESPACED, CLUSTER}:
            yield Document(_loads(where, bytes(raw)), api_version, kind, source)
        else:
            yield Document(raw, api_version, kind, source)


def _json_small(source: str, content: bytes) -> Iterator[Document]:
    value = _loads(source, content)
    whole = Document(value, "", "", source)
    yield from _manifests(whole, value, "")


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
        raise FileError(f"{where}: {_NO_UTF8}") from None
    except (ValueError, RecursionError) as error:
        raise FileError(f"{where}: no JSON: {error}") from None


def _manifests(whole: Document, value: Any, prefix: str) -> Iterator[Document]:
    place = whole.place(prefix)
    if not isinstance(value, dict):
        raise FileError(f"{place}: a manifest is a map with apiVersion and kind, not {_kind_of(value)}")
    api_version, kind = value.get("apiVersion"), value.get("kind")
    items = value.get("items")
    if isinstance(kind, str) and kind.endswith("List") and isinstance(items, list):
        for index, item in enumerate(items):
            yield from _manifests(whole, item, f"{prefix}.items[{index}]".lstrip("."))
        return
    api_version, kind = _required(place, api_version, kind)
    document = Document(
        value, api_version, kind, whole.source, whole.lines.get(prefix, whole.line), _below(whole, prefix)
    )
    if document.is_policy and len(json.dumps(value)) > LARGEST_POLICY:
        raise FileError(f"{place}: a policy of more than {LARGEST_POLICY >> 10} KiB")
    yield document


def _below(whole: Document, prefix: str) -> dict[str, int]:
    if not prefix:
        return whole.lines
    start = f"{prefix}."
    return {path.removeprefix(start): line for path, line in whole.lines.items() if path.startswith(start)}


def _required(place: str, api_version: Any, kind: Any) -> tuple[str, str]:
    for name, value in (("apiVersion", api_version), ("kind", kind)):
        if not isinstance(value, str) or not value:
            raise FileError(f"{place}: {name} is missing: a manifest has apiVersion and kind")
    return api_version, kind


def _kind_of(value: Any) -> str:
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else f"a {type(value).__name__}"
