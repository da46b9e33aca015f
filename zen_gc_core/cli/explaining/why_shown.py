"""How ``zen-gc why`` is read by people: a section a policy, a line a part, with the values that it saw."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.cli.plans.view import STYLES
from zen_gc_core.cli.terminal.folding import HEADING, Line
from zen_gc_core.cli.terminal.instants import ago
from zen_gc_core.durations import format_duration
from zen_gc_core.engine.examining import held_back, members, said_of, to_go, to_stay
from zen_gc_core.errors import Undecided
from zen_gc_core.fieldpaths import MISSING
from zen_gc_core.instants import format_instant
from zen_gc_core.model.decision import Verdict
from zen_gc_core.texts import counted, placed, visible

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from zen_gc_core.engine.asking import Planned
    from zen_gc_core.engine.examining import Asked, Examination, Expiry, Group, Members, Saw
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.decision import Decision

LONGEST_SHOWN: Final = 100
"""Characters of a value that are shown."""

_HOLDS: Final = {True: "yes", False: "NO ", None: "?  "}
_INDENT: Final = 4
_ANSWERS: Final = {True: STYLES[Verdict.KEEP], False: {"fg": "red"}, None: STYLES[Verdict.WAIT]}
_DOUBT: Final = STYLES[Verdict.WAIT]
_WRONG: Final = STYLES[Verdict.ACT]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a policy says of the object.

    Args:
        planned: The policy and its plan.
        examination: What led to it; None where the policy was not planned, or has no object of the kind.
        decision: The plan's decision; None as above.
    """

    planned: Planned
    examination: Examination | None = None
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """An object, and what every policy says of it.

    Args:
        now: The instant.
        own_namespace: The namespace that is protected as the controller's own.
        candidate: The object.
        answers: What the policies say that may look at its kind.
        others: How many policies are about other kinds.
    """

    now: dt.datetime
    own_namespace: str
    candidate: Candidate
    answers: tuple[Answer, ...]
    others: int


def shown(seen: Seen) -> Iterator[Line]:
    """All that is said of an object, line by line."""
    candidate = seen.candidate
    title = visible(f"{candidate.kind} {placed(candidate.namespace, candidate.name)}")
    yield Line(visible(f"{title}{_made(candidate, seen.now)}"), style=HEADING, styled=len(title))
    yield Line(
        f"At {format_instant(seen.now)}, with the controller in namespace {visible(seen.own_namespace)}: {_looked(seen)}"
    )
    for answer in seen.answers:
        yield Line("")
        yield from _section(answer)


def _made(candidate: Candidate, now: dt.datetime) -> str:
    try:
        born = candidate.born
    except Undecided:
        return ""
    return "" if born is None else f", made {format_instant(born)} ({ago(born, now)})"


def _looked(seen: Seen) -> str:
    looking = sum(
        answer.decision is not None and answer.decision.verdict is not Verdict.SKIP for answer in seen.answers
    )
    not_looking = sum(answer.decision is not None for answer in seen.answers) - looking
    others = [f"{not_looking} about its kind but not about it"] if not_looking else []
    others += [f"{seen.others} about other kinds"] if seen.others else []
    looks = "no policy looks" if not looking else counted(looking, "policy looks", "policies look")
    return f"{looks} at it{f' ({chr(44).join(others)})' if others else ''}".replace(",", ", ")


def _section(answer: Answer) -> Iterator[Line]:
    reference = answer.planned.compilation.reference
    title = f"{reference.kind} {reference}"
    if answer.planned.compilation.compiled is None:
        errors = counted(len(answer.planned.compilation.errors), "error")
        yield Line(visible(f"{title}: INVALID, it never acts ({errors})"), style=_WRONG)
        return
    examination, decision, plan = answer.examination, answer.decision, answer.planned.plan
    if examination is None or decision is None or plan is None:
        why = answer.planned.failure or "it has no object of the kind"
        style = _WRONG if answer.planned.failure else None
        yield Line(visible(f"{title}: {'could not be planned: ' if answer.planned.failure else ''}{why}"), style=style)
        return
    verdict = decision.action if decision.verdict is Verdict.ACT and decision.action else str(decision.verdict)
    yield Line(visible(f"{title}: {verdict}"), style=STYLES[decision.verdict])
    yield Line(visible(decision.because), 2)
    yield from (
        Line(visible(f"not now: {why}"), 2, style=_DOUBT, styled=7)
        for why in held_back(examination.case.compiled.policy, plan)
    )
    yield from _parts(examination, members(plan, examination))
    removes = any(kind.removes for kind in examination.case.compiled.requests)
    yield from _changing(
        "For it to go" if removes else "For the policy to act", "all of these", to_go(examination, decision, plan)
    )
    yield from _changing(
        "For it to stay" if removes else "For it to be left alone", "one of these", to_stay(examination, decision)
    )


def _changing(title: str, how_many: str, ways: list[str]) -> Iterator[Line]:
    if ways:
        yield Line(f"{title}, {'this' if len(ways) == 1 else how_many}:", 2, style=HEADING)
        yield from (Line(visible(f"- {way}"), _INDENT) for way in ways)


def _parts(examination: Examination, of_group: Members | None) -> Iterator[Line]:
    written = examination.case.compiled.written
    for target in examination.selectors:
        yield Line(visible(f"selectors ({written(target.path)})"), 2, style=HEADING)
        every = Line(f"yes  takes every {target.what.rpartition(' ')[2]}", 4, style=_ANSWERS[True], styled=3)
        yield from (_asked(target.parts) if target.parts else [every])
    if not examination.taken or examination.expiry is None:
        return
    yield Line("protections", 2, style=HEADING)
    if examination.protections:
        yield from (Line(visible(f"- {why}"), _INDENT, style=STYLES[Verdict.KEEP]) for why in examination.protections)
    else:
        yield Line("none", _INDENT)
    yield Line("conditions", 2, style=HEADING)
    yield from _asked(examination.conditions) if examination.conditions else [Line("none: every object meets them", 4)]
    yield from _time(examination, examination.expiry)
    if examination.group is not None:
        yield from _retained(examination.group, of_group)


def _asked(parts: Iterable[Asked], indent: int = _INDENT) -> Iterator[Line]:
    for part in parts:
        because = f"  {part.because}" if part.because else ""
        values = _values(part.saw)
        short = f"  {values[0]}" if len(values) == 1 and not because else ""
        yield Line(visible(f"{_HOLDS[part.holds]}  {part.what}{short}{because}"), indent, 5, _ANSWERS[part.holds], 3)
        deeper = indent + 5
        yield from (Line(visible(value), deeper) for value in ([] if short else values))
        if part.whole:
            yield Line("looks at the whole object", deeper)
        yield from (Line(visible(f"{each.what}: {each.found}"), deeper) for each in part.looked)
        yield from _asked(part.parts, deeper)


def _values(saw: Sequence[Saw]) -> list[str]:
    """The values that were looked at, but for a map of which another line shows a part."""
    paths = [each.path for each in saw]
    return [
        _value(each)
        for each in saw
        if not (isinstance(each.value, dict) and any(path.startswith(f"{each.path}.") for path in paths))
    ]


def _value(saw: Saw) -> str:
    if saw.hidden:
        return f"{saw.path} is not shown: it is the content of a Secret"
    return f"{saw.path} is missing" if saw.value is MISSING else f"{saw.path} = {short(saw.value)}"


def short(value: Any) -> str:
    """A value as JSON on one line, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, separators=(", ", ": "), default=str)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def _time(examination: Examination, expiry: Expiry) -> Iterator[Line]:
    now = examination.case.run.now
    yield Line(visible(f"time ({examination.case.compiled.written(expiry.path)})"), 2, style=HEADING)
    if expiry.words:
        yield Line(visible(expiry.words), _INDENT)
    if expiry.start is not None and expiry.due is not None:
        yield Line(f"{format_instant(expiry.start)}  start, {ago(expiry.start, now)}", _INDENT)
        yield Line(f"{_plus(expiry.due - expiry.start)}", _INDENT)
    if expiry.due is not None:
        supposed = " if its conditions hold from now on" if expiry.supposed else ""
        yield Line(f"{format_instant(expiry.due)}  due, {ago(expiry.due, now)}{supposed}", _INDENT)
    elif expiry.doubt is not None:
        yield Line(visible(f"cannot be told: {expiry.doubt}"), _INDENT, style=_DOUBT)
    elif not expiry.words:
        yield Line("it never expires", _INDENT)
    told = [each for each in expiry.saw if expiry.due is None or each.value is not MISSING]
    yield from (Line(visible(value), _INDENT) for value in _values(told))
    if expiry.whole:
        yield Line("looks at the whole object", _INDENT)


def _plus(span: dt.timedelta) -> str:
    return f"+ {format_duration(span)}" if span.total_seconds() >= 0 else f"- {format_duration(-span)}"


def _retained(group: Group, of_group: Members | None) -> Iterator[Line]:
    yield Line("retained (spec.retain)", 2, style=HEADING)
    if group.doubt is not None:
        yield Line(visible(f"its group cannot be told: {group.doubt}"), _INDENT, style=_DOUBT)
        return
    yield Line(f"group {group.words or 'of all of its kind and namespace'}", _INDENT)
    time = format_instant(group.time) if group.time is not None else "no time yet, and stays"
    yield Line(f"ordered by {time}", _INDENT)
    if of_group is not None:
        yield from _members(of_group)


def _members(of_group: Members) -> Iterator[Line]:
    """The objects of a group, newest first, each with what becomes of it; where some are left out, how many."""
    are = counted(of_group.count, "object is", "objects are")
    yield Line(f"{are} in it, of which {of_group.retained} are retained; newest first:", _INDENT)
    deeper = _INDENT + len(f"{of_group.count}. ")
    last = 0
    for each in of_group.shown:
        yield from _left_out(each.number - last - 1, deeper)
        last = each.number
        number = f"{each.number}.".rjust(len(f"{of_group.count}."))
        this = "  (this one)" if each.asked else ""
        yield Line(
            visible(f"{number} {each.seen.name}  {format_instant(each.seen.time)}  {said_of(each)}{this}"),
            _INDENT,
            deeper - _INDENT,
            STYLES[each.decision.verdict],
        )
    yield from _left_out(of_group.count - last, deeper)


def _left_out(number: int, indent: int) -> Iterator[Line]:
    if number:
        yield Line(f"… {number} more, not shown", indent)
