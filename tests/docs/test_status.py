"""The reference of the status has every reason, field and event, as the program's own tables have them."""

from __future__ import annotations

import re

from tests.docs.pages import DOCS, section_of, table_rows, text_of
from zen_gc_core.controller.telling.events import EventReason, event_of
from zen_gc_core.engine.crds.status_schema import status_schema
from zen_gc_core.model.held_marks import HoldMark, Unmark
from zen_gc_core.model.reasons import Condition, Reason
from zen_gc_core.model.results import Result
from zen_gc_core.plugins import installed_entry_points, load_plugins

PAGE = DOCS / "reference" / "status.md"
TROUBLESHOOT = DOCS / "how-to" / "troubleshoot.md"
_WORD = re.compile(r"`([A-Z][A-Za-z]+)`")


def test_every_reason_of_ready_is_documented_in_its_own_words_and_no_other() -> None:
    """Those that are never a condition's reason stand in a table below."""
    rows = [[str(reason.ready), f"`{reason}`", str(reason.phase), reason.words] for reason in Reason if reason.phase]
    wished = [[f"`{reason}`", reason.words] for reason in Reason if reason.condition is None]
    assert table_rows(section_of(PAGE, "Ready")) == rows + wished


def test_a_reason_of_ready_has_a_phase_and_no_other_has_one() -> None:
    """The phase of a policy is that of its Ready condition's reason."""
    assert {reason for reason in Reason if reason.phase} == {
        reason for reason in Reason if reason.condition is Condition.READY
    }


def test_every_reason_of_degraded_is_documented_in_its_own_words() -> None:
    """Beside those of Ready."""
    rows = [
        [str(reason is not Reason.AS_EXPECTED), f"`{reason}`", reason.words]
        for reason in Reason
        if reason.condition is Condition.DEGRADED
    ]
    assert table_rows(section_of(PAGE, "Degraded")) == [
        *rows,
        ["True", "a reason of Ready", "the run could not do what it should"],
    ]


def test_every_reason_of_progressing_is_documented_in_its_own_words() -> None:
    """Whether a run is acting."""
    assert table_rows(section_of(PAGE, "Progressing")) == [
        [str(reason is Reason.ACTING), f"`{reason}`", reason.words]
        for reason in Reason
        if reason.condition is Condition.PROGRESSING
    ]


def test_troubleshooting_has_an_answer_to_every_failure() -> None:
    """What can be a reason of Ready being false, or of Degraded being true."""
    failures = {
        reason
        for reason in Reason
        if (reason.condition is Condition.READY and not reason.ready)
        or (reason.condition is Condition.DEGRADED and reason is not Reason.AS_EXPECTED)
    }
    assert failures <= set(_WORD.findall(text_of(TROUBLESHOOT)))


def test_every_failure_is_counted_and_no_wish_is() -> None:
    """But for the loss of the lease, which nobody wished for either."""
    counted = {reason for reason in Reason if reason.error_type is not None}
    of_ready = {reason for reason in Reason if reason.condition is Condition.READY and not reason.ready}
    assert counted >= of_ready
    assert {reason for reason in counted if reason.wished} == {Reason.AUTHORITY_LOST}


def test_every_event_is_documented_in_its_own_words_and_no_other() -> None:
    """By its reason."""
    rows = table_rows(section_of(PAGE, "Events"))
    told = {cells[0].strip("`"): cells[1:] for cells in rows}
    assert len(told) == len(rows)
    for reason in EventReason:
        assert told.pop(reason) == ["Warning" if reason.warning else "Normal", reason.words]
    actions = load_plugins(installed_entry_points()).vocabulary.actions.values()
    requests = {request for action in actions for request in action.requests} | {HoldMark, Unmark}
    events = [event_of(request, result) for request in requests for result in Result]
    events.remove(event_of(Unmark, Result.WOULD_ACT))  # a dry run owes it, and tells of it in the plan alone
    recorded = {event.reason: "Warning" if event.warning else "Normal" for event in events if event}
    assert {reason: cells[0] for reason, cells in told.items()} == recorded


def test_every_field_of_the_status_is_documented_and_no_other() -> None:
    """As the CRDs have them."""
    properties = status_schema()["properties"]
    head = text_of(PAGE).split("\n## ")[0]
    assert {name for cells in table_rows(head) for name in re.findall(r"`(\w+)`", cells[0])} == set(properties)
    run = dict(properties["lastRun"]["properties"])
    kept = {f"kept.{name}" for name in run.pop("kept")["properties"]}
    assert {cells[0].strip("`") for cells in table_rows(section_of(PAGE, "lastRun"))} == set(run) | kept
