"""Seating: who is not shown an object counts it as if it had been, and takes what it would have taken."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.engine.situations import EVERYWHERE, KEEP, NOW, OLD, compiled_once, document, run_of, thing
from zen_gc_core.controller.runs.members import Audience, Member
from zen_gc_core.controller.runs.seating import Room
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.planning import conclude, tally_of
from zen_gc_core.engine.protections import Protections
from zen_gc_core.model.json_candidates import JsonCandidate

LABELS = ("app", "tier")
VALUES = ("web", "db", "")
NAMESPACES = ("team", "other", "third")
HELD = {"after": {"since": "held", "wait": "1h"}}


def born(seconds):
    """So many seconds before now, as a creationTimestamp."""
    return (NOW - dt.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


HOUR = dt.timedelta(hours=1)
TTLS = (
    {"afterCreation": "1h"},
    {"afterCreation": "90m"},
    {"afterCreation": "1d"},
    {"after": {"since": "created", "wait": "400d"}},
    {"after": {"since": {"path": "data.since", "else": "created"}, "wait": "1h"}},
    {"after": {"since": "created", "wait": {"path": "data.wait", "mappings": {"long": "1d"}}}},
)
BIRTHS = (
    OLD,
    *(born(60 * minutes + seconds) for minutes in (-600, 0, 60, 90, 1440) for seconds in (-1, 0, 1)),
    "2013-01-01T00:00:00Z",
    "yesterday",
    None,
)


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
    """A policy that writes nothing, or marks on objects that must go again; with an age for which objects wait, or none."""
    more = [
        {},
        {},
        {"conditions": {"phase": ["Failed"]}},
        {"behavior": {"notice": "1h"}},
        {"retain": {"groupBy": ["metadata.namespace"], "last": 1}},
    ]
    made = document(**{"ttl": draw(st.sampled_from(TTLS)), **draw(st.sampled_from(more))})
    if draw(st.integers(0, 5)) == 0:
        made = document(ttl=HELD, conditions={"phase": ["Failed"]})
    made["spec"]["targetResources"] = draw(st.lists(targets(), min_size=1, max_size=2))
    return made


@st.composite
def objects(draw):
    """A ConfigMap with labels that policies ask for, or others, or such as cannot be read."""
    labels = draw(st.dictionaries(st.sampled_from((*LABELS, "more")), st.sampled_from((*VALUES, "more"))))
    odd = draw(st.sampled_from([None, None, None, None, {"app": 1}, ["app"], {"app": None}]))
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": draw(st.sampled_from("ab"))}
    return thing(
        namespace=draw(st.sampled_from(NAMESPACES)),
        labels=labels if odd is None else odd,
        annotations=draw(st.sampled_from([None, None, {KEEP: "true"}])),
        uid=draw(st.uuids()).hex,
        creationTimestamp=draw(st.sampled_from(BIRTHS)),
        ownerReferences=draw(st.sampled_from([None, None, None, [owner], [owner], "nobody"])),
    )


def members_of(policies, ahead=None):
    """Each of the policies, on a pass that remembers what will be due until so long after it; None: it does not."""
    found = []
    until = NOW + ahead if ahead is not None else None
    for policy in policies:
        compiled = compiled_once(policy)
        case = Case(compiled, run_of(compiled), Protections(), upcoming_until=until)
        found.append(Member(case, compiled.policy.targets))
    return found


def outcome(tally):
    """All that a tally says of what went by."""
    soon = sorted(tally.soonest) if tally.soonest is not None else None
    noticed = tally.notice.seen if tally.notice is not None else None
    told = tally.first_error, tally.first_reason, tally.unreadable
    return tally.sums, [each.uid for each in tally.decisions()], told, tally.guards, soon, noticed


@given(
    st.lists(policies(), min_size=1, max_size=6),
    st.lists(objects(), max_size=12),
    st.sampled_from([None, HOUR, 30 * HOUR]),
    st.data(),
)
@settings(deadline=None)
def test_every_policy_says_what_it_says_when_it_is_shown_everything(policies, objects, ahead, data):
    """What is not shown is counted; also when somebody has to leave in the middle."""
    candidates = [JsonCandidate.from_object(each) for each in objects]
    members = members_of(policies, ahead)
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
    for member in members_of(policies, ahead):
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


def test_a_policy_is_not_asked_about_what_is_too_young_for_it():
    """Each is shown what is older than it asks for, and told of the others by their number."""
    ttls = [{"afterCreation": each} for each in ("1h", "2h", "3h")]
    tallies = [tally_of(each.case, each.targets) for each in members_of(document(ttl=ttl) for ttl in ttls)]
    room = Room(tallies)
    for seconds, asked in ((60, 0), (3600, 0), (3601, 1), (7200, 1), (7201, 2), (10_801, 3)):
        young = JsonCandidate.from_object(thing(creationTimestamp=born(seconds)))
        shown = room.of(young)
        assert sorted(shown, key=tallies.index) == tallies[:asked]
        for tally in shown:
            tally.offer(young)
    room.settle()
    room.settle()
    assert [(tally.scanned, tally.matched) for tally in tallies] == [(6, 6)] * 3
    assert [tally.due for tally in tallies] == [4, 2, 1]


@pytest.mark.parametrize(
    "young",
    [
        {"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": "owner"}]},
        {"creationTimestamp": born(-9 * 3600)},
        {"creationTimestamp": None},
        {"creationTimestamp": "yesterday"},
        {"labels": {"app": 1}},
        {"name": None},
    ],
    ids=["keeps its owner", "made in the future", "of no age", "of an unreadable age", "malformed", "without a name"],
)
def test_everybody_is_asked_about_an_object_that_does_more_than_wait(young):
    """What keeps its owner, and what is an error."""
    just_now = {"creationTimestamp": born(60)}
    tallies = [tally_of(each.case, each.targets) for each in members_of([document()])]
    assert list(Room(tallies).of(JsonCandidate.from_object(thing(**{**just_now, **young})))) == tallies
    assert not Room(tallies).of(JsonCandidate.from_object(thing(**just_now)))


def test_what_is_due_soon_is_shown():
    """A policy that acts at the instant of an object is told of it."""
    soon = JsonCandidate.from_object(thing(creationTimestamp=born(50 * 60)))
    (member,) = members_of([document()], dt.timedelta(minutes=15))
    audience = Audience([member])
    for tally in audience.of(soon):
        tally.offer(soon)
    audience.settle()
    (tally,) = member.tallies
    assert [each.instant for each in tally.soonest] == [NOW + dt.timedelta(minutes=10)]


@pytest.mark.parametrize(
    "more",
    [
        {"retain": {"groupBy": ["metadata.namespace"], "last": 1}},
        {"behavior": {"notice": "1h"}},
        {"ttl": HELD, "conditions": {"phase": ["Failed"]}},
        {"ttl": TTLS[4]},
        {"ttl": TTLS[5]},
        {"target": {**EVERYWHERE, "namespaces": ["other"]}},
        {"target": {**EVERYWHERE, "namespaces": ["t*"]}},
        {"target": {**EVERYWHERE, "labelSelector": {"matchLabels": {"app": "web"}}}},
        {"target": {**EVERYWHERE, "names": ["b*"]}},
    ],
    ids=["retains", "notices", "held", "another start", "another wait", "elsewhere", "some", "a label", "a name"],
)
def test_who_needs_to_know_more_than_how_many_there_are_is_asked_about_all(more):
    """A group that retains, an owner's notice, marks, and whoever does not take all that is there."""
    (member,) = members_of([document(**more)])
    assert tally_of(member.case, member.targets).waiting_by_age("team") is None


def test_what_is_recorded_is_asked_about():
    """A plan for people has every object in it."""
    (member,) = members_of([document()])
    assert tally_of(member.case, member.targets).waiting_by_age("team") == (NOW - HOUR, NOW)
    assert tally_of(replace(member.case, record=True), member.targets).waiting_by_age("team") is None


def test_a_wait_beyond_the_calendar_is_for_each_object_to_tell():
    """Only a plugin's can be: the longest of a policy are a hundred years."""
    (member,) = members_of([document()])
    endless = replace(member.case.compiled, after_creation=dt.timedelta.max)
    assert tally_of(replace(member.case, compiled=endless), member.targets).waiting_by_age("team") is None


def test_what_carries_no_label_counts_in_every_version_of_a_kind():
    """Where a policy names two of them, each object counts once, whether it was shown or not."""
    made = document()
    selector = {"labelSelector": {"matchLabels": {"app": "web"}}}
    made["spec"]["targetResources"] = [
        {"apiVersion": f"acme.io/{version}", "kind": "Widget", "namespaces": ["*"], **selector}
        for version in ("v1", "v2")
    ]
    compiled = compiled_once(made)
    case = Case(compiled, run_of(compiled), Protections())
    tallies = []
    for target in compiled.policy.targets:
        member = Member(case, (target,))
        audience = Audience([member])
        for number in range(5):
            labels = {"app": "web"} if number < 2 else {}
            shown = JsonCandidate.from_object(thing("Widget", target.api_version, uid=f"u{number}", labels=labels))
            for tally in audience.of(shown):
                tally.offer(shown)
        audience.settle()
        tallies += member.tallies
    plan = conclude(case, tallies, lambda: None)
    assert (plan.scanned, plan.matched) == (5, 2)
