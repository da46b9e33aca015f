"""``zen-gc validate``: check policies, with the code by which the controller checks them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from zen_gc_core.cli.input import compile_documents, load_installed, read_manifests, report_problems
from zen_gc_core.cli.options import BooleanCommand, files_option, settings_of, settings_options
from zen_gc_core.cli.output import foresight_lines
from zen_gc_core.cli.strangers import no_policies
from zen_gc_core.controller.settings import Allowing
from zen_gc_core.engine.calendar.foreseeing import foresee
from zen_gc_core.engine.checking import warnings_of
from zen_gc_core.errors import InputError


@click.command(
    cls=BooleanCommand,
    epilog="\b\nExamples:\n  zen-gc validate -f policies/\n  kubectl get gcp -A -o yaml | zen-gc validate -f -",
)
@files_option("Policies: files, directories, - for standard input. Other objects are passed over.", required=True)
@settings_options(Allowing)
def command(**values: Any) -> int:
    """Check policies: every problem of every policy, with its place. Exits 0, or 2 when one is invalid."""
    allowing = settings_of(Allowing, values)
    manifests = read_manifests(values["filenames"])
    if not manifests.policies:
        if manifests.told.lists and not manifests.objects:
            click.echo("note: the list is empty: there is no policy to check", err=True)
            return 0
        nothing = "no policies in these files"
        raise InputError(no_policies(nothing, manifests.objects) or nothing)
    plugins = load_installed(allowing)
    compilations = compile_documents(manifests.policies, plugins, allowing.grants())
    now = dt.datetime.now(dt.UTC)
    for document, compilation in zip(manifests.policies, compilations, strict=True):
        report_problems(document, compilation.errors)
        report_problems(document, warnings_of(compilation, now), "warning: ")
        if compilation.compiled is None:
            continue
        click.echo(f"{document.place()}: {compilation.reference.kind} {compilation.reference} is valid")
        if (foresight := foresee(compilation.compiled.policy, now)) is not None:
            click.echo("\n".join(foresight_lines(foresight)))
    return 2 if any(compilation.compiled is None for compilation in compilations) else 0
