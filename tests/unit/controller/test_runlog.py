"""The records of the controller."""

from __future__ import annotations

import inspect
import io
import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from zen_gc_core.cluster.errors import CannotReach, Conflict, MalformedAnswer, TLSTrouble
from zen_gc_core.controller.process import standard_output
from zen_gc_core.controller.process.logs import configure
from zen_gc_core.controller.telling import runlog, webhook_log
from zen_gc_core.controller.telling.runlog import RunLog
from zen_gc_core.model.decision import Decision, KeptBy, Verdict
from zen_gc_core.model.plan import Plan, Veto
from zen_gc_core.model.policy import PolicyReference, Problem
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending, Outcome, RunReport
from zen_gc_core.model.requests import Delete, Mark
from zen_gc_core.model.results import Result
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECRET = "hunter2"
POLICY = PolicyReference("GarbageCollectionPolicy", "team-a", "jobs", uid="p-1", generation=3)
WRITE_FIELDS = {
    "timestamp",
    "level",
    "event",
    "policy",
    "namespace",
    "phase",
    "resource_namespace",
    "resource_name",
    "resource_uid",
    "reason",
    "duration",
    "attempt_id",
    "outcome",
}
DELETING = Decision(
    api_version="batch/v1",
    kind="Job",
    namespace="team-a",
    name="old",
    uid="u-1",
    verdict=Verdict.ACT,
    because=f"spec.password {SECRET} matched",
    expires_at=datetime(2026, 1, 1, 11, tzinfo=UTC),
    action="delete",
    request=Delete(),
)
MARKING = Decision(
    "v1", "Secret", "team-a", "s", "u-2", Verdict.ACT, SECRET, action="label", request=Mark({"a": SECRET})
)


@pytest.fixture
def said() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What has been logged so far, at debug level."""
    stream = io.StringIO()
    with configure("debug", "json", stream):
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def plan(**changes: Any) -> Plan:
    """A plan of the policy."""
    numbers = {"now": datetime(2026, 1, 1, tzinfo=UTC), "scanned": 9, "matched": 5, "due": 2, "decisions": ()}
    return Plan(POLICY, **(numbers | changes))


def test_a_write_is_told_twice_with_all_fields_and_one_id(said) -> None:
    """The intent and the outcome have the same fields, so that one search finds both."""
    log = RunLog()
    log.intent(POLICY, DELETING, "attempt-1")
    log.outcome(POLICY, Outcome(DELETING, Result.DELETED, SECRET, "attempt-1"), 0.25)
    intent, outcome = said()
    assert set(intent) >= WRITE_FIELDS <= set(outcome)
    assert [intent["event"], outcome["event"]] == ["deleting resource", "resource deleted"]
    assert [intent["attempt_id"], outcome["attempt_id"]] == ["attempt-1", "attempt-1"]
    assert [intent["outcome"], outcome["outcome"]] == ["intended", "deleted"]
    assert outcome["reason"] == "due since 2026-01-01T11:00:00Z"
    assert outcome["duration"] == 0.25
    assert SECRET not in json.dumps([intent, outcome])


def test_the_intent_is_flushed_before_the_call_returns() -> None:
    """Whoever crashes in the middle of a write has said what was meant."""

    class Recorder(io.StringIO):
        flushed = ""

        def flush(self) -> None:
            self.flushed = self.getvalue()

    stream = Recorder()
    with configure("info", "json", stream):
        RunLog().intent(POLICY, DELETING, "attempt-1")
        assert json.loads(stream.flushed)["attempt_id"] == "attempt-1"


def test_an_intent_that_cannot_be_written_raises() -> None:
    """So that the write is not sent."""
    stream = io.StringIO()
    with configure("info", "json", stream):
        stream.close()
        with pytest.raises(ValueError, match="closed"):
            RunLog().intent(POLICY, DELETING, "attempt-1")


@pytest.mark.parametrize("level", ["debug", "info"])
def test_intents_are_told_at_info(level: str) -> None:
    """Both records of a write are there at the default level."""
    stream = io.StringIO()
    with configure(level, "json", stream):
        RunLog().intent(POLICY, DELETING, "a")
        RunLog().outcome(POLICY, Outcome(DELETING, Result.CONFLICT, attempt_id="a"), 0.1)
    assert len(stream.getvalue().splitlines()) == 2


@pytest.mark.parametrize(
    ("outcome", "attempts", "event", "level"),
    [
        (Outcome(DELETING, Result.DELETED, SECRET, "a"), 1, "resource deleted", "info"),
        (Outcome(DELETING, Result.ACCEPTED, SECRET, "a"), 1, "resource terminating", "info"),
        (Outcome(DELETING, Result.GONE, SECRET, "a"), 1, "resource not deleted", "info"),
        (Outcome(DELETING, Result.GONE, SECRET), 1, "resource not deleted", "debug"),
        (Outcome(DELETING, Result.CONFLICT, SECRET, "a"), 1, "resource not deleted", "info"),
        (Outcome(DELETING, Result.DROPPED, SECRET), 1, "resource not deleted", "debug"),
        (Outcome(DELETING, Result.WOULD_ACT, SECRET), 1, "would delete resource", "debug"),
        (Outcome(DELETING, Result.FAILED, SECRET, "a"), 1, "resource not deleted", "error"),
        (Outcome(DELETING, Result.FAILED, SECRET, "a"), 5, "deletion failed after retries", "error"),
        (Outcome(MARKING, Result.MARKED, SECRET, "a"), 1, "resource marked", "info"),
        (Outcome(MARKING, Result.CONFLICT, SECRET, "a"), 1, "resource not marked", "info"),
        (Outcome(MARKING, Result.WOULD_ACT, SECRET), 1, "would mark resource", "debug"),
        (Outcome(MARKING, Result.FAILED, SECRET, "a"), 5, "marking failed after retries", "error"),
    ],
)
def test_every_result_has_its_phrase(said, outcome, attempts, event, level) -> None:
    """The phrases are constant; what differs stands in fields."""
    RunLog().outcome(POLICY, outcome, 0.1, attempts=attempts)
    (record,) = said()
    assert (record["event"], record["level"], record["outcome"]) == (event, level, outcome.result.value)
    assert SECRET not in json.dumps(record)


def test_a_failure_names_its_type_and_status_but_not_its_text(said) -> None:
    """A server's words about an object may quote it."""

    class RefusedError(Exception):
        status = 422

    RunLog().outcome(POLICY, Outcome(DELETING, Result.FAILED, SECRET, "a"), 0.1, cause=RefusedError(SECRET))
    (record,) = said()
    assert (record["error"], record["status"]) == ("RefusedError", 422)
    assert SECRET not in json.dumps(record)


def test_a_run_is_one_record_with_its_numbers(said) -> None:
    """What it looked at, what it kept and why, what it did."""
    kept = {KeptBy.PROTECTED: 1, KeptBy.CONDITION: 2, KeptBy.NO_EXPIRY: 0, KeptBy.RETAINED: 0, KeptBy.ERROR: 0}
    results = Counter({Result.DELETED: 2, Result.GONE: 0})
    RunLog().evaluation_finished(RunReport(plan(kept=kept, first_error=SECRET), results, duration=1.5))
    (record,) = said()
    assert record["event"] == "evaluation finished"
    assert (record["policy"], record["namespace"], record["phase"]) == ("jobs", "team-a", "Active")
    assert (record["scanned"], record["matched"], record["due"], record["pending"]) == (9, 5, 2, 3)
    assert record["kept"] == {"protected": 1, "condition": 2, "noExpiry": 0, "retained": 0, "error": 0}
    assert record["results"] == {"deleted": 2}
    assert record["duration"] == 1.5
    assert SECRET not in json.dumps(record)


@pytest.mark.parametrize(
    ("report", "reason", "message"),
    [
        (
            RunReport(plan(), stopped=Ending(Reason.ACCESS_DENIED, "no list of jobs", SECRET)),
            "AccessDenied",
            "no list of jobs",
        ),
        (RunReport(plan(tripped="it would act on 200")), "BreakerTripped", "it would act on 200"),
        (RunReport(plan(vetoed=(Veto("acme", SECRET),))), "Vetoed", "by acme"),
    ],
)
def test_a_run_that_was_stopped_failed_and_says_why(said, report, reason, message) -> None:
    """A plugin's own words are not passed on."""
    RunLog().evaluation_finished(report)
    (record,) = said()
    assert (record["event"], record["level"], record["phase"]) == ("evaluation failed", "warning", "Error")
    assert (record["reason"], record["message"]) == (reason, message)
    assert SECRET not in json.dumps(record)


def test_an_invalid_policy_is_told_with_all_of_its_problems(said) -> None:
    """Each with its path."""
    RunLog().policy_invalid(
        POLICY, Reason.INVALID_POLICY, [Problem("spec.ttl", "missing"), Problem("spec.x", "unknown")]
    )
    assert said()[0]["problems"] == ["spec.ttl: missing", "spec.x: unknown"]


def test_what_is_not_there_is_told_and_that_it_is_there_now(said) -> None:
    """Two phrases."""
    RunLog().unreached(POLICY, [Problem("spec.x", "takes no Namespace of this cluster")])
    RunLog().unreached(POLICY, ())
    told = [(record["event"], record["level"], record.get("problems")) for record in said()]
    assert told == [
        ("policy names what is not there", "warning", ["spec.x: takes no Namespace of this cluster"]),
        ("policy names what is there", "info", None),
    ]


def test_the_rest_of_the_controllers_life_has_constant_phrases(said) -> None:
    """One method a phrase."""
    log, cause = RunLog(), TimeoutError(SECRET)
    log.evaluating(POLICY)
    log.evaluation_failed(POLICY, Ending(Reason.ACCESS_DENIED, "cannot list jobs.batch"), seconds=1.0)
    log.still_terminating(POLICY, DELETING, "a", 900.0)
    log.status_not_written(POLICY, cause)
    log.event_not_recorded(cause)
    log.writes_stopped(POLICY, Ending(Reason.KILL_SWITCH, SECRET))
    log.writes_stopped(POLICY, Ending(Reason.DEFERRED, SECRET))
    log.swept("jobs.batch", 12, 0.5)
    log.plugin_quarantined("acme", "acme-zen-gc 1.0", "ImportError")
    log.started("0.1.0", "pod_1")
    log.stopping("SIGTERM")
    log.stopped()
    log.cannot_start("no cluster")
    log.leading("pod_1", "zen-gc-system/lease")
    log.standing_by("pod_1", "zen-gc-system/lease", "pod_2")
    log.lease_not_renewed("pod_1", "zen-gc-system/lease", cause)
    log.policies_not_watched("GarbageCollectionPolicy", cause)
    log.lease_lost("pod_1", "zen-gc-system/lease", "Taken")
    log.failed("the sweep", ValueError(SECRET))
    assert [record["event"] for record in said()] == [
        "evaluating policy",
        "evaluation failed",
        "resource still terminating",
        "status update failed",
        "event not recorded",
        "writes stopped",
        "writes deferred",
        "sweep finished",
        "plugin quarantined",
        "controller started",
        "controller stopping",
        "controller stopped",
        "controller cannot start",
        "became leader",
        "standing by",
        "lease not renewed",
        "policies not watched",
        "lost leadership",
        "unexpected error",
    ]
    assert SECRET not in json.dumps(said())


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        (TLSTrouble("certificate has expired"), "certificate has expired"),
        (CannotReach("connection refused"), "connection refused"),
        (Conflict("the server's words"), None),
        (MalformedAnswer("the server's words"), None),
    ],
)
def test_why_there_is_no_answer_is_told_and_what_a_server_answered_is_not(said, cause, message) -> None:
    """What it answered may quote objects."""
    log = RunLog()
    log.lease_not_renewed("pod_1", "zen-gc-system/lease", cause)
    log.policies_not_watched("GarbageCollectionPolicy", cause)
    assert [(record["reason"], record.get("message")) for record in said()] == [(type(cause).__name__, message)] * 2


def test_the_reference_names_every_phrase() -> None:
    """And no phrase that nobody says."""
    page = (Path(__file__).parents[3] / "docs/reference/logs.md").read_text().split("## Phrases")[1]
    documented = {
        phrase for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE) for phrase in re.findall("`([^`]+)`", row)
    } - {"event"}
    modules = (runlog, webhook_log, standard_output)
    sources = "".join(inspect.getsource(module) for module in modules)
    made = {"resource terminating", "resource recycled", "resource not recycled", "copy removed", "copy failed"}
    made |= {"recycling resource", "removing copy", "expiring copy", "copy expired", "copy not expired"}
    for action in load_plugins(installed_entry_points()).vocabulary.actions.values():
        for request in action.requests:
            words, done = request.words, request.done
            made |= {f"resource {done}", f"would {words.verb} resource"}
            if request.sends:
                made |= {f"{words.doing} resource", f"{words.noun} failed after retries", f"resource not {done}"}
    said = set(re.findall(r'_log\.\w+\(\s*(?:level, )?"([^"]+)"', sources))
    said |= set(re.findall(r'\blog\.\w+\(\s*"([^"]+)"', sources))
    assert documented == said | made
