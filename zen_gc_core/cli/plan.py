"""``zen-gc plan``: what policies would do, and why. It never writes."""

from __future__ import annotations

import gc
import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from zen_gc_core.cli.files import Document
from zen_gc_core.cli.input import as_candidate, compile_documents, load_installed, read_manifests, report_problems
from zen_gc_core.cli.options import BooleanCommand, instant_of, settings_of, settings_options
from zen_gc_core.cli.output import as_document, as_json, as_table, as_yaml
from zen_gc_core.controller.settings import Allowing, Connecting
from zen_gc_core.engine.offline import Asking, Files, plan_offline
from zen_gc_core.errors import ClusterError, InputError, ZenGCError
from zen_gc_core.model.policy import CLUSTER, NAMESPACED, PolicyReference

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from zen_gc_core.cli.input import Manifests
    from zen_gc_core.engine.offline import Planned
    from zen_gc_core.plugins import Plugins

_NO_OBJECTS: Final = "no objects: add files, or --live"


@click.command(
    cls=BooleanCommand,
    epilog="\b\nExamples:\n"
    "  zen-gc plan -f policies/ -f objects.yaml --now 2026-01-01T12:00:00Z\n"
    "  kubectl get pods -A -o json | zen-gc plan -f policy.yaml -f -\n"
    "  zen-gc plan -f policy.yaml --live\n"
    "  zen-gc plan finished-jobs -n team-a -o json",
)
@click.argument("name", required=False)
@click.option(
    "-n",
    "--namespace",
    help="Namespace of the installed policy; without it NAME is a cluster policy or in the context's namespace.",
)
@click.option(
    "-f",
    "--filename",
    "filenames",
    multiple=True,
    metavar="FILE",
    help="Policies and objects: files, directories, - for standard input.",
)
@click.option("--live/--no-live", default=False, help="Take the objects from the cluster.")
@click.option("--now", metavar="RFC3339", help="The instant to plan for; default now.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["table", "json", "yaml"]),
    default="table",
    show_default=True,
    help="How plans are printed.",
)
@click.option("--all/--no-all", "skipped", default=False, help="Also list objects that the selectors do not take.")
@settings_options(Allowing)
@settings_options(Connecting)
def command(**values: Any) -> int:
    """Show what policies would do to objects, and why. Writes nothing.

    Policies and objects come from files; with --live the objects come from the cluster; NAME plans a policy that is
    installed there.
    """
    request = _Request(
        name=values["name"],
        namespace=values["namespace"],
        now=instant_of(values["now"]),
        live=values["live"] or bool(values["name"] or values["context"] or values["kubeconfig"]),
        skipped=values["skipped"],
        allowing=settings_of(Allowing, values),
        connecting=settings_of(Connecting, values),
    )
    gc.disable()  # a short life, and many objects that stay: looking for cycles among them is a third of the work
    manifests = read_manifests(values["filenames"])
    if not manifests.policies and not request.name:
        raise InputError("no policies: add files with -f, or the NAME of an installed policy")
    planned, documents = _planned(request, manifests)
    _print(request.now, planned, values["output"])
    for one, document in zip(planned, documents, strict=True):
        report_problems(document, one.compilation.errors)
        report_problems(document, one.compilation.warnings, "warning: ")
        if one.failure is not None:
            click.echo(f"{one.compilation.reference.kind} {one.compilation.reference}: {one.failure}", err=True)
    if any(one.compilation.compiled is None for one in planned):
        return 2
    return 1 if any(one.failure is not None for one in planned) else 0


class PluginMissingError(ZenGCError):
    """A plugin without which nothing may be planned (``--require-plugin``) is not loaded."""


@dataclass(frozen=True, slots=True)
class _Request:
    name: str | None
    namespace: str | None
    now: dt.datetime
    live: bool
    skipped: bool
    allowing: Allowing
    connecting: Connecting


def _planned(request: _Request, manifests: Manifests) -> tuple[list[Planned], Sequence[Document | None]]:
    plugins = load_installed(request.allowing)
    missing = plugins.missing(request.allowing.require_plugin)
    if missing:
        raise PluginMissingError(f"required plugin {'; '.join(missing)}")
    grants = request.allowing.grants()
    asking = Asking(request.now, grants, skipped=request.skipped, veto=plugins.veto)
    if request.live:
        return _live(request, manifests, plugins, asking)
    if not manifests.objects:
        raise InputError(_NO_OBJECTS)
    compilations = compile_documents(manifests.policies, plugins, grants)
    files = Files(map(as_candidate, manifests.objects), compilations)
    return plan_offline(compilations, files, asking), manifests.policies


def _live(
    request: _Request, manifests: Manifests, plugins: Plugins, asking: Asking
) -> tuple[list[Planned], Sequence[Document | None]]:
    """Plan over a cluster. What talks to one is loaded here, so that planning offline does not wait for it."""
    connecting = importlib.import_module("zen_gc_core.cluster.connection")
    previewing = importlib.import_module("zen_gc_core.controller.runs.previewing")
    if manifests.objects:
        raise InputError("--live takes the objects from the cluster: leave them out of the files")
    connection = connecting.Connection.open(
        kubeconfig=request.connecting.kubeconfig or None, context=request.connecting.context or None
    )
    documents: list[Document | None] = list(manifests.policies)
    compilations = compile_documents(manifests.policies, plugins, asking.grants)
    if request.name:
        found = [
            policy
            for reference in _references(request, connection.namespace)
            if (policy := previewing.installed_policy(connection, reference)) is not None
        ]
        if not found:
            raise ClusterError(
                f"there is no policy {request.name} in namespace {request.namespace or connection.namespace}"
            )
        installed = [Document(policy, "", policy["kind"], f"policy {request.name}") for policy in found[:1]]
        compilations += compile_documents(installed, plugins, asking.grants)
        documents.append(None)
    return previewing.plan_live(connection, compilations, asking), documents


def _references(request: _Request, default_namespace: str) -> list[PolicyReference]:
    """Where a policy of this name may be: the namespace's first, then, unless one was given, the cluster's."""
    name = request.name or ""
    references = [PolicyReference(NAMESPACED, request.namespace or default_namespace, name)]
    return references if request.namespace else [*references, PolicyReference(CLUSTER, "", name)]


def _print(now: dt.datetime, planned: list[Planned], form: str) -> None:
    if form == "table":
        click.echo(as_table(now, planned))
    else:
        document = as_document(now, planned)
        click.echo(as_json(document) if form == "json" else as_yaml(document))
