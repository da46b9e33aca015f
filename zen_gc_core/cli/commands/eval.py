"""``zen-gc eval``: what an expression yields on objects, step by step if asked; for trying a condition out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from zen_gc_core import expressions
from zen_gc_core.cli.arguments.options import BooleanCommand, files_option, instant_of, output_option
from zen_gc_core.cli.evaluating import second_opinion
from zen_gc_core.cli.plans.output import as_json
from zen_gc_core.cli.reading.input import as_candidate, load_installed, printing_aside, read_manifests
from zen_gc_core.controller.settings import Allowing
from zen_gc_core.engine.expressing import Expressions, namespace_variable, policy_variable
from zen_gc_core.engine.files import Files
from zen_gc_core.errors import ExpressionSyntaxError, InputError, Undecided
from zen_gc_core.keywords import Run
from zen_gc_core.model.polarity import Polarity
from zen_gc_core.model.policy import NAMESPACED, PolicyReference
from zen_gc_core.texts import counted, placed, visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.cli.evaluating.second_opinion import Opinion
    from zen_gc_core.expressions.budget import Cost
    from zen_gc_core.model.candidate import Candidate

_POLICY = PolicyReference(NAMESPACED, "default", "eval")


@click.command(
    cls=BooleanCommand,
    epilog="\b\nExamples:\n"
    "  zen-gc eval \"object.status.phase == 'Failed'\" -f pod.yaml\n"
    "  zen-gc eval \"object.metadata.labels.all(k, k != 'keep')\" -f pods.json --trace\n"
    '  zen-gc eval -l jmespath "age(metadata.creationTimestamp) > `86400`" -f objects/',
)
@click.argument("expression")
@files_option(
    "Objects: files, directories, - for standard input. Namespaces among them are known to the expression.",
    required=True,
)
@click.option(
    *("-l", "--language"),
    type=click.Choice(["cel", "jmespath"]),
    default="cel",
    show_default=True,
    help="The language of the expression.",
)
@click.option("--now", metavar="RFC3339", help="What now is; default now.")
@click.option("--trace/--no-trace", default=False, help="Show what each part of the expression yields.")
@click.option(
    "--second-opinion/--no-second-opinion",
    default=False,
    help="Ask cel-python's interpreter, too, in a process of its own, and show where it differs.",
)
@output_option("How the answer is printed.", "text", "json")
def command(expression: str, filenames: tuple[str, ...], **values: Any) -> int:
    """Show what EXPRESSION yields on each object, and whether it would hold as a condition of a policy.

    Exits 1 when it could not be evaluated on some object, 2 when it does not compile.
    """
    now = instant_of(values["now"])
    try:
        ask = (_cel if values["language"] == "cel" else _jmespath)(expression)
    except ExpressionSyntaxError as error:
        place = f"{error.line}:{error.column}: {error.message}"
        raise InputError(f"{place}\n{error.excerpt}") from None
    manifests = read_manifests(filenames)
    candidates = [as_candidate(document) for document in (*manifests.objects, *manifests.policies)]
    run = Run(now, _POLICY, Files(candidates).namespace)
    with printing_aside():
        answers = [_answer(expression, ask, candidate, run) for candidate in candidates]
    if values["second_opinion"]:
        answers = _with_second_opinions(expression, answers, run, values["language"])
    if values["output"] == "json":
        click.echo(as_json({"expression": expression, "results": [_document(one, values["trace"]) for one in answers]}))
    else:
        for one in answers:
            _show(one, trace=values["trace"])
    return 1 if any(one.error is not None for one in answers) else 0


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an expression, and what it yielded."""

    text: str
    value: Any
    error: str | None


@dataclass(frozen=True, slots=True)
class _Yield:
    """What an expression yielded on one object."""

    value: Any
    kind: str
    error: str | None
    parts: tuple[_Part, ...]
    cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    """What an expression yielded on which object."""

    expression: str
    candidate: Candidate
    yielded: _Yield
    second: Opinion | None = None

    @property
    def error(self) -> str | None:
        return self.yielded.error

    @property
    def verdict(self) -> str:
        if self.error is not None:
            return f"undecided: {self.error}"
        if self.yielded.value is True:
            return "holds"
        return "does not hold" if self.yielded.value is False else "undecided: neither true nor false"


def _answer(expression: str, ask: Callable[[Candidate, Run], _Yield], candidate: Candidate, run: Run) -> _Answer:
    try:
        return _Answer(expression, candidate, ask(candidate, run))
    except Undecided as doubt:
        return _Answer(expression, candidate, _Yield(None, "", str(doubt), ()))


def _with_second_opinions(expression: str, answers: list[_Answer], run: Run, language: str) -> list[_Answer]:
    if language != "cel":
        raise InputError("--second-opinion is about CEL: cel-python does not know JMESPath")
    policy = expressions.cel.to_json(policy_variable(_POLICY))
    cases = [
        {"object": one.candidate.object, "policy": policy, "namespaceObject": _namespace_of(one.candidate, run)}
        for one in answers
    ]
    opinions = second_opinion.ask(expression, run.now, cases)
    return [replace(one, second=opinion) for one, opinion in zip(answers, opinions, strict=True)]


def _namespace_of(candidate: Candidate, run: Run) -> Any:
    try:
        return namespace_variable(candidate, run)
    except Undecided:
        return None


def _cel(text: str) -> Callable[[Candidate, Run], _Yield]:
    language = expressions.cel
    functions = load_installed(Allowing()).vocabulary.cel_functions
    program = Expressions(_POLICY, functions).cel_program(text, Polarity.INCLUDES, _warn)
    names_namespace = "namespaceObject" in program.reads
    policy = policy_variable(_POLICY)

    def ask(candidate: Candidate, run: Run) -> _Yield:
        variables = {
            "object": candidate.object,
            "namespaceObject": namespace_variable(candidate, run) if names_namespace else None,
            "now": language.timestamp_from_datetime(run.now),
            "policy": policy,
        }
        trace = language.trace(program, variables)
        parts = tuple(_Part(step.text, _rendered(step.value, step.error), step.error) for step in trace.steps)
        if trace.error is not None:
            return _Yield(None, "", str(trace.error), parts, trace.cost)
        return _Yield(language.to_json(trace.value), language.type_name(trace.value), None, parts, trace.cost)

    return ask


def _warn(message: str) -> None:
    click.echo(f"warning: {visible(message)}", err=True)


def _rendered(value: Any, error: str | None) -> Any:
    return None if error is not None else expressions.cel.to_json(value)


def _jmespath(text: str) -> Callable[[Candidate, Run], _Yield]:
    language = expressions.jmespath
    program = Expressions(_POLICY).jmespath_program(text, Polarity.INCLUDES, _warn)

    def ask(candidate: Candidate, run: Run) -> _Yield:
        steps = language.trace(program, candidate.object, run.now)
        whole = steps[-1]
        parts = tuple(_Part(step.expression, step.value, step.error) for step in steps)
        kind = "" if whole.error is not None else language.kind_of(whole.value)
        return _Yield(whole.value, kind, whole.error, parts, whole.cost)

    return ask


def _document(answer: _Answer, trace: bool) -> dict[str, Any]:  # noqa: FBT001  the switch
    candidate, yielded = answer.candidate, answer.yielded
    shown: dict[str, Any] = {
        "apiVersion": candidate.api_version,
        "kind": candidate.kind,
        "namespace": candidate.namespace,
        "name": candidate.name,
        "value": yielded.value,
        "type": yielded.kind,
        "verdict": answer.verdict,
        "cost": {"steps": yielded.cost.steps, "bytes": yielded.cost.bytes} if yielded.cost else None,
    }
    if answer.second is not None:
        shown["secondOpinion"] = _compared(answer, answer.second)
    if trace:
        shown["trace"] = [{"expression": part.text, "value": part.value, "error": part.error} for part in yielded.parts]
    return shown


def _costing(cost: Cost) -> str:
    return f"{counted(cost.steps, 'step')}, {counted(cost.bytes, 'byte')}"


def _show(answer: _Answer, *, trace: bool) -> None:
    candidate, yielded = answer.candidate, answer.yielded
    place = visible(placed(candidate.namespace, candidate.name))
    value = "" if yielded.error is not None else f"{_short(yielded.value)} ({yielded.kind}), "
    cost = f"  [{_costing(yielded.cost)}]" if yielded.cost and (yielded.cost.steps or yielded.cost.bytes) else ""
    click.echo(f"{candidate.kind} {place}: {value}{visible(answer.verdict)}{cost}")
    if answer.second is not None:
        _show_second(answer, answer.second)
    for part in yielded.parts if trace else ():
        outcome = f"error: {part.error}" if part.error is not None else _short(part.value)
        click.echo(f"  {visible(part.text)}  =  {visible(outcome)}")


def _compared(answer: _Answer, second: Opinion) -> dict[str, Any]:
    ours = second_opinion.Opinion(answer.yielded.value, answer.yielded.kind, answer.error)
    agrees = second_opinion.agree(ours, second)
    return {
        "value": second.value,
        "type": second.type,
        "error": second.error,
        "agrees": agrees,
        "because": None if agrees else second_opinion.explain(answer.expression, ours, second),
    }


def _show_second(answer: _Answer, second: Opinion) -> None:
    compared = _compared(answer, second)
    outcome = f"error: {second.error}" if second.error is not None else f"{_short(second.value)} ({second.type})"
    click.echo(f"  cel-python: {visible(outcome)}, {'the same' if compared['agrees'] else 'it differs'}")
    if not compared["agrees"]:
        reason = compared["because"]
        known = f"known of cel-python: {reason}" if reason else "nobody knows why yet: please report it"
        click.echo(f"    {known}; policies go by the answer above, which is Kubernetes' meaning")


def _short(value: Any) -> str:
    text = " ".join(as_json(value).split())
    return text if len(text) <= 200 else f"{text[:199]}…"
