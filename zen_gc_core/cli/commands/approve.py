"""``zen-gc approve``: let a policy, as it is, past its breaker."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from zen_gc_core.cli.arguments.completing import complete_namespaces, complete_policies
from zen_gc_core.cli.arguments.missing_namespaces import warn_of_missing
from zen_gc_core.cli.arguments.options import settings_of, settings_options
from zen_gc_core.cli.plans.live import preview
from zen_gc_core.cli.plans.output import as_table, as_yaml
from zen_gc_core.cli.reading.documents import Document
from zen_gc_core.cli.reading.input import compile_documents, load_installed, report_problems
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.errors import Conflict, NotFound
from zen_gc_core.cluster.policies import approve_policy, read_policy, require_installed
from zen_gc_core.controller.runs.kill_switch import KillSwitch
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.controller.settings import Allowing, Connecting, Locating
from zen_gc_core.engine.asking import Asking
from zen_gc_core.engine.breaker import approval_command
from zen_gc_core.errors import InputError
from zen_gc_core.model.policy import CLUSTER, NAMESPACED, PolicyReference
from zen_gc_core.texts import counted

if TYPE_CHECKING:
    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.model.policy import Policy


@click.command(
    epilog="\b\nExamples:\n"
    "  zen-gc approve old-configmaps -n team-a --digest 5d41402abc4b2a76 --up-to 800\n"
    "  zen-gc approve stale-pods --cluster --up-to 5000"
)
@click.argument("name", shell_complete=complete_policies)
@click.option(
    *("-n", "--namespace"), help="Namespace of the policy; default the context's.", shell_complete=complete_namespaces
)
@click.option("--cluster", is_flag=True, help="NAME is a ClusterGarbageCollectionPolicy.")
@click.option(
    "--digest",
    metavar="DIGEST",
    help="The digest of what was looked at, as plan, status and breaker print it; without it, it is shown and asked.",
)
@click.option("--up-to", required=True, type=click.IntRange(min=1), help="How many objects a run may act on.")
@settings_options(Allowing)
@settings_options(Locating)
@settings_options(Connecting)
def command(name: str, *, namespace: str | None, cluster: bool, digest: str | None, up_to: int, **values: Any) -> None:
    """Let policy NAME, as it is, act on up to N objects a run, whatever its breaker says.

    The approval names the digest of the policy; with the next edit of the policy it ends.
    """
    connecting = settings_of(Connecting, values)
    connection = Connection.open(kubeconfig=connecting.kubeconfig or None, context=connecting.context or None)
    warn_of_missing(connection, None if cluster else namespace)
    where = "" if cluster else namespace or connection.namespace
    reference = PolicyReference(CLUSTER if cluster else NAMESPACED, where, name)
    seen = read_policy(connection, reference)
    if seen is None:
        require_installed(connection, reference.kind)
        raise NotFound(f"{reference.kind} {reference} is not there")
    allowing, home = settings_of(Allowing, values), settings_of(Locating, values).own_namespace
    compilation = _compiled(seen.document(), allowing)
    policy = _approvable(compilation)
    if digest is None:
        _ask(connection, compilation, seen.document(), allowing.grants(home), up_to)
    elif digest != policy.digest:
        raise Conflict(
            f"{reference.kind} {reference} is {policy.digest} now, not {digest}: it is not what was looked at; "
            f"look again, then: {approval_command(policy, up_to)}"
        )
    approve_policy(connection, seen, f"{policy.digest}/{up_to}")
    click.echo(f"{reference.kind} {reference}: {policy.digest} may act on up to {counted(up_to, 'object')} a run")
    try:
        KillSwitch(connection, home).look()
    except Stopped as stop:
        click.echo(f"but not now: {stop}", err=True)


def _compiled(document: dict[str, Any], allowing: Allowing) -> Compilation:
    plugins = load_installed(allowing)
    installed = Document(document, "", document["kind"], "the policy")
    (compilation,) = compile_documents([installed], plugins, allowing.grants())
    return compilation


def _approvable(compilation: Compilation) -> Policy:
    report_problems(None, compilation.errors)
    if compilation.compiled is None:
        raise InputError(f"{compilation.reference.kind} {compilation.reference} is invalid: it cannot be approved")
    policy = compilation.compiled.policy
    if not policy.digest:
        raise InputError(f"{compilation.reference.kind} {compilation.reference} has no digest: no approval can name it")
    return policy


def _ask(
    connection: Connection, compilation: Compilation, document: dict[str, Any], grants: Grants, up_to: int
) -> None:
    """Show what would be approved, and ask; without a terminal there is nobody to ask."""
    policy = _approvable(compilation)
    now = datetime.now(UTC)
    asking = Asking(now, grants)
    planned = [
        replace(one, plan=one.plan and replace(one.plan, decisions=()))
        for one in preview(connection, [compilation], asking)
    ]
    click.echo(as_yaml({"spec": document["spec"]}))
    click.echo(as_table(now, grants.own_namespace, planned))
    click.echo(f"digest: {policy.digest}")
    if not sys.stdin.isatty():
        raise InputError(f"there is no terminal to ask at: {approval_command(policy, up_to)}")
    click.confirm(f"Let it act on up to {counted(up_to, 'object')} a run?", abort=True)
