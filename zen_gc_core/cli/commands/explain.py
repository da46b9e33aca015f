"""``zen-gc explain``: what a keyword of policies means, and its fields; the reference, in the terminal."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

import click

from zen_gc_core.cli.arguments.completing import complete_words
from zen_gc_core.cli.arguments.options import BooleanCommand, output_option
from zen_gc_core.cli.guiding.keyword_reference import NOUNS, WHERE, entries, policy_fields
from zen_gc_core.cli.plans.output import as_json, as_yaml, columns
from zen_gc_core.cli.plans.view import color_option, colours
from zen_gc_core.cli.reading.input import load_installed
from zen_gc_core.cli.terminal.folding import HEADING, Line, folded, terminal_width
from zen_gc_core.controller.settings import Allowing
from zen_gc_core.errors import InputError
from zen_gc_core.texts import did_you_mean, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zen_gc_core.cli.guiding.keyword_reference import Entry, Field

_LINK: Final = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_STANDS: Final = re.compile(rf"(?:spec\.)?(?:{'|'.join(WHERE.values())})\.(.+)")
_ENTRY: Final = re.compile(r"\[[0-9]*\]")


@click.command(
    cls=BooleanCommand,
    epilog="\b\nExamples:\n"
    "  zen-gc explain\n"
    "  zen-gc explain hasLabels\n"
    "  zen-gc explain after.since\n"
    "  zen-gc explain spec.behavior.breaker\n"
    "  zen-gc explain phase -o json",
)
@click.argument("keyword", required=False, shell_complete=complete_words)
@output_option("How it is printed.", "text", "json", "yaml")
@color_option
def command(keyword: str | None, output: str, color: str) -> None:
    """Explain a KEYWORD of policies, its fields, or one of them (KEYWORD.FIELD); without one, list all.

    Conditions, TTLs and actions of all installed plugins, and the fields of a policy's spec. The reference says the same.
    Exits 2 for a keyword that is not installed.
    """
    vocabulary = load_installed(Allowing()).vocabulary
    every = entries(vocabulary)
    if keyword is None:
        _list(every, output, colour=colours(color))
        return
    known = [*every, *policy_fields(vocabulary)]
    found = list(_found(keyword, known))
    if not found:
        why = vocabulary.unavailable.get(keyword, "")
        raise InputError(
            f"'{keyword}' cannot be used: {why}" if why else _unknown(keyword.removeprefix("spec."), known)
        )
    if output == "text":
        lines = [
            line for index, each in enumerate(found) for line in ([Line("")] if index else []) + list(_shown(each))
        ]
        colour = colours(color)
        click.echo(folded(lines, terminal_width(), colour=colour), color=colour)
    else:
        document = {"keywords": [asdict(each) for each in found]}
        click.echo(as_json(document) if output == "json" else as_yaml(document))


def _unknown(keyword: str, known: Sequence[Entry]) -> str:
    """What is wrong with a word that nothing is called by, and what is like it."""
    names = {each.name.removeprefix("spec."): each for each in known}
    for name, entry in names.items():
        if keyword.startswith(f"{name}."):
            asked = keyword.removeprefix(f"{name}.")
            fields = list(dict.fromkeys(_plain(field.path) for field in entry.fields))
            there = f" (it has: {', '.join(fields)})" if fields else ""
            return f"{entry.name} has no field '{asked}'{did_you_mean(asked, fields)}{there}"
    return f"there is no keyword '{keyword}'{did_you_mean(keyword, names)} (zen-gc explain lists them)"


def _found(asked: str, every: Iterable[Entry]) -> Iterator[Entry]:
    """The entries that a word means: a keyword of one kind or of two, a field of one with what stands below it."""
    stands = _STANDS.fullmatch(asked)
    word = _plain(stands[1] if stands else asked)
    for each in every:
        if word in {each.name, each.name.removeprefix("spec.")}:
            yield each
            continue
        for name in dict.fromkeys((each.name, each.name.removeprefix("spec."))):
            if word.startswith(f"{name}."):
                yield from _field(each, word.removeprefix(f"{name}."))
                break


def _field(entry: Entry, path: str) -> Iterator[Entry]:
    below = [field for field in entry.fields if f"{_plain(field.path)}.".startswith(f"{path}.")]
    own = [field for field in below if _plain(field.path) == path]
    if own:
        types = " or ".join(dict.fromkeys(field.type for field in own))
        meanings = " ".join(dict.fromkeys(field.meaning for field in own if field.meaning))
        name = f"{entry.name}.{path}"
        inner = tuple(field for field in below if field not in own)
        told = replace(entry, name=name, noun=f"field of a {entry.noun}" if entry.plugin else entry.noun)
        yield replace(told, meaning=meanings, takes=types + _bounds(own[0]), example="", notes="", fields=inner)


def _plain(path: str) -> str:
    return _ENTRY.sub("", path).strip(".")


def _bounds(field: Field) -> str:
    if field.required:
        return ", required"
    return f", by default {_value(field.default)}" if field.default is not None else ""


def _value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(entry: Entry) -> Iterator[Line]:
    yield Line(visible(f"{entry.name} ({entry.noun})"), style=HEADING)
    if entry.meaning:
        yield Line(_text(entry.meaning), 2, 0)
    yield Line(visible(f"takes {_text(entry.takes)}"), 2, 2)
    if entry.plugin:
        yield Line(visible(f"from {entry.plugin}"), 2)
    if entry.example:
        yield Line("EXAMPLE", style=HEADING)
        yield from (Line(visible(line), 2) for line in entry.example.splitlines())
    if entry.fields:
        yield Line("FIELDS", style=HEADING)
        for field in entry.fields:
            yield Line(
                visible(f"{field.path}: {_text(field.type)}{_bounds(field)}"), 2, style=HEADING, styled=len(field.path)
            )
            if field.meaning:
                yield Line(_text(field.meaning), 6, 0)
    if entry.notes:
        yield Line("NOTES", style=HEADING)
        yield from (Line(_text(line), 2, 0) for line in _paragraphs(entry.notes))


def _paragraphs(notes: str) -> Iterator[str]:
    """Markdown with each paragraph on a line; the rows of tables stay apart."""
    paragraph: list[str] = []
    for line in [*notes.splitlines(), ""]:
        if line and not line.startswith(("|", "- ")):
            paragraph.append(line.strip())
            continue
        if paragraph:
            yield " ".join(paragraph)
            paragraph = []
        if line and not set(line) <= set("|-: "):
            yield line.strip("| ").replace(" | ", "  ·  ")


def _text(markdown: str) -> str:
    """Markdown as people read it in a terminal: without links and marks."""
    return visible(_LINK.sub(r"\1", markdown).replace("`", "").replace("**", "").replace("\\|", "|"))


def _list(every: Sequence[Entry], output: str, *, colour: bool) -> None:
    if output != "text":
        document = {"keywords": [asdict(each) for each in every]}
        click.echo(as_json(document) if output == "json" else as_yaml(document))
        return
    width = terminal_width()
    for index, noun in enumerate(NOUNS.values()):
        own = [each for each in every if each.noun == noun]
        title = f"{noun.upper()}S (spec.{list(WHERE.values())[index]})"
        rows = [(visible(each.name), _text(each.meaning)) for each in own]
        table = columns(rows, "  ").splitlines() if rows else []
        longest = max((len(name) for name, _ in rows), default=0)
        lines = [Line(line.strip(), 2, longest + 3) for line in table]
        parts = [*([Line("")] if index else []), Line(title, style=HEADING), *lines]
        click.echo(folded(parts, width, colour=colour), color=colour)
