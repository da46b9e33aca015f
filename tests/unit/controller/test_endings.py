"""Why a run ended is told the same by log, metrics, events, status and ``--once``, whatever else was in its way."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from zen_gc_core.cli.commands.controller import _verdict
from zen_gc_core.controller.process.logs import configure
from zen_gc_core.controller.runs.outcomes import ANSWERED
from zen_gc_core.controller.telling import policy_status
from zen_gc_core.controller.telling.events import PolicyEvents
from zen_gc_core.controller.telling.metrics import Metrics
from zen_gc_core.controller.telling.runlog import RunLog
from zen_gc_core.model.plan import Plan, Veto
from zen_gc_core.model.policy import NAMESPACED, PolicyReference
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending, RunReport
from zen_gc_core.model.requests import Request
from zen_gc_core.model.results import Result
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = dt.datetime(2026, 1, 1, 12, 0, 0, tzinfo=dt.UTC)
POLICY = PolicyReference(NAMESPACED, "team", "p", uid="u", generation=3)
SKEW = Ending(Reason.CLOCK_SKEW, "the local clock is 40 s ahead")
SWITCH = Ending(Reason.KILL_SWITCH, "ConfigMap x/zen-gc-pause stops every write")
TRIPPED = "it would act on 200 of 210"
VETO = Veto("acme", "a secret of an object")


class Recorded:
    """Where events go to; they are only kept."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []

    def record(self, about: PolicyReference, reason: str, message: str, *, warning: bool = False) -> None:
        assert about is POLICY
        assert warning
        self.events.append((reason, message))


def run(stopped: Ending | None = None, **plan: Any) -> RunReport:
    """The report of a run that found one object due."""
    return RunReport(Plan(POLICY, NOW, scanned=9, matched=7, due=1, decisions=(), **plan), started=NOW, stopped=stopped)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log in force."""
    stream = io.StringIO()
    with configure("debug", "json", stream):
        yield stream


@pytest.mark.parametrize(
    ("report", "reason", "message", "event"),
    [
        (run(SKEW), Reason.CLOCK_SKEW, SKEW.message, "EvaluationFailed"),
        (run(tripped=TRIPPED), Reason.BREAKER_TRIPPED, TRIPPED, "BreakerTripped"),
        (run(SKEW, tripped=TRIPPED), Reason.BREAKER_TRIPPED, TRIPPED, "BreakerTripped"),
        (run(SWITCH, tripped=TRIPPED), Reason.BREAKER_TRIPPED, TRIPPED, "BreakerTripped"),
        (run(SKEW, vetoed=(VETO,)), Reason.VETOED, "by acme", "Vetoed"),
        (run(SKEW, tripped=TRIPPED, vetoed=(VETO,)), Reason.BREAKER_TRIPPED, TRIPPED, "BreakerTripped"),
    ],
)
def test_a_run_that_failed_ends_for_the_same_reason_wherever_it_is_told(
    log: io.StringIO, report: RunReport, reason: Reason, message: str, event: str
) -> None:
    """The breaker comes first, then vetoes, then what else was in the way."""
    recorded, metrics = Recorded(), Metrics("0.1.0")
    assert report.ending is not None
    assert (report.ending.reason, report.ending.failed, report.failed) == (reason, True, True)
    RunLog().evaluation_finished(report)
    metrics.run_finished(report, [])
    PolicyEvents(recorded).ended(POLICY, report.ending, report.plan)
    (record,) = map(json.loads, log.getvalue().splitlines())
    assert (record["event"], record["reason"], record["message"]) == ("evaluation failed", reason, message)
    (counted,) = [line for line in metrics.exposition().decode().splitlines() if line.startswith("gc_errors_total{")]
    assert f'error_type="{reason.error_type}"' in counted
    assert [told for told, _ in recorded.events] == [event]
    how = policy_status.standing(report)
    assert (how.reason, how.degraded and how.degraded[0]) == (reason, reason)
    assert _verdict(report) == f"failed: {message}"


def test_a_run_that_ended_as_wished_failed_nowhere(log: io.StringIO) -> None:
    """It is told all the same: by the log as an end of writes, by the status beside the numbers."""
    report, recorded, metrics = run(SWITCH), Recorded(), Metrics("0.1.0")
    assert not report.failed
    RunLog().evaluation_finished(report)
    metrics.run_finished(report, [])
    PolicyEvents(recorded).ended(POLICY, SWITCH, report.plan)
    (record,) = map(json.loads, log.getvalue().splitlines())
    assert record["event"] == "evaluation finished"
    assert b"gc_errors_total{" not in metrics.exposition()
    assert recorded.events == []
    how = policy_status.standing(report)
    assert (how.reason, how.degraded, how.message) == (
        Reason.EVALUATED,
        None,
        f"matched 7, due 1; {SWITCH.message}",
    )
    assert _verdict(report) == f"stopped: {SWITCH.message}"


def test_whatever_a_request_succeeds_with_shows_that_writes_are_let_through() -> None:
    """It ends a row of forbidden ones: also the success of a request that came later."""
    actions = load_plugins(installed_entry_points()).vocabulary.actions.values()
    assert {request.done for action in actions for request in action.requests} <= ANSWERED
    assert not ANSWERED & {Result.FAILED, Result.DROPPED, Result.WOULD_ACT}


def test_only_what_says_so_leaves_an_object_behind() -> None:
    """A request that says nothing is taken to end it, which protects more."""
    actions = load_plugins(installed_entry_points()).vocabulary.actions
    assert {name: {request.removes for request in each.requests} for name, each in actions.items()} == {
        "delete": {True},
        "label": {False},
        "annotate": {False},
        "scale": {False},
        "suspend": {False},
        "evict": {True},
        "notify": {False},
        "patch": {False},
    }
    assert Request.removes
