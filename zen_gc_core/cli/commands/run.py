"""``zen-gc run``: one clean-up, by hand, with the code and under the guards of the controller's runs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from zen_gc_core import __version__
from zen_gc_core.cli.arguments.completing import complete_namespaces
from zen_gc_core.cli.arguments.options import (
    SPAN,
    BooleanCommand,
    files_option,
    output_option,
    settings_of,
    settings_options,
)
from zen_gc_core.cli.by_hand.approving import approvals_of
from zen_gc_core.cli.by_hand.clean_up import CleanUp
from zen_gc_core.cli.by_hand.subjects import check_cluster, compiled_subjects, given, saved_policies
from zen_gc_core.cli.by_hand.telling import Telling
from zen_gc_core.cli.plans.live import cluster_of
from zen_gc_core.cli.plans.saved import read_plan, saved_of
from zen_gc_core.cli.plans.view import WHOLE, View, color_option, colours
from zen_gc_core.cli.reading.input import check_namespaces, load_installed, read_manifests, require_plugins
from zen_gc_core.cli.reading.strangers import no_policies
from zen_gc_core.cli.terminal.folding import terminal_width
from zen_gc_core.cluster.connection import Connection
from zen_gc_core.controller.process import logs
from zen_gc_core.controller.settings import Allowing, Connecting, Locating, Settings
from zen_gc_core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.cli.reading.input import Manifests


_NO_POLICIES: Final = "no policies: add files with -f, or give the file of a saved plan"


@click.command(
    cls=BooleanCommand,
    epilog="\b\nExamples:\n"
    "  zen-gc run -f policy.yaml\n"
    "  zen-gc run -f policies/ -n team-a --dry-run\n"
    "  zen-gc run -f policy.yaml --yes -o json\n"
    "  zen-gc plan -f policy.yaml --live --out plan.json && zen-gc run plan.json",
)
@click.argument("plan", required=False, metavar="[PLAN]")
@files_option("Policies: files, directories, - for standard input.")
@click.option(
    *("-n", "--namespace"),
    help="Namespace of policies that name none; default the context's.",
    shell_complete=complete_namespaces,
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask. Lifts nothing: neither breaker, switch nor protection.")
@click.option(
    "--dry-run/--no-dry-run",
    default=False,
    help="Send every write as a dry run of the server, which checks all of it and changes nothing.",
)
@click.option(
    "--approve",
    multiple=True,
    metavar="DIGEST/N",
    help="Let the policy of this digest act on up to N objects in this run, whatever its breaker says.",
)
@click.option(
    "--max-age",
    type=SPAN,
    default="24h",
    show_default=True,
    help="How old PLAN may be.",
)
@output_option("How outcomes are printed.", "table", "json")
@color_option
@click.option(
    "--log-level",
    type=click.Choice(["off", "error", "warning", "info", "debug"]),
    default="off",
    show_default=True,
    help="Least level of the log, which goes to standard error.",
)
@settings_options(Allowing)
@settings_options(Locating)
@settings_options(Connecting)
def command(**values: Any) -> int:
    """Clean up once, as policies in files say, with your own rights; without a controller and without CRDs.

    Shows the plan, asks, and acts: each object is read and judged again right before its write, and every guard of the
    controller holds. What became of each object is printed last.

    PLAN is a file that zen-gc plan --out has saved: what is done is what stands in it, or less.
    """
    with Telling(as_json=values["output"] == "json", dry_run=values["dry_run"]) as telling:
        return _run(values, telling)


def _run(values: Mapping[str, Any], telling: Telling) -> int:
    name = values["plan"]
    manifests = read_manifests(values["filenames"])
    if name is None:
        _check(manifests, values["namespace"])
    elif values["filenames"] or values["namespace"]:
        raise InputError("a saved plan has its policies and namespaces: leave out -f and -n")
    document = read_plan(Path(name)) if name is not None else None
    approvals = approvals_of(values["approve"])
    connecting = settings_of(Connecting, values)
    settings = _settings(values)
    plugins, grants = load_installed(settings), settings.grants(settings.own_namespace)
    require_plugins(plugins, settings)
    now = datetime.now(UTC)
    saved = saved_of(name, document, plugins, now, values["max_age"]) if document is not None else None
    connection = Connection.open(
        kubeconfig=connecting.kubeconfig or None, context=connecting.context or None, user_agent=f"zen-gc/{__version__}"
    )
    if saved is not None:
        check_cluster(saved, cluster_of(connection))
    wanted = saved_policies(connection, saved) if saved is not None else given(manifests.policies)
    where = values["namespace"] or connection.namespace
    subjects = compiled_subjects(wanted, approvals, plugins, grants, where)
    clean_up = CleanUp(
        connection,
        settings,
        plugins,
        grants,
        yes=values["yes"],
        telling=telling,
        dry_run=values["dry_run"],
        view=WHOLE if telling.as_json else View(colour=colours(values["color"]), width=terminal_width()),
    )
    with logs.configure("critical" if values["log_level"] == "off" else values["log_level"], "console"):
        return clean_up.run(subjects)


def _check(manifests: Manifests, namespace: str | None) -> None:
    """Refuse what cannot be meant together.

    Raises:
        InputError: It says what, and what to write instead.
    """
    if manifests.objects and manifests.policies:
        raise InputError(
            f"run takes the objects from the cluster: leave them out of the files ({manifests.objects[0].place()} holds one)"
        )
    if not manifests.policies:
        raise InputError(no_policies("no policies", manifests.objects) or _NO_POLICIES)
    check_namespaces(manifests.policies, namespace)


def _settings(values: Mapping[str, Any]) -> Settings:
    """The settings of the controller that mean something here; the others are as they are by default."""
    return Settings(
        **asdict(settings_of(Connecting, values)),
        **asdict(settings_of(Allowing, values)),
        **asdict(settings_of(Locating, values)),
    )
