"""Findings as SARIF 2.1.0, as code scanning reads it."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from zen_gc_core import __version__
from zen_gc_core.cli.checking.findings import Level
from zen_gc_core.texts import visible_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen_gc_core.cli.checking.findings import Finding

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_RULES: Final = {
    Level.ERROR: ("invalid-policy", "A policy that is invalid: it never acts."),
    Level.WARNING: ("doubtful-policy", "A policy that is valid, and may not do what is meant."),
    Level.NOTE: ("passed-over", "What was not looked at, or is read otherwise elsewhere."),
}


def as_sarif(findings: Iterable[Finding], *, valid: bool) -> dict[str, Any]:
    """Findings as the JSON of a SARIF log with one run.

    Args:
        findings: The findings.
        valid: Whether all policies are.
    """
    rules = [
        {"id": name, "shortDescription": {"text": text}, "defaultConfiguration": {"level": str(level)}}
        for level, (name, text) in _RULES.items()
    ]
    driver = {"name": "zen-gc", "semanticVersion": __version__, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "exitCode": 0 if valid else 2}],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding) for finding in findings],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(finding: Finding) -> dict[str, Any]:
    text = f"{finding.path}: {finding.message}" if finding.path else finding.message
    result: dict[str, Any] = {
        "ruleId": _RULES[finding.level][0],
        "ruleIndex": list(_RULES).index(finding.level),
        "level": str(finding.level),
        "message": {"text": visible_lines(text)},
    }
    if finding.file:
        place: dict[str, Any] = {"artifactLocation": {"uri": _uri(finding.file)}}
        if finding.line is not None:
            place["region"] = {"startLine": finding.line}
        result["locations"] = [{"physicalLocation": place}]
    return result


def _uri(file: str) -> str:
    """A file as a URI reference: relative where the file is, so that it is found below whatever was checked out."""
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
