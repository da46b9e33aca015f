"""``zen-gc version``: which program this is, and what it stands on; what a report of a bug begins with."""

from __future__ import annotations

import platform
from importlib.metadata import distributions

import click

from zen_gc_core import __version__
from zen_gc_core.cli.arguments.options import output_option
from zen_gc_core.cli.plans.output import as_json
from zen_gc_core.model.policy import API_VERSION


@click.command(epilog="\b\nExamples:\n  zen-gc version\n  zen-gc version -o json")
@output_option("How it is printed.", "text", "json")
def command(output: str) -> None:
    """Print the version; as JSON, also that of Python, of the platform and of every distribution beside it."""
    if output == "text":
        click.echo(f"zen-gc {__version__}")
        return
    beside = {found.metadata["Name"]: found.version for found in distributions()}
    click.echo(
        as_json(
            {
                "version": __version__,
                "apiVersions": [API_VERSION],
                "python": f"{platform.python_implementation()} {platform.python_version()}",
                "platform": platform.platform(),
                "distributions": dict(sorted(beside.items(), key=lambda item: item[0].lower())),
            }
        )
    )
