"""``zen-gc rbac``: the roles that policies need, or what is missing of them. It never writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from zen_gc_core.cli.arguments.completing import complete_namespaces, complete_policies
from zen_gc_core.cli.arguments.options import BooleanCommand, files_option, output_option, settings_of, settings_options
from zen_gc_core.cli.plans.output import as_json, as_yaml
from zen_gc_core.cli.plans.view import color_option, colours
from zen_gc_core.cli.reading.documents import Document
from zen_gc_core.cli.reading.input import compile_documents, load_installed, read_manifests, report_problems
from zen_gc_core.cli.reading.strangers import no_policies
from zen_gc_core.cli.rights.missing import check
from zen_gc_core.cli.rights.offline_kinds import OfflineKinds
from zen_gc_core.cli.rights.roles import CONSTRAINED, IMPERSONATE, Need, role_documents, wide
from zen_gc_core.cli.terminal.folding import folded
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.cluster.discovery import Resources
from zen_gc_core.cluster.errors import NotFound
from zen_gc_core.cluster.policies import list_policies, read_policy, require_installed
from zen_gc_core.cluster.versions import knows_constrained_impersonation
from zen_gc_core.controller.runs.every_kind import every_kind
from zen_gc_core.controller.runs.rights import rights_of
from zen_gc_core.controller.runs.settling import settle
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.controller.settings import Allowing, Connecting, Locating
from zen_gc_core.engine.files import DEFAULT_NAMESPACE
from zen_gc_core.errors import ClusterError, InputError
from zen_gc_core.model.accounts import Account
from zen_gc_core.model.policy import CLUSTER, NAMESPACED, PolicyReference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.cli.reading.input import Manifests
    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.engine.protections import Grants

AUTO: Final = "auto"
_CONTROLLER: Final = "gc-controller"


@click.command(
    cls=BooleanCommand,
    epilog="\b\nExamples:\n"
    "  zen-gc rbac -f policies/ | kubectl apply -f -\n"
    "  zen-gc rbac finished-jobs -n team-a | kubectl apply -f -\n"
    "  zen-gc rbac --live --check",
)
@click.argument("name", required=False, shell_complete=complete_policies)
@click.option(
    *("-n", "--namespace"),
    help="Namespace of NAME, and of policies that name none; default the context's.",
    shell_complete=complete_namespaces,
)
@click.option("--cluster", is_flag=True, help="NAME is a ClusterGarbageCollectionPolicy.")
@files_option("Policies, and CustomResourceDefinitions of what they name: files, directories, - for standard input.")
@click.option(
    "--live/--no-live", default=False, help="Ask the cluster which kinds there are; without -f, take all its policies."
)
@click.option(
    "--check/--no-check",
    "checks",
    default=False,
    help="Say what is missing on the cluster, and what accounts may do there beyond it; exits 1 if anything is missing.",
)
@click.option(
    "--wide/--no-wide", default=False, help="Print also what gives a policy of a namespace rights beyond its namespace."
)
@click.option(
    "--impersonation",
    type=click.Choice((AUTO, CONSTRAINED, IMPERSONATE)),
    default=AUTO,
    show_default=True,
    help="How the controller acts as accounts: in what policies need alone, which Kubernetes knows from 1.36 on, or in "
    "everything. auto: as the cluster can; without one, impersonate.",
)
@click.option(
    "--controller", "controller_name", default=_CONTROLLER, show_default=True, help="ServiceAccount of the controller."
)
@output_option("How roles are printed.", "yaml", "json")
@color_option
@settings_options(Allowing)
@settings_options(Locating)
@settings_options(Connecting)
def command(**values: Any) -> int:
    """Print the Roles and RoleBindings that policies need: those of their accounts, and the controller's to act as them.

    Policies come from files; NAME is one that is installed. Each policy has roles of its own, with nothing that it
    does not need. With --check nothing is printed but what is missing, and what is too much.
    """
    asked = _Asked.of(values)
    manifests = read_manifests(values["filenames"])
    if not manifests.policies and not asked.live:
        known = no_policies("no policies", manifests.objects)
        raise InputError(known or "no policies: add files with -f, the NAME of an installed policy, or --live")
    connection = asked.connection() if asked.live else None
    compilations, documents = _compiled(asked, manifests, connection)
    serving = (
        Resources(connection) if connection is not None else OfflineKinds(each.plain for each in manifests.objects)
    )
    needs, invalid = _needs(compilations, documents, serving, asked.grants)
    controller = Account(asked.home, asked.controller)
    how = asked.how
    if how == AUTO:
        constrained = connection is not None and knows_constrained_impersonation(connection)
        how = CONSTRAINED if constrained else IMPERSONATE
    if asked.checks and connection is not None:
        missing = check(connection, needs, controller, how)
        colour = colours(values["color"])
        text = folded(missing.lines(), None, colour=colour)  # a command that is folded cannot be copied
        click.echo(as_json(missing.document()) if values["output"] == "json" else text, color=colour)
        return 2 if invalid else 1 if missing.any else 0
    given = [need for need in needs if values["wide"] or not _too_wide(need)]
    _print(given, controller, how, values["output"])
    return 2 if invalid or len(given) < len(needs) else 0


@dataclass(frozen=True, slots=True)
class _Asked:
    name: str | None
    namespace: str | None
    cluster: bool
    live: bool
    checks: bool
    how: str
    controller: str
    allowing: Allowing
    home: str
    connecting: Connecting

    @classmethod
    def of(cls, values: dict[str, Any]) -> _Asked:
        connecting = settings_of(Connecting, values)
        elsewhere = bool(values["name"] or values["checks"] or connecting.context or connecting.kubeconfig)
        return cls(
            values["name"],
            values["namespace"],
            values["cluster"],
            values["live"] or elsewhere,
            values["checks"],
            values["impersonation"],
            values["controller_name"],
            settings_of(Allowing, values),
            settings_of(Locating, values).own_namespace,
            connecting,
        )

    @property
    def grants(self) -> Grants:
        return self.allowing.grants(self.home)

    def connection(self) -> Connection:
        return Connection.open(kubeconfig=self.connecting.kubeconfig or None, context=self.connecting.context or None)


def _compiled(
    asked: _Asked, manifests: Manifests, connection: Connection | None
) -> tuple[list[Compilation], list[Document]]:
    plugins = load_installed(asked.allowing)
    documents = list(manifests.policies)
    default = asked.namespace or (connection.namespace if connection is not None else DEFAULT_NAMESPACE)
    if connection is not None and (asked.name or not documents):
        documents += [Document(each, "", each["kind"], "an installed policy") for each in _installed(asked, connection)]
    return compile_documents(documents, plugins, asked.grants, default), documents


def _installed(asked: _Asked, connection: Connection) -> list[dict[str, Any]]:
    if asked.name is None:
        return list_policies(connection, asked.namespace)
    where = "" if asked.cluster else asked.namespace or connection.namespace
    reference = PolicyReference(CLUSTER if asked.cluster else NAMESPACED, where, asked.name)
    seen = read_policy(connection, reference)
    if seen is None:
        require_installed(connection, reference.kind)
        raise NotFound(f"{reference.kind} {reference} is not there")
    return [seen.document()]


def _needs(
    compilations: Sequence[Compilation],
    documents: Sequence[Document],
    serving: Resources | OfflineKinds,
    grants: Grants,
) -> tuple[list[Need], bool]:
    """What the policies need, and whether any is invalid, or names what is not known."""
    needs, invalid = [], False
    for compilation, document in zip(compilations, documents, strict=True):
        report_problems(document, compilation.errors)
        if compilation.compiled is None:
            invalid = True
            continue
        try:
            expanded, _ = every_kind(compilation.compiled, serving, grants)
            settled, places = settle(expanded, serving, grants)
            rights = rights_of(settled, places, serving, grants)
        except (Stopped, ClusterError) as error:
            click.echo(f"{document.place()}: {compilation.reference.kind} {compilation.reference}: {error}", err=True)
            invalid = True
            continue
        needs.append(Need(compilation.reference, settled.account, tuple(rights)))
    return needs, invalid


def _too_wide(need: Need) -> bool:
    """Whether a policy of a namespace asks for rights beyond it, which its author may not have: that is told."""
    why = wide(need)
    if why:
        click.echo(f"{need.policy.kind} {need.policy}: nothing is printed, for {why}: --wide prints it", err=True)
    return bool(why)


def _print(needs: Sequence[Need], controller: Account, how: str, form: str) -> None:
    if form == "json":
        items = [document for need in needs for document in role_documents(need, controller, how)]
        click.echo(as_json({"apiVersion": "v1", "kind": "List", "items": items}))
        return
    for need in needs:
        for document in role_documents(need, controller, how):
            click.echo(f"---\n# {need.title}\n{as_yaml(document)}")
