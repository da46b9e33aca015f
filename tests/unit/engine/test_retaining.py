"""Retaining: which objects of a group stay, whatever their age; equal to sorting everything, in any order of arrival."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.engine.situations import (
    EVERYWHERE,
    KEEP,
    NOW,
    OLD,
    OWNER,
    answering,
    compilation,
    compiled,
    compiled_once,
    document,
    finished_job,
    run_of,
    thing,
    vocabulary,
)
from zen_gc_core.engine.asking import Asking
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.files import Files
from zen_gc_core.engine.offline import plan_offline
from zen_gc_core.engine.planning import conclude, tally_of
from zen_gc_core.engine.protections import Grants, Protections
from zen_gc_core.engine.retaining import places, settling
from zen_gc_core.engine.retaining.holding import Held
from zen_gc_core.engine.retaining.ordering import ordering
from zen_gc_core.engine.retaining.tallies import RetainingTally
from zen_gc_core.engine.shares import Count
from zen_gc_core.errors import Undecided, ZenGCError
from zen_gc_core.instants import EARLIEST, format_instant
from zen_gc_core.model.decision import KeptBy, Verdict
from zen_gc_core.model.json_candidates import JsonCandidate

HOUR, DAY, MINUTE = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(minutes=1)
MICROSECOND = dt.timedelta(microseconds=1)
BY_APP = ["metadata.labels.app"]
SECRETS = {"apiVersion": "v1", "kind": "Secret", "namespaces": ["*"]}


def retaining(*, targets=None, **retain):
    """A policy that takes everything that is an hour old, and retains."""
    policy = document(retain=retain)
    if targets:
        policy["spec"]["targetResources"] = targets
    return policy


def planned(policy, *lists, record=True, now=NOW, **bounds):
    """The plan of a compiled policy over lists of objects as decoded JSON, all of its first kind, or of kinds given."""
    case = Case(policy, run_of(policy, now), Protections(), record=record, **bounds)
    tallies = []
    for number, objects in enumerate(lists):
        target = policy.policy.targets[min(number, len(policy.policy.targets) - 1)]
        tally = tally_of(case, policy.targets_of(target.api_version, target.kind))
        for each in objects:
            tally.offer(JsonCandidate.from_object(each, api_version=target.api_version))
        tallies.append(tally)
    return conclude(case, tallies, lambda: {("", "ConfigMap"): Count(0, 10**9)})


def at(instant, uid="u", app="a", **metadata):
    """A ConfigMap of an app that was made at an instant."""
    own = {"name": f"n-{uid}", "uid": uid, "creationTimestamp": format_instant(instant), "labels": {"app": app}}
    return thing(**{**own, **metadata})


def history(count, step=DAY, app="a"):
    """So many ConfigMaps, the newest first, the first of them two hours old."""
    return [at(NOW - 2 * HOUR - step * number, f"{app}{number}", app) for number in range(count)]


def gone(plan):
    """The uids of what goes."""
    return {decision.uid for decision in plan.decisions if decision.verdict is Verdict.ACT}


def kept(plan):
    """Why each object stays, by its uid."""
    return {decision.uid: decision.because for decision in plan.decisions if decision.verdict is not Verdict.ACT}


# The property: equal to sorting everything.

ZONES = ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu"]
RULES = st.fixed_dictionaries(
    {},
    optional={
        "last": st.integers(1, 4),
        "within": st.sampled_from(["1m", "3h", "1d", "30d"]),
        "hourly": st.integers(1, 4),
        "daily": st.integers(1, 3),
        "weekly": st.integers(1, 3),
        "monthly": st.integers(1, 3),
        "yearly": st.integers(1, 2),
        "timeZone": st.sampled_from(ZONES),
    },
).filter(lambda rule: set(rule) - {"timeZone"})
AGES = st.one_of(st.integers(0, 5), st.integers(0, 60 * 24 * 3), st.integers(0, 60 * 24 * 800))
"""Minutes before now: equal ones often, also across changes of the clocks."""
OBJECTS = st.lists(
    st.tuples(AGES, st.sampled_from("abc"), st.sampled_from(["plain"] * 5 + ["keep", "terminating", "unready", "odd"])),
    max_size=40,
)
SPANS = {"1m": dt.timedelta(minutes=1), "3h": 3 * HOUR, "1d": DAY, "30d": 30 * DAY}
BUCKET = {
    "hourly": lambda local: (local.strftime("%Y-%m-%d %H"), local.utcoffset()),
    "daily": lambda local: local.date(),
    "weekly": lambda local: local.strftime("%G-%V"),
    "monthly": lambda local: local.strftime("%Y-%m"),
    "yearly": lambda local: local.year,
}


def retained_by_sorting(rule, times):
    """The uids that are retained of one group, found by sorting everything.

    Args:
        rule: ``spec.retain``.
        times: What fills places: instants and uids.
    """
    newest_first = sorted(times, reverse=True)
    found = {uid for _, uid in newest_first[: rule.get("last", 0)]}
    if "within" in rule and newest_first:
        begins = newest_first[0][0] - SPANS[rule["within"]]
        found |= {uid for instant, uid in newest_first if instant >= begins}
    zone = ZoneInfo(rule.get("timeZone", "UTC"))
    for field, bucket in BUCKET.items():
        buckets = {}
        for instant, uid in newest_first:
            buckets.setdefault(bucket(instant.astimezone(zone)), uid)
        found |= set(list(buckets.values())[: rule.get(field, 0)])
    return found


def made(objects):
    """ConfigMaps of such ages, groups and states; and what fills places, by group."""
    documents, fillers = [], {}
    for number, (minutes, app, state) in enumerate(objects):
        instant = NOW - dt.timedelta(minutes=minutes)
        uid = f"{(number * 7) % 41:02}"
        marks = {
            "keep": {"annotations": {KEEP: ""}},
            "terminating": {"deletionTimestamp": OLD},
            "unready": {"annotations": {"ready": "no"}},
            "odd": {"annotations": {"ready": "maybe"}},
        }.get(state, {"annotations": {"ready": "yes"}})
        if state == "keep":
            marks["annotations"]["ready"] = "yes"
        documents.append(at(instant, uid, app, **marks))
        if state == "plain":
            fillers.setdefault(app, []).append((instant, uid))
    return documents, fillers


READY_CEL = "object.metadata.?annotations['ready'].orValue('maybe') == 'maybe' ? dyn(1) : object.metadata.annotations['ready'] == 'yes'"


@settings(max_examples=150, deadline=None)
@given(rule=RULES, objects=OBJECTS, order=st.randoms(use_true_random=False), split=st.integers(0, 40))
def test_what_is_retained_is_what_sorting_everything_retains_in_any_order_of_arrival(rule, objects, order, split):
    """With and without bounded memory, in one list and in two of them; nothing else fills a place."""
    policy = document(retain={**rule, "groupBy": BY_APP}, conditions={"cel": READY_CEL})
    read = compiled_once(policy)
    documents, fillers = made(objects)
    order.shuffle(documents)
    retained = set().union(*(retained_by_sorting(rule, times) for times in fillers.values())) if fillers else set()
    due = {uid for times in fillers.values() for instant, uid in times if instant + HOUR < NOW}
    for lists in ([documents], [documents[:split], documents[split:]]):
        shown, held = planned(read, *lists), planned(read, *lists, record=False)
        assert gone(shown) == gone(held) == due - retained
        for plan in (shown, held):
            assert plan.due == len(due - retained)
            assert plan.kept[KeptBy.RETAINED] == len(due & retained)


@settings(max_examples=60, deadline=None)
@given(rule=RULES, objects=OBJECTS, field=st.sampled_from(["last", "hourly", "daily", "weekly", "monthly", "yearly"]))
def test_one_place_more_never_makes_more_objects_due(rule, objects, field):
    """And a policy that retains takes nothing that it would not take otherwise."""
    documents, _ = made(objects)
    more = {**rule, field: rule.get(field, 0) + 1}
    few, many, none = (
        gone(planned(compiled_once(document(conditions={"cel": READY_CEL}, **spec)), documents))
        for spec in ({"retain": {**rule, "groupBy": BY_APP}}, {"retain": {**more, "groupBy": BY_APP}}, {})
    )
    assert many <= few <= none


# Words.


def test_each_object_is_told_which_place_it_fills():
    """By the first of its places; the words are those of the operator's policy."""
    plan = planned(compiled(retaining(groupBy=BY_APP, last=2, weekly=2, within="2h")), history(12, 2 * DAY, "build"))
    words = kept(plan)
    assert words["build0"] == "retained: newest of 2 in app=build"
    assert words["build1"] == "retained: 2nd newest of 2 in app=build"
    assert words["build2"] == "retained: newest of week 2025-W52"
    assert gone(plan) == {f"build{number}" for number in range(3, 12)}


@pytest.mark.parametrize(
    ("rule", "uid", "words"),
    [
        ({"last": 12}, "a10", "retained: 11th newest of 12"),
        ({"last": 22}, "a21", "retained: 22nd newest of 22"),
        ({"hourly": 2}, "a0", "retained: newest of hour 2026-01-01T10:00+00:00"),
        ({"hourly": 1, "timeZone": "Asia/Kathmandu"}, "a0", "retained: newest of hour 2026-01-01T15:00+05:45"),
        ({"daily": 2}, "a1", "retained: newest of day 2025-12-31"),
        ({"weekly": 1}, "a0", "retained: newest of week 2026-W01"),
        ({"monthly": 2}, "a1", "retained: newest of month 2025-12"),
        ({"yearly": 1}, "a0", "retained: newest of year 2026"),
        ({"within": "2d"}, "a0", "retained: the newest, from which 2d are counted"),
        ({"within": "2d"}, "a2", "retained: within 2d of the newest"),
    ],
)
def test_places_are_told_in_plain_words(rule, uid, words):
    """Ordinals, and the calendar in the spelling of ISO 8601."""
    assert kept(planned(compiled(retaining(**rule)), history(24)))[uid] == words


# Groups.


@pytest.mark.parametrize(
    ("numbers", "ending"),
    [
        ((2, 22, 102), "nd"),
        ((3, 23, 103), "rd"),
        ((21, 101, 121), "st"),
        ((4, 11, 12, 13, 20, 24, 111, 112, 113), "th"),
    ],
)
def test_places_are_counted_as_people_count(numbers, ending):
    """The newest alone has no number."""
    assert settling._ordinal(1) == ""
    assert [settling._ordinal(number) for number in numbers] == [f"{number}{ending} " for number in numbers]


def test_an_object_that_lacks_what_is_grouped_by_is_in_no_group():
    """A typo must not fold all series into one: each of them would be kept, and none goes."""
    plan = planned(compiled(retaining(groupBy=["metadata.labels.ap"], last=1)), history(3))
    assert gone(plan) == set()
    assert set(kept(plan).values()) == {"retained: it is in no group: metadata.labels.ap is missing"}


@pytest.mark.parametrize(
    ("group_by", "told"),
    [
        (
            ["metadata.labels.ap"],
            "spec.retain.groupBy[0]: no object that the policy takes has metadata.labels.ap; did you mean 'app'?",
        ),
        (["metadata.labels.app", "data.run"], "spec.retain.groupBy[1]: no object that the policy takes has data.run"),
        (["owner"], "spec.retain.groupBy[0]: no object that the policy takes has owner"),
    ],
)
def test_a_group_that_no_object_has_is_told(group_by, told):
    """In plans with what was meant; elsewhere with the words of the policy alone, as keys of objects are theirs."""
    policy = compiled(retaining(groupBy=group_by, last=1))
    (shown,), (said,) = (planned(policy, history(3), record=record).notes for record in (True, False))
    assert str(shown) == f"{told}: all are kept"
    assert str(said) == f"{told.partition(';')[0]}: all are kept"
    some = [*history(3), {**at(NOW - DAY, "other", ap="x"), "data": {"run": "1"}}]
    some[-1]["metadata"]["labels"] = {"app": "a", "ap": "x"}
    some[-1]["metadata"]["ownerReferences"] = [{**OWNER, "controller": True}]
    lifted = retaining(groupBy=group_by, last=1)
    lifted["spec"]["behavior"] = {"includeOwned": True}
    assert planned(compiled(lifted), some).notes == ()


def test_what_was_meant_is_told_of_a_field_of_two_parts_too():
    """Its siblings are those of ``data``."""
    policy = compiled(retaining(groupBy=["data.rum"], last=1))
    (note,) = planned(policy, [dict(each, data={"run": "1"}) for each in history(3)], record=True).notes
    assert "has data.rum; did you mean 'run'?" in str(note)


@pytest.mark.parametrize(
    ("value", "because"),
    [
        (None, "retained: it is in no group: data.run is null"),
        ({"a": 1}, "cannot tell whether it is retained: data.run is an object, and no scalar to group by"),
        (["a"], "cannot tell whether it is retained: data.run is a list, and no scalar to group by"),
    ],
)
def test_a_group_that_is_no_scalar_keeps(value, because):
    """Whatever JSON stands there."""
    objects = [dict(each, data={"run": value}) for each in history(3)]
    plan = planned(compiled(retaining(groupBy=["data.run"], last=1)), objects)
    assert gone(plan) == set()
    assert set(kept(plan).values()) == {because}


def test_values_of_different_types_are_different_groups():
    """1, true and their texts are equal to Python, and to nobody else."""
    objects = [dict(each, data={"run": value}) for each, value in zip(history(4), [1, True, "1", "true"], strict=True)]
    assert gone(planned(compiled(retaining(groupBy=["data.run"], last=1)), objects)) == set()


def test_kind_and_namespace_always_belong_to_the_group_and_the_version_does_not():
    """Jobs in two versions of their group are one series, and show each object once."""
    jobs = [{"apiVersion": version, "kind": "Job", "namespaces": ["*"]} for version in ("batch/v1", "batch/v1beta1")]
    seen = [finished_job(name=f"j{n}", uid=f"j{n}", creationTimestamp=f"2025-05-0{n}T00:00:00Z") for n in range(1, 6)]
    policy = compiled(retaining(targets=jobs, orderBy="created", last=2))
    for record in (True, False):
        plan = planned(policy, seen, seen, record=record)
        assert gone(plan) == {"j1", "j2", "j3"}
        assert (plan.due, plan.kept[KeptBy.RETAINED], plan.matched) == (3, 2, 5)
    apart = [at(NOW - DAY, "x", namespace="one"), at(NOW - 2 * DAY, "y", namespace="two")]
    assert gone(planned(compiled(retaining(last=1)), apart)) == set()


def test_lists_of_two_versions_fill_places_together():
    """Each list alone would retain two of its own."""
    versions = [{"apiVersion": f"acme.io/{version}", "kind": "Run", "namespaces": ["*"]} for version in ("v1", "v2")]
    policy = compiled(retaining(targets=versions, last=2))
    runs = [
        thing("Run", "acme.io/v1", uid=f"r{n}", name=f"r{n}", creationTimestamp=f"2025-05-0{n}T00:00:00Z")
        for n in range(1, 7)
    ]
    for record in (True, False):
        plan = planned(policy, runs[::2], runs[1::2], record=record)
        assert gone(plan) == {"r1", "r2", "r3", "r4"}
        assert (plan.due, plan.kept[KeptBy.RETAINED]) == (4, 2)


def test_objects_are_grouped_by_the_controller_that_owns_them():
    """By its uid: a controller that was made anew under the same name is another one."""
    other = {**OWNER, "uid": "p"}
    owned = [
        at(NOW - DAY * number, f"o{number}", ownerReferences=[OWNER if number % 2 else other]) for number in range(1, 7)
    ]
    policy = retaining(groupBy=["owner"], last=1)
    policy["spec"]["behavior"] = {"includeOwned": True}
    plan = planned(compiled(policy), [*owned, at(NOW - DAY, "free")])
    assert gone(plan) == {"o3", "o4", "o5", "o6"}
    assert kept(plan)["free"] == "retained: it is in no group: no controller owns it"


@pytest.mark.parametrize("owners", [[OWNER, {**OWNER, "uid": "p"}], [{**OWNER, "uid": ""}]])
def test_an_object_with_two_controllers_or_one_without_uid_is_in_no_group(owners):
    """Which one owns it cannot be told."""
    policy = retaining(groupBy=["owner"], last=1)
    policy["spec"]["behavior"] = {"includeOwned": True}
    plan = planned(compiled(policy), [at(NOW - DAY * 9, "odd", ownerReferences=owners)])
    assert "which controller owns it cannot be told" in kept(plan)["odd"]


def test_an_object_that_has_no_phase_is_in_no_group():
    """It is kept."""
    target = {"apiVersion": "v1", "kind": "Pod", "namespaces": ["*"]}
    pod = thing("Pod", uid="p", creationTimestamp=OLD)
    plan = planned(compiled(retaining(targets=[target], groupBy=["phase"], last=1)), [pod])
    assert kept(plan)["p"].startswith("retained: it is in no group: ")


def test_objects_are_grouped_by_any_part_of_their_metadata():
    """Not by labels and annotations alone."""
    held = [at(NOW - DAY * n, f"m{n}", finalizers=["acme.io/x" if n % 2 else "acme.io/y"]) for n in range(1, 5)]
    plan = planned(compiled(retaining(groupBy=["metadata.finalizers[0]"], last=1)), held)
    assert gone(plan) == {"m3", "m4"}


def test_what_is_called_labels_elsewhere_is_no_label():
    """A field of the spec groups by itself, whatever the object is labelled."""
    runs = {"apiVersion": "acme.io/v1", "kind": "Run", "namespaces": ["*"]}
    objects = [
        {**thing("Run", "acme.io/v1", uid=f"r{n}", name=f"r{n}", labels={"of": "all"}), "spec": {"labels": {"of": of}}}
        for n, of in enumerate("xxyy")
    ]
    policy = compiled(retaining(targets=[runs], groupBy=["spec.labels.of"], last=1))
    assert gone(planned(policy, objects)) == {"r0", "r2"}


def test_the_objects_of_each_group_are_named_newest_first_where_that_is_asked_for():
    """Whether they fill a place or not; of two of the same time the larger uid is newer; also where nothing fills one."""
    conditions = {"fields": [{"path": "metadata.labels.app", "value": "a"}]}
    policy = compiled(document(retain={"groupBy": BY_APP, "last": 1}, conditions=conditions))
    pair = [at(NOW - DAY, "u1", name="z"), at(NOW - DAY, "u2", name="a"), at(NOW - 2 * DAY, "u3")]
    plan = planned(policy, [*pair, *history(2, app="b")], record_groups=True)
    named = [[(each.uid, each.retained) for each in group] for group in plan.groups.values()]
    newest = "newest of 1 in app=a"
    assert sorted(named) == [[("b0", ""), ("b1", "")], [("u2", newest), ("u1", ""), ("u3", "")]]
    assert planned(policy, pair).groups == {}


def test_jobs_are_grouped_by_their_phase():
    """The newest that succeeded, and the newest that failed; a Job has no phase but by its conditions."""
    failed = {"type": "Failed", "status": "True", "lastTransitionTime": OLD}
    jobs = [finished_job(uid=f"s{n}", name=f"s{n}", creationTimestamp=f"2025-05-0{n}T00:00:00Z") for n in (1, 2)]
    for n in (3, 4):
        job = thing("Job", "batch/v1", uid=f"f{n}", name=f"f{n}", creationTimestamp=f"2025-05-0{n}T00:00:00Z")
        jobs.append({**job, "status": {"conditions": [failed]}})
    target = {"apiVersion": "batch/v1", "kind": "Job", "namespaces": ["*"]}
    plan = planned(compiled(retaining(targets=[target], groupBy=["phase"], orderBy="created", last=1)), jobs)
    assert gone(plan) == {"s1", "f3"}
    assert kept(plan)["s2"] == "retained: newest of 1 in phase=Succeeded"


# Order.


def test_of_two_of_the_same_time_the_larger_uid_is_newer():
    """And not the larger name."""
    pair = [at(NOW - DAY, "u1", name="z"), at(NOW - DAY, "u2", name="a")]
    assert gone(planned(compiled(retaining(last=1)), pair)) == {"u1"}


def test_an_object_without_a_time_is_kept_and_takes_no_place():
    """Unfinished, unreadable, before 2014, ahead of now, before its own creation."""
    done = [finished_job(uid=f"d{n}", name=f"d{n}", creationTimestamp="2025-01-01T00:00:00Z") for n in (1, 2)]
    for number, job in enumerate(done, 1):
        job["status"]["completionTime"] = f"2025-05-0{number}T00:00:00Z"
    odd = {
        "running": {},
        "unreadable": {"completionTime": "soon"},
        "ahead": {"completionTime": "2027-01-01T00:00:00Z"},
        "unborn": {"completionTime": "2024-01-01T00:00:00Z"},
    }
    jobs = list(done)
    for name, status in odd.items():
        complete = [{"type": "Complete", "status": "True"}] if status else []
        job = thing("Job", "batch/v1", uid=name, name=name, creationTimestamp="2025-01-01T00:00:00Z")
        jobs.append({**job, "status": {**status, "conditions": complete}})
    target = {"apiVersion": "batch/v1", "kind": "Job", "namespaces": ["*"]}
    plan = planned(compiled(retaining(targets=[target], orderBy="finished", last=1)), jobs)
    assert gone(plan) == {"d1"}
    assert kept(plan)["running"] == "retained: it has no time to be ordered by yet"
    assert all(
        "cannot be right" in kept(plan)[name] or "is not an RFC 3339 time" in kept(plan)[name] for name in list(odd)[1:]
    )


def test_a_time_that_is_ahead_by_what_clocks_may_differ_is_a_time():
    """It fills the newest place; by more than that it fills none, and is kept."""
    policy = compiled(retaining(last=1))
    assert gone(planned(policy, [at(NOW + dt.timedelta(seconds=20), "ahead"), *history(2)])) == {"a0", "a1"}
    assert gone(planned(policy, [at(NOW + DAY, "ahead"), *history(2)])) == {"a1"}


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (ValueError("no"), "its order cannot be told: ValueError: no"),
        (dt.datetime(2025, 6, 2), "its order is a value of type datetime, not an instant with a zone"),  # noqa: DTZ001
        ("2025-06-02", "its order cannot be told: AttributeError"),
    ],
)
def test_a_start_that_is_no_instant_is_no_order(start, words):
    """It may be a plugin's code, and the object is kept with what it says."""
    order = ordering("start", answering(start), [], vocabulary().finishing)
    with pytest.raises(Undecided, match=words):
        order.of(JsonCandidate.from_object(at(NOW - DAY)), run_of(compiled(document())))


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (EARLIEST - MICROSECOND, "it is before 2014"),
        (NOW + MINUTE + MICROSECOND, "it is ahead of now"),
        (NOW - DAY - MICROSECOND, "it is before it was made"),
    ],
)
def test_an_instant_that_cannot_be_right_is_no_order(start, words):
    """Not even by a microsecond; one that can be is taken as it is, in whatever zone."""
    order = ordering("start", answering(start), [], vocabulary().finishing)
    candidate = JsonCandidate.from_object(at(NOW - DAY if start > EARLIEST else EARLIEST))
    run = replace(run_of(compiled(document())), clock_skew=MINUTE)
    with pytest.raises(Undecided, match=words):
        order.of(candidate, run)
    right = start + MICROSECOND if start < NOW else start - MICROSECOND
    for zone in (dt.UTC, ZoneInfo("Asia/Kathmandu")):
        found = ordering("start", answering(right.astimezone(zone)), [], vocabulary().finishing).of(candidate, run)
        assert found == right
        assert found.tzinfo is dt.UTC


def test_the_first_instant_that_can_be_right_may_be_before_the_object_was_made():
    """Then that is what is told."""
    order = ordering("start", answering(EARLIEST), [], vocabulary().finishing)
    with pytest.raises(Undecided, match="it is before it was made"):
        order.of(JsonCandidate.from_object(at(NOW - DAY)), run_of(compiled(document())))


def test_an_object_that_does_not_say_when_it_was_made_is_ordered_by_what_it_says_otherwise():
    """Nothing is before its creation then."""
    order = ordering("start", answering(NOW - DAY), [], vocabulary().finishing)
    unborn = JsonCandidate.from_object(thing(creationTimestamp=None))
    assert order.of(unborn, run_of(compiled(document()))) == NOW - DAY


def test_objects_are_ordered_by_a_field():
    """Text, or a number in a unit; a TTL that starts there orders by it without being told."""
    objects = [dict(at(NOW - 9 * DAY, f"u{n}"), data={"used": str(int((NOW - DAY * n).timestamp()))}) for n in range(4)]
    told = compiled(retaining(orderBy={"path": "data.used", "unit": "s"}, last=2))
    assert gone(planned(told, objects)) == {"u2", "u3"}
    since = document(retain={"last": 2}, ttl={"after": {"since": {"path": "data.used", "unit": "s"}, "wait": "1h"}})
    assert gone(planned(compiled(since), objects)) == {"u2", "u3"}
    at_once = document(retain={"last": 2}, ttl={"immediate": True})
    newest = [at(NOW - DAY * n, f"c{n}") for n in range(4)]
    assert gone(planned(compiled(at_once), newest)) == {"c2", "c3"}


# Who fills a place.


def test_what_is_not_due_fills_a_place_all_the_same():
    """It is the newest, whenever its time comes."""
    young = at(NOW - dt.timedelta(minutes=5), "young")
    plan = planned(compiled(retaining(last=2)), [*history(3), young])
    assert gone(plan) == {"a1", "a2"}
    assert {decision.uid for decision in plan.decisions if decision.verdict is Verdict.WAIT} == {"young"}
    assert gone(planned(compiled(retaining(last=2)), [*history(3), young], record=False)) == {"a1", "a2"}


@pytest.mark.parametrize("record", [True, False])
def test_what_has_no_end_fills_a_place_and_what_the_conditions_keep_fills_none(record):
    """Nobody says when the newest goes; of what a delete is not asked for there is one fewer."""
    ends = document(retain={"last": 1}, ttl={"expiresAt": {"path": "metadata.annotations['ends']"}})
    older = at(NOW - 3 * DAY, "older", annotations={"ends": format_instant(NOW - DAY)})
    assert gone(planned(compiled(ends), [older, at(NOW - DAY, "newest")], record=record)) == {"older"}
    unlike = document(retain={"last": 1}, conditions={"fields": [{"path": "metadata.labels.app", "value": "a"}]})
    assert gone(planned(compiled(unlike), [older, at(NOW - DAY, "newest", app="b")], record=record)) == set()


@pytest.mark.parametrize(
    "metadata",
    [
        {"deletionTimestamp": OLD},
        {"annotations": {KEEP: ""}},
        {"labels": {"app": "a", KEEP: "true"}},
        {"ownerReferences": [OWNER]},
        {"labels": {"app": 5}},
        {"name": "kube-root-ca.crt"},
    ],
    ids=str,
)
def test_what_stays_for_another_reason_fills_no_place(metadata):
    """Else fewer would be left of those that count, when it goes."""
    newest = at(NOW - HOUR * 1.5, "other", **metadata)
    for record in (True, False):
        assert gone(planned(compiled(retaining(last=2)), [newest, *history(4)], record=record)) == {"a2", "a3"}


@pytest.mark.parametrize("record", [True, False])
def test_what_is_not_due_and_may_not_be_meant_fills_no_place(record):
    """Whether the conditions will hold of it cannot be told: they may keep it, and then there is one fewer of the others."""
    policy = compiled(document(retain={"last": 2}, conditions={"cel": "object.data.used == 'no'"}))
    young = dict(at(NOW - dt.timedelta(minutes=5), "young"), data={})
    objects = [dict(each, data={"used": "no"}) for each in history(4)]
    assert gone(planned(policy, [young, *objects], record=record)) == {"a2", "a3"}


def test_marks_of_policies_do_not_matter():
    """An object that was labelled already is among the newest, though nothing more is done with it."""
    policy = document(retain={"last": 2}, action={"label": {"old": "true"}})
    newest = at(NOW - HOUR * 1.5, "done", labels={"old": "true"})
    for record in (True, False):
        assert gone(planned(compiled(policy), [newest, *history(3)], record=record)) == {"a1", "a2"}


# Bounds.


def test_more_places_than_there_may_be_act_on_nothing(monkeypatch):
    """Whatever is due by then, and whatever comes after."""
    monkeypatch.setattr(places.Places.__init__, "__defaults__", (5, places.MOST_WITHIN))
    groups = [each for app in "abcdef" for each in history(3, app=app)]
    for record in (True, False):
        plan = planned(compiled(retaining(groupBy=BY_APP, last=1)), groups, record=record)
        assert gone(plan) == set()
        assert plan.stopped
        assert "50,000" in plan.overfull
        assert (plan.matched, plan.due, plan.kept[KeptBy.RETAINED]) == (18, 0, 18)
    assert not planned(compiled(retaining(groupBy=BY_APP, last=1)), groups[:15]).stopped


@pytest.mark.parametrize(
    ("rule", "groups", "filled"),
    [
        ({"within": "1d"}, 5, 5),
        ({"within": "1d", "last": 1}, 5, 5),
        ({"within": "1d", "last": 2}, 4, 8),
        ({"within": "1d", "daily": 1}, 5, 5),
        ({"last": 1, "daily": 1}, 5, 10),
        ({"last": 1, "daily": 2}, 3, 9),
    ],
)
def test_places_are_counted_group_by_group(monkeypatch, rule, groups, filled):
    """The newest from which a span is counted fills one by itself only where nothing else of the rule does."""
    objects = [each for app in "abcdefgh"[:groups] for each in history(4, app=app)]
    for most, overfull in ((filled, False), (filled - 1, True)):
        monkeypatch.setattr(places.Places.__init__, "__defaults__", (most, places.MOST_WITHIN))
        plan = planned(compiled(retaining(groupBy=BY_APP, **rule)), objects)
        assert (plan.overfull is not None) is overfull


def test_lists_that_are_too_much_together_act_on_nothing(monkeypatch):
    """Although neither is by itself."""
    monkeypatch.setattr(places.Places.__init__, "__defaults__", (5, places.MOST_WITHIN))
    versions = [{"apiVersion": f"acme.io/{version}", "kind": "Run", "namespaces": ["*"]} for version in ("v1", "v2")]
    policy = compiled(retaining(targets=versions, groupBy=BY_APP, last=1))
    halves = [
        [{**each, "apiVersion": "acme.io/v1", "kind": "Run"} for app in apps for each in history(3, app=app)]
        for apps in ("abcd", "efgh")
    ]
    for record in (True, False):
        assert planned(policy, halves[0], record=record).overfull is None
        plan = planned(policy, *halves, record=record)
        assert plan.overfull is not None
        assert gone(plan) == set()


def test_a_bounded_plan_takes_the_oldest_of_what_fills_no_place():
    """What is retained takes no room of it."""
    plan = planned(compiled(retaining(last=3)), history(20), record=False, most_due=4)
    assert [decision.uid for decision in plan.decisions] == ["a19", "a18", "a17", "a16"]
    assert plan.due == 17


def test_what_lies_within_of_the_newest_waits_no_longer_than_it_must(monkeypatch):
    """More of it than is held: what is beyond stays in this run, and is no part of what is due."""
    monkeypatch.setattr(places, "MOST_WITHIN", 3)
    monkeypatch.setattr("zen_gc_core.engine.retaining.tallies.MOST_WITHIN", 3)
    plan = planned(compiled(retaining(within="5d")), history(20), record=False)
    assert gone(plan) == {f"a{number}" for number in range(6, 20)}
    assert (plan.due, plan.kept[KeptBy.RETAINED]) == (14, 6)
    told = kept(planned(compiled(retaining(within="5d")), history(20)))
    assert [told[f"a{number}"] for number in range(1, 6)] == ["retained: within 5d of the newest"] * 5, (
        "who asks is told"
    )


def test_what_is_held_within_the_span_is_counted_as_it_comes_and_goes():
    """So that there is never more of it than there may be."""
    policy = compiled(retaining(within="3d"))
    tally = tally_of(Case(policy, run_of(policy), Protections()), policy.policy.targets)
    for each in reversed(history(12)):
        tally.offer(JsonCandidate.from_object(each))
        (group,) = tally.places.groups.values()
        assert tally.places._within == len(group.within)
    assert tally.places._within == 3


def test_what_is_beyond_what_is_held_is_no_part_of_what_has_finished_and_is_due(monkeypatch):
    """Else the breaker would count it."""
    monkeypatch.setattr("zen_gc_core.engine.retaining.tallies.MOST_WITHIN", 2)
    target = {"apiVersion": "batch/v1", "kind": "Job", "namespaces": ["*"]}
    policy = compiled(retaining(targets=[target], within="30d"))
    case = Case(policy, run_of(policy), Protections())
    tally = tally_of(case, policy.policy.targets)
    for n in range(8):
        made = format_instant(NOW - DAY * (n * 5 + 400))
        tally.offer(JsonCandidate.from_object(finished_job(uid=f"j{n}", name=f"j{n}", creationTimestamp=made)))
    assert (tally.due, tally.finished) == (8, 8)
    assert gone(conclude(case, [tally], dict)) == {"j7"}
    assert (tally.due, tally.finished) == (1, 1)


def test_what_goes_is_in_the_order_of_namespaces_and_groups_with_the_objects_that_must_be_there():
    """The oldest first among these; each with the newest of its group, newest first."""
    apps = [at(NOW - DAY * (number + 1), f"{app}{number}", app) for number in range(4) for app in "yx"]
    plan = planned(compiled(retaining(groupBy=BY_APP, last=2)), apps, record=False)
    assert [decision.uid for decision in plan.decisions] == ["y3", "y2", "x3", "x2"]
    keepers = plan.left_over["x3"].group.keepers
    assert [keeper.uid for keeper in keepers] == ["x0", "x1"]
    assert plan.left_over["x3"].time == NOW - 4 * DAY


# Clocks that are put back, and others.


def hours_of(*texts):
    """ConfigMaps that were made at these instants."""
    return [thing(uid=text, name=f"n{number}", creationTimestamp=text) for number, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("zone", "rule", "instants", "kept_of_them"),
    [
        # 02:00 to 03:00 comes twice: two hours.
        ("Europe/Berlin", {"hourly": 2}, ["2025-10-26T00:30:00Z", "2025-10-26T01:30:00Z"], 2),
        ("Europe/Berlin", {"daily": 1}, ["2025-10-25T22:30:00Z", "2025-10-26T22:30:00Z"], 1),
        ("UTC", {"daily": 1}, ["2025-10-25T22:30:00Z", "2025-10-26T22:30:00Z"], 1),
        # The day in Berlin begins at 22:00 UTC in summer, and at 23:00 in winter.
        ("Europe/Berlin", {"daily": 2}, ["2025-07-01T21:59:00Z", "2025-07-01T22:00:00Z"], 2),
        ("Europe/Berlin", {"daily": 2}, ["2025-12-01T21:59:00Z", "2025-12-01T22:00:00Z"], 1),
        # The last week of a year is that of ISO 8601, in the year of its Thursday.
        ("UTC", {"weekly": 2}, ["2024-12-29T12:00:00Z", "2024-12-30T12:00:00Z", "2025-01-01T12:00:00Z"], 2),
        ("Asia/Tokyo", {"yearly": 2}, ["2024-12-31T14:59:00Z", "2024-12-31T15:00:00Z"], 2),
    ],
)
def test_buckets_follow_the_calendar_of_their_zone(zone, rule, instants, kept_of_them):
    """Over changes of the clocks and the ends of years."""
    for order in (instants, instants[::-1]):
        plan = planned(compiled(retaining(timeZone=zone, **rule)), hours_of(*order))
        assert len(kept(plan)) == kept_of_them
        assert max(instants) in kept(plan)


def test_a_policy_of_the_field_keeps_what_a_restic_user_expects():
    """Last 1, three days, two weeks: united, counted from what there is and not from now."""
    plan = planned(compiled(retaining(last=1, daily=3, weekly=3)), history(30), now=NOW + 100 * DAY)
    assert sorted(kept(plan), key=lambda uid: int(uid[1:])) == ["a0", "a1", "a2", "a4", "a11"]


def test_a_policy_that_lists_nothing_retains_nothing():
    """Its namespaces take none."""
    assert (planned(compiled(retaining(last=1))).due, planned(compiled(retaining(last=1))).overfull) == (0, None)


def test_a_policy_that_retains_nothing_has_no_places_to_fill():
    """Whoever asks for them made a mistake."""
    policy = compiled(document())
    with pytest.raises(ZenGCError, match="tidy retains nothing"):
        RetainingTally(Case(policy, run_of(policy), Protections()), policy.policy.targets)


def test_a_policy_that_retains_nothing_is_tallied_without_places():
    """It pays nothing for what others use."""
    read = compiled(document())
    case = Case(read, run_of(read), Protections())
    assert type(tally_of(case, read.policy.targets)).__name__ == "Tally"
    assert replace(case).compiled.retention is None
    assert EVERYWHERE["kind"] == "ConfigMap"


def of_jobs_and_what_they_own():
    """A policy that keeps the newest of both; how long it waits, each object says."""
    jobs = {"apiVersion": "batch/v1", "kind": "Job", "namespaces": ["*"]}
    policy = retaining(targets=[jobs, EVERYWHERE], groupBy=BY_APP, last=1)
    policy["spec"]["behavior"] = {"includeOwned": True}
    policy["spec"]["ttl"] = {
        "after": {
            "since": "created",
            "wait": {"path": "metadata.annotations.ttl", "default": "1h", "onMissing": "default"},
        }
    }
    return policy


def of_job(job, uid, age, app="a"):
    """A ConfigMap that a Job owns."""
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": job, "uid": job, "controller": True}
    return at(NOW - age, uid, app, ownerReferences=[owner])


@pytest.mark.parametrize("record", [True, False])
@pytest.mark.parametrize("jobs_first", [True, False])
def test_what_is_retained_does_not_go_along_with_its_owner(record, jobs_first):
    """The server deletes what an object owns, so an owner of what is retained stays, and so does what owns that."""
    jobs = {"apiVersion": "batch/v1", "kind": "Job", "namespaces": ["*"]}
    policy = retaining(targets=[jobs, EVERYWHERE] if jobs_first else [EVERYWHERE, jobs], groupBy=BY_APP, last=1)
    policy["spec"]["behavior"] = {"includeOwned": True}
    runs = [
        finished_job(name=each, uid=each, labels={"app": "a"}, creationTimestamp=format_instant(NOW - age))
        for each, age in (
            ("top", 9 * DAY),
            ("holds", 8 * DAY),
            ("lacks", 7 * DAY),
            ("free", 6 * DAY),
            ("last", 5 * DAY),
        )
    ]
    runs[1]["metadata"]["ownerReferences"] = [{"apiVersion": "batch/v1", "kind": "Job", "name": "top", "uid": "top"}]
    results = [of_job("holds", "newest", 2 * HOUR), of_job("free", "older", 3 * HOUR), of_job("lacks", "odd", 4 * HOUR)]
    del results[2]["metadata"]["labels"]
    plan = planned(compiled_once(policy), *((runs, results) if jobs_first else (results, runs)), record=record)
    assert gone(plan) == {"free", "older"}
    assert plan.due == 2
    if record:
        assert kept(plan)["holds"] == "retained: ConfigMap n-newest, which it owns and would take along, is retained"


@pytest.mark.parametrize("record", [True, False])
def test_what_may_lie_within_the_span_does_not_go_along_although_it_is_not_due(record):
    """It fills no place and waits for its own time, which its owner's end would bring forward."""
    jobs = {"apiVersion": "batch/v1", "kind": "Job", "namespaces": ["*"]}
    policy = retaining(targets=[jobs, EVERYWHERE], groupBy=BY_APP, within="20d")
    policy["spec"]["behavior"] = {"includeOwned": True}
    policy["spec"]["ttl"] = {"afterCreation": "30d"}
    runs = [
        finished_job(name=each, uid=each, labels={"app": "a"}, creationTimestamp=format_instant(NOW - age * DAY))
        for each, age in (("holds", 80), ("free", 70), ("last", 5))
    ]
    results = [of_job("holds", "near", 12 * DAY), of_job("free", "old", 90 * DAY), at(NOW - DAY, "newest", "a")]
    plan = planned(compiled_once(policy), runs, results, record=record)
    assert gone(plan) == {"free", "old"}
    if record:
        assert kept(plan)["holds"].startswith("retained: ConfigMap n-near")


@pytest.mark.parametrize("split", [9, 4])
def test_what_is_too_much_to_be_remembered_within_the_span_does_not_go_along(monkeypatch, split):
    """It stays in this run, being due and within the span, and so does what owns it; in one list or in two."""
    monkeypatch.setattr("zen_gc_core.engine.retaining.tallies.MOST_WITHIN", 2)
    jobs = {"apiVersion": "batch/v1", "kind": "Job", "namespaces": ["*"]}
    policy = retaining(targets=[jobs, EVERYWHERE], groupBy=BY_APP, within="20d")
    policy["spec"]["behavior"] = {"includeOwned": True}
    ages = {f"holds{n}": 50 + n for n in range(8)} | {"free": 80, "last": 5}
    runs = [
        finished_job(name=each, uid=each, labels={"app": "a"}, creationTimestamp=format_instant(NOW - age * DAY))
        for each, age in ages.items()
    ]
    within = [of_job(f"holds{n}", f"near{n}", (9 - n) * DAY) for n in range(8)]
    results = [*within, of_job("free", "old", 90 * DAY), at(NOW - DAY, "newest", "a")]
    case = Case(read := compiled(policy), run_of(read), Protections())
    tallies = [tally_of(case, read.targets_of("batch/v1", "Job"))]
    tallies += [tally_of(case, read.targets_of("v1", "ConfigMap")) for _ in range(2)]
    for tally, objects in zip(tallies, [runs, results[:split], results[split:]], strict=True):
        for each in objects:
            tally.offer(JsonCandidate.from_object(each, api_version=each["apiVersion"]))
    plan = conclude(case, tallies, dict)
    assert gone(plan) == {"free", "old"}
    assert (plan.due, plan.kept[KeptBy.RETAINED]) == (2, 18)


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        ({"labels": {}}, "lacks what is grouped by"),
        ({"creationTimestamp": "2013-01-01T00:00:00Z"}, "has a time that cannot be right"),
    ],
    ids=["no group", "no time"],
)
def test_what_is_in_no_group_keeps_its_owner_also_before_it_is_due(odd, why):
    """It is kept when its time comes, which its owner's end would bring forward."""
    policy = of_jobs_and_what_they_own()
    runs = [
        finished_job(name=each, uid=each, labels={"app": "a"}, creationTimestamp=format_instant(NOW - age * DAY))
        for each, age in (("holds", 80), ("free", 70), ("last", 5))
    ]
    odd_one = of_job("holds", "odd", 2 * DAY)
    odd_one["metadata"] |= {"annotations": {"ttl": "30000d"}, **odd}
    for record in (True, False):
        plan = planned(compiled_once(policy), runs, [odd_one, at(NOW - DAY, "newest")], record=record)
        assert gone(plan) == {"free"}, why


def test_what_goes_along_comes_with_its_group_and_the_objects_that_must_be_there():
    """Due or not: its owner goes only while these are there."""
    policy = of_jobs_and_what_they_own()
    runs = [
        finished_job(name=each, uid=each, labels={"app": "a"}, creationTimestamp=format_instant(NOW - age * DAY))
        for each, age in (("goes", 80), ("last", 5))
    ]
    waits = of_job("goes", "waits", 3 * DAY)
    waits["metadata"]["annotations"] = {"ttl": "300d"}
    plan = planned(
        compiled(policy), runs, [of_job("goes", "due", 2 * DAY), waits, at(NOW - DAY, "newest")], record=False
    )
    along = plan.along["goes"]
    assert {each.name for each in along} == {"n-due", "n-waits"}
    assert [[keeper.uid for keeper in each.left_over.group.keepers] for each in along] == [["newest"], ["newest"]]
    assert {each.left_over.time for each in along} == {NOW - 2 * DAY, NOW - 3 * DAY}


# What holds others: Namespaces and CustomResourceDefinitions.

NAMESPACES = {"apiVersion": "v1", "kind": "Namespace"}
DEFINITIONS = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
RUNS = {"apiVersion": "acme.io/v1", "kind": "Run", "namespaces": ["*"]}


def offline(policy, objects, *allowed):
    """The verdicts of a policy over objects of files, by kind and name, with protected kinds that are allowed."""
    made = compilation(policy, None, Grants(resources=frozenset(allowed)))
    assert made.compiled is not None, made.errors
    files = Files(map(JsonCandidate.from_object, objects), [made])
    (one,) = plan_offline([made], files, Asking(NOW, Grants(resources=frozenset(allowed))))
    assert one.plan is not None, one.compilation.errors
    return {f"{each.kind} {each.name}": each for each in one.plan.decisions}


def goes(decisions):
    """What would go, by kind and name."""
    return {name for name, decision in decisions.items() if decision.verdict is Verdict.ACT}


def namespace(name, age):
    """A Namespace of some age in days."""
    return thing("Namespace", namespace=None, name=name, uid=name, creationTimestamp=format_instant(NOW - age * DAY))


def test_a_namespace_that_holds_what_is_retained_stays():
    """All of a group are in one namespace, so that it holds the newest of them; what nobody takes keeps none."""
    taken = {**EVERYWHERE, "labelSelector": {"matchLabels": {"app": "a"}}}
    policy = retaining(targets=[NAMESPACES, taken], last=1)
    policy["spec"]["conditions"] = {"cel": "object.kind == 'Namespace' || object.data.state != 'failed'"}
    objects = [
        *(namespace(name, 40 + age) for age, name in enumerate(["full", "waits", "odd", "other", "failed", "empty"])),
        namespace("newest", 1),
    ]
    for name, metadata, data in [
        ("full", {}, {"state": "ok"}),
        ("waits", {"creationTimestamp": format_instant(NOW)}, {"state": "ok"}),
        ("odd", {}, {}),
        ("other", {"labels": {"app": "b"}}, {"state": "ok"}),
        ("failed", {}, {"state": "failed"}),
    ]:
        inside = at(NOW - 50 * DAY, f"in-{name}", namespace=name, **metadata)
        objects.append({**inside, "data": data})
    found = offline(policy, objects, "namespaces")
    assert goes(found) == {"Namespace other", "Namespace failed", "Namespace empty"}
    words = "ConfigMap n-in-full would go with it, and the policy retains it, or others of its group"
    assert words in found["Namespace full"].because
    without = retaining(targets=[NAMESPACES, taken], last=1)
    del without["spec"]["retain"]
    assert "Namespace full" in goes(offline(without, objects, "namespaces"))


def test_a_namespace_stays_that_holds_what_may_be_retained():
    """Whether the policy looks at it cannot be told: a label that it selects by is no text."""
    taken = {**EVERYWHERE, "labelSelector": {"matchLabels": {"app": "a"}}}
    objects = [namespace("holds", 41), namespace("empty", 40), namespace("newest", 1)]
    objects.append(at(NOW - 50 * DAY, "odd", namespace="holds", labels={"app": 5}))
    found = offline(retaining(targets=[NAMESPACES, taken], last=1), objects, "namespaces")
    assert goes(found) == {"Namespace empty"}


def test_a_definition_stays_while_something_of_its_kind_is_retained():
    """In whatever version: with a definition, all objects of its kind go."""
    policy = retaining(targets=[DEFINITIONS, RUNS], last=1)
    objects = [
        thing(
            "CustomResourceDefinition",
            "apiextensions.k8s.io/v1",
            namespace=None,
            name=f"{kind.lower()}s.acme.io",
            uid=kind,
            creationTimestamp=format_instant(NOW - age * DAY),
            rest={
                "spec": {
                    "group": "acme.io",
                    "scope": "Namespaced",
                    "names": {"kind": kind, "plural": f"{kind.lower()}s"},
                }
            },
        )
        for kind, age in (("Run", 50), ("Stop", 40), ("Last", 1))
    ]
    objects += [thing("Run", version, name=version[-2:], uid=version) for version in ("acme.io/v1", "acme.io/v2")]
    objects.append(thing("Stop", "acme.io/v1", name="s", uid="s"))
    for run in ("acme.io/v1", "acme.io/v2"):
        some = [each for each in objects if each["kind"] != "Run" or each["apiVersion"] == run]
        found = offline(policy, some, "customresourcedefinitions.apiextensions.k8s.io")
        assert goes(found) == {"CustomResourceDefinition stops.acme.io"}
        assert "the policy retains it" in found["CustomResourceDefinition runs.acme.io"].because


@pytest.mark.parametrize("before", [199, 200])
def test_what_was_meant_is_looked_for_among_so_many_keys(before):
    """Two hundred keys of objects that lack what is grouped by: more are not worth the memory."""
    objects = [at(NOW - DAY, f"u{n}", labels={f"{n}-x": "a"}) for n in range(before)]
    plan = planned(compiled(retaining(groupBy=BY_APP, last=1)), [*objects, at(NOW - DAY, "z", labels={"aap": "a"})])
    (note,) = plan.notes
    assert ("aap" in note.message) is (before < 200)


def test_what_is_not_remembered_within_the_span_keeps_its_owner_also_without_a_uid():
    """Objects of files are known by their kinds, namespaces and names."""
    policy = compiled(retaining(within="1d", groupBy=BY_APP))
    tally = tally_of(Case(policy, run_of(policy), Protections()), policy.policy.targets)
    tally.guards.above[("ConfigMap", "team", "n")] = (("owner",),)
    for key, keeps in ((("", "ConfigMap", "other", "a"), False), (("", "ConfigMap", "team", "a"), True)):
        tally._retain_owners(Held(key, NOW, "team/n", "n", "v1"))
        assert (("owner",) in tally.guards.guarded) is keeps


def test_of_what_comes_after_as_many_as_may_go_no_decision_is_held():
    """It fills its place all the same; of what is due at the same instant the first are taken."""
    policy = compiled(retaining(groupBy=BY_APP, last=1))
    tally = tally_of(Case(policy, run_of(policy), Protections(), most_due=2), policy.policy.targets)
    ages = {"a0": 9, "a1": 8, "a2": 5, "b0": 7, "b1": 6, "c0": 8, "d0": 4}
    for uid, days in ages.items():
        tally.offer(JsonCandidate.from_object(at(NOW - days * DAY, uid, uid[0])))
    without = {held.which for held in tally.places.held() if held.decision is None}
    assert without == {"b1", "c0", "d0"}, "a0 and a1 go by then; c0 is as old as a1"


def test_what_is_retained_of_several_versions_is_not_due_in_any_of_them():
    """So that what a run has left unfinished is counted right."""
    versions = [{"apiVersion": f"acme.io/{version}", "kind": "Run", "namespaces": ["*"]} for version in ("v1", "v2")]
    policy = compiled(retaining(targets=versions, last=2))
    case = Case(policy, run_of(policy), Protections())
    tallies = [tally_of(case, policy.policy.targets[number : number + 1]) for number in range(2)]
    for number, each in enumerate(history(6)):
        tallies[number % 2].offer(JsonCandidate.from_object({**each, "apiVersion": "acme.io/v1", "kind": "Run"}))
    assert gone(conclude(case, tallies, dict)) == {"a2", "a3", "a4", "a5"}
    assert [(tally.due, tally.kept[KeptBy.RETAINED]) for tally in tallies] == [(2, 1), (2, 1)]


@pytest.mark.parametrize("record", [True, False])
def test_the_places_of_what_has_no_owner_that_matters_are_not_noted(record):
    """Nor where nothing goes along, as nothing goes."""
    policy = compiled(retaining(groupBy=BY_APP, last=1))
    tally = tally_of(Case(policy, run_of(policy), Protections(), record=record), policy.policy.targets)
    tally.offer(JsonCandidate.from_object(at(NOW - DAY, "a", ownerReferences=[OWNER])))
    assert tally.owned == {}
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "n-a", "uid": "a"}
    tally.offer(JsonCandidate.from_object(at(NOW - DAY, "b", ownerReferences=[owner])))
    assert len(tally.owned) == (0 if record else 1)


def test_nobody_is_told_why_an_object_is_retained_in_a_plan_that_is_carried_out():
    """Words for each of thousands would cost more than the places."""
    policy = compiled(retaining(groupBy=BY_APP, last=1))
    for record, words in ((False, {"retained"}), (True, {"retained: newest of 1 in app=a"})):
        case = Case(policy, run_of(policy), Protections(), record=record)
        tally = tally_of(case, policy.policy.targets)
        for each in history(2):
            tally.offer(JsonCandidate.from_object(each))
        (group,) = tally.places.groups.values()
        assert {guard.because for _, guard in settling._guards(case, group)} == words


def test_what_had_finished_and_is_retained_is_no_part_of_what_has_finished_and_is_due():
    """Where all is recorded, too: else the breaker would count it."""
    target = {"apiVersion": "batch/v1", "kind": "Job", "namespaces": ["*"]}
    policy = compiled(retaining(targets=[target], last=2, orderBy="created"))
    for record in (True, False):
        case = Case(policy, run_of(policy), Protections(), record=record)
        tally = tally_of(case, policy.policy.targets)
        for n in range(5):
            made = format_instant(NOW - DAY * (n + 400))
            tally.offer(JsonCandidate.from_object(finished_job(uid=f"j{n}", name=f"j{n}", creationTimestamp=made)))
        assert gone(conclude(case, [tally], dict)) == {"j2", "j3", "j4"}
        assert (tally.due, tally.finished) == (3, 3)
