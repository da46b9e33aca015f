"""How an import is printed: policies with what became of their constructs as comments, a report, JSON, and the comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.cli.plans.output import as_yaml, columns
from zen_gc_core.cli.terminal.folding import HEADING, Line, folded
from zen_gc_core.importing.comparing import Cell
from zen_gc_core.importing.conversion import Level
from zen_gc_core.texts import counted, visible, visible_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from zen_gc_core.importing.comparing import Comparison
    from zen_gc_core.importing.conversion import Conversion

_ODD: Final = frozenset({Cell.UNTOLD, Cell.UNTOLD_STAYS})
"""Cells that are shown where something is in them."""

_MORE: Final = frozenset({Cell.ONLY_OURS, Cell.UNTOLD})
"""Cells of objects that ours takes, and the other tool does not, or perhaps not."""

_WIDER: Final = {"fg": "red", "bold": True}

_STYLES: Final[Mapping[str, Mapping[str, Any]]] = {
    Level.EXACT: {"fg": "green"},
    Level.NARROWER: {"fg": "yellow"},
    Level.IMPOSSIBLE: _WIDER,
}

_HEADS: Final = {
    Level.EXACT: "translated:",
    Level.NARROWER: "narrower, so that more is kept:",
    Level.IMPOSSIBLE: "left out:",
}


def as_policies(conversions: Iterable[Conversion]) -> str:
    """The policies, each after a comment that says what became of its original."""
    return "\n---\n".join(text for conversion in conversions for text in _policies(conversion))


def _policies(conversion: Conversion) -> Iterator[str]:
    head = "\n".join(f"# {line}".rstrip() for line in _comment(conversion))
    if not conversion.policies:
        yield f"{head}\n# no policy: see what is left out"
    for index, policy in enumerate(conversion.policies):
        before = head if index == 0 else f"# From {_titled(conversion)}, too: see above."
        paused = "\n# PAUSED: something of the original is missing here; see what is left out before you unpause it."
        stopped = paused if policy["spec"].get("paused") else ""
        yield f"{before}{stopped}\n{as_yaml(policy)}"


def _titled(conversion: Conversion) -> str:
    place = f" ({conversion.place})" if conversion.place else ""
    return visible(
        f"{conversion.title} of {conversion.tool}{place}"
        if conversion.title != conversion.tool
        else f"{conversion.title}{place}"
    )


def _comment(conversion: Conversion) -> Iterator[str]:
    yield f"From {_titled(conversion)}"
    for level, head in _HEADS.items():
        found = conversion.of(level)
        if found:
            yield head
            yield from (visible(f"  {each.path}: {each.words}") for each in found)
    if conversion.assumed:
        yield "assumed:"
        yield from (visible(f"  {each}") for each in conversion.assumed)
    for script in conversion.scripts:
        yield "the script, which is not translated:"
        yield from (f"  | {line}" for line in visible_lines(script).splitlines())


def as_report(conversions: Sequence[Conversion], width: int | None = None, *, colour: bool = False) -> str:
    """One line a construct, and how many policies came of what.

    Args:
        conversions: What became of the originals.
        width: The most characters on a line; None folds nothing.
        colour: Whether what became of a construct has a colour.
    """
    lines = []
    for conversion in conversions:
        made = counted(len(conversion.policies), "policy", "policies")
        paused = sum(1 for each in conversion.policies if each["spec"].get("paused"))
        title = f"{_titled(conversion)}: {made}{f', {paused} paused' if paused else ''}"
        lines.append(Line(title, style=HEADING))
        rows = [(str(each.level), visible(each.path), visible(each.words)) for each in conversion.constructs]
        rows += [("assumed", "", visible(each)) for each in conversion.assumed]
        if rows:
            texts = columns(rows, "").split("\n")
            lines += [
                Line(text, 2, style=_STYLES.get(row[0]), styled=len(row[0]))
                for row, text in zip(rows, texts, strict=True)
            ]
    return folded(lines, width, colour=colour)


def as_objects(conversions: Iterable[Conversion], comparisons: Sequence[Comparison] | None) -> dict[str, Any]:
    """All of it, for JSON."""
    document: dict[str, Any] = {
        "conversions": [
            {
                "tool": each.tool,
                "original": each.title,
                "place": each.place,
                "whole": whole(each),
                "constructs": [
                    {"path": one.path, "level": str(one.level), "words": one.words} for one in each.constructs
                ],
                "assumed": each.assumed,
                "scripts": each.scripts,
                "policies": each.policies,
            }
            for each in conversions
        ]
    }
    if comparisons is not None:
        document["comparisons"] = [
            {
                "original": each.title,
                "cells": {
                    str(cell): {
                        "count": each.counts[cell],
                        "examples": [
                            {"kind": one.kind, "object": one.place, "because": one.because}
                            for one in each.examples.get(cell, [])
                        ],
                    }
                    for cell in Cell
                },
            }
            for each in comparisons
        ]
    return document


def whole(conversion: Conversion) -> bool:
    """Whether nothing of an original is left out."""
    return not conversion.of(Level.IMPOSSIBLE)


def as_comparison(comparisons: Iterable[Comparison], *, colour: bool = False) -> str:
    """The differential table, with examples of where the two differ; what only ours takes has a colour, if any has."""
    lines = []
    for each in comparisons:
        lines.append(visible(f"{each.title}:"))
        shown = [cell for cell in Cell if cell not in _ODD or each.counts[cell]]
        table = columns([(str(cell), str(each.counts[cell])) for cell in shown], "").split("\n")
        rows = [
            Line(text, 2, style=_WIDER if cell in _MORE and each.counts[cell] else None)
            for cell, text in zip(shown, table, strict=True)
        ]
        lines.append(folded(rows, None, colour=colour))
        for cell in (Cell.ONLY_OURS, Cell.UNTOLD, Cell.UNTOLD_STAYS, Cell.ONLY_THEIRS, Cell.BOTH_GO):
            examples = each.examples.get(cell, [])
            if examples:
                more = each.counts[cell] - len(examples)
                lines.append(f"  {cell}{f', {len(examples)} of {each.counts[cell]}' if more else ''}:")
                lines.append(
                    columns([(one.kind, visible(one.place), visible(one.because)) for one in examples], "    ")
                )
    return "\n".join(lines)
