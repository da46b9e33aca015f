"""``zen-gc plan``: what policies would do, and why. It never writes."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from zen_gc_core.cli.arguments.completing import complete_namespaces, complete_policies
from zen_gc_core.cli.arguments.options import (
    BooleanCommand,
    files_option,
    instant_of,
    output_option,
    settings_of,
    settings_options,
)
from zen_gc_core.cli.plans.offline import plan_files
from zen_gc_core.cli.plans.printing import print_plans
from zen_gc_core.cli.plans.saved import made_by, saved_document
from zen_gc_core.cli.plans.saved import save as save_plan
from zen_gc_core.cli.plans.view import view_of, view_options
from zen_gc_core.cli.reading.input import (
    check_namespaces,
    load_installed,
    read_manifests,
    report_problems,
    require_plugins,
)
from zen_gc_core.cli.reading.strangers import no_policies
from zen_gc_core.controller.settings import Allowing, Connecting, Locating
from zen_gc_core.engine.asking import Asking
from zen_gc_core.engine.calendar.foreseeing import calendar_warnings
from zen_gc_core.errors import InputError
from zen_gc_core.texts import visible

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence

    from zen_gc_core.cli.reading.documents import Document
    from zen_gc_core.cli.reading.input import Manifests
    from zen_gc_core.engine.asking import Planned
    from zen_gc_core.plugins import Plugins

_NO_OBJECTS: Final = "no objects: add files, or --live"
_NO_POLICIES: Final = (
    "no policies: add files with -f, or the NAME of an installed policy; -n alone plans those of a namespace, -A all"
)


@click.command(
    cls=BooleanCommand,
    epilog="\b\nExamples:\n"
    "  zen-gc plan -f policies/ -f objects.yaml --now 2026-01-01T12:00:00Z\n"
    "  kubectl get pods -A -o json | zen-gc plan -f policy.yaml -f -\n"
    "  zen-gc plan -f policy.yaml --live\n"
    "  zen-gc plan -f policy.yaml --live -o html > report.html\n"
    "  zen-gc plan finished-jobs -n team-a -o json\n"
    "  zen-gc plan -A --summary\n"
    "  zen-gc plan -f policy.yaml --live --out plan.json",
)
@click.argument("name", required=False, shell_complete=complete_policies)
@click.option(
    "-n",
    "--namespace",
    help="Namespace of policies and objects that name none, and of the installed policy NAME; default the context's, "
    "without a cluster default. Without it NAME may also be a cluster policy. Alone: the policies installed there.",
    shell_complete=complete_namespaces,
)
@click.option("-A", "--all-namespaces", is_flag=True, help="All installed policies, also those of the cluster.")
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
@view_options
@click.option("--out", metavar="FILE", help="Save the plan of live objects, for zen-gc run FILE.")
@settings_options(Allowing)
@settings_options(Locating)
@settings_options(Connecting)
def command(**values: Any) -> int:
    """Show what policies would do to objects, and why. Writes nothing.

    Policies and objects come from files; with --live the objects come from the cluster; NAME plans a policy that is
    installed there, -n NAMESPACE those of a namespace, and -A all.
    """
    view = view_of(values["only"], values["color"], summary=values["summary"])
    if values["output"] == "html" and (view.only is not None or view.summary):
        raise InputError("-o html: the page has a filter and a summary of its own: leave out --only and --summary")
    named = bool(values["name"] or values["all_namespaces"] or (values["namespace"] and not values["filenames"]))
    request = _Request(
        name=values["name"],
        namespace=values["namespace"],
        now=instant_of(values["now"]),
        everywhere=values["all_namespaces"],
        live=values["live"] or named or bool(values["context"] or values["kubeconfig"]),
        skipped=values["skipped"],
        everything=values["assume_complete"],
        out=values["out"],
        allowing=settings_of(Allowing, values),
        own_namespace=settings_of(Locating, values).own_namespace,
        connecting=settings_of(Connecting, values),
    )
    gc.disable()  # a short life, and many objects that stay: looking for cycles among them is a third of the work
    manifests = read_manifests(values["filenames"])
    if manifests.told.lists and not (manifests.policies or manifests.objects or named):
        click.echo("note: the list is empty: there is no policy to plan", err=True)
        if values["output"] != "table":
            print_plans((), values["output"], request.now, request.own_namespace)
        return 0
    _check(request, manifests)
    if request.out is not None:
        _check_out(request, now=values["now"])
    found = _planned(request, manifests)
    planned = print_plans(found.planned, values["output"], request.now, request.own_namespace, view)
    for one, document in zip(planned, found.places, strict=True):
        report_problems(document, one.compilation.errors)
        report_problems(document, one.compilation.warnings, "warning: ")
        if one.compilation.compiled is not None:
            report_problems(document, calendar_warnings(one.compilation.compiled.policy, request.now), "warning: ")
        if one.failure is not None:
            click.echo(f"{one.compilation.reference.kind} {one.compilation.reference}: {one.failure}", err=True)
    wrong = 2 if any(one.compilation.compiled is None for one in planned) else 0
    code = wrong or int(any(one.failure is not None for one in planned))
    if found.save is not None:
        if code:
            click.echo(f"--out {visible(request.out or '')}: not saved: not every policy has a plan", err=True)
        else:
            found.save()
    return code


def _check_out(request: _Request, *, now: str | None) -> None:
    """Refuse to save what could not be carried out.

    Raises:
        InputError: It says what, and what to write instead.
    """
    if not request.live:
        raise InputError(
            "--out saves plans of live objects: add --live, NAME, -n or -A, and leave objects out of the files"
        )
    if now is not None:
        raise InputError("--out saves what is due now: leave out --now")
    if request.out in {"", "-"}:
        raise InputError("--out: give the name of a file")


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
    if request.everywhere and (request.name or request.namespace or manifests.policies):
        raise InputError("-A plans all installed policies: leave out NAME, -n and -f")
    if request.live and manifests.objects:
        if not manifests.policies and (others := no_policies("no policies", manifests.objects)):
            raise InputError(others)
        raise InputError(
            f"--live takes the objects from the cluster: leave them out of the files "
            f"({manifests.objects[0].place()} holds one)"
        )
    if request.live and request.everything:
        raise InputError("--assume-complete is said of files, and the objects come from the cluster: leave it out")
    if not manifests.policies and not (request.name or request.everywhere or (request.namespace and request.live)):
        raise InputError(no_policies("no policies", manifests.objects) or _NO_POLICIES)
    check_namespaces(manifests.policies, request.namespace)


@dataclass(frozen=True, slots=True)
class _Request:
    name: str | None
    namespace: str | None
    everywhere: bool
    now: dt.datetime
    live: bool
    skipped: bool
    everything: bool
    out: str | None
    allowing: Allowing
    own_namespace: str
    connecting: Connecting


@dataclass(frozen=True, slots=True)
class _Found:
    """Plans, where each policy stands, and what saves them, where that was asked for."""

    planned: Iterable[Planned]
    places: Sequence[Document | None]
    save: Callable[[], None] | None = None


def _planned(request: _Request, manifests: Manifests) -> _Found:
    plugins = load_installed(request.allowing)
    require_plugins(plugins, request.allowing)
    grants = request.allowing.grants(request.own_namespace)
    asking = Asking(request.now, grants, skipped=request.skipped, veto=plugins.veto, everything=request.everything)
    if request.live:
        return _live(request, manifests, plugins, asking)
    if not manifests.objects and not manifests.told.lists:
        raise InputError(_NO_OBJECTS)
    planned = plan_files(
        manifests, plugins, asking, lambda line: click.echo(line, err=True), namespace=request.namespace
    )
    return _Found(planned, manifests.policies)


def _live(request: _Request, manifests: Manifests, plugins: Plugins, asking: Asking) -> _Found:
    """Plan over a cluster; what talks to one is loaded here."""
    from zen_gc_core.cli.plans import live as plan_live  # noqa: PLC0415  planning offline does not wait for a client

    chosen = plan_live.Chosen(manifests.policies, request.name, request.namespace, request.everywhere)
    live = plan_live.plan_cluster(request.connecting, chosen, plugins, asking)
    out = request.out

    def save(path: str) -> None:
        document = saved_document(
            request.now, live.planned, live.manifests, plan_live.cluster_of(live.connection), made_by(plugins)
        )
        save_plan(Path(path), document)

    return _Found(live.planned, live.places, partial(save, out) if out is not None else None)
