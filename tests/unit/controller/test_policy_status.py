"""What stands in the status of a policy, and when it is worth writing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from zen_gc_core.cluster.errors import AccessDenied
from zen_gc_core.controller.runs.stopping import ending_by_write
from zen_gc_core.controller.telling import policy_status
from zen_gc_core.engine.crds.status_schema import status_schema
from zen_gc_core.model.decision import Decision, KeptBy, Verdict
from zen_gc_core.model.plan import Plan, Veto
from zen_gc_core.model.policy import NAMESPACED, PolicyReference, Problem
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending, RunReport
from zen_gc_core.model.requests import Mark
from zen_gc_core.model.results import Result

NOW = dt.datetime(2026, 1, 1, 12, 0, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(minutes=1)
POLICY = PolicyReference(NAMESPACED, "team", "p", uid="u", generation=3)
MARKING = Decision("v1", "Pod", "a", "b", "u", Verdict.ACT, "due", request=Mark({"stale": "true"}))
PLAN = Plan(POLICY, NOW, scanned=9, matched=7, due=4, decisions=(), kept=dict.fromkeys(KeptBy, 0))


def report(plan: Plan = PLAN, **fields: Any) -> RunReport:
    """The report of a run."""
    results = Counter(fields.pop("results", {}))
    return RunReport(plan=plan, results=results, started=NOW, duration=1.23456, **fields)


def plan(**fields: Any) -> Plan:
    """The plan with other fields."""
    values = {name: getattr(PLAN, name) for name in PLAN.__slots__}
    return Plan(**{**values, **fields})


def written(
    before: dict[str, Any], how: policy_status.Standing, at: dt.datetime = NOW, **counted: Any
) -> dict[str, Any]:
    """The patch."""
    return policy_status.status(
        before, generation=3, schedule="1m", digest="d", how=how, counted=counted, next_run=LATER, now=at
    )


def conditions(status: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The conditions by their type."""
    return {condition["type"]: condition for condition in status["conditions"]}


def test_the_numbers_of_a_run_are_those_of_its_outcomes() -> None:
    """Every field of ``lastRun``."""
    results = {
        Result.DELETED: 2,
        Result.MARKED: 1,
        Result.ACCEPTED: 3,
        Result.GONE: 4,
        Result.CONFLICT: 5,
        Result.FAILED: 6,
        Result.DROPPED: 7,
    }
    kept = {KeptBy.PROTECTED: 1, KeptBy.CONDITION: 2, KeptBy.NO_EXPIRY: 3, KeptBy.RETAINED: 5, KeptBy.ERROR: 4}
    numbers = policy_status.numbers(report(plan(kept=kept), results=results), 10, 0)
    assert numbers == {
        "resourcesMatched": 7,
        "resourcesDeleted": 2,
        "resourcesPending": 3,
        "resourcesWouldDelete": None,
        "totalDeleted": 12,
        "lastGCRun": "2026-01-01T12:00:00Z",
        "lastRun": {
            "scanned": 9,
            "due": 4,
            "deleted": 2,
            "marked": 1,
            "unmarked": 0,
            "scaled": 0,
            "suspended": 0,
            "patched": 0,
            "notified": 0,
            "accepted": 3,
            "gone": 4,
            "blocked": 0,
            "conflicts": 5,
            "failed": 6,
            "recycled": None,
            "notRecycled": None,
            "kept": {"protected": 1, "condition": 2, "noExpiry": 3, "retained": 5, "error": 4},
            "dryRun": False,
            "oldestDue": None,
            "durationSeconds": 1.235,
        },
    }


def test_what_was_accepted_counts_as_deleted_in_the_run_that_sees_it_gone() -> None:
    """Neither earlier, nor as somebody else's deed."""
    accepted = policy_status.numbers(report(results={Result.ACCEPTED: 2}), 10, 0)
    assert (accepted["resourcesDeleted"], accepted["totalDeleted"]) == (0, 10)
    gone = policy_status.numbers(report(), 10, 2)
    assert (gone["resourcesDeleted"], gone["totalDeleted"]) == (2, 12)
    assert (gone["lastRun"]["deleted"], gone["lastRun"]["gone"]) == (2, 0)


def test_a_dry_run_never_counts_as_deleted() -> None:
    """It has a number of its own."""
    numbers = policy_status.numbers(report(dry_run=True, results={Result.WOULD_ACT: 4}), 10, 0)
    assert (numbers["resourcesWouldDelete"], numbers["resourcesDeleted"], numbers["totalDeleted"]) == (4, 0, 10)


@pytest.mark.parametrize(
    ("made", "phase", "ready", "reason", "degraded"),
    [
        (report(), "Active", True, "Evaluated", None),
        (report(plan(tripped="too many")), "Error", False, "BreakerTripped", "BreakerTripped"),
        (report(plan(vetoed=(Veto("acme", "no"),))), "Error", False, "Vetoed", "Vetoed"),
        (report(stopped=Ending(Reason.CLOCK_SKEW, "off")), "Error", False, "ClockSkew", "ClockSkew"),
        (report(results={Result.FAILED: 1}), "Active", True, "Evaluated", "DeletionFailed"),
        (report(plan(decisions=(MARKING,)), results={Result.FAILED: 1}), "Active", True, "Evaluated", "MarkingFailed"),
        (report(plan(first_error="Pod a/b: …")), "Active", True, "Evaluated", "EvaluationErrors"),
        (
            report(plan(tripped="x"), stopped=Ending(Reason.CLOCK_SKEW, "off")),
            "Error",
            False,
            "BreakerTripped",
            "BreakerTripped",
        ),
    ],
)
def test_how_a_policy_stands_after_a_run(
    made: RunReport,
    phase: str,
    ready: bool,  # noqa: FBT001  a column
    reason: str,
    degraded: str | None,
) -> None:
    """Phase, Ready and Degraded."""
    how = policy_status.standing(made)
    assert (how.reason.phase, how.reason.ready, how.reason) == (phase, ready, reason)
    assert (how.degraded[0] if how.degraded else None) == degraded


def test_a_wish_that_stopped_a_run_is_told_beside_its_numbers() -> None:
    """The kill switch leaves a policy Active; who looks sees why nothing goes."""
    how = policy_status.standing(
        report(stopped=Ending(Reason.KILL_SWITCH, "ConfigMap x/zen-gc-pause stops every write"))
    )
    assert how.reason.phase == "Active"
    assert how.message == "matched 7, due 4; ConfigMap x/zen-gc-pause stops every write"


def test_the_servers_words_about_an_object_stand_nowhere() -> None:
    """They may quote it: status, log and events have the plain ones, which say what to grant."""
    ending = ending_by_write(AccessDenied("delete", "pods", "team", "the pod has password=x"))
    assert ending.message == "access denied: grant the verb delete on pods in namespace team"
    assert policy_status.standing(report(stopped=ending)).message == ending.message


def test_what_the_numbers_do_not_tell_stands_behind_them() -> None:
    """Also while the run acts."""
    warnings = (Problem("spec.targetResources[0].namespaces", "Namespace gone does not exist"),)
    expected = "matched 7, due 4; spec.targetResources[0].namespaces: Namespace gone does not exist"
    for how in (policy_status.standing(report(), warnings), policy_status.acting(report(), warnings)):
        assert (how.reason, how.message, how.degraded) == (Reason.EVALUATED, expected, None)


def test_the_time_of_a_transition_is_stable() -> None:
    """It moves when the status of the condition does, not when its reason or message do."""
    first = written({}, policy_status.standing(report()))
    second = written(first, policy_status.standing(report(plan(matched=8))), LATER)
    assert conditions(second)["Ready"]["message"] != conditions(first)["Ready"]["message"]
    assert {each["lastTransitionTime"] for each in second["conditions"]} == {"2026-01-01T12:00:00Z"}
    third = written(second, policy_status.failed(Ending(Reason.LIST_INCOMPLETE, "…")), LATER)
    times = {kind: each["lastTransitionTime"] for kind, each in conditions(third).items()}
    assert times == {
        "Ready": "2026-01-01T12:01:00Z",
        "Degraded": "2026-01-01T12:01:00Z",
        "Progressing": "2026-01-01T12:00:00Z",
    }


@pytest.mark.parametrize("before", [{}, {"conditions": None}, {"conditions": "x"}, {"conditions": [None, {"type": 1}]}])
def test_a_status_that_somebody_spoilt_is_written_anew(before: dict[str, Any]) -> None:
    """Whole, with both conditions."""
    assert set(conditions(written(before, policy_status.PAUSED))) == {"Ready", "Degraded", "Progressing"}


def test_a_paused_policy_has_no_next_run() -> None:
    """The field is removed."""
    patch = policy_status.status(
        {}, generation=1, schedule="1m", digest="d", how=policy_status.PAUSED, counted={}, next_run=None, now=NOW
    )
    assert patch["phase"] == "Paused"
    assert patch["nextGCRun"] is None
    assert conditions(patch)["Ready"]["status"] == "True"


def test_the_status_of_a_policy_that_recycles_says_so_and_how_many_have_a_copy() -> None:
    """A dry run, too; what is kept for want of a copy degrades the policy, and the message says why the first is."""
    recycling = plan(recycled_for=dt.timedelta(days=7))
    assert policy_status.standing(report(recycling, dry_run=True)).message == "matched 7, due 4; copied first, for 7d"
    results = {Result.DELETED: 2, Result.ACCEPTED: 1, Result.NOT_RECYCLED: 3}
    done = report(recycling, results=results, not_recycled="recycle bin of team is full")
    run = policy_status.numbers(done, 0, 0)["lastRun"]
    assert (run["recycled"], run["notRecycled"]) == (3, 3)
    told = "3 objects are kept for want of a copy; the first: recycle bin of team is full"
    assert policy_status.standing(done).degraded == (Reason.RECYCLING_FAILED, told)
    assert done.failed


def test_a_message_is_cut_where_the_server_would_refuse_it() -> None:
    """A list of a thousand problems."""
    patch = written({}, policy_status.invalid(Reason.INVALID_POLICY, ["x" * 100] * 100))
    assert len(conditions(patch)["Ready"]["message"]) == policy_status.LONGEST_MESSAGE
    assert conditions(patch)["Degraded"]["status"] == "False"


def test_the_clock_alone_is_not_worth_a_write() -> None:
    """Times, durations and how much was scanned."""
    before = written({}, policy_status.standing(report()), **policy_status.numbers(report(), 0, 0))
    before = {name: value for name, value in before.items() if value is not None}
    again = report(plan(now=LATER, scanned=12))
    patch = policy_status.status(
        before,
        generation=3,
        digest="d",
        schedule="1m",
        how=policy_status.standing(again),
        counted=policy_status.numbers(again, 0, 0),
        next_run=LATER + dt.timedelta(minutes=1),
        now=LATER,
    )
    assert not policy_status.worth_writing(before, patch)


@pytest.mark.parametrize(
    "change",
    [
        {"phase": "Paused"},
        {"observedGeneration": 4},
        {"resourcesMatched": 8},
        {"totalDeleted": 1},
        {"nextGCRun": None},
        {"lastRun": {"due": 5}},
        {"conditions": []},
    ],
)
def test_anything_else_is(change: dict[str, Any]) -> None:
    """A phase, a number, a condition."""
    before = written({}, policy_status.standing(report()), **policy_status.numbers(report(), 0, 0))
    assert policy_status.worth_writing(before, {**before, **change})


@pytest.mark.parametrize(("value", "total"), [(7, 7), (0, 0), (-1, 0), (True, 0), ("7", 0), (None, 0)])
def test_the_total_of_a_status_that_somebody_spoilt_counts_from_nothing(value: Any, total: int) -> None:
    """Only a count is one."""
    assert policy_status.total_deleted({"totalDeleted": value}) == total


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ({"resourcesMatched": 3, "resourcesDeleted": 1, "resourcesPending": 2}, (3, 1, 2)),
        ({"resourcesMatched": 3, "resourcesDeleted": 1}, None),
        ({"resourcesMatched": 3, "resourcesDeleted": "1", "resourcesPending": 2}, None),
        ({}, None),
    ],
)
def test_a_new_leader_knows_what_was_told_last(status: dict[str, Any], found: tuple[int, int, int] | None) -> None:
    """So that a change of leaders is no event for every policy."""
    assert policy_status.evaluated(status) == found


def test_a_run_that_acts_says_how_far_it_is_and_leaves_the_next_run_alone() -> None:
    """With the numbers so far; when it has ended, nothing is in progress."""
    made = report(plan(decisions=(MARKING,) * 4), results={Result.DELETED: 2, Result.FAILED: 1})
    patch = written({}, policy_status.acting(made), **policy_status.numbers(made, 10, 0))
    assert "nextGCRun" not in patch
    assert (patch["phase"], patch["totalDeleted"], patch["lastRun"]["deleted"]) == ("Active", 12, 2)
    progressing = conditions(patch)["Progressing"]
    assert (progressing["status"], progressing["reason"]) == ("True", "Acting")
    assert progressing["message"] == "3 of 4 objects done; deleted 2, failed 1"
    after = conditions(written(patch, policy_status.standing(made)))["Progressing"]
    assert (after["status"], after["reason"], after["message"]) == ("False", "Idle", "")


def _unknown(value: Any, schema: dict[str, Any], path: str = "status") -> list[str]:
    """What a schema does not name, or has another type for."""
    types = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
    if value is None:
        return []
    if not isinstance(value, types[schema["type"]]):
        return [path]
    if isinstance(value, list):
        return [found for entry in value for found in _unknown(entry, schema["items"], path)]
    if not isinstance(value, dict):
        return []
    known = schema["properties"]
    return [
        found
        for name, entry in value.items()
        for found in (_unknown(entry, known[name], f"{path}.{name}") if name in known else [f"{path}.{name}"])
    ]


def test_all_that_is_written_is_in_the_schema() -> None:
    """After a run, in the middle of one, of a dry run, and of a policy that does not run."""
    decision = replace(MARKING, expires_at=NOW)
    for made in (report(plan(decisions=(decision,))), report(dry_run=True), report(plan(tripped="too many"))):
        for how in (policy_status.standing(made), policy_status.acting(made), policy_status.PAUSED):
            patch = written({}, how, **policy_status.numbers(made, 10, 1))
            assert patch["schedule"] == "1m"
            assert _unknown(patch, status_schema()) == []
    assert _unknown({"lastRun": {"nonsense": 1}, "phase": 3}, status_schema()) == [
        "status.lastRun.nonsense",
        "status.phase",
    ]


def test_since_when_the_oldest_is_due_is_told_to_the_hour() -> None:
    """The minute is the object's own."""
    due = tuple(replace(MARKING, expires_at=NOW + dt.timedelta(minutes=minutes)) for minutes in (50, 20, 90))
    assert policy_status.numbers(report(plan(decisions=due)), 0, 0)["lastRun"]["oldestDue"] == "2026-01-01T12:00:00Z"
