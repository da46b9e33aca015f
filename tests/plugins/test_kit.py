"""The public test kit has teeth: a keyword that breaks a promise is caught, and the promise is named."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from zen_gc_core import Compiled, Config, Delete, InputError, Keyword, Mark, Undecided
from zen_gc_core.testing import (
    OBJECTS,
    ask,
    check_keyword,
    compile_keyword,
    explain,
    plan_of,
    policy_of,
    report_of,
    request_of,
)


class Nothing(Config):
    """Asks nothing."""


class Silent(Config):
    pass


def _keyword(call, *, config=Nothing, reads=None, words=None, requests=()):
    return Keyword("acme.io/x", config, lambda _config, _build: Compiled(call, reads=reads, explain=words), requests)


def _changing(candidate, _run):
    candidate.object["changed"] = True
    return True


def _fickle():
    answers = itertools.cycle([True, False])
    return lambda _candidate, _run: next(answers)


def _never(_candidate, _run):
    return False


@pytest.mark.parametrize(
    ("keyword", "broken"),
    [
        (_keyword(lambda candidate, _run: candidate.labels["team"] == "web"), "raised KeyError: 'team'"),
        (_keyword(lambda _candidate, _run: 1), "answers 1, not true or false"),
        (_keyword(lambda _candidate, _run: None), "answers None, not true or false"),
        (_keyword(lambda _candidate, _run: "yes"), "answers with text"),
        (_keyword(_fickle()), "asked again"),
        (
            _keyword(lambda candidate, _run: candidate.get("spec") is None, reads=["metadata.name"]),
            "spec was read but not declared",
        ),
        (
            _keyword(lambda candidate, _run: "a" in candidate.labels, reads=["metadata.labels.b"]),
            "was read but not declared",
        ),
        (_keyword(_changing), "changed an object"),
        (_keyword(_never, config=Silent), "says nothing about itself"),
        (_keyword(_never, words=lambda _candidate, _run: ""), "not with one line"),
        (_keyword(_never, words=lambda _candidate, _run: "a\nb"), "not with one line"),
    ],
)
def test_a_matcher_that_breaks_a_promise_is_caught(keyword, broken):
    """Over the ordinary corpus, without the author having to think of the object."""
    with pytest.raises(AssertionError, match=broken):
        check_keyword(keyword, {})


@pytest.mark.parametrize("answer", [True, "soon", dt.datetime(2026, 1, 1), dt.date(2026, 1, 1)])  # noqa: DTZ001  that is the point
def test_a_ttl_that_yields_no_aware_instant_is_caught(answer):
    """Or None, for never."""
    with pytest.raises(AssertionError, match="answers"):
        check_keyword(_keyword(lambda _candidate, _run: answer), {}, kind="ttl")


@pytest.mark.parametrize(
    ("start", "broken"),
    [
        (lambda _candidate, _run: "yesterday", "starts at 'yesterday', not at an aware datetime"),
        (lambda candidate, _run: candidate.created, "was read but not declared"),
    ],
)
def test_a_ttl_whose_start_breaks_a_promise_is_caught(start, broken):
    """Objects are ordered by it, and the newest of them retained."""
    keyword = Keyword("acme.io/x", Nothing, lambda _config, _build: Compiled(lambda *_: None, ["spec.at"], start=start))
    with pytest.raises(AssertionError, match=broken):
        check_keyword(keyword, {}, kind="ttl")


def test_an_action_that_yields_no_request_is_caught():
    """An action asks; it does not act, and does not answer with what it did."""
    with pytest.raises(AssertionError, match="not with a Delete"):
        check_keyword(_keyword(lambda _decision, _run: True, requests=Delete), {}, kind="action")
    with pytest.raises(AssertionError, match="does not say which requests it makes"):
        check_keyword(_keyword(lambda _decision, _run: Delete()), {}, kind="action")
    grace = itertools.count()
    fickle = _keyword(lambda _decision, _run: Delete(grace_period_seconds=next(grace)), requests=Delete)
    with pytest.raises(AssertionError, match="something else the second time"):
        check_keyword(fickle, {}, kind="action")


def test_a_keyword_that_keeps_its_promises_passes():
    """Undecided is an answer."""

    def undecided(_candidate, _run):
        raise Undecided("it cannot be told")

    check_keyword(_keyword(undecided), {})
    check_keyword(_keyword(lambda _candidate, run: run.now), {}, kind="ttl")
    check_keyword(_keyword(lambda _decision, _run: Delete(), requests=(Delete, Mark)), {}, kind="action")


def test_a_question_shows_no_more_than_is_declared():
    """``ask`` and ``explain`` are as strict as the engine."""
    peeking = _keyword(_never, reads=[], words=lambda candidate, _run: str(candidate.get("spec")))
    assert ask(peeking, {}, OBJECTS[0]) is False
    with pytest.raises(Exception, match="spec was read but not declared"):
        explain(peeking, {}, OBJECTS[0])


def test_a_keyword_may_be_made_with_its_types_written_out():
    """As an author under a type checker may well write it."""
    keyword = Keyword[Nothing, bool]("acme.io/x", Nothing, lambda _config, _build: Compiled[bool](_never))
    assert compile_keyword(keyword, {}).call is _never


def test_an_action_sees_the_decision_that_made_the_object_due():
    """Its name, its kind, and when."""
    seen = []

    def request(decision, run):
        seen.append((decision.kind, decision.name, decision.expires_at == run.now))
        return Delete()

    request_of(_keyword(request), {}, OBJECTS[0])
    assert seen == [("ConfigMap", "sample", True)]


def test_what_kind_a_keyword_is_is_found_out():
    """By the requests that it says, else by what it answers; what answers as both is neither."""
    check_keyword(_keyword(lambda _candidate, run: run.now), {})
    check_keyword(_keyword(lambda _decision, _run: Delete(), requests=Delete), {})
    with pytest.raises(AssertionError, match=r"an action says which requests it makes, Keyword\(…, requests=Delete\)"):
        check_keyword(_keyword(lambda _decision, _run: Delete()), {})
    with pytest.raises(AssertionError, match="of whatever object: if it is a TTL"):
        check_keyword(_keyword(lambda _candidate, _run: None), {})
    with pytest.raises(AssertionError, match=r"not an aware datetime or None|not true or false"):
        check_keyword(_keyword(lambda candidate, run: run.now if candidate.kind == "Job" else True), {})


def test_plans_and_reports_are_made_of_objects_and_numbers():
    """As hooks get them; what is misspelt is refused."""
    thing = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "b", "uid": "c"}}
    plan = plan_of(thing, policy=policy_of("old", "", annotations={"x": "y"}))
    assert (plan.due, plan.decisions[0].name, str(plan.policy), plan.policy.annotations["x"]) == (1, "a", "old", "y")
    report = report_of(plan, stopped="BreakerTripped", deleted=2, failed=1)
    assert (report.results["deleted"], str(report.stopped.reason), report.plan) == (2, "BreakerTripped", plan)
    with pytest.raises(InputError, match=r"there is no result 'delted'; did you mean 'deleted'"):
        report_of(delted=1)
    with pytest.raises(InputError, match="there is no reason 'Tripped'"):
        report_of(stopped="Tripped")


@pytest.mark.parametrize("told", [dt.timedelta(hours=2), dt.timedelta(0), dt.timedelta.max])
def test_a_ttl_that_is_not_due_at_the_age_that_it_tells_is_caught(told):
    """What is too young for it is asked about no more, and would be left for ever."""
    hour = dt.timedelta(hours=1)

    def made(after_creation):
        compiled = Compiled(
            lambda candidate, run: min(candidate.created, run.now) + hour,
            ["metadata.creationTimestamp"],
            lambda _candidate, _run: "an hour",
            after_creation=after_creation,
        )
        return Keyword("acme.io/x", Nothing, lambda _config, _build: compiled)

    check_keyword(made(hour), {})
    with pytest.raises(AssertionError, match="promised that an object is due"):
        check_keyword(made(told), {})


def test_an_age_that_is_none_refuses_the_policy_and_no_other():
    """In a pass it would be in the way of all that ride on it."""
    compiled = Compiled(lambda candidate, _run: candidate.created, ["metadata.creationTimestamp"], after_creation="1h")
    with pytest.raises(InputError, match="after_creation is a str, not a timedelta"):
        check_keyword(Keyword("acme.io/x", Nothing, lambda _config, _build: compiled), {})
