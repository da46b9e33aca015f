"""``zen-gc why``: one object, and every policy that looks at it. It never writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zen_gc_core.cli.arguments.completing import complete_objects
from zen_gc_core.cli.arguments.named import kind_and_name, kind_named
from zen_gc_core.cli.arguments.options import BooleanCommand, output_option
from zen_gc_core.cli.explaining.looking import Looking, look, looking_options
from zen_gc_core.cli.explaining.why_document import as_document
from zen_gc_core.cli.explaining.why_shown import Answer, Seen, shown
from zen_gc_core.cli.plans.output import as_json, as_yaml
from zen_gc_core.cli.plans.view import color_option, colours
from zen_gc_core.cli.reading.input import printing_aside, report_problems
from zen_gc_core.cli.terminal.folding import folded, terminal_width
from zen_gc_core.engine.examining import answer
from zen_gc_core.errors import ClusterError, InputError
from zen_gc_core.texts import listed, placed, with_article

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zen_gc_core.cli.arguments.named import Kind
    from zen_gc_core.engine.asking import Planned
    from zen_gc_core.engine.case import Case
    from zen_gc_core.model.candidate import Candidate


@click.command(
    cls=BooleanCommand,
    epilog="\b\nExamples:\n"
    "  zen-gc why job/nightly-report -n team-a\n"
    "  zen-gc why pod build-7f9c -n ci -f policy.yaml --live\n"
    "  zen-gc why configmap/scratch -f policies/ -f objects.yaml --now 2026-01-01T12:00:00Z\n"
    "  zen-gc why job/nightly-report -n team-a -o json",
)
@click.argument("object", nargs=-1, required=True, metavar="KIND/NAME", shell_complete=complete_objects)
@looking_options(
    "The object's namespace, and that of policies and objects of files that name none; default the context's, without a "
    "cluster default."
)
@output_option("How it is printed.", "text", "json", "yaml")
@color_option
def command(**values: Any) -> int:
    """Show why an object goes or stays: every policy that looks at it, and what each sees. Writes nothing.

    Each selector and condition with the values that it saw, the arithmetic of the TTL, protections, what is retained,
    related objects, and what would have to change for the object to go, or to stay. KIND is what kubectl takes: job,
    jobs.batch, po. Without a file the installed policies and the objects of the cluster are asked. Exits 1 when a policy
    could not be planned, 2 when one is invalid.
    """
    kind_word, name = kind_and_name(values["object"])
    looking = look(values)
    kind = kind_named(kind_word, looking.objects.kinds(), looking.objects.holds)
    namespace = _namespace(looking, kind, name, values["namespace"])
    candidate = looking.objects.find(kind.api_version, kind.kind, namespace, name)
    if candidate is None:
        raise _missing(looking, kind, placed(namespace, name))
    cases: list[Case] = []
    about = looking.about(kind)
    planned = looking.planned(about, cases.append)
    with printing_aside():
        answers = tuple(_answer(one, cases, looking, candidate) for one in planned)
    seen = Seen(looking.now, looking.own_namespace, candidate, answers, len(looking.compilations) - len(about))
    if values["output"] == "text":
        colour = colours(values["color"])
        click.echo(folded(shown(seen), terminal_width(), colour=colour), color=colour)
    else:
        click.echo((as_json if values["output"] == "json" else as_yaml)(as_document(seen)))
    for one in planned:
        document = looking.document_of(one.compilation)
        report_problems(document, one.compilation.errors)
        if one.failure is not None:
            click.echo(f"{one.compilation.reference.kind} {one.compilation.reference}: {one.failure}", err=True)
    if any(one.compilation.compiled is None for one in planned):
        return 2
    return 1 if any(one.failure is not None for one in planned) else 0


def _namespace(looking: Looking, kind: Kind, name: str, asked: str | None) -> str:
    """The object's namespace: the one that is asked for; of files, the only one that has such an object."""
    if not kind.namespaced:
        return ""
    if asked:
        return asked
    there = looking.objects.holding(kind, name)
    if len(there) > 1:
        raise InputError(f"there is {with_article(kind.kind)} {name} in {listed(there)}: -n says which")
    return there[0] if there else looking.objects.namespace


def _missing(looking: Looking, kind: Kind, place: str) -> Exception:
    there = f"{looking.objects.holds} no {kind.kind} {place}"
    return ClusterError(there) if looking.live else InputError(there)


def _answer(planned: Planned, cases: Sequence[Case], looking: Looking, candidate: Candidate) -> Answer:
    """What a policy says of the object: the plan's decision, and what led to it."""
    reference = planned.compilation.reference
    case = next((each for each in cases if each.compiled.reference is reference), None)
    if planned.plan is None or case is None:
        return Answer(planned)

    def find(api_version: str) -> Candidate | None:
        return looking.objects.find(api_version, candidate.kind, candidate.namespace, candidate.name)

    found = answer(planned.plan, case, candidate, find)
    return Answer(planned, *found) if found is not None else Answer(planned)
