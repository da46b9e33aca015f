"""``zen-gc crd``: the CustomResourceDefinitions, for the keywords that are installed."""

from __future__ import annotations

import click

from zen_gc_core.engine.crds import crd_documents, dump
from zen_gc_core.plugins import installed_entry_points, load_plugins


@click.command(epilog="\b\nExamples:\n  zen-gc crd | kubectl apply -f -")
def command() -> None:
    """Print the CustomResourceDefinitions, to be applied with kubectl."""
    click.echo(dump(crd_documents(load_plugins(installed_entry_points()).vocabulary)), nl=False)
