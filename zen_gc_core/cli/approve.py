"""``zen-gc approve``: let one generation of a policy past its breaker."""

from __future__ import annotations

from typing import Any

import click

from zen_gc_core.cli.options import settings_of, settings_options
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.errors import NotFound
from zen_gc_core.cluster.policies import approve_policy
from zen_gc_core.controller.settings import Connecting
from zen_gc_core.model.policy import CLUSTER, NAMESPACED, PolicyReference


@click.command(
    epilog="\b\nExamples:\n  zen-gc approve old-configmaps -n team-a --up-to 800\n  zen-gc approve stale-pods --cluster --up-to 5000"
)
@click.argument("name")
@click.option("-n", "--namespace", help="Namespace of the policy; default the context's.")
@click.option("--cluster", is_flag=True, help="NAME is a ClusterGarbageCollectionPolicy.")
@click.option("--up-to", required=True, type=click.IntRange(min=1), help="How many objects a run may act on.")
@settings_options(Connecting)
def command(name: str, namespace: str | None, cluster: bool, up_to: int, **values: Any) -> None:  # noqa: FBT001
    """Let the present generation of policy NAME act on up to N objects a run, whatever its breaker says.

    The approval ends with the next edit of the policy.
    """
    connecting = settings_of(Connecting, values)
    connection = Connection.open(kubeconfig=connecting.kubeconfig or None, context=connecting.context or None)
    where = "" if cluster else namespace or connection.namespace
    reference = PolicyReference(CLUSTER if cluster else NAMESPACED, where, name)
    generation = approve_policy(connection, reference, up_to)
    if generation is None:
        raise NotFound(f"{reference.kind} {reference} is not there")
    click.echo(f"{reference.kind} {reference}: generation {generation} may act on up to {up_to} objects a run")
