"""Carrying out a plan: what is not even looked at."""

from __future__ import annotations

import datetime as dt
import math
import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.unit.engine.situations import NOW, compiled, document, run_of, thing
from zen_gc_core.cluster.clocks import boottime
from zen_gc_core.cluster.errors import AccessDenied, ClusterError, LookedTooLongAgo, MalformedAnswer
from zen_gc_core.cluster.resource import Resource
from zen_gc_core.controller.runs.acting import Acting, _Carrying, _request, carry_out
from zen_gc_core.controller.runs.fencing import MOST_SKEW_SECONDS, check_clocks
from zen_gc_core.controller.runs.journal import Journal
from zen_gc_core.controller.runs.keepers import Withheld
from zen_gc_core.controller.runs.outcomes import MOST_FORBIDDEN, Outcomes
from zen_gc_core.controller.runs.pacing import Rate
from zen_gc_core.controller.runs.recycling import NotRecycled
from zen_gc_core.controller.runs.relatives import Look
from zen_gc_core.controller.runs.stopping import Stopped
from zen_gc_core.engine.case import Case
from zen_gc_core.engine.planning import conclude, tally_of
from zen_gc_core.engine.protections import Protections
from zen_gc_core.engine.shares import Count
from zen_gc_core.model.decision import Verdict
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending, Outcome
from zen_gc_core.model.results import Result, Written

CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap", namespaced=True, verbs=frozenset({"get", "list", "delete"}))


class Nobody:
    """An API server that nothing may be asked of."""

    def __getattr__(self, name):
        raise AssertionError(f"it was asked for {name}")


@pytest.fixture
def planned():
    """A run, and its plan to delete one object."""
    return plan_of(compiled(document()))


def plan_of(policy):
    """A run of a policy, and its plan to delete one object."""
    case = Case(policy, run_of(policy), Protections())
    tally = tally_of(case, policy.policy.targets)
    tally.offer(JsonCandidate.from_object(thing()))
    plan = conclude(case, [tally], lambda: {("", "ConfigMap"): Count(0, 100)})
    assert (plan.due, len(plan.decisions), plan.stopped) == (1, 1, False)
    return case, plan


def acting(resource=CONFIG_MAPS, per_second=1000.0):
    """All that a plan is carried out with, but for the API server."""
    return Acting(
        connection=Nobody(),
        resources=SimpleNamespace(resolve=lambda *_: resource),
        fence=SimpleNamespace(pass_one=lambda: None),
        rate=Rate(per_second, 0.0),
        authority=lambda: None,
        witness=Nobody(),
        stopping=threading.Event(),
        timeout=1.0,
        now=lambda: NOW,
    )


class Told(list):
    """A witness: what became of each object, and what was said of it."""

    def acted(self, outcome, *_):
        self.append((outcome.result, outcome.message))


def worked(planned, **stand_ins):
    """What is told of a plan that is carried out with stand-ins for a part of it, by a run that goes on to its end."""
    case, plan = planned
    told = Told()
    carrying = _Carrying(case, plan, replace(acting(), witness=told))
    for name, stand_in in stand_ins.items():
        setattr(carrying, name, stand_in)
    carrying.work(iter(plan.decisions))
    assert carrying.outcomes.carried.stopped is None
    return told


@pytest.mark.parametrize("stopped", [{"tripped": "too much"}, {"vetoed": ("acme: no",)}, {"overfull": "too many"}])
def test_a_plan_that_is_stopped_is_not_carried_out(planned, stopped):
    """Whoever calls for it."""
    case, plan = planned
    plan = replace(plan, **stopped)
    carried = carry_out(case, plan, acting())
    assert (carried.results.total(), carried.stopped) == (0, None)


def test_a_plan_of_nothing_is_carried_out_by_nobody(planned):
    """No thread is begun."""
    case, plan = planned
    assert carry_out(case, replace(plan, decisions=()), acting()).results.total() == 0


def test_what_the_recycle_bin_has_no_room_for_is_told_once_and_not_looked_at():
    """Nor does it take a turn."""
    policy = compiled(document(behavior={"recycle": {"keepFor": "1h"}}))
    full = SimpleNamespace(full=lambda _: True)
    told = Told()
    carried = carry_out(*plan_of(policy), replace(acting(), bins=full, witness=told))
    assert [result for result, _ in told] == [Result.NOT_RECYCLED]
    assert carried.results == {Result.NOT_RECYCLED: 1}
    assert carried.stopped is None


@pytest.mark.parametrize("aggregated", [True, None])
def test_a_kind_that_another_api_server_serves_by_now_ends_the_run(planned, aggregated):
    """It may ignore preconditions: each write asks again."""
    case, plan = planned
    carried = carry_out(case, plan, acting(replace(CONFIG_MAPS, aggregated=aggregated)))
    assert carried.stopped is not None
    assert carried.stopped.reason is Reason.TARGET_UNAVAILABLE
    assert carried.results.total() == 0


@pytest.mark.parametrize("end", ["stopping", "superseded"])
def test_who_waits_for_its_turn_writes_nothing_once_the_run_is_to_end(planned, end):
    """It does not wait to the end, either."""
    case, plan = planned
    over = threading.Event()
    told = acting(per_second=0.5)
    told.rate.take(math.inf)  # the next turn is a while from now
    if end == "superseded":
        told = replace(told, superseded=over.is_set)
    ends = threading.Timer(0.3, told.stopping.set if end == "stopping" else over.set)
    ends.start()
    carried = carry_out(case, plan, told)
    ends.join()
    assert carried.results.total() == 0
    assert carried.stopped is not None
    assert carried.stopped.reason is (Reason.STOPPING if end == "stopping" else Reason.POLICY_CHANGED)


def test_what_its_group_keeps_is_told_and_not_looked_at(planned):
    """Nor does it take a turn."""
    keepers = SimpleNamespace(withheld=lambda _: "its group has changed")
    assert worked(planned, _keepers=keepers) == [(Result.DROPPED, "its group has changed")]


def test_what_cannot_be_read_when_it_is_looked_at_is_dropped(planned):
    """The run goes on."""

    def malformed(*_):
        raise MalformedAnswer("it is no object")

    found = worked(planned, _seeing=SimpleNamespace(one=malformed))
    assert found == [(Result.DROPPED, "it cannot be read: it is no object")]


def test_a_decision_that_asks_for_nothing_ends_the_run(planned):
    """Nobody acts without a request."""
    _, plan = planned
    with pytest.raises(Stopped, match="the decision on ConfigMap a asks for nothing") as stopped:
        _request(replace(plan.decisions[0], request=None))
    assert stopped.value.ending.reason is Reason.NO_REQUEST


def test_whether_a_write_is_allowed_that_nobody_can_be_asked_about_is_no(planned):
    """Then it counts as a right that is lacking, and the run ends."""
    case, plan = planned

    def failing(*_, **__):
        raise ClusterError("it does not answer")

    carrying = _Carrying(case, plan, replace(acting(), connection=SimpleNamespace(request=failing)))
    observed = SimpleNamespace(resource=CONFIG_MAPS, namespace="team", name="a")
    assert carrying._allowed(plan.decisions[0], observed) is False


def test_writes_that_are_forbidden_one_after_the_other_end_the_run(planned):
    """Each is remembered, so that it comes last in the next; an answer between them begins the count anew."""
    _, plan = planned
    (decision,) = plan.decisions
    outcomes = Outcomes(Told())
    journal, forbidden = Journal(decision, None, None, None), AccessDenied("delete", "configmaps")
    for _ in range(MOST_FORBIDDEN - 1):
        outcomes.forbid(decision, journal, forbidden)
    outcomes.note(Outcome(decision, Result.DELETED), journal)
    for _ in range(MOST_FORBIDDEN - 1):
        outcomes.forbid(decision, journal, forbidden)
    with pytest.raises(Stopped, match="20 writes in a row were forbidden") as stopped:
        outcomes.forbid(decision, journal, forbidden)
    assert stopped.value.ending.reason is Reason.FORBIDDEN
    assert outcomes.carried.forbidden == [decision.uid] * (2 * MOST_FORBIDDEN - 1)


def test_copies_that_fail_one_after_the_other_end_the_run(planned):
    """One that is made between them begins the count anew."""
    _, plan = planned
    (decision,) = plan.decisions
    outcomes = Outcomes(Told())
    failed, journal = Outcome(decision, Result.NOT_RECYCLED, "no room"), Journal(decision, None, None, None)
    for _ in range(MOST_FORBIDDEN - 1):
        outcomes.not_recycled(failed, journal, ValueError())
    outcomes.note(Outcome(decision, Result.DELETED), journal)
    for _ in range(MOST_FORBIDDEN - 1):
        outcomes.not_recycled(failed, journal, ValueError())
    for _ in range(MOST_FORBIDDEN):
        outcomes.not_recycled(failed, journal)  # none was tried
    with pytest.raises(Stopped, match="copies in a row failed: no room") as stopped:
        outcomes.not_recycled(failed, journal, ValueError())
    assert stopped.value.ending.reason is Reason.RECYCLING_FAILED


@pytest.mark.parametrize(("attempts", "sent", "result"), [(0, False, None), (1, False, "dropped"), (1, True, "failed")])
def test_no_intent_is_left_without_an_outcome(planned, attempts, sent, result):
    """What left failed, what did not was dropped; of what nobody meant to write there is nothing to tell."""
    _, plan = planned
    told = Told()
    outcomes = Outcomes(told)
    journal = Journal(plan.decisions[0], None, None, None)
    journal.attempts, journal.sent = attempts, sent
    outcomes.note_end(plan.decisions[0], journal, Stopped(Reason.STOPPING, "it was told to end"))
    assert [str(each) for each, _ in told] == ([result] if result else [])
    assert sum(outcomes.carried.results.values()) == len(told)


@pytest.mark.parametrize(
    ("result", "remembered"),
    [(Result.DELETED, True), (Result.ACCEPTED, True), (Result.CONFLICT, False), (Result.GONE, False)],
)
def test_what_was_deleted_is_remembered_in_case_it_comes_back(planned, monkeypatch, result, remembered):
    """And nothing else."""
    case, plan = planned
    gone = []
    written = SimpleNamespace(write=lambda *_, **__: Written(result, "", None))
    monkeypatch.setattr("zen_gc_core.controller.runs.acting.Writer", lambda *_, **__: written)
    fights = SimpleNamespace(deleted=lambda decision, _now: gone.append(decision))
    told = replace(acting(), fights=fights, witness=Told())
    carrying = _Carrying(case, plan, told)
    carrying._write(plan.decisions[0], None, carrying._journal(plan.decisions[0]))
    assert gone == ([plan.decisions[0]] if remembered else [])


def relied_on(carrying, decision, relatives, judged):
    """What the write of a decision relies on, with stand-ins for what is looked at."""
    relied = []
    carrying._relatives = relatives
    carrying._seeing = SimpleNamespace(one=lambda *_: "observed")
    carrying._rejudging = SimpleNamespace(decide=judged)
    carrying._acting = replace(carrying._acting, fights=SimpleNamespace(check=lambda *_: None))
    carrying._write = lambda _decision, _observed, journal: relied.append(journal.reliance)
    carrying._act(decision)
    (reliance,) = relied
    return reliance


def test_a_write_relies_on_a_look_and_is_decided_again_on_another_when_that_has_grown_old(planned):
    """Without relations there is no look."""
    case, plan = planned
    (decision,) = plan.decisions
    first, second = Look(1.0, {"then": None}), Look(2.0, {"now": None})
    looks, on, answers = [first, second], [], [decision, replace(decision, verdict=Verdict.KEEP, because="it is used")]

    def judged(_decision, _observed, related):
        on.append(related)
        return answers.pop(0)

    relatives = SimpleNamespace(look=lambda _: looks.pop(0), age=lambda look: 100.0 if look is first else 0.0)
    reliance = relied_on(_Carrying(case, plan, acting()), decision, relatives, judged)
    with pytest.raises(LookedTooLongAgo):
        reliance.recent()
    with pytest.raises(Withheld, match="it is used"):
        reliance.check()
    assert on == [first.related, second.related]
    assert relied_on(_Carrying(case, plan, acting()), decision, None, lambda *_: decision) is None


def test_what_came_back_whenever_it_was_deleted_is_asked_about_before_a_delete(planned):
    """It is left alone, and told; nothing is written."""
    case, plan = planned
    (decision,) = plan.decisions

    def check(again, observed):
        raise Withheld(f"{again.name} ({observed}) came back three times")

    told = Told()
    carrying = _Carrying(case, plan, replace(acting(), fights=SimpleNamespace(check=check), witness=told))
    carrying._seeing = SimpleNamespace(one=lambda *_: "observed")
    carrying._rejudging = SimpleNamespace(decide=lambda *_: decision)
    carrying._act(decision)
    assert told == [(Result.DROPPED, "a (observed) came back three times")]


def test_a_look_that_is_fresh_is_not_made_again(planned):
    """And one that was made anew is the one that counts from then on."""
    case, plan = planned
    (decision,) = plan.decisions
    ages, looks = {1.0: 100.0, 2.0: 0.0}, [Look(1.0, {}), Look(2.0, {})]
    relatives = SimpleNamespace(look=lambda _: looks.pop(0), age=lambda look: ages[look.began])
    reliance = relied_on(_Carrying(case, plan, acting()), decision, relatives, lambda *_: decision)
    for _ in range(3):
        reliance.check()
        reliance.recent()
    assert looks == []


def test_a_turn_is_waited_for_to_its_end(planned):
    """However short it is: many of them are the rate."""
    carrying = _Carrying(*planned, acting())
    for seconds in (0.05, 0.3):
        began = boottime()
        carrying._sleep(seconds)
        assert boottime() - began >= seconds


def test_what_nobody_foresaw_ends_the_run(planned):
    """What was done before it is told all the same; what is meant to end more than the run is passed on."""

    def raising(error):
        def pass_one():
            raise error

        return replace(acting(), fence=SimpleNamespace(pass_one=pass_one))

    bug = RuntimeError("a bug")
    carried = carry_out(*planned, raising(bug))
    assert carried.unexpected is bug
    assert carried.stopped is not None
    assert carried.stopped.reason is Reason.UNEXPECTED_ERROR
    with pytest.raises(SystemExit):
        carry_out(*planned, raising(SystemExit(3)))


def test_of_several_errors_that_nobody_foresaw_the_first_one_counts():
    """The others may follow from it; and so it is with what ends a run."""
    outcomes = Outcomes(Nobody())
    first, endings = ValueError(), [Ending(reason, "") for reason in (Reason.STOPPING, Reason.FORBIDDEN)]
    for error in (first, KeyError()):
        outcomes.raised(error)
    for ending in endings:
        outcomes.end(ending)
    assert outcomes.carried.unexpected is first
    assert outcomes.carried.stopped is endings[0]


def test_what_ends_a_run_for_one_ends_it_for_all(planned):
    """No other decision is begun, by whomever."""
    case, plan = planned
    asked = []

    def pass_one():
        asked.append(None)
        raise Stopped(Reason.POLICY_CHANGED, "the policy was edited")

    # Nobody waits for a turn: who does is told there.
    carrying = _Carrying(case, plan, replace(acting(per_second=1e9), fence=SimpleNamespace(pass_one=pass_one)))
    for _ in range(3):
        carrying.work(iter(plan.decisions * 3))
    assert len(asked) == 1
    assert carrying.outcomes.carried.stopped.reason is Reason.POLICY_CHANGED


@pytest.mark.parametrize("sign", [1, -1])
def test_clocks_may_be_apart_by_half_a_minute_and_by_no_more(sign):
    """Either way."""
    check_clocks(sign * dt.timedelta(seconds=MOST_SKEW_SECONDS))
    with pytest.raises(Stopped, match="the local clock is 30 s"):
        check_clocks(sign * dt.timedelta(seconds=MOST_SKEW_SECONDS, microseconds=1))


class Outcomed(list):
    """A witness: the outcome of each object."""

    def acted(self, outcome, *_):
        self.append(outcome)


def written(planned, monkeypatch, write, *, attempts=1, **stand_ins):
    """What a write is told as whose writer answers by ``write``, after so many intents that were written down and sent."""
    case, plan = planned
    outcomes = Outcomed()
    writer = SimpleNamespace(write=write)
    monkeypatch.setattr("zen_gc_core.controller.runs.acting.Writer", lambda *_, **__: writer)
    carrying = _Carrying(case, plan, replace(acting(), witness=outcomes))
    for name, stand_in in stand_ins.items():
        setattr(carrying, name, stand_in)
    journal = carrying._journal(plan.decisions[0])
    journal.attempts = journal.sent = attempts
    try:
        carrying._write(plan.decisions[0], None, journal)
    except (Stopped, ClusterError):
        outcomes.append("raised")
    return outcomes, journal


@pytest.mark.parametrize("error", [ClusterError("it does not answer"), Stopped(Reason.STOPPING, "it was told to end")])
def test_a_write_that_ends_the_run_has_its_outcome_all_the_same(planned, monkeypatch, error):
    """An intent without one would have to be looked into by hand."""

    def write(*_, **__):
        raise error

    (outcome, raised), journal = written(planned, monkeypatch, write)
    assert (outcome.result, outcome.attempt_id, raised) == (Result.FAILED, journal.attempt_id, "raised")


@pytest.mark.parametrize("cause", [None, ValueError("no")])
def test_a_copy_that_was_tried_is_told_with_its_attempt(planned, monkeypatch, cause):
    """And one that was not is told without: there is no intent of it in the log."""

    def write(*_, **__):
        raise NotRecycled("no copy of it", cause)

    (outcome,), journal = written(planned, monkeypatch, write, _recycling=SimpleNamespace(write=write))
    assert outcome.result is Result.NOT_RECYCLED
    assert outcome.attempt_id == (journal.attempt_id if cause else "")


def test_eight_write_at_once_and_no_more(planned):
    """So many requests of one run are under way at the server."""
    case, plan = planned
    lock, at_once, go_on = threading.Lock(), [], threading.Event()

    def pass_one():
        with lock:
            at_once.append(threading.current_thread())
            if len(at_once) == 8:
                threading.Timer(0.3, go_on.set).start()  # a ninth would be here by then
        assert go_on.wait(60.0)
        raise Stopped(Reason.STOPPING, "that will do")

    many = replace(plan, decisions=plan.decisions * 30)
    carry_out(case, many, replace(acting(), fence=SimpleNamespace(pass_one=pass_one)))
    assert len(set(at_once)) == 8


def test_a_wait_of_nothing_asks_nobody(planned, monkeypatch):
    """A turn that has come is taken, whatever was said since: the fence is asked next."""
    carrying = _Carrying(*planned, acting())
    monkeypatch.setattr("zen_gc_core.controller.runs.acting.boottime", lambda: 5.0)
    carrying._acting.stopping.set()
    carrying._sleep(0.0)
    with pytest.raises(Stopped):
        carrying._sleep(0.1)


@pytest.mark.parametrize("attempts", [0, 1])
def test_a_write_is_told_with_its_attempt_where_there_is_an_intent_of_it(planned, monkeypatch, attempts):
    """So that the two lines of the log are found together."""
    outcomes, journal = written(
        planned, monkeypatch, lambda *_, **__: Written(Result.GONE, "", None), attempts=attempts
    )
    assert [outcome.attempt_id for outcome in outcomes] == [journal.attempt_id if attempts else ""]


def test_who_waits_looks_up_five_times_a_second(planned, monkeypatch):
    """The end of the program, and a policy that is another one by now, are heard soon."""
    now, waits = [100.0], []

    class Ticking(threading.Event):
        def wait(self, seconds=None):
            waits.append(seconds)
            now[0] += seconds
            return False

    monkeypatch.setattr("zen_gc_core.controller.runs.acting.boottime", lambda: now[0])
    case, plan = planned
    _Carrying(case, plan, replace(acting(), stopping=Ticking()))._sleep(0.5)
    assert waits == pytest.approx([0.2, 0.2, 0.1])


@pytest.mark.parametrize("allowed", [True, False])
def test_a_write_that_is_forbidden_is_told_whether_or_not_it_ends_the_run(planned, monkeypatch, allowed):
    """It ends the run where the right to it is lacking; where it is there, it is about this object alone."""

    def write(*_, **__):
        raise AccessDenied("delete", "configmaps")

    outcomes, journal = written(planned, monkeypatch, write, _allowed=lambda *_: allowed)
    assert [(each.result, each.attempt_id) for each in outcomes[:1]] == [(Result.FAILED, journal.attempt_id)]
    assert outcomes[1:] == ([] if allowed else ["raised"])


@pytest.mark.parametrize("attempts", [0, 1])
def test_what_its_group_keeps_by_then_is_not_written(planned, attempts):
    """It is asked about right before the write, too, and told; with its attempt where there is an intent of it."""
    case, plan = planned

    def check(_decision):
        raise Withheld("its group has changed")

    told = Outcomed()
    carrying = _Carrying(case, plan, replace(acting(), witness=told, fights=SimpleNamespace(check=lambda *_: None)))
    journal = carrying._journal(plan.decisions[0])
    journal.attempts = attempts
    carrying._journal = lambda _: journal
    carrying._keepers = SimpleNamespace(check=check)
    carrying._seeing = SimpleNamespace(one=lambda *_: "observed")
    carrying._rejudging = SimpleNamespace(decide=lambda *_: plan.decisions[0])
    carrying._write = lambda *_: told.append("written")
    carrying._act(plan.decisions[0])
    (outcome,) = told
    assert (outcome.result, outcome.message) == (Result.DROPPED, "its group has changed")
    assert outcome.attempt_id == (journal.attempt_id if attempts else "")


@pytest.mark.parametrize("result", list(Result))
def test_what_was_accepted_or_told_to_somebody_is_remembered_by_itself(planned, result):
    """What was accepted is looked at again; who was notified is not told twice."""
    _, plan = planned
    outcomes = Outcomes(Told())
    outcome = Outcome(plan.decisions[0], result)
    outcomes.note(outcome, Journal(plan.decisions[0], None, None, None))
    carried = outcomes.carried
    assert carried.results == {result: 1}
    assert carried.accepted == ([outcome] if result is Result.ACCEPTED else [])
    assert carried.notified == (["u"] if result is Result.NOTIFIED else [])
