"""Files of other tools: their policies and rules, each with its place, and what lies beside them."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.cli.reading.documents import FileError, Told, is_list
from zen_gc_core.cli.reading.files import LARGEST_YAML, content_of, expanded
from zen_gc_core.cli.reading.jsons import NO_UTF8
from zen_gc_core.cli.reading.yamls import YamlError, read_yaml
from zen_gc_core.importing.conversion import Source
from zen_gc_core.importing.kinds import Kinds
from zen_gc_core.importing.recognising import fault_of, tool_of
from zen_gc_core.texts import kind_of, with_article

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zen_gc_core.cli.reading.yamls import YamlDocument

_RULES: Final = "rules:"


@dataclass(slots=True)
class Foreign:
    """What files of other tools hold.

    Args:
        by_tool: Their documents, by tool, in order.
        kinds: The kinds that are known with their help.
        notes: What was passed over, and why.
    """

    by_tool: dict[str, list[Source]] = field(default_factory=dict)
    kinds: Kinds = field(default_factory=Kinds)
    notes: list[str] = field(default_factory=list)


def read_foreign(names: Iterable[str], tool: str | None) -> Foreign:
    """Read the files.

    Args:
        names: Files, directories, ``-`` for standard input.
        tool: The tool that they are said to be of; None: any.

    Raises:
        FileError: One cannot be read, or holds what is of no tool, or of another.
    """
    found = Foreign()
    beside: list[dict[str, Any]] = []
    for name in names:
        for source in _sources(name, found):
            theirs = tool_of(source.content)
            if theirs is None:
                _check(source)
                beside.append(source.content)
                if source.content.get("kind") != "CustomResourceDefinition":
                    found.notes.append(
                        f"{source.place}: passed over: {_named(source)} says nothing of what is to be deleted"
                    )
            elif tool not in {None, theirs}:
                raise FileError(f"{source.place}: {_named(source)} is of {theirs}, and --from says {tool}")
            else:
                found.by_tool.setdefault(theirs, []).append(source)
    found.kinds = Kinds(beside)
    return found


def _named(source: Source) -> str:
    kind = source.content.get("kind")
    return with_article(kind) if isinstance(kind, str) and kind else "a document without a kind"


def _check(source: Source) -> None:
    """Refuse what was meant for a tool, and is not what it reads; the rest is passed over."""
    fault = fault_of(source.content)
    if fault is not None:
        raise FileError(f"{source.place}: {fault}")


def _sources(name: str, found: Foreign) -> Iterator[Source]:
    if name == "-":
        yield from _of_text("standard input", sys.stdin.buffer.read(LARGEST_YAML + 1))
        return
    told = Told()
    for path in expanded(name, told):
        yield from _of_text(str(path), content_of(path))
    found.notes += told.notes


def _of_text(place: str, content: bytes) -> Iterator[Source]:
    if len(content) > LARGEST_YAML:
        raise FileError(f"{place}: larger than {LARGEST_YAML >> 20} MiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileError(f"{place}:{line}: {NO_UTF8}") from None
    if not text.strip():
        raise FileError(f"{place}: the file is empty")
    seen = False
    try:
        for document in read_yaml(text):
            seen = True
            for source in _taken_apart(place, document, document.value, ""):
                if document.doubts and tool_of(source.content) is not None:
                    doubt = document.doubts[0]
                    raise FileError(f"{place}:{doubt.line}: {doubt.message}")
                yield source
    except YamlError as error:
        raise FileError(f"{place}:{error.line}: {error}") from None
    if not seen:
        raise FileError(f"{place}: no document in it")


def _taken_apart(place: str, whole: YamlDocument, value: Any, prefix: str) -> Iterator[Source]:
    """The documents of a value: itself, the items of a list, and the rules that a ConfigMap holds as text."""
    at = f"{place}:{whole.lines.get(prefix, whole.line)}"
    if not isinstance(value, dict):
        raise FileError(f"{at}: a manifest is a map, not {kind_of(value)}")
    if is_list(value.get("kind"), value):
        for index, item in enumerate(value["items"] or ()):
            yield from _taken_apart(place, whole, item, f"{prefix}.items[{index}]".lstrip("."))
        return
    start = f"{prefix}." if prefix else ""
    lines = {
        path.removeprefix(start): f"{place}:{line}" for path, line in whole.lines.items() if path.startswith(start)
    }
    rules = list(_rules_inside(at, value))
    if rules:
        yield from rules
    else:
        yield Source(value, at, lines)


def _rules_inside(at: str, value: dict[str, Any]) -> Iterator[Source]:
    data = value.get("data")
    if value.get("kind") != "ConfigMap" or not isinstance(data, dict):
        return
    for key, text in data.items():
        if not isinstance(text, str) or _RULES not in text:
            continue
        try:
            documents = list(read_yaml(text))
        except YamlError as error:
            raise FileError(f"{at}: data['{key}']: line {error.line}: {error}") from None
        for document in documents:
            if isinstance(document.value, dict) and "rules" in document.value:
                place = f"{at}: data['{key}']"
                lines = {path: f"{place}: line {line}" for path, line in document.lines.items()}
                yield Source(document.value, place, lines)
