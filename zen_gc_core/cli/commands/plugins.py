"""``zen-gc plugins``: the installed plugins, their keywords, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from zen_gc_core.cli.arguments.options import output_option
from zen_gc_core.cli.plans.output import as_json, columns
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.plugins import Plugin


_SHOWN: Final = 4
"""How many kinds of objects a table names."""


@click.command(epilog="\b\nExamples:\n  zen-gc plugins\n  zen-gc plugins -o json")
@output_option("How the list is printed.", "table", "json")
def command(output: str) -> int:
    """List the installed plugins: distribution, version, keywords, failures. Exits 1 when one is quarantined."""
    plugins = load_plugins(installed_entry_points())
    if output == "json":
        click.echo(as_json({"plugins": [_document(plugin) for plugin in plugins.plugins]}))
    else:
        rows = [("PLUGIN", "DISTRIBUTION", "VERSION", "KEYWORDS"), *map(_row, plugins.plugins)]
        click.echo(columns(rows, indent=""))
    return 1 if plugins.quarantined else 0


def _document(plugin: Plugin) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "module": plugin.module,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "keywords": {kind: list(names) for kind, names in plugin.keywords.items()},
        "failure": plugin.failure,
    }


def _some(kind: str, names: Sequence[str]) -> str:
    """Names; of kinds of objects no more than fit a line of a table, JSON has them all."""
    more = len(names) - _SHOWN
    return (
        ", ".join(names) if more <= 1 or not kind.endswith(" kinds") else f"{', '.join(names[:_SHOWN])} and {more} more"
    )


def _row(plugin: Plugin) -> tuple[str, ...]:
    words = "; ".join(f"{kind}: {_some(kind, names)}" for kind, names in plugin.keywords.items())
    if plugin.failure is not None:
        words = f"QUARANTINED: {plugin.failure}"
    return plugin.name, plugin.distribution, plugin.version, words or "none"
