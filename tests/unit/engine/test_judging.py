"""Judging: the verdict, its reason and its category; whatever a keyword answers, only a clear yes acts."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest

from tests.unit.engine.situations import (
    KEEP,
    NOW,
    OLD,
    OWNER,
    answering,
    compiled,
    compiled_once,
    document,
    judged,
    offered,
    run_of,
    thing,
    with_words,
)
from zen_gc_core import tracing
from zen_gc_core.engine import judging
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.planning import tally_of
from zen_gc_core.engine.protections import Grants, Protections
from zen_gc_core.engine.shares import Sums
from zen_gc_core.engine.upcoming import Soonest
from zen_gc_core.errors import Missing, Undecided
from zen_gc_core.instants import format_instant
from zen_gc_core.model.decision import KeptBy, Verdict
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.requests import MARKED_AT, MARKED_BY, Delete, Mark, Request

SECOND = dt.timedelta(seconds=1)
PROTECTED, CONDITION, NO_EXPIRY, ERROR = KeptBy.PROTECTED, KeptBy.CONDITION, KeptBy.NO_EXPIRY, KeptBy.ERROR


def with_condition(answer, **spec):
    """A policy whose one condition gives an answer."""
    words = with_words(matchers=[offered("acme.io/odd", answering(answer))])
    return compiled(document(conditions={"acme.io/odd": True}, **spec), words)


def with_ttl(answer, explain=None):
    """A policy whose TTL gives an answer."""
    words = with_words(ttls=[offered("acme.io/odd", answering(answer), explain=explain)])
    return compiled(document(ttl={"acme.io/odd": True}), words)


def with_action(answer, requests=(Delete, Mark), **grants):
    """A policy whose action gives an answer."""
    words = with_words(actions=[offered("acme.io/odd", answering(answer), requests=requests)])
    return compiled(document(action={"acme.io/odd": True}), words, Grants(**grants))


def quick(policy, obj):
    """What the sweep's question answers."""
    return judging.due(policy, JsonCandidate.from_object(obj), run_of(policy), Protections())


REASONS = [
    ({"labels": {"a": 1}}, {"labels": {KEEP: "true"}}, ERROR, "metadata is malformed"),
    ({"namespace": "kube-system"}, {"labels": {KEEP: "true"}}, PROTECTED, "namespace kube-system"),
    ({"labels": {KEEP: "true"}}, {"deletionTimestamp": "2026-01-01T00:00:00Z"}, PROTECTED, "carries"),
    ({"deletionTimestamp": "2026-01-01T00:00:00Z"}, {"ownerReferences": [OWNER]}, PROTECTED, "terminating"),
    ({"ownerReferences": [OWNER]}, {"namespace": "marked"}, PROTECTED, "ReplicaSet web controls it"),
    ({"namespace": "marked"}, {"annotations": {"hold": "x"}}, PROTECTED, "its Namespace carries"),
    ({"annotations": {"hold": "x"}}, {"creationTimestamp": None}, CONDITION, "cannot tell|hold|conditions"),
    ({"creationTimestamp": None}, {}, ERROR, "no expiry can be told"),
]


@pytest.mark.parametrize(("first", "second", "kept_by", "words"), REASONS)
def test_reasons_come_in_a_fixed_order(first, second, kept_by, words):
    """Malformed, place, mark, terminating, owner, Namespace, conditions, time: the first of them is told."""
    policy = compiled_once(document(conditions={"none": [{"hasAnnotations": [{"key": "hold"}]}]}))
    namespaces = {"marked": ({KEEP: "true"}, {})}
    for metadata in (first, {**second, **first}):
        decision = judged(policy, thing(**metadata), namespaces=namespaces)
        assert decision.kept_by is kept_by
        assert any(word in decision.because for word in words.split("|"))


def test_the_kind_is_told_before_the_mark():
    """A protected kind needs no mark to be kept."""
    policy = compiled_once(document())
    obj = thing("Lease", "coordination.k8s.io/v1", labels={KEEP: "true"})
    assert judged(policy, obj).because == "protected: kind Lease is protected"


@pytest.mark.parametrize(
    ("created", "verdict", "because"),
    [
        (NOW - 61 * SECOND, Verdict.ACT, "created 2026-01-01T11:58:59Z, wait 1m: due since 2026-01-01T11:59:59Z"),
        (NOW - 60 * SECOND, Verdict.WAIT, "created 2026-01-01T11:59:00Z, wait 1m: due at 2026-01-01T12:00:00Z"),
        (NOW - 59 * SECOND, Verdict.WAIT, "created 2026-01-01T11:59:01Z, wait 1m: due at 2026-01-01T12:00:01Z"),
    ],
)
def test_due_means_later_than_the_instant(created, verdict, because):
    """At the very instant an object still waits."""
    policy = compiled_once(document(ttl={"afterCreation": "1m"}))
    obj = thing(creationTimestamp=created.strftime("%Y-%m-%dT%H:%M:%SZ"))
    decision = judged(policy, obj)
    assert (decision.verdict, decision.because) == (verdict, because)
    assert decision.expires_at == created + 60 * SECOND
    assert (decision.request == Delete()) is (verdict is Verdict.ACT)
    assert (decision.action == "delete") is (verdict is Verdict.ACT)


def test_a_decision_names_its_object():
    """Group and version, kind, namespace, name and uid are those of the object."""
    decision = judged(compiled_once(document()), thing("Job", "batch/v1", name="n", namespace="s", uid="i"))
    named = (decision.api_version, decision.kind, decision.namespace, decision.name, decision.uid)
    assert named == ("batch/v1", "Job", "s", "n", "i")


@pytest.mark.parametrize(
    ("answer", "kept_by", "words"),
    [
        (True, None, "due since"),
        (False, CONDITION, "condition acme.io/odd does not hold"),
        (Missing("spec.a is missing"), CONDITION, "cannot tell whether the conditions hold: spec.a is missing"),
        (Undecided("who knows"), ERROR, "cannot tell whether the conditions hold: who knows"),
        (KeyError("x"), ERROR, "cannot tell whether the conditions hold: acme.io/odd failed: KeyError: 'x'"),
        (RecursionError("deep"), ERROR, "acme.io/odd failed: RecursionError: deep"),
        (MemoryError(), ERROR, "acme.io/odd failed: MemoryError"),
        *(
            (value, ERROR, f"acme.io/odd answered with a value of type {type(value).__name__}, not true or false")
            for value in (1, 0, None, "true", [], [True], 1.0)
        ),
    ],
)
def test_only_true_holds(answer, kept_by, words):
    """False does not; a missing field keeps without an error; everything else keeps by one."""
    policy = with_condition(answer)
    decision = judged(policy, thing())
    assert decision.kept_by is kept_by
    assert words in decision.because
    found = quick(policy, thing())
    assert found == decision if kept_by in {None, ERROR} else found is kept_by


class Unzoned(dt.tzinfo):
    """A zone that knows no offset."""

    def utcoffset(self, _moment):
        return None


class Failing(dt.tzinfo):
    """A zone that fails."""

    def utcoffset(self, _moment):
        raise KeyError("zone")


EAST, WEST = (dt.timezone(dt.timedelta(hours=hours)) for hours in (14, -12))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (dt.datetime(2025, 1, 1), "value of type datetime, not an instant with a zone"),  # noqa: DTZ001
        (dt.datetime(2025, 1, 1, tzinfo=Unzoned()), "value of type datetime, not an instant with a zone"),
        (dt.datetime(2025, 1, 1, tzinfo=Failing()), "the TTL failed: KeyError: 'zone'"),
        (dt.datetime.min.replace(tzinfo=EAST), "the TTL failed: OverflowError"),
        (dt.datetime.max.replace(tzinfo=WEST), "the TTL failed: OverflowError"),
        (dt.date(2025, 1, 1), "value of type date, not an instant"),
        ("2025-01-01T00:00:00Z", "value of type str, not an instant"),
        (0, "value of type int, not an instant"),
        (False, "value of type bool, not an instant"),
        (dt.datetime(2013, 12, 31, 23, 59, 59, tzinfo=dt.UTC), "2013-12-31T23:59:59Z cannot be right: it is before"),
        (dt.datetime(2014, 1, 1, 13, 59, tzinfo=EAST), "2013-12-31T23:59:00Z cannot be right: it is before 2014"),
        (dt.datetime(1970, 1, 1, tzinfo=dt.UTC), "it is before 2014"),
        (dt.datetime(1, 1, 1, tzinfo=dt.UTC), "it is before 2014"),
        (Undecided("who knows"), "no expiry can be told: who knows"),
        (ZeroDivisionError("division by zero"), "the TTL failed: ZeroDivisionError: division by zero"),
    ],
)
def test_an_instant_that_cannot_be_right_keeps_by_an_error(answer, words):
    """Whatever a TTL answers or raises; there is no other field to fall back to."""
    policy = with_ttl(answer)
    decision = judged(policy, thing())
    assert decision.kept_by is ERROR
    assert decision.because.startswith("no expiry can be told: ")
    assert words in decision.because
    assert not (isinstance(found := quick(policy, thing()), judging.Decision) and found.verdict is Verdict.ACT)


@pytest.mark.parametrize(
    ("answer", "words"),
    [(None, "it never expires"), (Missing("status.at is missing"), "no expiry: status.at is missing")],
)
def test_without_an_instant_an_object_is_kept_without_an_error(answer, words):
    """It never expires, or the field is not there."""
    policy = with_ttl(answer)
    assert judged(policy, thing()).because == words
    assert judged(policy, thing()).kept_by is quick(policy, thing()) is NO_EXPIRY


@pytest.mark.parametrize(
    ("moment", "verdict"),
    [
        (dt.datetime(2014, 1, 1, 0, 0, 1, tzinfo=dt.UTC), Verdict.ACT),
        (dt.datetime(2026, 1, 1, 13, 59, 59, tzinfo=dt.timezone(2 * 3600 * SECOND)), Verdict.ACT),
        (dt.datetime(2026, 1, 1, 13, 0, 0, tzinfo=dt.timezone(3600 * SECOND)), Verdict.WAIT),
        (dt.datetime(9999, 12, 31, tzinfo=dt.UTC), Verdict.WAIT),
    ],
)
def test_an_instant_counts_whatever_its_zone(moment, verdict):
    """And is told in UTC."""
    decision = judged(with_ttl(moment), thing(creationTimestamp="2014-01-01T00:00:00Z"))
    assert decision.verdict is verdict
    assert decision.expires_at == moment
    assert decision.expires_at.tzinfo is dt.UTC


@pytest.mark.parametrize("answer", [KeyError("x"), None, 5, ["since"]])
def test_words_are_never_a_reason_to_fail(answer):
    """An explanation that raises, or is no text, is left out."""
    policy = with_ttl(NOW - SECOND, explain=answering(answer))
    assert judged(policy, thing()).because == "due since 2026-01-01T11:59:59Z"
    words = with_words(matchers=[offered("acme.io/odd", answering(False), explain=answering(answer))])  # noqa: FBT003  the answer
    unheld = judged(compiled(document(conditions={"acme.io/odd": 1}), words), thing())
    assert unheld.kept_by is CONDITION
    assert unheld.because in {"condition acme.io/odd does not hold", "conditions do not hold"}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (KeyError("x"), "the action failed: KeyError: 'x'"),
        (Undecided("no"), "what to ask for cannot be told: no"),
        (None, "the action answered with a NoneType, not a request"),
        ("delete", "the action answered with a str, not a request"),
        (True, "the action answered with a bool, not a request"),
        (Delete, "the action answered with an ABCMeta, not a request"),
        (Request, "the action answered with an ABCMeta, not a request"),
        (Mark(labels=None), "the action failed: AttributeError"),
        (Mark(labels={"a": 1}), "the action failed: TypeError: a mark is text, not a value of type int"),
        (Mark(labels={"a": "b"}, annotations={"c": None}), "a mark is text, not a value of type NoneType"),
        (Mark(labels={1: "b"}), "a mark is text, not a value of type int"),
    ],
)
def test_an_action_that_fails_or_asks_for_nothing_known_keeps_by_an_error(answer, words):
    """Nothing is done that was not asked for in so many words."""
    policy = with_action(answer)
    decision = judged(policy, thing())
    assert (decision.kept_by, decision.request) == (ERROR, None)
    assert words in decision.because
    assert quick(policy, thing()) == decision


def test_where_an_action_failed_is_shown_to_who_asks(monkeypatch, capsys):
    """And to nobody else: a traceback may quote objects."""
    policy = with_action(KeyError("shown to who asks"))
    judged(policy, thing())
    assert capsys.readouterr().err == ""
    monkeypatch.setenv(tracing.VARIABLE, "1")
    judged(policy, thing())
    assert "KeyError: 'shown to who asks'" in capsys.readouterr().err


class Wider(Delete):
    """A request of somebody's own: it could ask for anything."""

    verb = "deletecollection"  # type: ignore[assignment]  # that is the point


@pytest.mark.parametrize(
    ("requests", "answer", "words"),
    [
        ((Mark,), Delete(), "the action answered with a Delete, and said that it asks for a Mark"),
        ((Delete,), Mark({"a": "b"}), "the action answered with a Mark, and said that it asks for a Delete"),
        ((Delete, Mark), Wider(), "the action answered with a Wider, and said that it asks for a Delete or Mark"),
    ],
)
def test_an_action_that_asks_for_what_its_keyword_did_not_say_keeps_by_an_error(requests, answer, words):
    """The rights to what it said were asked for before the run, and to nothing else."""
    policy = with_action(answer, requests)
    decision = judged(policy, thing())
    assert (decision.kept_by, decision.request, decision.because) == (ERROR, None, words)
    assert quick(policy, thing()) == decision


@pytest.mark.parametrize("mark", [Mark({"a": "b", "gc.kube-zen.io/keep": "x"}), Mark({}, {"gc.kube-zen.io/keep": "x"})])
def test_a_plugins_request_for_a_reserved_mark_keeps_by_an_error_unless_it_is_allowed(mark):
    """A plugin may make up its marks object by object: they are looked at when it asks."""
    decision = judged(with_action(mark), thing())
    assert (decision.kept_by, decision.request) == (ERROR, None)
    assert "--allow-mark gc.kube-zen.io/keep" in decision.because
    assert judged(with_action(mark, marks=frozenset(["gc.kube-zen.io/keep"])), thing()).verdict is Verdict.ACT
    signature = Mark({}, {MARKED_AT: "2000-01-01T00:00:00Z"})
    assert judged(with_action(signature, marks=frozenset([MARKED_AT])), thing()).kept_by is ERROR


@pytest.mark.parametrize(
    ("metadata", "marked"),
    [
        ({}, False),
        ({"labels": {"stale": "yes"}}, True),
        ({"labels": {"stale": "yes", "x": "y"}}, True),
        ({"labels": {"stale": "no"}}, False),
        ({"annotations": {"stale": "yes"}}, False),
    ],
)
def test_an_object_that_carries_the_mark_is_not_touched_again(metadata, marked):
    """All of the mark, with its values, where it belongs."""
    decision = judged(compiled_once(document(action={"label": {"stale": "yes"}})), thing(**metadata))
    assert (decision.because == "it carries the mark already") is marked
    assert (decision.kept_by is CONDITION) is marked
    if not marked:
        signature = {MARKED_AT: "2026-01-01T12:00:00Z", MARKED_BY: "tidy"}
        assert decision.request == Mark({"stale": "yes"}, signature)


def test_half_a_mark_is_not_the_mark():
    """Labels and annotations must all be there."""
    policy = with_action(Mark({"a": "1"}, {"b": "2"}))
    assert judged(policy, thing(labels={"a": "1"})).verdict is Verdict.ACT
    assert judged(policy, thing(annotations={"b": "2"})).verdict is Verdict.ACT
    assert judged(policy, thing(labels={"a": "1"}, annotations={"b": "2"})).verdict is Verdict.KEEP


def test_a_protection_that_fails_keeps_by_an_error():
    """Whatever it raises, it has not said that nothing protects the object."""
    policy = compiled_once(document(ttl={"immediate": True}))
    grants = Grants(resources=frozenset({"namespaces"}))
    obj = thing("Namespace", namespace=None)
    decision = judged(policy, obj, grants=grants, kept_inside=lambda _owner, _keeps: {}["x"])
    assert decision.kept_by is ERROR
    assert decision.because.startswith("cannot tell whether it is protected: ")


def test_the_quick_question_keeps_what_waits_without_a_decision():
    """The sweep makes no words for what is not due, but tells its instant; a protection is not asked for what waits."""
    policy = compiled_once(document())
    instant = dt.datetime(2026, 1, 1, 12, 30, tzinfo=dt.UTC)
    assert quick(policy, thing(creationTimestamp="2026-01-01T11:30:00Z")) == instant
    assert quick(policy, thing(creationTimestamp="2026-01-01T11:00:00Z")) == NOW, "it is due after its instant"
    assert quick(policy, thing(creationTimestamp="2026-01-01T11:30:00Z", labels={KEEP: "true"})) == instant
    assert quick(policy, thing(labels={KEEP: "true"})) is PROTECTED


def test_what_will_be_due_before_long_is_remembered_where_that_is_asked_for():
    """With its instant, whatever protects it then; not what comes at that instant or later."""
    policy = compiled_once(document())
    tally = tally_of(Case(policy, run_of(policy), Protections()), policy.policy.targets)
    tally.soonest = Soonest(NOW + dt.timedelta(minutes=30))
    for minute in (0, 29, 30, 59):
        made = f"2026-01-01T11:{minute:02}:00Z"
        tally.offer(JsonCandidate.from_object(thing(name=f"m{minute}", uid=f"m{minute}", creationTimestamp=made)))
    tally.offer(JsonCandidate.from_object(thing(name="old")))
    found = {each.name: each.instant for each in tally.soonest}
    assert found == {f"m{minute}": NOW + dt.timedelta(minutes=minute) for minute in (0, 29)}
    assert tally.due == 1


def test_whether_an_owned_object_finished_may_be_left_for_later():
    """With the metadata alone the owner is not asked about; every other protection is."""
    policy = compiled_once(document())
    workflow = thing("Workflow", "argoproj.io/v1alpha1", ownerReferences=[OWNER])
    candidate = JsonCandidate.from_object(workflow, complete=False)
    asked = {
        answer: judging.due(policy, candidate, run_of(policy), Protections(), owner_matters=answer)
        for answer in (True, False)
    }
    assert quick(policy, thing(ownerReferences=[OWNER])) is PROTECTED, (
        "it is asked about unless somebody says otherwise"
    )
    assert asked[True].kept_by is ERROR
    assert asked[False].verdict is Verdict.ACT
    marked = JsonCandidate.from_object(thing(ownerReferences=[OWNER], labels={KEEP: ""}), complete=False)
    assert judging.due(policy, marked, run_of(policy), Protections(), owner_matters=False) is PROTECTED


def test_skipping_says_that_the_selectors_do_not_take_it():
    """Shown by ``zen-gc plan --all`` alone."""
    decision = judging.skip(JsonCandidate.from_object(thing()))
    assert (decision.verdict, decision.kept_by, decision.request) == (Verdict.SKIP, None, None)


def test_a_decision_depends_on_the_run_s_instant_alone():
    """The same object and policy, an instant later: due."""
    policy = compiled_once(document())
    obj = thing(creationTimestamp="2026-01-01T11:00:00Z")
    assert judged(policy, obj).verdict is Verdict.WAIT
    later = judged(policy, obj, now=NOW + dt.timedelta(microseconds=1))
    assert later.verdict is Verdict.ACT
    assert replace(later, verdict=Verdict.WAIT, request=None, action=None, because="") == replace(
        judged(policy, obj), because=""
    )


@pytest.mark.parametrize(
    ("ttl", "told"),
    [
        ({"secondsAfterCreation": 3600}, "spec.ttl.secondsAfterCreation"),
        ({"fieldPath": "data.wait"}, "spec.ttl"),
        ({"afterCreation": "1h"}, "spec.ttl.afterCreation"),
    ],
)
def test_what_cannot_be_told_is_so_at_the_place_that_was_written(ttl, told):
    """In the Go program's spelling, too, whose author never wrote `after`."""
    decision = judged(compiled(document(ttl=ttl)), thing(creationTimestamp="soon"))
    assert (decision.kept_by, decision.told) == (ERROR, f"no expiry can be told: {told}")


def test_of_nothing_nothing_is_counted():
    """And each object is counted once, where it belongs."""
    policy = compiled(document(conditions={"fields": [{"path": "data.state", "value": "done"}]}))
    case = Case(policy, run_of(policy), Protections())
    tally = tally_of(case, policy.policy.targets)
    assert tally.sums == Sums(0, 0, 0, 0, 0, 0, Counter())
    assert (tally.unreadable, tally.first_error, tally.first_reason) == (0, None, None)
    done = {"data": {"state": "done"}}
    for obj in (
        thing(),
        thing(rest=done),
        thing(rest=done, labels={"x": 5}),
        thing(rest=done, labels={KEEP: ""}),
        thing(rest=done, creationTimestamp=format_instant(NOW)),
    ):
        tally.offer(JsonCandidate.from_object(obj))
    kept = Counter({KeptBy.CONDITION: 1, KeptBy.ERROR: 1, KeptBy.PROTECTED: 1})
    assert tally.sums == Sums(5, 5, 1, 0, 0, 0, kept)
    assert tally.unreadable == 1


OWNED_WORKFLOW = {"kind": "Workflow", "api_version": "argoproj.io/v1alpha1", "ownerReferences": [OWNER]}
RUNNING = {"status": {"phase": "Running"}}
SUCCEEDED = {"status": {"phase": "Succeeded", "finishedAt": "2025-06-01T00:00:01Z"}}


@pytest.mark.parametrize(
    ("whole", "counts", "kept"),
    [
        (SUCCEEDED, (1, 1, 1), {}),
        (RUNNING, (1, 1, 0), {PROTECTED: 1}),
        (None, (0, 0, 0), {}),
        (Undecided("the server is away"), (1, 1, 0), {ERROR: 1}),
    ],
    ids=["finished", "running", "gone", "cannot be read"],
)
@pytest.mark.parametrize("record", [True, False])
def test_what_is_owned_and_known_by_its_metadata_is_read_whole_before_it_is_due(whole, counts, kept, record):
    """Whether it finished is not told by that; what is gone by then counts for nothing."""
    target = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "namespaces": ["*"]}
    policy = compiled(document(target=target))

    def read(_candidate):
        if isinstance(whole, Undecided):
            raise whole
        return None if whole is None else JsonCandidate.from_object(thing(**OWNED_WORKFLOW, rest=whole))

    case = Case(policy, run_of(policy), Protections(), record=record, whole=read)
    tally = tally_of(case, policy.policy.targets)
    tally.offer(JsonCandidate.from_object(thing(**OWNED_WORKFLOW), complete=False))
    assert (tally.scanned, tally.matched, tally.due) == counts
    assert tally.kept == Counter(kept)
    assert (tally.first_error is not None) is (ERROR in kept)


def test_a_decision_to_act_that_asks_for_nothing_yet():
    """It says of what, and since when."""
    decision = judging.act(JsonCandidate.from_object(thing()), NOW)
    assert (decision.verdict, decision.uid, decision.expires_at, decision.request) == (Verdict.ACT, "u", NOW, None)


@pytest.mark.parametrize("record", [True, False])
def test_what_keeps_objects_is_counted_once_each(record):
    """Whichever way they are asked."""
    policy = compiled(
        document(
            conditions={"cel": "object.data.go == 'yes'"},
            ttl={"after": {"since": {"path": "data.since"}, "wait": "1h"}},
        )
    )
    case = Case(policy, run_of(policy), Protections(), record=record)
    tally = tally_of(case, policy.policy.targets)
    for number, data in enumerate([{"go": "no", "since": OLD}, {"go": "yes"}, {"go": "yes", "since": OLD}] * 3):
        tally.offer(JsonCandidate.from_object(thing(name=f"n{number}", uid=f"u{number}", rest={"data": data})))
    assert tally.due == 3
    assert (tally.kept[KeptBy.CONDITION], tally.kept[KeptBy.NO_EXPIRY], tally.kept.total()) == (3, 3, 6)


def test_the_sweep_makes_no_words_for_what_its_conditions_keep():
    """Who asks for all of it is told; the millions that go by are only counted."""

    def explain(_candidate, _run):
        told.append(1)
        return "it is not meant"

    told = []
    words = with_words(matchers=[offered("never", lambda _candidate, _run: False, explain=explain)])
    policy = compiled(document(conditions={"never": {}}), words)
    for record, times in ((False, 0), (True, 1)):
        tally = tally_of(Case(policy, run_of(policy), Protections(), record=record), policy.policy.targets)
        tally.offer(JsonCandidate.from_object(thing()))
        assert (tally.kept[KeptBy.CONDITION], len(told)) == (1, times)


@pytest.mark.parametrize("told", ["", "the field is missing"])
def test_why_an_action_cannot_tell_what_to_ask_for_is_told_as_far_as_everybody_may_know(told):
    """Where, and no more, if the doubt itself says nothing."""

    class Doubt(Undecided):
        pass

    doubt = Doubt("data.secret is missing")
    doubt.told = told
    words = with_words(actions=[offered("odd", answering(doubt), requests=(Delete,))])
    decision = judged(compiled(document(action={"odd": {}}), words), thing())
    assert decision.because == "what to ask for cannot be told: data.secret is missing"
    assert decision.told == "what to ask for cannot be told: spec.action.odd" + (told and f": {told}")
