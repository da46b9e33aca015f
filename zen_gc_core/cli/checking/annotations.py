"""Findings as workflow commands of GitHub: annotations on the lines of a pull request."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from zen_gc_core.cli.checking.findings import Level
from zen_gc_core.texts import visible_lines

if TYPE_CHECKING:
    from zen_gc_core.cli.checking.findings import Finding

_COMMANDS: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
_DATA: Final = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY: Final = {**_DATA, ":": "%3A", ",": "%2C"}


def annotation(finding: Finding) -> str:
    """A finding as one workflow command, whatever the texts in it contain.

    Args:
        finding: What is annotated.
    """
    properties = {
        "file": PurePath(finding.file).as_posix() if finding.file else "",
        "line": str(finding.line or ""),
        "title": finding.path or "zen-gc",
    }
    shown = ",".join(f"{key}={_escaped(value, _PROPERTY)}" for key, value in properties.items() if value)
    return f"::{_COMMANDS[finding.level]} {shown}::{_escaped(finding.message, _DATA)}"


def _escaped(text: str, marks: dict[str, str]) -> str:
    return "".join(marks.get(character, character) for character in visible_lines(text))
