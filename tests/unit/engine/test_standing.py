"""Whether what is retained still is: a keeper counts only while it is the same object, meant, unprotected, in its place."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from tests.unit.engine.situations import EVERYWHERE, KEEP, NOW, OLD, compiled, document, run_of, thing
from zen_gc_core.engine import judging
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.protections import Protections
from zen_gc_core.engine.retaining.standing import (
    keeping_what_is_retained,
    may_stand,
    place_of,
    retained_elsewhere,
    still_fills,
)
from zen_gc_core.model.decision import KeptBy, Verdict
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.retain import Keeper, KeptGroup, LeftOver

MADE = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)
KEY = ("", "ConfigMap", "team", "web")
GROUP = KeptGroup(KEY, ())
KEEPER = Keeper("v1", "ConfigMap", "team", "a", "u", MADE)
POLICY = {
    "retain": {"groupBy": ["metadata.labels.app"], "last": 1},
    "target": {**EVERYWHERE, "labelSelector": {"matchLabels": {"tier": "dev"}}},
    "conditions": {"cel": "object.data.done == 'yes'"},
}
LABELS = {"app": "web", "tier": "dev"}


def case_of(**spec):
    """The run of a policy that retains the newest of each app."""
    policy = compiled(document(**{name: value for name, value in {**POLICY, **spec}.items() if value is not None}))
    return Case(policy, run_of(policy), Protections())


def candidate(**how):
    """An object of the group that is meant and that nothing protects, but for what is said otherwise."""
    data = how.pop("data", {"done": "yes"})
    return JsonCandidate.from_object(thing(rest={"data": data}, **{"labels": LABELS, **how}))


@pytest.mark.parametrize(
    ("how", "stands"),
    [
        ({}, True),
        ({"uid": "another"}, False),
        ({"uid": None}, False),
        ({"deletionTimestamp": OLD}, False),
        ({"labels": {**LABELS, "app": "other"}}, False),
        ({"labels": {"app": "web"}}, False),
        ({"labels": {**LABELS, KEEP: "true"}}, False),
        ({"annotations": {"odd": 5}}, False),
        ({"creationTimestamp": "2025-06-02T00:00:00Z"}, False),
        ({"creationTimestamp": None}, False),
        ({"data": {"done": "no"}}, False),
        ({"data": {}}, False),
        ({"annotations": {"note": "of no matter"}}, True),
    ],
)
def test_a_keeper_fills_its_place_while_nothing_about_it_has_changed(how, stands):
    """Whatever changed, it does not count: then the others of its group stay."""
    case = case_of()
    assert still_fills(case, GROUP, KEEPER, candidate(**how), case.run) is stands


def test_a_policy_that_retains_nothing_has_no_keepers():
    """And keeps no object for the sake of others."""
    case = case_of(retain=None)
    assert not still_fills(case, GROUP, KEEPER, candidate(), case.run)
    assert retained_elsewhere(case, candidate(), None, case.run) is None
    protections = Protections()
    assert keeping_what_is_retained(protections, case.compiled) is protections


def test_where_an_object_is_among_others_is_told_by_its_group_and_its_time():
    """Where either cannot be told, or there is no time, it is nowhere."""
    case = case_of()
    retention = case.compiled.retention
    assert place_of(retention, candidate(), case.run) == (KEY, MADE)
    for how in ({"labels": {}}, {"creationTimestamp": None}, {"creationTimestamp": "2013-01-01T00:00:00Z"}):
        assert place_of(retention, candidate(**how), case.run) is None


@pytest.mark.parametrize(
    ("how", "left_over", "keeps"),
    [
        ({}, LeftOver(GROUP, MADE), False),
        ({}, LeftOver(GROUP, NOW), True),
        ({}, LeftOver(KeptGroup(("", "ConfigMap", "team", "other"), ()), MADE), True),
        ({}, None, True),
        ({"labels": {"app": "web"}}, None, False),
        ({"data": {"done": "no"}}, None, False),
        ({"labels": {**LABELS, KEEP: ""}}, None, False),
        ({"creationTimestamp": "2026-01-01T11:59:00Z"}, None, True),
    ],
)
def test_what_would_go_along_stays_where_it_may_be_retained_by_now(how, left_over, keeps):
    """It counts for the policy, and is not where it was when the plan was made; what does not count is left to others."""
    case = case_of()
    why = retained_elsewhere(case, candidate(**how), left_over, case.run)
    assert (why is not None) is keeps
    assert not keeps or why.endswith(
        "a, which it owns and would take along: its group, or its place in it, is another one now"
    )


def test_what_counts_for_the_policy_keeps_what_it_is_in():
    """Be it the newest or not; what the selectors or the conditions leave out does not."""
    case = case_of()
    protections = keeping_what_is_retained(Protections(), case.compiled)
    assert protections.retained(candidate(), case.run) == "the policy retains it, or others of its group"
    for how in ({"labels": {"app": "web"}}, {"data": {"done": "no"}}):
        assert protections.retained(candidate(**how), case.run) is None
    assert replace(protections, retained=None) == Protections()


@pytest.mark.parametrize(
    ("answer", "stands"),
    [
        (None, True),
        (KeptBy.NO_EXPIRY, True),
        (KeptBy.CONDITION, False),
        (KeptBy.PROTECTED, False),
        (KeptBy.ERROR, False),
        (Verdict.WAIT, True),
        (Verdict.ACT, False),
        (Verdict.SKIP, False),
    ],
)
def test_what_only_its_time_keeps_may_be_among_those_that_are_retained(answer, stands):
    """Told in one word, or as a whole decision."""
    of = case_of().compiled
    some = judging.keep(candidate(), KeptBy.ERROR, "")
    if isinstance(answer, Verdict):
        assert may_stand(of, replace(some, verdict=answer, kept_by=None)) is stands
        return
    assert may_stand(of, answer) is stands
    if answer is not None:
        assert may_stand(of, replace(some, kept_by=answer)) is stands


def test_what_carries_already_what_would_be_written_may_be_among_those_that_are_retained():
    """Of an action that removes nothing."""
    assert may_stand(case_of(action={"label": {"due": "yes"}}).compiled, KeptBy.CONDITION)


@pytest.mark.parametrize(
    "spec",
    [
        {"conditions": {"cel": "int(object.data.done) == 1"}},
        {"target": {**EVERYWHERE, "namespaceSelector": {"matchLabels": {"a": "b"}}}},
    ],
    ids=["whether its conditions hold", "whether its namespace is meant"],
)
def test_what_cannot_be_told_of_what_would_go_along_keeps_it(spec):
    """It may be among those of which the newest stay; and it fills no place of others."""
    case = case_of(**spec)
    case = replace(case, run=run_of(case.compiled, namespaces={"team": None}) if "target" in spec else case.run)
    assert retained_elsewhere(case, candidate(), None, case.run) is not None
    assert keeping_what_is_retained(Protections(), case.compiled).retained(candidate(), case.run) is not None
    assert not still_fills(case, GROUP, KEEPER, candidate(), case.run)
