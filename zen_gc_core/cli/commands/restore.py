"""``zen-gc restore``: bring back what a policy changed or took; what to bring back says how."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import click

from zen_gc_core.cli.arguments.completing import complete_namespaces, complete_policies
from zen_gc_core.cli.arguments.missing_namespaces import warn_of_missing
from zen_gc_core.cli.arguments.options import output_option, settings_of, settings_options
from zen_gc_core.cli.bringing_back.changed import bring_back
from zen_gc_core.cli.bringing_back.recycled import Wanted, bring_back_deleted
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.controller.settings import Connecting
from zen_gc_core.durations import parse_duration
from zen_gc_core.errors import InputError
from zen_gc_core.model.names import namespace_fault

KEPT_FOR: Final = timedelta(hours=24)

_OF_COPIES = {
    "every": "--all",
    "policy": "--policy",
    "since": "--since",
    "cluster": "--cluster",
    "run_again": "--run-again",
    "output": "-o",
}
"""The options that have no meaning for what was not deleted."""


@click.command(
    epilog="\b\nExamples:\n"
    "  zen-gc restore settings -n team-a\n"
    "  zen-gc restore -n team-a --all --policy old-configmaps --since 1h\n"
    "  zen-gc restore deployment/shop -n team-a\n"
    "  zen-gc restore cronjob/report -n team-a --no-keep --yes"
)
@click.argument("what", metavar="[NAME | KIND/NAME]", required=False)
@click.option(
    *("-n", "--namespace"), help="Namespace of the object; default the context's.", shell_complete=complete_namespaces
)
@click.option("--cluster", is_flag=True, help="Look for copies of cluster-scoped objects.")
@click.option("--all", "every", is_flag=True, help="Bring back all that was deleted, as far as the next two say.")
@click.option("--policy", metavar="NAME", shell_complete=complete_policies, help="Only what this policy deleted.")
@click.option("--since", metavar="DURATION", help="Only what was deleted so long ago at the most, such as 1h.")
@click.option(
    "--run-again", is_flag=True, help="Bring back Jobs, Pods and other kinds that finish, too: they run again."
)
@click.option(
    "--keep/--no-keep",
    default=True,
    help="Keep it for 24 hours from every policy, so that none does the same again at once.",
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@output_option("How to print what was deleted and is brought back.", "table", "json")
@settings_options(Connecting)
def command(  # noqa: PLR0913  what it takes
    what: str | None,
    *,
    namespace: str | None,
    cluster: bool,
    every: bool,
    policy: str | None,
    since: str | None,
    run_again: bool,
    keep: bool,
    yes: bool,
    output: str,
    **values: Any,
) -> None:
    """Create NAME anew, which a policy deleted, from its copy in the recycle bin; or all that was deleted.

    NAME is that of the object, or of its copy. Of KIND/NAME, which a policy scaled down or suspended, the count of
    replicas is given back, or it goes on: written in one patch, to exactly the object that was read. KIND may be a custom kind, by
    its short name, too, and with its group where it takes one to tell it (fleet.agones.dev).

    It shows what it would write, and asks. What exists is never written over.
    """
    given = {"every": every, "policy": policy, "since": since, "cluster": cluster, "run_again": run_again}
    if what is not None and "/" in what:
        stray = [_OF_COPIES[name] for name, value in {**given, "output": output == "json"}.items() if value]
        if stray:
            raise InputError(f"{stray[0]} is for what was deleted, and KIND/NAME for what is still there")
    elif (what is None) != every:
        raise InputError("say what to bring back: NAME, KIND/NAME or --all" if what is None else "give NAME or --all")
    elif what == "":
        raise InputError("NAME is empty")
    if cluster and namespace:
        raise InputError("give --cluster or --namespace: cluster-scoped objects live in no namespace")
    if namespace and (fault := namespace_fault(namespace)):
        raise InputError(f"--namespace: {fault}")
    age = _age(since)
    connecting = settings_of(Connecting, values)
    connection = Connection.open(kubeconfig=connecting.kubeconfig or None, context=connecting.context or None)
    warn_of_missing(connection, namespace)
    where = "" if cluster else namespace or connection.namespace
    until = datetime.now(UTC).replace(microsecond=0) + KEPT_FOR if keep else None
    if what is not None and "/" in what:
        bring_back(connection, what, where, until=until, yes=yes)
        return
    wanted = Wanted(what or "", where, policy or "", age, until, run_again, yes, output == "json")
    bring_back_deleted(connection, wanted)


def _age(since: str | None) -> timedelta | None:
    if since is None:
        return None
    try:
        return parse_duration(since)
    except InputError as error:
        raise InputError(f"--since: {error}") from None
