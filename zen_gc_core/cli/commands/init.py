"""``zen-gc init``: a first policy with comments, to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from zen_gc_core.cli.arguments.completing import complete_kinds, complete_namespaces
from zen_gc_core.cli.arguments.named import Kind, kind_named, offline_kind
from zen_gc_core.cli.arguments.options import BooleanCommand
from zen_gc_core.cli.guiding.first_policies import API_VERSIONS, first_policy
from zen_gc_core.engine.files import DEFAULT_NAMESPACE
from zen_gc_core.engine.kinds import built_in, groups_and_versions, kinds_of
from zen_gc_core.errors import InputError
from zen_gc_core.model.names import api_version_fault, kind_fault

_FIRST: Final = frozenset({"v1", "autoscaling/v2"})
"""Of kinds that are in several versions, those that are meant."""


@click.command(
    cls=BooleanCommand,
    epilog="\b\nExamples:\n"
    "  zen-gc init > policy.yaml\n"
    "  zen-gc init --kind pod --namespace team-a\n"
    "  zen-gc init --kind PipelineRun --namespace ci -o policy.yaml\n"
    "  zen-gc init --kind Render --api-version acme.io/v1",
)
@click.option(
    "--kind",
    default="Job",
    show_default=True,
    help="The kind of objects, as kubectl takes it.",
    shell_complete=complete_kinds,
)
@click.option("--api-version", help="Its group and version, where it is not Kubernetes' own.")
@click.option(
    *("-n", "--namespace"),
    help=f"The policy's namespace; by default {DEFAULT_NAMESPACE}.",
    shell_complete=complete_namespaces,
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write it there, where nothing is."
)
@click.option("--overwrite/--no-overwrite", default=False, help="Also where a file is.")
def command(kind: str, api_version: str | None, namespace: str | None, output: Path | None, overwrite: bool) -> None:  # noqa: FBT001  a switch
    """Print a first policy with comments, that is valid and only says what it would do.

    What it asks suits the kind: finished Jobs, Pods and runs, suspended CronJobs, what nothing uses; of other kinds, what
    carries a label.
    """
    if not kind:
        raise InputError("--kind is empty: say which kind of objects, such as --kind job")
    found = _kind(kind, api_version)
    if namespace and not found.namespaced:
        raise InputError(f"{found.kind} lives in no namespace: leave -n {namespace} out")
    text = first_policy(found.api_version, found.kind, namespace or DEFAULT_NAMESPACE, namespaced=found.namespaced)
    if output is None:
        click.echo(text)
        return
    try:
        with output.open("w" if overwrite else "x", encoding="utf-8") as file:
            file.write(f"{text}\n")
    except FileExistsError:
        raise InputError(f"{output} is there already: give another -o, or --overwrite") from None
    except OSError as error:
        raise InputError(f"{output}: {error.strerror or error}") from None


def _kind(word: str, api_version: str | None) -> Kind:
    """The kind that is meant, and where it is.

    Raises:
        InputError: There is no such kind of Kubernetes' own, and it is not said where it is.
    """
    if api_version is not None:
        if fault := api_version_fault(api_version) or kind_fault(word):
            raise InputError(fault)
        known = built_in(api_version, word)
        return offline_kind(api_version, word, namespaced=known is None or known.namespaced)
    if (where := API_VERSIONS.get(word)) is not None:
        return offline_kind(where, word, namespaced=True)
    kinds = [
        offline_kind(version, kind, namespaced=known.namespaced)
        for version in sorted(groups_and_versions(), key=lambda version: version not in _FIRST)
        for kind in kinds_of(version)
        if (known := built_in(version, kind)) is not None and known.served
    ]
    try:
        return kind_named(word, kinds, "Kubernetes has")
    except InputError as error:
        raise InputError(f"{error}: --api-version says where it is") from None
