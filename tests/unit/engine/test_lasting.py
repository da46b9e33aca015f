"""Since when conditions hold: which marks count, which must go, and from when on a policy's marks count."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.engine.situations import compilation, compiled, document, run_of
from tests.unit.engine.situations import thing as marked_thing
from zen_gc_core.controller.runs.passes import CLOCKS_APART, Passes
from zen_gc_core.engine import lasting
from zen_gc_core.engine.calendar.timetable import mean_interval
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.lasting import UNMARKED
from zen_gc_core.engine.planning import conclude, tally_of
from zen_gc_core.engine.protections import Grants, Protections
from zen_gc_core.engine.remarks import NOTHING_TO_TAKE_AWAY
from zen_gc_core.model.calendars import Schedule
from zen_gc_core.model.crons import parse_cron
from zen_gc_core.model.decision import KeptBy, Verdict
from zen_gc_core.model.held_marks import MOST_INTERVALS, HoldMark, Unmark, held_since, key_of, must_go, spelt
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.requests import MARKED_AT, MARKED_BY

UID = "11111111-2222-3333-4444-555555555555"
NOW = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
HELD = {"after": {"since": "held", "wait": "1d"}}


def policy(**more):
    return compiled(document(conditions={"cel": "object.data.used == 'no'"}, ttl=HELD, **more))


REFERENCE = replace(policy().reference, uid=UID, generation=3)


def thing(mark: str | None = None, used: str = "no", **metadata):
    annotations = {} if mark is None else {key_of(REFERENCE): mark}
    return JsonCandidate.from_object(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": "x",
                "namespace": "default",
                "uid": "u",
                "creationTimestamp": "2026-01-01T00:00:00Z",
                "annotations": annotations,
                **metadata,
            },
            "data": {"used": used},
        }
    )


@pytest.mark.parametrize(
    ("mark", "counts", "goes"),
    [
        ("2026-11-20T00:00:00Z 3 u", True, True),
        ("2026-11-20T00:00:00.000001Z 3 u", True, True),
        ("2026-11-20T00:00:00Z 2 u", False, False),
        ("2026-11-20T00:00:00Z 3 v", False, False),
        ("2026-11-20T00:00:00Z 3 u ", False, False),
        ("2026-11-20T00:00:00Z  3 u", False, False),
        ("2026-11-20 3 u", False, False),
        ("2026-11-20T00:00:00Z", False, False),
        ("", False, False),
        ("2025-12-31T23:59:59Z 3 u", False, True),
        ("2026-11-27T12:00:01Z 3 u", False, True),
        ("2026-11-01T00:00:00Z 3 u", False, True),
    ],
)
def test_a_mark_counts_for_its_generation_and_object_in_its_time(mark, counts, goes):
    """One that is ahead may count a moment later, and must go all the same; so must one from before marks count."""
    candidate = thing(mark)
    held_from = NOW - 14 * 24 * HOUR
    assert (held_since(candidate, REFERENCE, NOW, held_from) is not None) == counts
    assert (must_go(candidate, REFERENCE) is not None) == goes


def test_nothing_counts_that_nobody_vouches_for():
    """Without a beginning, without the policy's uid, and without its generation."""
    candidate = thing("2026-11-20T00:00:00Z 3 u")
    assert held_since(candidate, REFERENCE, NOW, None) is None
    for reference in (replace(REFERENCE, uid=""), replace(REFERENCE, generation=0)):
        assert held_since(candidate, reference, NOW, NOW - 24 * 24 * HOUR) is None


def planned(*candidates, now=NOW, held_from=NOW - 14 * 24 * HOUR, namespaces=None, record=False, **more):
    of = policy(**more)
    of = replace(of, policy=replace(of.policy, reference=REFERENCE))
    run = replace(run_of(of, namespaces=namespaces), now=now, held_from=held_from, policy=REFERENCE)
    case = Case(of, run, Protections(Grants()), record=record)
    tally = tally_of(case, of.policy.targets)
    for candidate in candidates:
        tally.offer(candidate)
    return conclude(case, [tally], lambda: None)


@pytest.mark.parametrize("used", ["no", "yes"])
@pytest.mark.parametrize(
    "mark", [None, "2026-11-26T13:00:00Z 3 u", "2026-11-20T00:00:00Z 3 u", "2026-11-20T00:00:00Z 2 u"]
)
def test_an_object_is_marked_waits_goes_or_is_unmarked(mark, used):
    """One of them, by its conditions and its mark."""
    plan = planned(thing(mark, used))
    ours = mark is not None and " 3 " in mark
    due = used == "no" and mark == "2026-11-20T00:00:00Z 3 u"
    assert (plan.marking, plan.due, len(plan.owed)) == (used == "no" and not ours, due, used == "yes" and ours)
    assert plan.whole
    for decision in plan.decisions:
        assert isinstance(decision.request, HoldMark) == (not due)
    for decision in plan.owed:
        assert decision.request == Unmark({}, {key_of(REFERENCE): mark})
        assert decision.request.body(thing(mark)) == {"metadata": {"annotations": {key_of(REFERENCE): None}}}


@pytest.mark.parametrize(
    "where",
    [
        {"namespaces": ["team"]},
        {"namespaces": ["*"], "namespaceSelector": {"matchLabels": {"tier": "dev"}}},
        {"namespaces": ["*"], "names": ["y"]},
        {"namespaces": ["*"], "labelSelector": {"matchLabels": {"app": "web"}}},
    ],
)
def test_what_the_policy_does_not_look_at_any_more_is_unmarked(where):
    """Whatever took it out of its sight: its namespace, the Namespace's labels, its name or its own labels."""
    target = {"apiVersion": "v1", "kind": "ConfigMap", **where}
    plan = planned(thing("2026-11-20T00:00:00Z 3 u"), target=target)
    assert (plan.marking, plan.due, len(plan.owed), plan.whole) == (0, 0, 1, True)
    assert shown(target=target) == (Verdict.SKIP, "the policy's selectors do not take it; will be unmarked")


def shown(**options):
    """What a plan that somebody reads says of an object that carries a mark."""
    (decision,) = planned(thing("2026-11-20T00:00:00Z 3 u"), record=True, held_from=None, **options).decisions
    return decision.verdict, decision.because


@pytest.mark.parametrize("takes", ["v1", "v1beta1"])
@pytest.mark.parametrize("record", [True, False])
@pytest.mark.parametrize(("wait", "verdict"), [("1h", Verdict.KEEP), ("2000d", Verdict.WAIT)])
def test_what_is_taken_in_one_version_keeps_its_mark_in_the_others(takes, record, wait, verdict):
    """It is seen in both, and passed over in one; a mark goes when the object meets the policy in none."""
    versions = ("v1", "v1beta1")
    targets = [
        {
            "apiVersion": f"acme.io/{version}",
            "kind": "Thing",
            "namespaces": ["*"],
            "labelSelector": {"matchLabels": {"app": "x" if version == takes else "y"}},
        }
        for version in versions
    ]
    spec = {"action": {"label": {"idle": "yes"}}, "behavior": {"whileHolding": True}, "ttl": {"afterCreation": wait}}
    of = compiled(document(**spec, targetResources=targets))
    case = Case(of, replace(run_of(of), now=NOW), Protections(Grants()), record=record)
    signed = {MARKED_BY: str(of.reference), MARKED_AT: "2026-11-01T00:00:00Z"}
    tallies = []
    for version in versions:
        tallies.append(tally_of(case, of.targets_of(f"acme.io/{version}", "Thing")))
        found = marked_thing("Thing", f"acme.io/{version}", labels={"idle": "yes", "app": "x"}, annotations=signed)
        tallies[-1].offer(JsonCandidate.from_object(found))
    plan = conclude(case, tallies, lambda: None)
    assert len(plan.owed) == (verdict is Verdict.WAIT)
    if record:
        (decision,) = plan.decisions
        assert (decision.verdict, decision.api_version) == (verdict, f"acme.io/{takes}")
        assert decision.because.endswith(UNMARKED) == (verdict is Verdict.WAIT)


def test_no_more_is_said_to_be_taken_away_than_is(monkeypatch):
    """The rest is a later run's."""
    monkeypatch.setattr(lasting, "MOST_OWED", 1)
    found = [thing("2026-11-20T00:00:00Z 3 u", "yes"), thing("2026-11-20T00:00:00Z 3 v", "yes", name="y", uid="v")]
    plan = planned(*found, record=True)
    assert (len(plan.owed), plan.whole) == (1, False)
    assert [each.because.endswith(UNMARKED) for each in plan.decisions] == [True, False]


def test_what_the_policy_may_not_look_at_is_unmarked():
    """Its Namespace cannot be read, so that nobody tells whether the conditions are asked of it."""
    selected = {"namespaces": ["*"], "namespaceSelector": {"matchLabels": {"tier": "dev"}}}
    target = {"apiVersion": "v1", "kind": "ConfigMap", **selected}
    plan = planned(thing("2026-11-20T00:00:00Z 3 u"), namespaces={"default": None}, target=target)
    assert (plan.scanned, plan.matched, plan.due, len(plan.owed)) == (1, 1, 0, 1)
    assert plan.kept[KeptBy.ERROR] == 1
    verdict, because = shown(namespaces={"default": None}, target=target)
    assert verdict is Verdict.KEEP
    assert because.endswith("its Namespace default cannot be read; will be unmarked")


@pytest.mark.parametrize(("labels", "marking"), [({}, 1), ({"old": "yes"}, 0)])
def test_what_is_already_as_the_action_makes_it_is_not_marked(labels, marking):
    """Nothing would be done with it."""
    plan = planned(thing(labels=labels), action={"label": {"old": "yes"}})
    assert (plan.marking, plan.due) == (marking, 0)
    assert plan.kept[KeptBy.CONDITION] == 1 - marking


def test_what_cannot_be_read_leaves_open_what_is_owed():
    """Its mark is not known."""
    broken = thing(annotations=["odd"])
    assert not planned(broken).whole


def test_what_terminates_is_owed_nothing():
    """It is on its way out."""
    plan = planned(thing("2026-11-20T00:00:00Z 3 u", "yes", deletionTimestamp="2026-11-27T11:00:00Z"))
    assert (plan.owed, plan.whole) == ((), True)


@given(
    st.lists(
        st.tuples(st.integers(1, 400), st.sampled_from(["complete", "incomplete", "nothing"])), min_size=1, max_size=30
    )
)
def test_no_mark_from_before_a_break_counts(steps):
    """Whatever passes follow one another: never from before an incomplete one, or from before a gap of over three intervals."""
    known, now, breaks, last = Passes(), NOW, NOW, None
    for minutes, how in steps:
        now += dt.timedelta(minutes=minutes)
        held_from = known.begin(now, HOUR)
        if last is None or now - last > 3 * HOUR:
            breaks = max(breaks, now)
        assert held_from >= breaks
        if how == "complete":
            known.complete(now, held_from)
            last = now
        elif how == "incomplete":
            known.incomplete(now)
            breaks = now
        else:
            continue
        known = Passes.of(known.told())


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1),
            st.integers(1, 100),
            st.sampled_from(["complete", "incomplete", "nothing"]),
            st.booleans(),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_no_mark_from_before_a_break_counts_whoever_saw_it(steps):
    """Two replicas lead in turn: what one wrote the other reads, and what one could not write it knows when it leads again."""
    replicas = Passes(old=True), Passes(old=True)
    status, now, written, own = {}, NOW, NOW, [NOW, NOW]
    leads = None
    for who, minutes, how, is_written in steps:
        now += dt.timedelta(minutes=minutes)
        known = replicas[who]
        if who != leads:
            known.old = True
        leads = who
        if known.old:
            known.learn(status)
        held_from = known.begin(now, HOUR)
        assert held_from >= max(written, own[who])
        if how == "complete":
            known.complete(now, held_from)
        elif how == "incomplete":
            known.incomplete(now)
            own[who] = now
        if is_written:
            status = known.told()
            written = max(written, own[who])


def test_a_break_that_could_not_be_written_is_known_to_who_leads_again():
    """The status still says what was so before."""
    known = Passes(NOW - HOUR, NOW)
    status = known.told()
    known.incomplete(NOW)
    known.old = True
    known.learn(status)
    assert known.begin(NOW + dt.timedelta(minutes=1), HOUR) == NOW + CLOCKS_APART


def test_what_a_status_does_not_say_any_more_counts_for_nothing():
    """Somebody has taken it away: everything starts anew, whatever was known."""
    known = Passes(NOW - HOUR, NOW - HOUR, old=True)
    known.learn({})
    assert known.begin(NOW, HOUR) == NOW


def test_a_pass_that_was_not_complete_outdoes_clocks_that_disagree():
    """A mark of a moment ago may have been made by a clock that is ahead."""
    known = Passes(NOW - HOUR, NOW - HOUR)
    known.incomplete(NOW)
    assert known.begin(NOW, HOUR) == NOW + CLOCKS_APART


@pytest.mark.parametrize("status", [{}, {"heldFrom": "soon"}, {"heldFrom": 3, "lastCompletePass": None}])
def test_a_status_that_does_not_say_says_nothing(status):
    """And everything starts anew."""
    assert Passes.of(status).begin(NOW, HOUR) == NOW


def test_instants_keep_their_microseconds():
    """Which of two came first decides."""
    assert spelt(NOW.replace(microsecond=7)) == "2026-11-27T12:00:00.000007Z"


@pytest.mark.parametrize("action", [{"delete": {}}, {"notify": {}}])
def test_only_what_was_written_can_be_taken_away(action):
    """A deleted object does not come back."""
    of = compilation(document(action=action, behavior={"whileHolding": True}, ttl={"afterCreation": "1d"}))
    (problem,) = of.errors
    assert str(problem) == f"spec.behavior.whileHolding: {NOTHING_TO_TAKE_AWAY}"


@pytest.mark.parametrize(
    ("cron", "last", "bridged"),
    [
        ("0 3 * * *", dt.datetime(2026, 11, 24, 3, tzinfo=dt.UTC), True),
        ("0 3 * * *", dt.datetime(2026, 11, 23, 3, tzinfo=dt.UTC), False),
        ("0 3 * * 1", dt.datetime(2026, 11, 2, 3, tzinfo=dt.UTC), True),
        ("0 3 * * 1", dt.datetime(2026, 10, 26, 3, tzinfo=dt.UTC), False),
        ("0 3 29 2 *", dt.datetime(2016, 2, 29, 3, tzinfo=dt.UTC), True),
    ],
)
def test_of_a_schedule_three_times_may_be_missed_between(cron, last, bridged):
    """However far apart they are: three of its intervals lie between the last complete run and this one."""
    schedule = Schedule(parse_cron(cron))
    known = Passes(last - 24 * HOUR, last)
    interval = mean_interval(schedule, NOW, MOST_INTERVALS)
    assert (known.begin(NOW, interval) < NOW) == bridged
