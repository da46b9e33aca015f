"""``zen-gc forecast``: what will be due, and when. It never writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zen_gc_core.cli.arguments.options import SPAN, BooleanCommand, output_option
from zen_gc_core.cli.explaining.forecast_shown import as_document, shown
from zen_gc_core.cli.explaining.looking import look, looking_options
from zen_gc_core.cli.plans.forecasting import forecast
from zen_gc_core.cli.plans.output import as_json, as_yaml
from zen_gc_core.cli.plans.view import color_option, colours
from zen_gc_core.cli.reading.input import report_problems
from zen_gc_core.cli.terminal.folding import folded, terminal_width
from zen_gc_core.texts import visible

if TYPE_CHECKING:
    from zen_gc_core.cli.explaining.looking import Looking


@click.command(
    cls=BooleanCommand,
    epilog="\b\nExamples:\n"
    "  zen-gc forecast -A\n"
    "  zen-gc forecast -n team-a --within 24h\n"
    "  zen-gc forecast -f policy.yaml --live --within 30d\n"
    "  zen-gc forecast -f policies/ -f objects.yaml --now 2026-01-01T12:00:00Z -o json",
)
@click.option("--within", type=SPAN, default="7d", show_default=True, help="How far is looked ahead.")
@looking_options(
    "The namespace of the installed policies, and of policies and objects of files that name none; default the context's, "
    "without a cluster default.",
    everywhere=True,
)
@output_option("How it is printed.", "table", "json", "yaml")
@color_option
def command(**values: Any) -> int:
    """Show what will be due, and when: by policy and kind, for each day, and the next twenty objects. Writes nothing.

    It is what can be told now: an object is judged anew when its time comes. Without a file the installed policies of the
    namespace are planned over the cluster, with -A those of all namespaces and of the cluster. Exits 1 when a policy could
    not be planned, 2 when one is invalid.
    """
    looking = look(values, everywhere=values["all_namespaces"])
    if not looking.compilations:
        where = (
            ""
            if values["all_namespaces"]
            else f" in namespace {visible(looking.objects.namespace)}; -A means all of them"
        )
        click.echo(f"note: there are no policies{where}", err=True)
    planned = looking.planned(looking.compilations)
    found = forecast(planned, looking.now, values["within"])
    if values["output"] == "table":
        colour, columns = colours(values["color"]), terminal_width()
        text = folded(shown(found, looking.own_namespace, columns), columns, colour=colour)
        click.echo(text, color=colour)
    else:
        click.echo((as_json if values["output"] == "json" else as_yaml)(as_document(found)))
    return _ending(looking, planned)


def _ending(looking: Looking, planned: Any) -> int:
    for one, document in zip(planned, looking.documents, strict=True):
        report_problems(document, one.compilation.errors)
        if one.failure is not None:
            click.echo(f"{one.compilation.reference.kind} {one.compilation.reference}: {one.failure}", err=True)
    if any(one.compilation.compiled is None for one in planned):
        return 2
    return 1 if any(one.failure is not None for one in planned) else 0
