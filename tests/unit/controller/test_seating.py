"""Seating: who is not shown an object counts it as if it had been, and takes what it would have taken."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.engine.situations import EVERYWHERE, compiled_once, document, run_of, thing
from zen_gc_core.controller.runs.members import Audience, Member
from zen_gc_core.controller.runs.seating import Room
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.planning import tally_of
from zen_gc_core.engine.protections import Protections
from zen_gc_core.model.json_candidates import JsonCandidate

LABELS = ("app", "tier")
VALUES = ("web", "db", "")
NAMESPACES = ("team", "other", "third")
HELD = {"after": {"since": "held", "wait": "1h"}}


@st.composite
def targets(draw):
    """A target of ConfigMaps: some namespaces or all, and selectors of every kind."""
    found = {**EVERYWHERE, "namespaces": draw(st.sampled_from([["*"], ["team"], ["team", "other"], ["t*"]]))}
    exact = draw(st.dictionaries(st.sampled_from(LABELS), st.sampled_from(VALUES), max_size=2))
    asked = {"key": draw(st.sampled_from(LABELS)), "operator": draw(st.sampled_from(["In", "NotIn"]))}
    selector = {"matchLabels": exact} if exact else {}
    if draw(st.booleans()):
        values = draw(st.lists(st.sampled_from(VALUES), min_size=1, max_size=2, unique=True))
        selector["matchExpressions"] = [{**asked, "values": values}]
    if selector:
        found["labelSelector"] = selector
    if draw(st.integers(0, 3)) == 0:
        found["namespaceSelector"] = {"matchLabels": {"app": "web"}}
    return found


@st.composite
def policies(draw):
    """A policy that writes nothing, or marks on objects that must go again."""
    made = document(**draw(st.sampled_from([{}, {}, {"ttl": HELD, "conditions": {"phase": ["Failed"]}}])))
    made["spec"]["targetResources"] = draw(st.lists(targets(), min_size=1, max_size=2))
    return made


@st.composite
def objects(draw):
    """A ConfigMap with labels that policies ask for, or others, or such as cannot be read."""
    labels = draw(st.dictionaries(st.sampled_from((*LABELS, "more")), st.sampled_from((*VALUES, "more"))))
    odd = draw(st.sampled_from([None, None, None, None, {"app": 1}, ["app"], {"app": None}]))
    namespace = draw(st.sampled_from(NAMESPACES))
    return thing(namespace=namespace, labels=labels if odd is None else odd, uid=draw(st.uuids()).hex)


def members_of(policies):
    """Each of the policies, on a pass."""
    found = []
    for policy in policies:
        compiled = compiled_once(policy)
        found.append(Member(Case(compiled, run_of(compiled), Protections()), compiled.policy.targets))
    return found


def outcome(tally):
    """All that a tally says of what went by."""
    return tally.sums, [each.uid for each in tally.decisions()], tally.first_error, tally.unreadable


@given(st.lists(policies(), min_size=1, max_size=6), st.lists(objects(), max_size=12), st.data())
@settings(deadline=None)
def test_every_policy_says_what_it_says_when_it_is_shown_everything(policies, objects, data):
    """What is not shown is counted; also when somebody has to leave in the middle."""
    candidates = [JsonCandidate.from_object(each) for each in objects]
    members = members_of(policies)
    audience = Audience(members)
    leaves_at = data.draw(st.integers(0, len(candidates) + 1))
    leaver = members[data.draw(st.integers(0, len(members) - 1))]
    for number, candidate in enumerate(candidates):
        if number == leaves_at and len(members) > 1:
            leaver.error = ValueError("it takes too long")
            audience.without_those_that_failed()
        for tally in audience.of(candidate):
            tally.offer(candidate)
    audience.settle()
    for member in members_of(policies):
        other = members.pop(0)
        if other.error is not None:
            continue
        expected = tally_of(member.case, member.targets)
        for candidate in candidates:
            expected.offer(candidate)
        (tally,) = other.tallies
        assert outcome(tally) == outcome(expected)


def test_a_policy_is_not_asked_about_what_it_cannot_take():
    """Of a thousand with a label each, one."""
    target = {**EVERYWHERE, "labelSelector": {"matchLabels": {"app": "web"}}}
    policies = [document(target={**target, "labelSelector": {"matchLabels": {"app": f"a{n}"}}}) for n in range(20)]
    tallies = [tally_of(each.case, each.targets) for each in members_of(policies)]
    room = Room(tallies)
    assert list(room.of(JsonCandidate.from_object(thing(labels={"app": "a7"})))) == [tallies[7]]
    assert not list(room.of(JsonCandidate.from_object(thing(labels={"app": "web"}))))
    room.settle()
    assert [tally.scanned for tally in tallies] == [1 if number == 7 else 2 for number in range(20)]
