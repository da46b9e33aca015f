"""``zen-gc validate``: check policies, with the code by which the controller checks them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import click

from zen_gc_core.cli.arguments.options import BooleanCommand, files_option, output_option, settings_of, settings_options
from zen_gc_core.cli.checking.annotations import annotation
from zen_gc_core.cli.checking.findings import Level, check_files
from zen_gc_core.cli.checking.junit import TestCase, as_junit
from zen_gc_core.cli.checking.sarif import as_sarif
from zen_gc_core.cli.plans.output import as_json, foresight_lines
from zen_gc_core.cli.plans.view import color_option, forced
from zen_gc_core.cli.reading.input import load_installed
from zen_gc_core.controller.settings import Allowing
from zen_gc_core.engine.calendar.foreseeing import foresee
from zen_gc_core.texts import counted, visible, visible_lines

if TYPE_CHECKING:
    from zen_gc_core.cli.checking.findings import Checked, Finding, Report


_COLORS: Final = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "blue"}


@click.command(
    cls=BooleanCommand,
    epilog="\b\nExamples:\n"
    "  zen-gc validate -f policies/\n"
    "  kubectl get gcp -A -o yaml | zen-gc validate -f -\n"
    "  zen-gc validate -f . -o sarif > zen-gc.sarif",
)
@files_option(
    "Policies: files, directories, - for standard input. Other objects, and files without any, are passed over.",
    required=True,
)
@output_option("How findings are printed.", "text", "json", "junit", "sarif", "github")
@color_option
@settings_options(Allowing)
def command(**values: Any) -> int:
    """Check policies: every problem of every policy of every file, with its place.

    Exits 0, or 2 when a policy is wrong or there is none.
    """
    allowing = settings_of(Allowing, values)
    now = dt.datetime.now(dt.UTC)
    report = check_files(values["filenames"], load_installed(allowing), allowing.grants(), now)
    form = values["output"]
    if form == "text":
        _show(report, now, forced(values["color"]))
    elif form == "github":
        for finding in report.findings:
            click.echo(annotation(finding))
        click.echo(_summary(report))
    elif form == "junit":
        click.echo(
            as_junit("zen-gc validate", [*map(_unreadable_case, report.unreadable), *map(_case, report.checked)])
        )
    else:
        click.echo(as_json(as_sarif(report.findings, valid=report.valid) if form == "sarif" else _document(report)))
    return 0 if report.valid else 2


def _show(report: Report, now: dt.datetime, color: bool | None) -> None:  # noqa: FBT001  as click has it
    for finding in (*report.notes, *report.unreadable):
        click.echo(_line(finding, styled=True), err=True, color=color)
    for one in report.checked:
        for finding in one.findings:
            click.echo(_line(finding, styled=True), err=True, color=color)
        compiled, reference = one.compilation.compiled, one.compilation.reference
        if compiled is None:
            continue
        valid = click.style("valid", fg="green")
        click.echo(f"{visible(one.document.place())}: {reference.kind} {reference} is {valid}", color=color)
        if (foresight := foresee(compiled.policy, now)) is not None:
            click.echo("\n".join(foresight_lines(foresight)))


def _line(finding: Finding, *, styled: bool = False) -> str:
    """A finding for people: ``file.yaml:12: warning: spec.ttl: …``; in colours: of an error its field, of others what they are."""
    place = finding.file if finding.line is None else f"{finding.file}:{finding.line}"
    error = finding.level is Level.ERROR
    level = "" if error else f"{finding.level}: "
    path = f"{finding.path}: " if finding.path else ""
    parts = [visible_lines(part) for part in (f"{place}: " if finding.file else "", level, path, finding.message)]
    if styled:
        parts[2 if error else 1] = click.style(parts[2 if error else 1], fg=_COLORS[finding.level])
    return "".join(parts)


def _summary(report: Report) -> str:
    wrong = sum(not one.valid for one in report.checked)
    parts = [counted(len(report.checked), "policy", "policies"), f"{wrong} invalid"]
    if report.unreadable:
        parts.append(f"{counted(len(report.unreadable), 'file')} that cannot be read")
    return ", ".join(parts)


def _name(one: Checked) -> str:
    return f"{one.compilation.reference.kind} {one.compilation.reference}"


def _case(one: Checked) -> TestCase:
    errors = [finding for finding in one.findings if finding.level is Level.ERROR]
    return TestCase(
        name=_name(one),
        group="zen-gc validate",
        file=one.document.source,
        failure=None if one.valid else f"it is invalid ({counted(len(errors), 'error')})",
        details="\n".join(map(_line, one.findings)),
    )


def _unreadable_case(finding: Finding) -> TestCase:
    return TestCase(
        name=finding.file,
        group="zen-gc validate",
        file=finding.file,
        failure=finding.message,
        error=True,
        details=_line(finding),
    )


def _document(report: Report) -> dict[str, Any]:
    return {
        "valid": report.valid,
        "policies": [
            {
                "file": one.document.source,
                "line": one.document.line,
                "kind": one.compilation.reference.kind,
                "namespace": one.compilation.reference.namespace,
                "name": one.compilation.reference.name,
                "valid": one.valid,
                "digest": one.compilation.digest,
                "findings": [_found(finding) for finding in one.findings],
            }
            for one in report.checked
        ],
        "unreadable": [_found(finding) for finding in report.unreadable],
        "notes": [_found(finding) for finding in report.notes],
    }


def _found(finding: Finding) -> dict[str, Any]:
    return {
        "level": str(finding.level),
        "file": finding.file,
        "line": finding.line,
        "path": finding.path,
        "message": finding.message,
    }
