"""``zen-gc import``: policies of other cleaners, as policies that never delete more. It never writes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from zen_gc_core.cli.arguments.options import (
    BooleanCommand,
    files_option,
    instant_of,
    output_option,
    settings_of,
    settings_options,
)
from zen_gc_core.cli.comparing.imported import as_comparison, as_objects, as_policies, as_report, whole
from zen_gc_core.cli.comparing.interpreting import Interpreting
from zen_gc_core.cli.plans.output import as_json
from zen_gc_core.cli.plans.view import color_option, colours
from zen_gc_core.cli.reading.foreign import Foreign, read_foreign
from zen_gc_core.cli.reading.input import as_candidate, load_installed, read_manifests
from zen_gc_core.cli.terminal.folding import terminal_width
from zen_gc_core.controller.settings import Allowing, Connecting, Locating
from zen_gc_core.engine.asking import Asking
from zen_gc_core.engine.checking import compile_document
from zen_gc_core.errors import InputError
from zen_gc_core.importing.comparing import Comparing
from zen_gc_core.importing.conversion import LONGEST_NAME
from zen_gc_core.importing.converting import convert
from zen_gc_core.importing.recognising import TOOLS
from zen_gc_core.texts import counted, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zen_gc_core.cli.comparing.living import Living
    from zen_gc_core.engine.protections import Grants
    from zen_gc_core.importing.comparing import Comparison
    from zen_gc_core.importing.conversion import Conversion
    from zen_gc_core.plugins import Plugins

AUTO: Final = "auto"


@click.command(
    cls=BooleanCommand,
    epilog="\b\nExamples:\n"
    "  zen-gc import -f kyverno/ > policies.yaml\n"
    "  zen-gc import --from kube-janitor -f rules.yaml -f deployment.yaml -o report\n"
    "  zen-gc import -f cleaners/ --against objects.json\n"
    "  zen-gc import --from k8s-ttl-controller",
)
@click.option(
    "--from",
    "tool",
    type=click.Choice((*TOOLS, AUTO)),
    default=AUTO,
    show_default=True,
    help="Whose policies they are; auto: as each document says. Named without -f: what the tool does without any policy.",
)
@files_option(
    "Policies, rules and manifests of the tool, and CustomResourceDefinitions: files, directories, - for standard input."
)
@output_option("What is printed.", "yaml", "report", "json")
@click.option(
    "--against",
    multiple=True,
    metavar="FILE",
    help="Compare on these objects: what the tool would delete now, and what the policies would. Exits 1 if they take more.",
)
@click.option(
    "--kinds",
    multiple=True,
    metavar="PLURAL[.GROUP],…",
    help="What a rule or policy for every kind ('*') is for, as kubectl spells kinds; without it, none comes of it.",
)
@click.option(
    "--live/--no-live",
    default=False,
    help="Compare on the objects of the cluster, and ask it which kinds there are.",
)
@click.option("--now", metavar="RFC3339", help="The instant to compare for; default now.")
@color_option
@settings_options(Allowing)
@settings_options(Locating)
@settings_options(Connecting)
def command(**values: Any) -> int:
    """Turn policies of Kyverno, kube-janitor, k8s-ttl-controller and k8s-cleaner into policies. Writes nothing.

    They never delete more than the original: each construct is exact, narrower (more is kept), or impossible. A policy
    that lacks something of its original is paused. Exits 1 where something is impossible.
    """
    tool = None if values["tool"] == AUTO else values["tool"]
    if not values["filenames"] and tool is None:
        raise InputError("nothing to import: add files with -f, or name the tool with --from")
    foreign = read_foreign(values["filenames"], tool)
    for note in foreign.notes:
        click.echo(f"note: {visible(note)}", err=True)
    connecting = settings_of(Connecting, values)
    live = None
    if values["live"] or connecting.context or connecting.kubeconfig:
        if values["against"]:
            raise InputError("--live takes the objects from the cluster: leave --against out")
        from zen_gc_core.cli.comparing.living import Living  # noqa: PLC0415  files do not wait for a client

        live = Living(connecting)
        foreign.kinds = foreign.kinds.among(live.kinds())
    named = [name.strip() for each in values["kinds"] for name in each.split(",")]
    foreign.kinds = foreign.kinds.naming(named)
    conversions = _converted(foreign, tool, given=bool(values["filenames"]))
    allowing = settings_of(Allowing, values)
    plugins, grants = load_installed(allowing), allowing.grants(settings_of(Locating, values).own_namespace)
    names: set[tuple[str, str, str]] = set()
    for conversion in conversions:
        _hold(conversion, plugins, grants)
        _name_apart(conversion, names)
    comparisons = None
    if values["against"] or live is not None:
        made = [policy for conversion in conversions for policy in conversion.policies]
        contents = _of_cluster(live, made) if live is not None else _objects(values["against"])
        compiling = partial(compile_document, vocabulary=plugins.vocabulary, grants=grants)
        asking = Asking(instant_of(values["now"]), grants)
        comparing = Comparing(contents, foreign.kinds, compiling, asking)
        comparisons = [comparing.compare(conversion) for conversion in conversions]
    _print(conversions, comparisons, values["output"], colour=colours(values["color"]))
    if comparisons is not None:
        return 1 if any(each.wider for each in comparisons) else 0
    return 0 if all(map(whole, conversions)) else 1


def _converted(foreign: Foreign, tool: str | None, *, given: bool) -> list[Conversion]:
    tools: list[str] = [each for each in TOOLS if each in foreign.by_tool]
    if tool is not None and not given:
        tools = [tool]
    if not tools:
        whose = f" of {tool}" if tool else ""
        raise InputError(f"the files hold no policy, rule or marked object{whose} to import")
    found = [
        conversion
        for each in tools
        for conversion in convert(each, foreign.by_tool.get(each, []), foreign.kinds, Interpreting())
    ]
    if not found:
        raise InputError("the files hold nothing that deletes: give the policies, too")
    return found


def _hold(conversion: Conversion, plugins: Plugins, grants: Grants) -> None:
    """Compile what was made: what zen-gc would refuse is no policy, and what it warns of is told."""
    kept = []
    for policy in conversion.policies:
        compilation = compile_document(policy, plugins.vocabulary, grants)
        name = policy["metadata"]["name"]
        for problem in compilation.errors:
            conversion.impossible(f"{name}: {problem.path}", f"zen-gc refuses it: {problem.message.splitlines()[0]}")
        if compilation.errors:
            continue
        for problem in compilation.warnings:
            conversion.assumed.append(f"{name}: {problem.path}: {problem.message.splitlines()[0]}")
        kept.append(policy)
    conversion.policies = kept


def _name_apart(conversion: Conversion, taken: set[tuple[str, str, str]]) -> None:
    """Give policies of one name names of their own: applied, the last would take the place of the others."""
    for policy in conversion.policies:
        metadata = policy["metadata"]
        name = metadata["name"]
        key = (policy["kind"], metadata.get("namespace", ""), name)
        number = 1
        while key in taken:
            number += 1
            key = (*key[:2], f"{name[: LONGEST_NAME - 4]}-{number}")
        metadata["name"] = key[2]
        taken.add(key)


def _print(
    conversions: Sequence[Conversion], comparisons: Sequence[Comparison] | None, form: str, *, colour: bool
) -> None:
    if form == "json":
        click.echo(as_json(as_objects(conversions, comparisons)))
    elif form == "report":
        click.echo(as_report(conversions, terminal_width(), colour=colour), color=colour)
    elif comparisons is None:
        click.echo(as_policies(conversions))
    if comparisons is not None and form != "json":
        click.echo(as_comparison(comparisons, colour=colour), color=colour)


def _of_cluster(live: Living, policies: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The objects of a cluster; how many are left out, because they cannot be read, is told."""
    found = live.objects(policies)
    for resource, unreadable in live.unreadable.items():
        left_out = (
            f"{counted(len(unreadable), 'object')} of {resource} left out of the comparison, such as {unreadable[0]}"
        )
        click.echo(f"note: {visible(left_out)}; zen-gc keeps what it cannot read", err=True)
    return found


def _objects(names: Sequence[str]) -> list[dict[str, Any]]:
    documents = read_manifests(names).objects
    if not documents:
        raise InputError("--against: the files hold no objects")
    for document in documents:
        as_candidate(document)  # says what is wrong with one, and where
    return [document.plain for document in documents]
