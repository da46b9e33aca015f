"""Files: policies and objects from any mix of YAML and JSON files, directories, standard input, and lists.

Every error is one line with the file and, where there is one, the line.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zen_gc_core.cli.reading.documents import Document, FileError, Told, manifests
from zen_gc_core.cli.reading.jsons import NO_UTF8, read_json
from zen_gc_core.cli.reading.streams import fault_of
from zen_gc_core.cli.reading.yamls import YamlError, read_yaml
from zen_gc_core.texts import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zen_gc_core.cli.reading.yamls import Doubt

LARGEST_YAML: Final = 64 * 2**20
"""Bytes of a document of a stream."""

MOST_DOUBTS: Final = 5
"""How many places of a file are told that kubectl reads otherwise."""

LARGEST_JSON: Final = 2**30

STANDARD_INPUT: Final = "standard input"

_SUFFIXES: Final = frozenset((".yaml", ".yml", ".json"))
_EXPECTED: Final = "expected.yaml"
_PASSED_OVER: Final = {
    "kustomization.yaml": "kubectl kustomize builds it",
    "kustomization.yml": "kubectl kustomize builds it",
    "Chart.yaml": "helm template renders it",
    "values.yaml": "helm template renders it",
}
"""Files of a directory that are for other programs, and which."""
_NO_SPACE: Final = re.compile(rb"[^ \t\r\n]")
_JSON_STARTS: Final = (b"{", b"[")
_LIKE_JSON: Final = re.compile(rb"[ \t\r\n]*(?:\{[ \t\r\n]*\"|\[[ \t\r\n]*\{)")
"""How JSON begins, and hardly anybody's YAML."""
_MARKER: Final = re.compile(rb"^---(?=[ \t\r\n])", re.MULTILINE)
"""Where a YAML document begins: at the begin of a line this stands in no scalar, however it is written."""


def read_documents(names: Iterable[str], told: Told | None = None) -> Iterator[Document]:
    """Read every manifest of files, directories (recursively) and ``-`` (standard input).

    Args:
        names: Paths; a directory's ``*.yaml``, ``*.yml`` and ``*.json`` are read in order, but ``expected.yaml`` and
            what kustomize and Helm read.
        told: Takes what is worth telling beside the documents.

    Raises:
        FileError: Something cannot be read, or is no manifest.
    """
    told = Told() if told is None else told
    for source in sources_of(names, told):
        yield from documents_of(source, told)


def sources_of(names: Iterable[str], told: Told) -> Iterator[Path | None]:
    """The files that names mean: those of a directory each by itself; None is standard input.

    Raises:
        FileError: A name means no file.
    """
    names = list(names)
    if names.count("-") > 1:
        raise FileError(f"-f -: {STANDARD_INPUT} is read once, and asked for {names.count('-')} times")
    for name in names:
        yield from (None,) if name == "-" else expanded(name, told)


def name_of(source: Path | None) -> str:
    """The name of a file, as messages give it."""
    return STANDARD_INPUT if source is None else str(source)


def content_of(source: Path | None) -> bytes:
    """The content of a file, of which no more is read than may be read.

    Raises:
        FileError: It cannot be read.
    """
    if source is None:
        return sys.stdin.buffer.read(LARGEST_JSON + 1)
    try:
        with source.open("rb") as file:
            return file.read(LARGEST_JSON + 1)
    except OSError as error:
        raise FileError(f"{source}: {error.strerror}") from None


def documents_of(source: Path | None, told: Told) -> Iterator[Document]:
    """The manifests of one file.

    Raises:
        FileError: It cannot be read, or something in it is no manifest.
    """
    yield from documents_in(name_of(source), content_of(source), told)


def expanded(name: str, told: Told) -> list[Path]:
    """The files of a name: itself, or what a directory holds.

    Args:
        name: A path.
        told: Takes what is passed over.

    Raises:
        FileError: There is none.
    """
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
    told.notes.extend(f"{file}: passed over: {_PASSED_OVER[file.name]}" for file in found if file.name in _PASSED_OVER)
    return [file for file in found if file.name not in _PASSED_OVER]


def documents_in(source: str, content: bytes, told: Told) -> Iterator[Document]:
    """The manifests of the content of a file.

    Args:
        source: The file's name.
        content: Its content.
        told: Takes what is worth telling beside the documents.

    Raises:
        FileError: Something in it is no manifest.
    """
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    first = _NO_SPACE.search(content)  # and no copy of the rest
    if first is None:
        raise FileError(f"{source}: the file is empty")
    if len(content) > LARGEST_JSON:
        raise FileError(f"{source}: larger than {LARGEST_JSON >> 20} MiB")
    if first[0] in _JSON_STARTS and (found := read_json(source, content, told)) is not None:
        yield from found
    elif _LIKE_JSON.match(content) is not None and len(content) > LARGEST_YAML:
        raise fault_of(source, content, 0, len(content))
    else:
        yield from _yaml(source, content, told)


def _yaml(source: str, content: bytes, told: Told) -> Iterator[Document]:
    _check_sizes(source, content)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileError(f"{source}:{line}: {NO_UTF8}") from None
    found, doubts = False, _Doubts(source, told)
    try:
        for document in read_yaml(text):
            found = True
            doubts.met(document.doubts)
            for manifest in manifests(Document(document.value, "", "", source, document.line, document.lines), told):
                doubts.check(manifest)
                yield manifest
    except YamlError as error:
        if _LIKE_JSON.match(content) is not None and _MARKER.search(content) is None:  # it was meant as the other
            raise fault_of(source, content, 0, len(content)) from None
        raise FileError(f"{source}:{error.line}: {error}") from None
    doubts.tell()
    if not found:
        raise FileError(f"{source}: no document in it")


def _check_sizes(source: str, content: bytes) -> None:
    """Refuse a document that is too large: it is held as a tree of all its scalars while it is read."""
    if len(content) <= LARGEST_YAML:
        return
    begin = 0
    for end in (*(match.start() for match in _MARKER.finditer(content)), len(content)):
        if end - begin > LARGEST_YAML:
            line = content.count(b"\n", 0, begin) + 1
            raise FileError(f"{source}:{line}: a YAML document larger than {LARGEST_YAML >> 20} MiB: use JSON")
        begin = end


class _Doubts:
    """What kubectl reads otherwise in a file: in a policy it is refused; of objects it is told, some places by themselves.

    Nothing depends on it in an object, and a spelling that a program writes is there as often as the object.
    """

    def __init__(self, source: str, told: Told) -> None:
        self._source = source
        self._told = told
        self._doubts: Sequence[Doubt] = ()
        self._lines: list[int] = []
        self._next = 0
        self._met = 0

    def met(self, doubts: Sequence[Doubt]) -> None:
        """Take in those of a document, in the order of its lines."""
        self._doubts, self._lines, self._next = doubts, [each.line for each in doubts], 0

    def check(self, manifest: Document) -> None:
        """Look at those of a manifest of the document, whose manifests come in their order.

        Raises:
            FileError: It is a policy.
        """
        if not self._doubts:
            return
        lines = manifest.lines.values()
        begin = bisect_left(self._lines, min(lines, default=0))
        end = bisect_right(self._lines, max(lines, default=0))
        if manifest.is_policy and begin < end:
            raise FileError(f"{self._source}:{self._lines[begin]}: {self._doubts[begin].message}")
        for doubt in self._doubts[max(begin, self._next) : end]:
            self._met += 1
            if self._met <= MOST_DOUBTS:
                self._told.notes.append(f"{self._source}:{doubt.line}: {doubt.message}")
        self._next = max(self._next, end)

    def tell(self) -> None:
        """Say how many more there are than were told."""
        if self._met > MOST_DOUBTS:
            more = counted(self._met - MOST_DOUBTS, "more value", "more values")
            self._told.notes.append(f"{self._source}: {more} of objects that kubectl reads otherwise")
