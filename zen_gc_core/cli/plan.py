"""``zen-gc plan``: what policies would do, and why. It never writes."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from zen_gc_core.cli.documents import Document
from zen_gc_core.cli.input import (
    check_namespaces,
    compile_documents,
    load_installed,
    read_manifests,
    report_problems,
)
from zen_gc_core.cli.offline import plan_files
from zen_gc_core.cli.options import (
    BooleanCommand,
    files_option,
    instant_of,
    output_option,
    settings_of,
    settings_options,
)
from zen_gc_core.cli.printing import print_plans
from zen_gc_core.cli.strangers import no_policies
from zen_gc_core.controller.settings import Allowing, Connecting, Locating
from zen_gc_core.engine.asking import Asking
from zen_gc_core.engine.calendar.foreseeing import calendar_warnings
from zen_gc_core.errors import ClusterError, InputError, ZenGCError
from zen_gc_core.model.policy import CLUSTER, NAMESPACED, PolicyReference

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from zen_gc_core.cli.input import Manifests
    from zen_gc_core.engine.asking import Planned
    from zen_gc_core.plugins import Plugins

_NO_OBJECTS: Final = "no objects: add files, or --live"
_NO_POLICIES: Final = "no policies: add files with -f, or the NAME of an installed policy"


@click.command(
    cls=BooleanCommand,
    epilog="\b\nExamples:\n"
    "  zen-gc plan -f policies/ -f objects.yaml --now 2026-01-01T12:00:00Z\n"
    "  kubectl get pods -A -o json | zen-gc plan -f policy.yaml -f -\n"
    "  zen-gc plan -f policy.yaml --live\n"
    "  zen-gc plan -f policy.yaml --live -o html > report.html\n"
    "  zen-gc plan finished-jobs -n team-a -o json",
)
@click.argument("name", required=False)
@click.option(
    "-n",
    "--namespace",
    help="Namespace of policies and objects that name none, and of the installed policy NAME; default the context's, "
    "without a cluster default. Without it NAME may also be a cluster policy.",
)
@files_option("Policies and objects: files, directories, - for standard input.")
@click.option("--live/--no-live", default=False, help="Take the objects from the cluster.")
@click.option("--now", metavar="RFC3339", help="The instant to plan for; default now.")
@output_option("How plans are printed; html is a page that stands by itself.", "table", "json", "yaml", "html")
@click.option(
    "--assume-complete/--no-assume-complete",
    default=False,
    help="Without a cluster: the files hold all objects that there are, so that what no file holds does not exist.",
)
@click.option("--all/--no-all", "skipped", default=False, help="Also list objects that the selectors do not take.")
@settings_options(Allowing)
@settings_options(Locating)
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
        everything=values["assume_complete"],
        allowing=settings_of(Allowing, values),
        own_namespace=settings_of(Locating, values).own_namespace,
        connecting=settings_of(Connecting, values),
    )
    gc.disable()  # a short life, and many objects that stay: looking for cycles among them is a third of the work
    manifests = read_manifests(values["filenames"])
    if manifests.told.lists and not (manifests.policies or manifests.objects or request.name):
        click.echo("note: the list is empty: there is no policy to plan", err=True)
        if values["output"] != "table":
            print_plans((), values["output"], request.now, request.own_namespace)
        return 0
    _check(request, manifests)
    plans, documents = _planned(request, manifests)
    planned = print_plans(plans, values["output"], request.now, request.own_namespace)
    for one, document in zip(planned, documents, strict=True):
        report_problems(document, one.compilation.errors)
        report_problems(document, one.compilation.warnings, "warning: ")
        if one.compilation.compiled is not None:
            report_problems(document, calendar_warnings(one.compilation.compiled.policy, request.now), "warning: ")
        if one.failure is not None:
            click.echo(f"{one.compilation.reference.kind} {one.compilation.reference}: {one.failure}", err=True)
    if any(one.compilation.compiled is None for one in planned):
        return 2
    return 1 if any(one.failure is not None for one in planned) else 0


def _check(request: _Request, manifests: Manifests) -> None:
    """Refuse what cannot be meant together.

    Raises:
        InputError: It says what, and what to write instead.
    """
    name = request.name or ""
    if Path(name).suffix in {".yaml", ".yml", ".json"} or "/" in name:
        raise InputError(f"{name} is a file, and NAME is an installed policy: zen-gc plan -f {name}")
    if request.name and manifests.objects:
        raise InputError(
            f"NAME plans the installed policy {name} over the objects of the cluster, and "
            f"{manifests.objects[0].place()} holds an object: leave it out, or give the policy as a file, too"
        )
    if request.live and manifests.objects:
        raise InputError(
            f"--live takes the objects from the cluster: leave them out of the files "
            f"({manifests.objects[0].place()} holds one)"
        )
    if request.live and request.everything:
        raise InputError("--assume-complete is said of files, and the objects come from the cluster: leave it out")
    if not manifests.policies and not request.name:
        raise InputError(no_policies("no policies", manifests.objects) or _NO_POLICIES)
    check_namespaces(manifests.policies, request.namespace)


class PluginMissingError(ZenGCError):
    """A plugin without which nothing may be planned (``--require-plugin``) is not loaded."""


@dataclass(frozen=True, slots=True)
class _Request:
    name: str | None
    namespace: str | None
    now: dt.datetime
    live: bool
    skipped: bool
    everything: bool
    allowing: Allowing
    own_namespace: str
    connecting: Connecting


def _planned(request: _Request, manifests: Manifests) -> tuple[Iterable[Planned], Sequence[Document | None]]:
    plugins = load_installed(request.allowing)
    missing = plugins.missing(request.allowing.require_plugin)
    if missing:
        raise PluginMissingError(f"required plugin {'; '.join(missing)}")
    grants = request.allowing.grants(request.own_namespace)
    asking = Asking(request.now, grants, skipped=request.skipped, veto=plugins.veto, everything=request.everything)
    if request.live:
        return _live(request, manifests, plugins, asking)
    if not manifests.objects and not manifests.told.lists:
        raise InputError(_NO_OBJECTS)
    planned = plan_files(
        manifests, plugins, asking, lambda line: click.echo(line, err=True), namespace=request.namespace
    )
    return planned, manifests.policies


def _live(
    request: _Request, manifests: Manifests, plugins: Plugins, asking: Asking
) -> tuple[Iterable[Planned], Sequence[Document | None]]:
    """Plan over a cluster; what talks to one is loaded here."""
    from zen_gc_core.cluster.connection import Connection  # noqa: PLC0415  planning offline does not wait for a client
    from zen_gc_core.controller.runs import previewing  # noqa: PLC0415  as above

    connection = Connection.open(
        kubeconfig=request.connecting.kubeconfig or None, context=request.connecting.context or None
    )
    documents: list[Document | None] = list(manifests.policies)
    default = request.namespace or connection.namespace
    compilations = compile_documents(manifests.policies, plugins, asking.grants, default)
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
