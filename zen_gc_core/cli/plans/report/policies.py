"""The policies of the report: what each comes to, what stops it, its breaker, and what it retains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.cli.plans.report.markup import Markup, element, prose, together
from zen_gc_core.durations import format_duration
from zen_gc_core.engine.examining import held_back
from zen_gc_core.engine.guarding import UNSEEN, going_unseen
from zen_gc_core.model.decision import KeptBy, Verdict
from zen_gc_core.texts import counted, listed, placed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zen_gc_core.engine.asking import Planned
    from zen_gc_core.model.decision import Decision
    from zen_gc_core.model.plan import Plan
    from zen_gc_core.model.policy import Breaker, Policy
    from zen_gc_core.model.retain import Retain

MOST_RETAINED: Final = 50
"""How many retained objects of a policy are named."""

MOST_POLICIES: Final = 500
"""How many policies are listed."""

MOST_STOPS: Final = 100
"""How much that must be known first is listed."""


_UNSEEN: Final = "†"
"""Behind a policy with whose objects others may go along that it does not look at."""


def stops(planned: Sequence[Planned]) -> list[Markup]:
    """What who reads the report must know first: policies that are wrong, failed, or act on nothing now."""
    found = list(_stops(planned))
    more = len(found) - MOST_STOPS
    return found if more <= 0 else [*found[:MOST_STOPS], element("li", f"and {more:,} more")]


def _stops(planned: Sequence[Planned]) -> Iterator[Markup]:
    for one in planned:
        name = element("b", element("bdi", str(one.compilation.reference)))
        if one.compilation.compiled is None:
            for problem in one.compilation.errors:
                yield element("li", name, " is invalid and never acts: ", prose(str(problem)))
        elif one.plan is None:
            yield element("li", name, prose(f" could not be planned: {one.failure or ''}"))
        else:
            for why in held_back(one.compilation.compiled.policy, one.plan):
                yield element("li", name, prose(f" acts on nothing now: {why}"))
            for unlisted in one.plan.unlisted:
                yield element("li", name, prose(f" could not list everything: {unlisted}"))
        for problem in one.compilation.warnings:
            yield element("li", name, prose(f": {problem}"), class_="warning")


def policies_table(planned: Sequence[Planned]) -> Markup:
    """A row a policy, with what its breaker allows and what it retains."""
    heads = ("Policy", "Does", "Scanned", "Matched", "Due", "Waiting", "Kept", "Breaker")
    listed_ones, note = planned, ""
    if len(planned) > MOST_POLICIES:
        listed_ones = sorted(planned, key=lambda one: -one.plan.acts if one.plan is not None else 1)[:MOST_POLICIES]
        note = f"{MOST_POLICIES:,} of {len(planned):,} policies are listed, what acts first."
    table = element(
        "table",
        element("thead", element("tr", *(element("th", head, scope="col") for head in heads))),
        element("tbody", together(_row(one) for one in listed_ones)),
        class_="policies",
    )
    notes = [note] if note else []
    if any(one.plan is not None and going_unseen(one.plan) for one in listed_ones):
        notes.append(f"{_UNSEEN} {UNSEEN}")
    return together([table, *(element("p", each, class_="note") for each in notes)])


def _row(one: Planned) -> Markup:
    reference, compiled, plan = one.compilation.reference, one.compilation.compiled, one.plan
    kind = element("small", "cluster policy" if not reference.namespace else "policy")
    mark = _unseen(plan) if plan is not None else ()
    name = [kind, element("span", element("bdi", str(reference)), *mark)]
    if compiled is None or plan is None:
        state = "invalid" if compiled is None else "could not be planned"
        return element("tr", element("td", *name, data_label="Policy"), element("td", state, colspan="7"))
    policy = compiled.policy
    waiting = sum(each.verdict is Verdict.WAIT for each in plan.decisions)
    numbers = {
        "Scanned": plan.scanned,
        "Matched": plan.matched,
        "Due": plan.due + plan.marking,
        "Waiting": waiting,
        "Kept": sum(plan.kept.values()),
    }
    return element(
        "tr",
        element("td", *name, *_retained(policy.retain, plan), data_label="Policy"),
        element("td", _does(policy, plan), data_label="Does"),
        *(element("td", f"{count:,}", data_label=head, class_="number") for head, count in numbers.items()),
        element("td", *_breaker(policy.behavior.breaker, plan), data_label="Breaker"),
    )


def _does(policy: Policy, plan: Plan) -> str:
    along = f", copied for {format_duration(plan.recycled_for)} first" if plan.recycled_for is not None else ""
    return f"{policy.action.name}{along}"


def _unseen(plan: Plan) -> Iterator[Markup]:
    if going_unseen(plan):
        yield element("abbr", _UNSEEN, title=UNSEEN)


def _breaker(breaker: Breaker, plan: Plan) -> Iterator[Markup | str]:
    tripped = plan.tripped or plan.overfull
    if tripped is not None:
        yield element("span", "tripped", class_="verdict error")
        return
    limits = [f"{breaker.max_percent} % from {breaker.min_objects:,} objects on"]
    if breaker.max_objects is not None:
        limits.append(f"{breaker.max_objects:,} objects")
    yield element("small", f"at most {listed(limits)}")


def _retained(retain: Retain | None, plan: Plan) -> Iterator[Markup]:
    """What a policy retains, and which objects those are."""
    if retain is None:
        return
    kept = [each for each in plan.decisions if each.kept_by is KeptBy.RETAINED]
    more = len(kept) - MOST_RETAINED
    items = [element("li", element("bdi", _place(each)), prose(f": {each.because}")) for each in kept[:MOST_RETAINED]]
    items += [element("li", f"and {more:,} more")] if more > 0 else []
    yield element(
        "details",
        element("summary", f"retains {_rule(retain)}: {counted(len(kept), 'object')} now"),
        element("ul", together(items)) if items else Markup(""),
    )


def _place(decision: Decision) -> str:
    return f"{decision.kind} {placed(decision.namespace, decision.name)}"


def _rule(retain: Retain) -> str:
    parts = [f"the last {retain.last}"] if retain.last else []
    parts += [f"all within {format_duration(retain.within)} of the newest"] if retain.within is not None else []
    parts += [f"{number} {word}" for word, number in retain.calendar.items()]
    groups = f" by {listed([str(each) for each in retain.group_by])}" if retain.group_by else ""
    return f"{listed(parts)}{groups}"
