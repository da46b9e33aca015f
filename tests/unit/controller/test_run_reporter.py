"""What events say of the objects of one run, and of those that have none of their own."""

from __future__ import annotations

import pytest

from zen_gc_core.controller.telling.events import PolicyEvents
from zen_gc_core.controller.telling.metrics import Metrics
from zen_gc_core.controller.telling.run_reporter import MOST_EVENTS, MOST_FAILURES, RunReporter
from zen_gc_core.controller.telling.runlog import RunLog
from zen_gc_core.model.decision import Decision, Verdict
from zen_gc_core.model.policy import NAMESPACED, PolicyReference
from zen_gc_core.model.report import Outcome
from zen_gc_core.model.requests import Delete, Mark
from zen_gc_core.model.results import Result

POLICY = PolicyReference(NAMESPACED, "team", "p", uid="u")


class Recorded:
    """Where events go to; they are only kept."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str, bool]] = []

    def record(self, about: PolicyReference, reason: str, message: str, *, warning: bool = False) -> None:
        assert about is POLICY
        self.events.append((reason, message, warning))


def decision(request: Delete | Mark, name: str = "x") -> Decision:
    """A Pod that is due."""
    return Decision("v1", "Pod", "team", name, name, Verdict.ACT, "due", request=request)


@pytest.fixture
def recorded() -> Recorded:
    """What was recorded."""
    return Recorded()


@pytest.fixture
def reporter(recorded: Recorded) -> RunReporter:
    """Reports one run."""
    return RunReporter(RunLog(), Metrics("0.1.0"), PolicyEvents(recorded), POLICY)


def test_failures_are_told_although_many_writes_went_well_before(reporter: RunReporter, recorded: Recorded) -> None:
    """28 deletes, then two failures: both have an event, and only what went well is left out."""
    for number in range(28):
        reporter.acted(Outcome(decision(Delete(), f"pod-{number}"), Result.DELETED), 0.1, 1)
    for number in range(2):
        reporter.acted(Outcome(decision(Delete(), f"bad-{number}"), Result.FAILED), 0.1, 1)
    reporter.finished()
    assert len(recorded.events) == MOST_EVENTS + 3
    assert recorded.events[-3:] == [
        ("DeletionFailed", "Failed to delete resource team/bad-0 (reason: deletion failed)", True),
        ("DeletionFailed", "Failed to delete resource team/bad-1 (reason: deletion failed)", True),
        ("ResourceDeleted", "…and 3 more", False),
    ]


def test_what_is_left_out_is_told_by_result_failures_first(reporter: RunReporter, recorded: Recorded) -> None:
    """One event a reason, whichever came to most."""
    for result, count in ((Result.DELETED, 40), (Result.ACCEPTED, 7), (Result.FAILED, 13), (Result.GONE, 5)):
        for number in range(count):
            reporter.acted(Outcome(decision(Delete(), f"{result}-{number}"), result), 0.1, 1)
    reporter.finished()
    assert recorded.events[MOST_EVENTS + MOST_FAILURES :] == [
        ("DeletionFailed", "…and 3 more", True),
        ("ResourceDeleted", "…and 15 more", False),
        ("ResourceDeleting", "…and 7 more", False),
    ]


@pytest.mark.parametrize(
    ("request_", "result", "reason", "words"),
    [
        (Delete(), Result.DELETED, "ResourceDeleted", "Deleted resource"),
        (Delete(), Result.ACCEPTED, "ResourceDeleting", "Began to delete resource"),
        (Delete(), Result.WOULD_ACT, "WouldDelete", "Would delete resource"),
        (Delete(), Result.FAILED, "DeletionFailed", "Failed to delete resource"),
        (Mark({"a": "b"}), Result.MARKED, "ResourceMarked", "Marked resource"),
        (Mark({"a": "b"}), Result.WOULD_ACT, "WouldMark", "Would mark resource"),
        (Mark({"a": "b"}), Result.FAILED, "MarkingFailed", "Failed to mark resource"),
    ],
)
def test_each_result_has_an_event_that_says_what_was_asked_for(  # noqa: PLR0917  columns of a table
    reporter: RunReporter, recorded: Recorded, request_: Delete | Mark, result: Result, reason: str, words: str
) -> None:
    """A mark is never told as a deletion."""
    reporter.acted(Outcome(decision(request_), result), 0.1, 1)
    ((told, message, warning),) = recorded.events
    assert (told, warning) == (reason, result is Result.FAILED)
    assert message.startswith(f"{words} team/x (reason: ")


@pytest.mark.parametrize("result", [Result.GONE, Result.CONFLICT, Result.DROPPED])
def test_what_nobody_did_has_no_event(reporter: RunReporter, recorded: Recorded, result: Result) -> None:
    """It is in the log and in the status."""
    reporter.acted(Outcome(decision(Delete()), result), 0.1, 1)
    reporter.finished()
    assert recorded.events == []


def test_a_dry_run_tells_how_many_there_are_beyond_its_plan(reporter: RunReporter, recorded: Recorded) -> None:
    """The plan holds thirty of them; the number is that of all."""
    reporter.would_act(tuple(decision(Delete(), f"pod-{number}") for number in range(30)), 12_000)
    reporter.finished()
    assert len(recorded.events) == MOST_EVENTS + 1
    assert recorded.events[-1] == ("WouldDelete", "…and 11975 more", False)
