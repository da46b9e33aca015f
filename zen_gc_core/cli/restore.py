"""``zen-gc restore``: bring back what a policy changed or took; what to bring back says how."""

from __future__ import annotations

from typing import Any

import click

from zen_gc_core.cli.bringing_back import bring_back
from zen_gc_core.cli.options import settings_of, settings_options
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.controller.settings import Connecting


@click.command(
    epilog="\b\nExamples:\n"
    "  zen-gc restore deployment/shop -n team-a\n"
    "  zen-gc restore cronjob/report -n team-a --no-keep --yes"
)
@click.argument("what", metavar="KIND/NAME")
@click.option("-n", "--namespace", help="Namespace of the object; default the context's.")
@click.option(
    "--keep/--no-keep",
    default=True,
    help="Keep it for 24 hours from every policy, so that none does the same again at once.",
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@settings_options(Connecting)
def command(what: str, *, namespace: str | None, keep: bool, yes: bool, **values: Any) -> None:
    """Give an object that a policy scaled down its count of replicas back, and let one that it suspended go on.

    It shows what it would write, and asks. Written in one patch, to exactly the object that was read; what the policy left
    on it is removed.
    """
    connecting = settings_of(Connecting, values)
    connection = Connection.open(kubeconfig=connecting.kubeconfig or None, context=connecting.context or None)
    bring_back(connection, what, namespace or connection.namespace, keep=keep, yes=yes)
