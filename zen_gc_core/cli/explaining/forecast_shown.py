"""How ``zen-gc forecast`` is read: a table and bars for people, a document for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.cli.plans.output import columns, object_document
from zen_gc_core.cli.plans.view import STYLES
from zen_gc_core.cli.terminal.folding import HEADING, Line
from zen_gc_core.cli.terminal.instants import ago
from zen_gc_core.durations import format_duration
from zen_gc_core.instants import format_instant
from zen_gc_core.model.decision import Verdict
from zen_gc_core.texts import counted, placed, visible

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from zen_gc_core.cli.plans.forecasting import Bar, Forecast, Next, Row
    from zen_gc_core.model.policy import PolicyReference

_LONGEST_BAR: Final = 50


def shown(found: Forecast, own_namespace: str, width: int | None) -> Iterator[Line]:
    """All that is foreseen, line by line.

    Args:
        found: What is foreseen.
        own_namespace: The namespace that is protected as the controller's own.
        width: How many characters fit on a line; None: as many as there are.
    """
    yield Line(
        f"At {format_instant(found.now)}, with the controller in namespace {visible(own_namespace)}: "
        f"{counted(found.due, 'object')} due now, {found.coming} more until {format_instant(found.until)}"
    )
    if not found.rows:
        yield Line("No policy looks at any object.")
    else:
        yield Line("")
        yield from _rows(found, width)
    notes = list(_notes(found))
    if notes:
        yield Line("")
        yield from (Line(visible(note), style=STYLES[Verdict.WAIT]) for note in notes)
    if found.due or found.coming:
        yield Line("")
        yield from _bars(found, width)
    if found.next:
        yield Line("")
        yield from _next(found, width)


def _notes(found: Forecast) -> Iterator[str]:
    for policy, why in found.not_now:
        yield f"{_title(policy)} does nothing now: {why}"
    for policy in found.retaining:
        yield f"{_title(policy)} retains the newest: of what waits, less goes"
    for policy, why in found.failed:
        yield f"{_title(policy)}: {why}"


def _title(policy: PolicyReference) -> str:
    return f"{policy.kind} {policy}"


def _rows(found: Forecast, width: int | None) -> Iterator[Line]:
    ends = [f"{format_duration(each)}".upper() for each in found.buckets]
    heads = ("NOW", *(f"≤{end}" for end in ends), "LATER", "KEPT")
    rows = [_cells(row) for row in found.rows]
    table = columns([("POLICY", "KIND", "ACTION", *heads), *rows], indent="")
    if width is None or max(map(len, table.splitlines())) <= width:
        yield from _table(table)
        return
    for row in found.rows:  # on a narrow terminal, a line each
        yield Line(visible(f"{row.policy} {row.kind}: {row.action}"), style=HEADING)
        counts = zip(heads, (*row.counts, row.kept), strict=True)
        yield Line(", ".join(f"{count} {head.lower()}" for head, count in counts if count) or "nothing", 2, 0)


def _table(text: str) -> Iterator[Line]:
    head, *rows = text.splitlines()
    yield Line(head, style=HEADING)
    yield from map(Line, rows)


def _cells(row: Row) -> tuple[str, ...]:
    return visible(str(row.policy)), row.kind, row.action, *map(str, row.counts), str(row.kept)


def _bars(found: Forecast, width: int | None) -> Iterator[Line]:
    yield Line("WHEN (UTC)", style=HEADING)
    names = [_when(bar, found) for bar in found.bars]
    most = max(bar.count for bar in found.bars)
    beside = max(map(len, names)) + len(str(most)) + 4
    longest = max(5, min(_LONGEST_BAR, (width or _LONGEST_BAR + beside) - beside))
    for name, bar in zip(names, found.bars, strict=True):
        length = -(-bar.count * longest // most) if most else 0
        yield Line(
            f"{name.ljust(max(map(len, names)))}  {str(bar.count).rjust(len(str(most)))}  {'█' * length}".rstrip(),
            style=STYLES[Verdict.ACT if bar.begins is None else Verdict.WAIT],
        )


def _when(bar: Bar, found: Forecast) -> str:
    if bar.begins is None:
        return "now"
    hours = (found.until - found.now).total_seconds() <= 86_400
    return bar.begins.strftime("%a %H:%M") if hours else bar.begins.strftime("%a %m-%d")


def _next(found: Forecast, width: int | None) -> Iterator[Line]:
    rows = [
        (
            format_instant(each.decision.expires_at) if each.decision.expires_at is not None else "",
            _in(each, found.now),
            each.action,
            each.decision.kind,
            visible(placed(each.decision.namespace, each.decision.name)),
            visible(str(each.policy)),
        )
        for each in found.next
    ]
    table = columns([("NEXT DUE", "", "ACTION", "KIND", "OBJECT", "POLICY"), *rows], indent="")
    if width is None or max(map(len, table.splitlines())) <= width:
        yield from _table(table)
    else:
        for due, when, action, kind, thing, policy in rows:
            yield Line(f"{due} {when}: {action} {kind} {thing}, by {policy}")
    if found.more:
        yield Line(f"and {found.more} more")


def _in(each: Next, now: dt.datetime) -> str:
    return ago(each.decision.expires_at, now) if each.decision.expires_at is not None else ""


def as_document(found: Forecast) -> dict[str, Any]:
    """What is foreseen, as plain data."""
    names = ["now", *(format_duration(each) for each in found.buckets), "later"]
    return {
        "now": format_instant(found.now),
        "until": format_instant(found.until),
        "due": found.due,
        "coming": found.coming,
        "rows": [
            {
                **_policy(row.policy),
                "objects": row.kind,
                "action": row.action,
                "due": dict(zip(names, row.counts, strict=True)),
                "kept": row.kept,
            }
            for row in found.rows
        ],
        "bars": [
            {
                "from": format_instant(bar.begins) if bar.begins is not None else None,
                "to": format_instant(bar.ends),
                "count": bar.count,
            }
            for bar in found.bars
        ],
        "next": [_next_document(each) for each in found.next],
        "more": found.more,
        "notNow": [{**_policy(policy), "because": why} for policy, why in found.not_now],
        "retaining": [_policy(policy) for policy in found.retaining],
        "failed": [{**_policy(policy), "because": why} for policy, why in found.failed],
    }


def _policy(policy: PolicyReference) -> dict[str, Any]:
    return {"policy": {"kind": policy.kind, "namespace": policy.namespace, "name": policy.name}}


def _next_document(each: Next) -> dict[str, Any]:
    decision = each.decision
    return {
        **_policy(each.policy),
        **object_document(decision),
        "verdict": str(decision.verdict),
        "action": each.action,
        "expiresAt": format_instant(decision.expires_at) if decision.expires_at is not None else None,
        "because": decision.because,
    }
