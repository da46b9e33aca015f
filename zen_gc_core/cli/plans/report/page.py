"""The page: what stands where in the report."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections import Counter
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from zen_gc_core.cli.plans.forecasting import forecast
from zen_gc_core.cli.plans.report.markup import Markup, element, prose, together
from zen_gc_core.cli.plans.report.pictures import ring, timeline
from zen_gc_core.cli.plans.report.policies import policies_table, stops
from zen_gc_core.cli.plans.report.rows import listing
from zen_gc_core.cli.terminal.instants import ago
from zen_gc_core.instants import format_instant
from zen_gc_core.model.decision import KeptBy, Verdict
from zen_gc_core.texts import counted, listed, placed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zen_gc_core.cli.plans.report.rows import Listed, Listing
    from zen_gc_core.engine.asking import Planned

_AHEAD: Final = dt.timedelta(days=30)
_KEPT: Final = {
    KeptBy.PROTECTED: "protected",
    KeptBy.CONDITION: "kept by a condition",
    KeptBy.NO_EXPIRY: "without a time to go",
    KeptBy.RETAINED: "retained, the newest",
    KeptBy.ERROR: "cannot be told",
}


def as_page(now: dt.datetime, own_namespace: str, planned: Sequence[Planned]) -> str:
    """Plans as one page of HTML that stands by itself.

    Args:
        now: The instant of the plans.
        own_namespace: The namespace that is protected as the controller's own.
        planned: Policies and their plans, with a decision for each object.
    """
    style, script = (_asset(name) for name in ("report.css", "report.js"))
    policy = f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("title", f"zen-gc plan, {format_instant(now)}"),
        element("style", style),
    )
    body = element("body", together(_body(now, own_namespace, planned)), element("script", script))
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}"


def _asset(name: str) -> Markup:
    return Markup(files("zen_gc_core.cli.plans.report").joinpath(name).read_text("utf-8"))


def _digest(content: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


def _body(now: dt.datetime, own_namespace: str, planned: Sequence[Planned]) -> Iterator[Markup]:
    found = listing(planned)
    yield element(
        "header",
        element("h1", "What the policies would do"),
        element(
            "p", f"Planned for {format_instant(now)}, with the controller in namespace ", _code(own_namespace), "."
        ),
    )
    main = [_summary(planned)]
    if stopped := stops(planned):
        main.append(element("section", element("h2", "Mind this"), element("ul", together(stopped)), class_="mind"))
    main.append(_pictures(now, planned))
    if planned:
        main.append(element("section", element("h2", "Policies"), policies_table(planned)))
    main.append(_objects(now, found))
    yield element("main", together(main))
    yield element(
        "footer",
        element("p", "Made by zen-gc plan -o html. It writes nothing; what goes is judged anew at the time."),
    )


def _code(value: str) -> Markup:
    return element("code", element("bdi", value))


def _summary(planned: Sequence[Planned]) -> Markup:
    plans = [one.plan for one in planned if one.plan is not None]
    waiting = sum(each.verdict is Verdict.WAIT for plan in plans for each in plan.decisions)
    cards = [
        ("policies", len(planned), ""),
        ("objects looked at", sum(plan.matched for plan in plans), ""),
        ("due now", sum(plan.due for plan in plans), "act"),
        ("to be marked", sum(plan.marking for plan in plans), "mark"),
        ("waiting", waiting, "wait"),
        ("kept", sum(sum(plan.kept.values()) for plan in plans), "keep"),
    ]
    return element(
        "section",
        *(
            element("div", element("b", f"{count:,}"), element("span", words), class_=f"card {kind}".strip())
            for words, count, kind in cards
            if count or words != "to be marked"
        ),
        class_="cards",
    )


def _pictures(now: dt.datetime, planned: Sequence[Planned]) -> Markup:
    foreseen = forecast(planned, now, _AHEAD)
    words = (
        f"{counted(foreseen.due, 'object')} due now, {foreseen.coming:,} more until {format_instant(foreseen.until)}"
    )
    by_day = element(
        "figure",
        element("figcaption", element("h2", "When"), element("p", prose(words))),
        timeline(foreseen.bars),
        class_="wide",
    )
    parts = element("figure", element("figcaption", element("h2", "What becomes of them")), ring(_shares(planned)))
    return element("section", by_day, parts, class_="pictures")


def _shares(planned: Iterable[Planned]) -> list[tuple[str, str, int]]:
    plans = [one.plan for one in planned if one.plan is not None]
    kept: Counter[KeptBy] = Counter()
    for plan in plans:
        kept.update(plan.kept)
    waiting = sum(each.verdict is Verdict.WAIT for plan in plans for each in plan.decisions)
    return [
        ("act", "due", sum(plan.due for plan in plans)),
        ("mark", "to be marked", sum(plan.marking for plan in plans)),
        ("wait", "waiting", waiting),
        *((f"kept-{kept_by.name.lower()}", words, kept[kept_by]) for kept_by, words in _KEPT.items()),
    ]


def _objects(now: dt.datetime, found: Listing) -> Markup:
    rows = found.rows
    note = ""
    if found.left_out:
        words = listed([f"{count:,} with the verdict {verdict}" for verdict, count in sorted(found.left_out.items())])
        note = f"{len(rows):,} of {found.total:,} are listed. Left out are {words}: zen-gc plan -o json has all."
    heads = ("Verdict", "Object", "Policy", "Due", "Because")
    table = element(
        "table",
        element("thead", element("tr", *(element("th", head, scope="col") for head in heads))),
        element("tbody", together(_row(each, now) for each in rows), id="objects"),
        class_="objects",
    )
    return element(
        "section",
        element("h2", "Objects"),
        element("p", note, class_="left-out") if note else Markup(""),
        _filters(rows),
        table if rows else element("p", "No policy looks at any object."),
    )


def _filters(rows: Sequence[Listed]) -> Markup:
    """What narrows the table; the script shows it, and without the script it stays away."""
    choices = {
        "policy": sorted({str(each.policy) for each in rows}),
        "kind": sorted({each.decision.kind for each in rows}),
        "verdict": sorted({each.word for each in rows}),
    }
    selects = [
        element(
            "label",
            f"{name.capitalize()} ",
            element(
                "select",
                element("option", "all", value=""),
                *(element("option", value, value=value) for value in values),
                data_filter=name,
            ),
        )
        for name, values in choices.items()
    ]
    search = element("label", "Search ", element("input", type="search", data_filter="text", autocomplete="off"))
    return element("form", *selects, search, element("output", id="shown"), id="filters", hidden=True)


def _row(each: Listed, now: dt.datetime) -> Markup:
    decision = each.decision
    removes = decision.request is not None and decision.request.removes
    acts = "act" if removes else "mark"  # what stays, changed, is not told in the colour of what goes
    kind = acts if decision.verdict is Verdict.ACT else str(decision.verdict)
    if decision.kept_by is KeptBy.ERROR:
        kind = "error"
    due = decision.expires_at
    when: tuple[Markup | str, ...] = ("",)
    if due is not None:
        when = (element("time", format_instant(due), datetime=format_instant(due)), element("small", ago(due, now)))
    return element(
        "tr",
        element("td", element("span", each.word, class_=f"verdict {kind}"), data_label="Verdict"),
        element(
            "td",
            element("small", decision.kind),
            element("bdi", placed(decision.namespace, decision.name)),
            data_label="Object",
        ),
        element("td", element("bdi", str(each.policy)), data_label="Policy"),
        element("td", *when, data_label="Due"),
        element("td", element("bdi", prose(decision.because)), data_label="Because"),
        data_policy=str(each.policy),
        data_kind=decision.kind,
        data_verdict=each.word,
    )
