"""How plans are printed: the JSON of the contract, the same as YAML, and a table for people."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import yaml

from zen_gc_core.cli.plans.view import STYLES, WHOLE, Totals
from zen_gc_core.cli.reading.scalars import ScalarError, plain_scalar
from zen_gc_core.cli.terminal.folding import Line, folded
from zen_gc_core.durations import format_duration
from zen_gc_core.engine.calendar.foreseeing import foresee
from zen_gc_core.engine.guarding import UNSEEN, going_unseen
from zen_gc_core.engine.recycling import not_copied
from zen_gc_core.instants import format_instant
from zen_gc_core.model.decision import Verdict
from zen_gc_core.texts import counted, placed, visible, width

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from zen_gc_core.cli.plans.view import View
    from zen_gc_core.engine.asking import Planned
    from zen_gc_core.engine.calendar.foreseeing import Foresight
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.policy import Problem


def as_document(now: dt.datetime, planned: Iterable[Planned], view: View = WHOLE) -> dict[str, Any]:
    """Plans as the JSON of the contract.

    Args:
        now: The instant of the plans.
        planned: Policies and their plans.
        view: How much of them is shown.
    """
    policies = []
    for one in planned:
        decisions = [decision_document(decision) for decision in view.of(one.plan)]
        policies.append(policy_document(now, one, decisions))
    return {"now": format_instant(now), "policies": policies}


def policy_document(now: dt.datetime, planned: Planned, decisions: Any) -> dict[str, Any]:
    """A policy and its plan as the JSON of the contract.

    Args:
        now: The instant of the plan.
        planned: The policy and its plan.
        decisions: What stands for the decisions.
    """
    reference, plan = planned.compilation.reference, planned.plan
    failed = {"failed": planned.failure} if planned.failure is not None else {}
    gaps = (
        {"unlisted": [{"kind": each.what, "reason": each.why} for each in plan.unlisted]}
        if plan and plan.unlisted
        else {}
    )
    return {
        "kind": reference.kind,
        "namespace": reference.namespace,
        "name": reference.name,
        "valid": planned.compilation.compiled is not None,
        "errors": [_problem(problem) for problem in planned.compilation.errors],
        "warnings": [_problem(problem) for problem in planned.compilation.warnings],
        "digest": planned.compilation.digest,
        "scanned": plan.scanned if plan else 0,
        "matched": plan.matched if plan else 0,
        "pending": plan.pending if plan else 0,
        "due": plan.due if plan else 0,
        **({"toMark": plan.marking} if plan and plan.marking else {}),
        "tripped": plan.overfull or plan.tripped if plan else None,
        "unseen": UNSEEN if plan and going_unseen(plan) else None,
        "vetoed": [{"plugin": veto.plugin, "reason": veto.reason} for veto in plan.vetoed] if plan else [],
        "decisions": decisions,
        **_recycling(plan),
        **gaps,
        **_calendar(_foresight(now, planned)),
        **failed,
    }


def _recycling(plan: Plan | None) -> dict[str, Any]:
    if plan is None or plan.recycled_for is None:
        return {}
    return {"recycle": {"keepFor": format_duration(plan.recycled_for), "notCopied": not_copied(plan)}}


def _foresight(now: dt.datetime, planned: Planned) -> Foresight | None:
    compiled = planned.compilation.compiled
    return foresee(compiled.policy, now) if compiled is not None else None


def _calendar(foresight: Foresight | None) -> dict[str, Any]:
    if foresight is None:
        return {}
    coming = [{name: value for name, value in asdict(each).items() if value is not None} for each in foresight.next]
    return {"calendar": {"actsNow": foresight.why is None, "because": foresight.why, "next": coming}}


def foresight_lines(foresight: Foresight) -> list[str]:
    """What comes next of a policy that does not act at any time, for people."""
    now = "now: it would act" if foresight.why is None else f"now: it would not act: {foresight.why}"
    return [f"  {visible(each)}" for each in (now, *(f"then: {each}" for each in foresight.next))]


def _problem(problem: Problem) -> dict[str, str]:
    return {"path": problem.path, "message": problem.message}


def object_document(decision: Decision) -> dict[str, str]:
    """Which object a decision is about, as the JSON of every contract has it."""
    return {
        "apiVersion": decision.api_version,
        "kind": decision.kind,
        "namespace": decision.namespace,
        "name": decision.name,
        "uid": decision.uid,
    }


def decision_document(decision: Decision) -> dict[str, Any]:
    """A decision as the JSON of the contract; every value of it is a text."""
    shown: dict[str, Any] = {
        **object_document(decision),
        "verdict": str(decision.verdict),
    }
    if decision.action is not None:
        shown["action"] = decision.action
    shown["because"] = decision.because
    if decision.expires_at is not None:
        shown["expiresAt"] = format_instant(decision.expires_at)
    return shown


def as_json(document: Any) -> str:
    """A document as JSON, indented; text of other languages stays readable."""
    return json.dumps(document, indent=2, ensure_ascii=False)


class _Dumper(yaml.SafeDumper):
    """Writes a text in quotes wherever kubectl, or this program, would read something else in it, and everything out."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  the same for everything
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    try:
        same = plain_scalar(text) == text
    except ScalarError:
        same = False
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if same else "'")


_Dumper.add_representer(str, _text)


def as_yaml(document: Any) -> str:
    """A document as YAML, in the order of the contract."""
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text.rstrip("\n")


def as_table(now: dt.datetime, own_namespace: str, planned: Iterable[Planned], view: View = WHOLE) -> str:
    """Plans as a table for people: a headline a policy, a line an object.

    Args:
        now: The instant of the plans.
        own_namespace: The namespace that is protected as the controller's own.
        planned: Policies and their plans.
        view: How much of them is shown, and how.
    """
    return "".join(table_parts(now, own_namespace, planned, view))


def table_parts(now: dt.datetime, own_namespace: str, planned: Iterable[Planned], view: View = WHOLE) -> Iterator[str]:
    """As ``as_table``, in parts of some lines: of many objects the text is larger than all that is known of them."""
    said, totals = False, Totals()
    for one in planned:
        totals.add(one)
        if not said:
            where = f"At {format_instant(now)}, with the controller in namespace {visible(own_namespace)}:"
            yield folded([Line(where)], view.width)
        said = True
        lines = section_lines(now, one)
        yield "\n\n" + folded((Line(each.strip(), len(each) - len(each.lstrip())) for each in lines), view.width)
        if decisions := view.of(one.plan):
            yield from _lines(decisions, view)
        del one, decisions  # the next plan is made when this one is let go
    if not said:
        yield "No policies."
    elif view.summary:
        yield f"\n\n{totals}"


def _lines(decisions: Sequence[Decision], view: View) -> Iterator[str]:
    """The rows of a table, each behind the end of the line before it."""
    widths = [len(title) for title in _HEADER[:-1]]
    for decision in decisions:
        for column, cell in enumerate(_row(decision)[:-1]):
            widths[column] = max(widths[column], width(cell))
    if view.width is not None and sum(widths) + _LEAST_BECAUSE > view.width:
        yield from _narrow(decisions, view)
        return
    yield f"\n{_line(_HEADER, widths)}"
    for begin in range(0, len(decisions), _LINES_AT_ONCE):
        some = decisions[begin : begin + _LINES_AT_ONCE]
        if view.colour:
            yield "".join(f"\n{_line(_row(each), widths, paint=partial(view.paint, each))}" for each in some)
        else:
            yield "".join(f"\n{_line(_row(each), widths)}" for each in some)


def section_lines(now: dt.datetime, planned: Planned) -> list[str]:
    """What is said of a policy above its objects, for people."""
    compilation, plan = planned.compilation, planned.plan
    reference = compilation.reference
    title = f"{reference.kind} {reference}"
    lines = []
    if planned.failure is not None:
        lines.append(f"{title}: could not be planned")
    elif plan is None:
        lines.append(f"{title}: INVALID, it never acts ({counted(len(compilation.errors), 'error')})")
    else:
        lines.append(
            f"{title}: {plan.scanned} scanned, {plan.matched} matched, {plan.due} due, {plan.pending} pending"
            + (f", {plan.marking} to be marked" if plan.marking else "")
        )
        if plan.overfull is not None:
            lines.append(f"  nothing is acted on: {plan.overfull}")
        if plan.tripped is not None:
            lines.append(f"  the breaker stops it: {plan.tripped}")
        if plan.recycled_for is not None:
            along = not_copied(plan)
            kept = f"copied into the recycle bin first, for {format_duration(plan.recycled_for)}"
            lines.append(f"  what is deleted is {kept}{f'; {along}' if along else ''}")
        if (foresight := _foresight(now, planned)) is not None:
            lines.extend(foresight_lines(foresight))
        if going_unseen(plan):
            lines.append(f"  {UNSEEN}")
        lines.extend(
            f"  not listed, and what may own such objects is kept: {visible(str(each))}" for each in plan.unlisted
        )
        lines.extend(f"  vetoed by plugin {veto.plugin}: {veto.reason}" for veto in plan.vetoed)
    return lines


def _narrow(decisions: Sequence[Decision], view: View) -> Iterator[str]:
    """The same where no columns fit: what becomes of an object, and below it why."""
    for decision in decisions:
        verdict, kind, thing, because = _row(decision)
        lines = [
            Line(f"{verdict} {kind} {thing}", 2, style=STYLES[decision.verdict], styled=len(verdict)),
            Line(because, 4, 0),
        ]
        yield "\n" + folded(lines, view.width, colour=view.colour)


_LEAST_BECAUSE: Final = 40
"""Characters beside the columns of a table: what is between them, and the least that is left for the reason."""

_HEADER: Final = ("VERDICT", "KIND", "OBJECT", "BECAUSE")
_LINES_AT_ONCE: Final = 1_000


def _row(decision: Decision) -> tuple[str, ...]:
    verdict = str(decision.verdict)
    if decision.verdict is Verdict.ACT and decision.action:
        verdict = decision.action
    return verdict, decision.kind, visible(placed(decision.namespace, decision.name)), visible(decision.because)


def columns(rows: Sequence[Sequence[str]], indent: str = "  ") -> str:
    """Rows as left-aligned columns, as kubectl prints them; a wide character takes two places, an accent none."""
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return "\n".join(_line(row, widths, indent) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int], indent: str = "  ", paint: Callable[[str], str] = str) -> str:
    cells = [cell + " " * (taken - width(cell)) for cell, taken in zip(row, widths, strict=False)]
    if cells:
        cells[0] = paint(cells[0])
    return indent + "   ".join([*cells, row[-1]])
