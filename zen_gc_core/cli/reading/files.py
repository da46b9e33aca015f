"""Files: policies and objects from any mix of YAML and JSON files, directories, standard input, and lists.

Every error is one line with the file and, where there is one, the line.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zen_gc_core.cli.reading.documents import Document, FileError, Told, manifests
from zen_gc_core.cli.reading.jsons import NO_UTF8, read_json
from zen_gc_core.cli.reading.yamls import YamlError, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zen_gc_core.cli.reading.yamls import Doubt

LARGEST_YAML: Final = 64 * 2**20
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
    else:
        yield from _yaml(source, content, told)


def _yaml(source: str, content: bytes, told: Told) -> Iterator[Document]:
    if len(content) > LARGEST_YAML:
        raise FileError(f"{source}: YAML larger than {LARGEST_YAML >> 20} MiB: use JSON")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileError(f"{source}:{line}: {NO_UTF8}") from None
    found = False
    try:
        for document in read_yaml(text):
            found = True
            whole = Document(document.value, "", "", source, document.line, document.lines)
            for manifest in manifests(whole, document.value, "", told):
                yield _undoubted(manifest, whole, document.doubts, told)
    except YamlError as error:
        raise FileError(f"{source}:{error.line}: {error}") from None
    if not found:
        raise FileError(f"{source}: no document in it")


def _undoubted(manifest: Document, whole: Document, doubts: tuple[Doubt, ...], told: Told) -> Document:
    """Refuse a policy in which kubectl reads something else; of an object it is told, and nothing depends on it."""
    for doubt in doubts:
        inside = manifest.lines is whole.lines or doubt.line in manifest.lines.values()
        place = f"{whole.source}:{doubt.line}: {doubt.message}"
        if inside and manifest.is_policy:
            raise FileError(place)
        if place not in told.notes and not manifest.is_policy:
            told.notes.append(place)
    return manifest
