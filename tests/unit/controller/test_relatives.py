"""Looking at related objects again: how old a look may be, how long it may take, and what comes of a new one."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from tests.unit.engine.situations import NOW, compiled, document, run_of
from zen_gc_core.cluster.errors import Cancelled, LookedTooLongAgo
from zen_gc_core.controller.runs import relatives
from zen_gc_core.controller.runs.gathering import Gatherer
from zen_gc_core.controller.runs.keepers import Withheld
from zen_gc_core.controller.runs.relatives import Look, Relatives, Reliance, namespace_by_namespace
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.protections import Grants, Protections
from zen_gc_core.model.decision import Decision, Verdict
from zen_gc_core.model.reasons import Reason

POLICY = compiled(document(conditions={"related": [{"apiVersion": "v1", "kind": "Pod", "by": "owned", "are": "none"}]}))


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def due(name, namespace="a"):
    return Decision("v1", "ConfigMap", namespace, name, f"u-{namespace}-{name}", Verdict.ACT, "due")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def looks(monkeypatch, clock):
    """The namespaces of each look; how long one takes is its ``seconds``."""
    found = SimpleNamespace(namespaces=[], seconds=0.0)

    def gather(self, needs):
        (need,) = needs
        found.namespaces.append(need.namespaces)
        clock.now += found.seconds
        self.check()
        return [{}]

    monkeypatch.setattr(Gatherer, "gather", gather)
    return found


def looking(clock, decisions, per_second=1.0, stopping=None):
    run = run_of(POLICY)
    case = Case(POLICY, run, Protections(Grants()))
    return Relatives(
        case,
        SimpleNamespace(decisions=decisions),
        None,
        None,
        per_second=per_second,
        now=lambda: NOW,
        stopping=stopping or threading.Event(),
        told=lambda *_: None,
        unknown=lambda _: None,
        clock=clock,
    )


def test_one_look_serves_what_leaves_within_its_time(clock, looks):
    """A write may begin on it for six seconds."""
    decisions = [due("a"), due("b")]
    seen = looking(clock, decisions)
    first = seen.look(decisions[0])
    clock.now += 5.9
    assert seen.look(decisions[1]) is first
    clock.now += 0.2
    assert seen.look(decisions[1]) is not first
    assert looks.namespaces == [frozenset("a"), frozenset("a")]


def test_a_look_that_takes_too_long_ends_the_run(clock, looks):
    """It could be of use to no write."""
    looks.seconds = 6.1
    with pytest.raises(Stopped) as stopped:
        looking(clock, [due("a")]).look(due("a"))
    assert stopped.value.ending.reason is Reason.RELATED_TOO_SLOW


def test_a_program_that_ends_looks_no_more(clock, looks):
    """At once."""
    stopping = threading.Event()
    stopping.set()
    with pytest.raises(Cancelled):
        looking(clock, [due("a")], stopping=stopping).look(due("a"))


@pytest.mark.parametrize(
    ("namespaces", "per_second", "looked"),
    [
        ("aab", 1.0, {"a", "b"}),
        ("abcdefgh", 0.5, {"a", "b", "c"}),
        (["a", "", "b"], 1.0, None),
    ],
)
def test_a_look_is_at_the_namespaces_of_what_comes_next(clock, looks, namespaces, per_second, looked):
    """As many as can be written while it is fresh; what lives in no namespace may be related to any."""
    decisions = [due(str(place), namespace) for place, namespace in enumerate(namespaces)]
    looking(clock, decisions, per_second).look(decisions[0])
    assert looks.namespaces == [looked if looked is None else frozenset(looked)]


def test_a_write_does_not_leave_on_an_old_look(clock, looks):
    """Counted from where the look began; a newer look of somebody else's is none of this decision's."""
    decision = due("a")
    seen = looking(clock, [decision])
    reliance = Reliance(seen, decision, seen.look(decision), lambda _look: decision)
    clock.now += 8.0
    reliance.recent()
    clock.now += 0.1
    seen.look(decision)
    with pytest.raises(LookedTooLongAgo):
        reliance.recent()
    reliance.check()
    reliance.recent()


def test_on_a_new_look_it_is_decided_anew(clock, looks):
    """And the object stays where it is used by then."""
    decision = due("a")
    seen = looking(clock, [decision])
    asked: list[Look] = []

    def decide(look):
        asked.append(look)
        return Decision("v1", "ConfigMap", "a", "a", "u-a-a", Verdict.KEEP, "a Pod is owned by it")

    reliance = Reliance(seen, decision, seen.look(decision), decide)
    reliance.check()
    assert asked == []
    clock.now += relatives.MOST_LOOKING_SECONDS
    with pytest.raises(Withheld, match="a Pod is owned by it"):
        reliance.check()
    assert len(asked) == 1


def test_a_plan_is_carried_out_namespace_by_namespace():
    """That of the oldest first; within each the oldest first."""
    decisions = [due("1", "b"), due("2", "a"), due("3", "b"), due("4", ""), due("5", "a")]
    assert [each.name for each in namespace_by_namespace(decisions)] == ["1", "3", "2", "5", "4"]
