"""What will be due within ``behavior.notice``: which objects, in which order, and never more than an event can name."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from tests.unit.engine.situations import KEEP, NOW, compilation, compiled, document, run_of, thing
from zen_gc_core.controller.telling.events import EventReason, PolicyEvents
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.noticing import MOST_NAMED
from zen_gc_core.engine.planning import conclude, tally_of
from zen_gc_core.engine.protections import Protections
from zen_gc_core.engine.remarks import NOT_KNOWN_BEFORE
from zen_gc_core.instants import format_instant
from zen_gc_core.model.json_candidates import JsonCandidate

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


def policy(**spec):
    return compiled(document(**{"ttl": {"afterCreation": "7d"}, "behavior": {"notice": "24h"}, **spec}))


def due_in(span, name="a", **more):
    """An object that a policy of seven days takes in so much time."""
    return thing(name=name, uid=f"uid-{name}", creationTimestamp=format_instant(NOW + span - 7 * DAY), **more)


def soon(policy, *things, record=False, most_due=10_000):
    case = Case(policy, run_of(policy), Protections(), record=record, most_due=most_due)
    tally = tally_of(case, policy.policy.targets)
    for each in things:
        tally.offer(JsonCandidate.from_object(each))
    return conclude(case, [tally], lambda: None).soon


@pytest.mark.parametrize("record", [False, True])
@pytest.mark.parametrize(
    ("of", "spec", "noticed"),
    [
        (due_in(HOUR), {}, True),
        (due_in(DAY), {}, True),
        (due_in(DAY + HOUR), {}, False),
        (due_in(-HOUR), {}, False),
        (due_in(HOUR), {"behavior": {}}, False),
        (due_in(HOUR), {"behavior": {"notice": "59m"}}, False),
        (due_in(HOUR, annotations={KEEP: "true"}), {}, False),
        (due_in(HOUR, annotations={KEEP: "maybe"}), {}, False),
        (due_in(HOUR, deletionTimestamp="2026-01-01T00:00:00Z"), {}, False),
        (due_in(HOUR), {"conditions": {"cel": "false"}}, False),
        (due_in(HOUR), {"conditions": {"cel": "object.spec.size > 3"}}, False),
        (due_in(HOUR), {"ttl": {"immediate": True}}, False),
        (due_in(HOUR), {"ttl": {"cel": "timestamp('2026-01-01T18:00:00Z')"}}, True),
        (due_in(HOUR), {"ttl": {"cel": "object.spec.until"}}, False),
    ],
)
def test_what_waits_and_will_be_due_within_the_notice_is_noticed(of, spec, noticed, record) -> None:
    """What is due already, what is kept, and what nobody can tell is not; whether all decisions are recorded or none."""
    found = soon(policy(**spec), of, record=record)
    assert (found is not None) is noticed
    if found is not None:
        (decision,) = found.decisions
        assert (decision.name, found.count, found.within) == ("a", 1, DAY)
        assert NOW <= decision.expires_at <= NOW + DAY


@pytest.mark.parametrize("record", [False, True])
def test_the_next_are_named_and_all_are_counted(record) -> None:
    """In the order in which they will be due, in whichever they come."""
    things = [
        due_in(dt.timedelta(minutes=minute), f"x-{minute:03}") for minute in (*range(101, 0, -2), *range(2, 101, 2))
    ]
    found = soon(policy(), *things, record=record)
    assert [each.name for each in found.decisions] == [f"x-{minute:03}" for minute in range(1, MOST_NAMED + 1)]
    assert found.count == 101


def test_of_more_than_a_plan_holds_it_counts_as_many_and_names_the_next() -> None:
    """Objects of the same instant, too."""
    found = soon(policy(), *(due_in(HOUR, f"x-{number:02}") for number in range(40)), most_due=30)
    assert (len(found.decisions), found.count) == (MOST_NAMED, 30)


def test_an_object_in_two_versions_is_noticed_once() -> None:
    """It is the same object."""
    of = policy()
    case = Case(of, run_of(of), Protections())
    tallies = [tally_of(case, of.policy.targets) for _ in range(2)]
    for tally in tallies:
        tally.offer(JsonCandidate.from_object(due_in(HOUR)))
    found = conclude(case, tallies, lambda: None).soon
    assert (len(found.decisions), found.count) == (1, 1)


def test_a_policy_that_retains_cannot_give_notice() -> None:
    """Whether an object will be among the newest is known when its time comes."""
    spec = {"behavior": {"notice": "24h"}, "retain": {"last": 3}}
    (problem,) = compilation(document(**spec)).errors
    assert str(problem) == f"spec.behavior.notice: {NOT_KNOWN_BEFORE}"


@pytest.mark.parametrize("notice", [0, "59s", "-1h", "soon", True, [], {}])
def test_what_is_no_notice_is_refused(notice) -> None:
    """A minute is the least."""
    (problem,) = compilation(document(behavior={"notice": notice})).errors
    assert problem.path == "spec.behavior.notice"


class Recorder:
    """Takes down what would be an event."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str, bool]] = []

    def record(self, about, reason, message, *, warning=False) -> None:
        """As EventRecorder.record."""
        self.events.append((reason, message, warning))


def told(found):
    recorder = Recorder()
    PolicyEvents(recorder).expires_soon(policy().reference, found)
    ((reason, message, warning),) = recorder.events
    assert (reason, warning) == (EventReason.EXPIRES_SOON, False)
    return message


def test_the_event_names_each_object_and_its_time() -> None:
    """And says how many it leaves out."""
    two = soon(policy(), due_in(HOUR), due_in(2 * HOUR, "b"))
    assert told(two) == (
        "2 objects due within 1d: ConfigMap team/a at 2026-01-01T13:00:00Z; ConfigMap team/b at 2026-01-01T14:00:00Z"
    )
    assert told(replace(two, count=9)).endswith("at 2026-01-01T14:00:00Z; and 7 more")


def test_the_event_is_never_too_long() -> None:
    """Names of 253 characters leave room for three, and the rest is a number."""
    found = soon(policy(), *(due_in(HOUR, f"{number:02}-{'x' * 250}") for number in range(30)))
    message = told(found)
    assert len(message) <= 1000
    assert message.count("ConfigMap") == 3
    assert message.endswith("; and 27 more")
