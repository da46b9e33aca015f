"""Runs that find nothing new: their status is not made a second time, and what is written is what would be without that."""

from __future__ import annotations

import datetime as dt
import types
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.engine.situations import compilation
from tests.unit.parsing.test_native_spelling import policy
from zen_gc_core.controller.runs.remembered import Entry
from zen_gc_core.controller.runs.reporting import Reporting
from zen_gc_core.controller.settings import Settings
from zen_gc_core.controller.telling.events import PolicyEvents
from zen_gc_core.controller.telling.metrics import Metrics
from zen_gc_core.controller.telling.runlog import RunLog
from zen_gc_core.controller.telling.status_writer import StatusWriter
from zen_gc_core.instants import parse_instant
from zen_gc_core.model.decision import Decision, KeptBy, Verdict
from zen_gc_core.model.plan import Plan, Veto
from zen_gc_core.model.policy import Problem
from zen_gc_core.model.reasons import Reason
from zen_gc_core.model.report import Ending, RunReport
from zen_gc_core.model.requests import Delete
from zen_gc_core.model.results import Result
from zen_gc_core.model.unlisted import Unlisted

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = parse_instant("2026-11-24T03:00:00Z")
CLOCK = {"lastGCRun", "nextGCRun"}
DUE = Decision("v1", "Pod", "team", "x", "x", Verdict.ACT, "due", expires_at=NOW, request=Delete())


class Written(StatusWriter):
    """Writes statuses to a list."""

    def _patch(self, policy: Any, patch: dict[str, Any]) -> None:
        self.log.written.append(patch)  # type: ignore[attr-defined]
        policy.status = {name: value for name, value in {**policy.status, **patch}.items() if value is not None}


class Desk:
    """A policy, and where its runs report to."""

    def __init__(self) -> None:
        document = policy()
        document["metadata"] |= {"uid": "u", "generation": 1}
        self.entry = Entry(
            ("GarbageCollectionPolicy", "team", "pods"), compilation(document), paused=False, resource_version="1"
        )
        self.written: list[dict[str, Any]] = []
        log, metrics, events = RunLog(), Metrics("0.1.0"), PolicyEvents(types.SimpleNamespace(record=self.record))
        log.written = self.written  # type: ignore[attr-defined]
        statuses = Written(None, bool, log, metrics, events, Settings(), bool)  # type: ignore[arg-type]
        hearing = types.SimpleNamespace(tell=lambda _report: None)
        self.context: Any = types.SimpleNamespace(
            log=log, metrics=metrics, events=events, statuses=statuses, hearing=hearing, outcome=bool
        )

    def record(self, *_: object, **__: object) -> None:
        """An event."""

    def report(self, report: RunReport) -> list[str]:
        """Report a run; the names of what was written, beside what the clock changes."""
        before = len(self.written)
        if (tell := Reporting(self.context, self.entry, lambda: NOW).finished(report, {})) is not None:
            tell()
        return [name for patch in self.written[before:] for name in patch]


def run(number: int = 0, **plan: Any) -> RunReport:
    """A run that took place some time after the others."""
    values: dict[str, Any] = {"scanned": 5 + number, "matched": 3, "due": 0, "decisions": ()}
    found = Plan(policy=REFERENCE, now=NOW + number * dt.timedelta(minutes=1), **{**values, **plan})
    return RunReport(found, started=NOW, duration=0.1 * number)


REFERENCE = Desk().entry.reference


def test_a_status_that_says_all_of_it_already_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is compared once, and from then on only what it would be made of is."""
    desk = Desk()
    assert desk.report(run())
    assert not desk.report(run(1))
    monkeypatch.setattr("zen_gc_core.controller.telling.policy_status.status", None)
    assert not desk.report(run(2))
    assert not desk.report(run(3))


def test_what_somebody_else_writes_is_put_right() -> None:
    """The status is what it was compared with, and not what anybody has made of it since."""
    desk = Desk()
    for number in range(3):
        desk.report(run(number))
    desk.entry.status = {**desk.entry.status, "resourcesMatched": 7}
    assert "resourcesMatched" in desk.report(run(3))
    assert desk.entry.status["resourcesMatched"] == 3


def test_a_status_that_could_not_be_written_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was said, so that there is nothing that would be said already."""
    desk = Desk()
    with monkeypatch.context() as patched:
        patched.setattr(Written, "_patch", lambda *_: None)
        for number in range(3):
            desk.report(run(number))
    assert desk.report(run(3))


WARNING = Problem("spec.targetResources[0].namespaces", "Namespace x does not exist")
FIELDS: dict[str, tuple[Any, ...]] = {
    "matched": (3, 4),
    "due": (0, 1),
    "marking": (0, 1),
    **{f"kept.{kept_by}": (0, 1) for kept_by in KeptBy},
    "first_error": (None, "Pod x: it cannot be judged", "Pod y: it cannot be judged"),
    "first_reason": (None, Reason.ACCESS_DENIED),
    "tripped": (None, "too many", "far too many"),
    "overfull": (None, "too many groups"),
    "vetoed": ((), (Veto("p", "no"),), (Veto("p", "no, too"),)),
    "notes": ((), (WARNING,)),
    "recycled_for": (None, dt.timedelta(days=1), dt.timedelta(days=2)),
    "unlisted": ((), (Unlisted("pods", "forbidden"),)),
    "decisions": ((), (DUE,)),
    "stopped": (
        None,
        Ending(Reason.DEFERRED, "it acts at night"),
        Ending(Reason.DEFERRED, "it acts on Sundays"),
        Ending(Reason.KILL_SWITCH, "the kill switch is on"),
    ),
    "dry_run": (False, True),
    "results": ({}, {Result.DELETED: 1}, {Result.FAILED: 1}, {Result.WOULD_ACT: 2}),
    "unreached": ((), (WARNING,)),
    "deleted": (0, 1),
    "edited": ({}, {"resourcesPending": 9}, {"conditions": []}),
    "fights": ("", "ConfigMap team/x: it has come back three times"),
}
"""All that a status is made of beside the clock, and what each may be; the first is what is used where it does not matter."""

CHANGES = [(name, which) for name, values in FIELDS.items() for which in range(len(values))]


@pytest.mark.parametrize("beside", [{}, {"first_error": 1, "kept.error": 1}, {"stopped": 1}, {"unreached": 1}])
@pytest.mark.parametrize(("name", "which"), CHANGES)
def test_what_is_written_is_what_would_be_without_that(name: str, which: int, beside: dict[str, int]) -> None:
    """Whatever changes, first in one direction and then back, after a while in which nothing did."""
    desk, plain = Desk(), Desk()
    first = {each: values[beside.get(each, 0)] for each, values in FIELDS.items()}
    then = {**first, name: FIELDS[name][which]}
    for number, situation in enumerate((*[first] * 3, *[then] * 3, *[first] * 2)):
        told = [_report(each, number, situation) for each in (desk, plain)]
        plain.entry.said = None
        assert told[0] == told[1]
        assert _timeless(desk.entry.status) == _timeless(plain.entry.status)


def _report(desk: Desk, number: int, situation: Mapping[str, Any]) -> list[str]:
    given = dict(situation)
    ledger = desk.entry.ledger
    ledger.unreached = given.pop("unreached")
    ledger.deleted += given.pop("deleted")
    fights = {"x": why} if (why := given.pop("fights")) else {}
    ledger.fights = types.SimpleNamespace(of=lambda _: fights, untold=list)  # type: ignore[assignment]
    desk.entry.status = {**desk.entry.status, **given.pop("edited")}
    of_run = {each: given.pop(each) for each in ("stopped", "dry_run")}
    results = Counter(given.pop("results"))
    kept = {kept_by: given.pop(f"kept.{kept_by}") for kept_by in KeptBy}
    return desk.report(replace(run(number, kept=kept, **given), results=results, **of_run))


def _timeless(status: Mapping[str, Any]) -> dict[str, Any]:
    """A status without what the clock says."""
    told = {name: value for name, value in status.items() if name not in CLOCK}
    told["lastRun"] = {name: value for name, value in status.get("lastRun", {}).items() if name != "scanned"}
    told["conditions"] = [{**each, "lastTransitionTime": ""} for each in status.get("conditions", [])]
    return told
