"""``afterFinished``: the table "Finished, and when" of the policy API, each row and each fallback a test."""

from __future__ import annotations

import datetime as dt

import pytest
from zen_gc_ttl.after import AFTER, AFTER_FINISHED

from zen_gc_core import Undecided, format_instant
from zen_gc_core.testing import ask, explain, warnings_of

T1, T2, T3 = "2026-01-01T09:00:00Z", "2026-01-01T10:00:00Z", "2026-01-01T11:00:00Z"


def _object(api_version, kind, status):
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}, "status": status}


def _condition(kind, status="True", at=T2):
    return {"type": kind, "status": status, "lastTransitionTime": at}


def _ended(at):
    return {"state": {"terminated": {"finishedAt": at}}}


def _job(**status):
    return _object("batch/v1", "Job", status)


def _pod(**status):
    return _object("v1", "Pod", status)


def _managed(obj, *writes):
    entries = [{"manager": "a", "time": time, **({"subresource": sub} if sub else {})} for sub, time in writes]
    return {**obj, "metadata": {**obj["metadata"], "managedFields": entries}}


def _run(**status):
    return _object("tekton.dev/v1", "PipelineRun", status)


FINISHED = {
    "Job complete: completionTime": (_job(conditions=[_condition("Complete")], completionTime=T1), T1),
    "Job complete: else the transition": (_job(conditions=[_condition("Complete")]), T2),
    "Job failed has no completionTime": (_job(conditions=[_condition("Suspended", at=T3), _condition("Failed")]), T2),
    "Pod: the newest container": (_pod(phase="Succeeded", containerStatuses=[_ended(T1), _ended(T3), _ended(T2)]), T3),
    "Pod: init containers count": (
        _pod(phase="Failed", containerStatuses=[_ended(T1)], initContainerStatuses=[_ended(T2)]),
        T2,
    ),
    "Pod: ephemeral containers count": (
        _pod(phase="Failed", containerStatuses=[_ended(T1)], ephemeralContainerStatuses=[_ended(T3)]),
        T3,
    ),
    "Pod: newest by time, not by text": (
        _pod(phase="Failed", containerStatuses=[_ended("2026-01-01T10:30:00Z"), _ended("2026-01-01T11:00:00+02:00")]),
        "2026-01-01T10:30:00Z",
    ),
    "Pod: else the newest condition": (
        _pod(phase="Failed", conditions=[_condition("Ready", at=T3), _condition("Initialized", at=T1)], startTime=T1),
        T3,
    ),
    "Pod: the newest condition, when its containers ended before": (
        _pod(phase="Failed", containerStatuses=[_ended(T1)], conditions=[_condition("DisruptionTarget", at=T3)]),
        T3,
    ),
    "Pod: null is no time": (_pod(phase="Failed", containerStatuses=[_ended(None), _ended(T1)]), T1),
    "Pod: Go's zero time is none": (
        _pod(phase="Failed", containerStatuses=[_ended("0001-01-01T00:00:00Z"), _ended(T1)]),
        T1,
    ),
    "Pod without other evidence: the newest write of its status": (
        _managed(_pod(phase="Failed", reason="Evicted", startTime=T1), ("", T3), ("status", T1), ("status", T2)),
        T2,
    ),
    "PipelineRun failed": (_run(conditions=[_condition("Succeeded", "False")], completionTime=T1), T1),
    "PipelineRun succeeded: else the transition": (_run(conditions=[_condition("Succeeded")]), T2),
    "TaskRun": (_object("tekton.dev/v1", "TaskRun", {"conditions": [_condition("Succeeded")]}), T2),
    "anything with a condition Succeeded": (
        _object("example.com/v1", "Thing", {"conditions": [_condition("Ready"), _condition("Succeeded", at=T3)]}),
        T3,
    ),
    "Workflow: finishedAt": (_object("argoproj.io/v1alpha1", "Workflow", {"finishedAt": T2}), T2),
    "anything with finishedAt": (_object("example.com/v1", "Thing", {"finishedAt": T3, "completionTime": T1}), T3),
    "anything with completionTime": (_object("example.com/v1", "Thing", {"completionTime": T1}), T1),
}
UNFINISHED = {
    "Job without status": _job(),
    "Job suspended": _job(conditions=[_condition("Suspended")]),
    "Job whose Complete is False": _job(conditions=[_condition("Complete", "False")]),
    "Job: completionTime alone does not count": _job(completionTime=T1),
    "Job failing, Pods still ending": _job(conditions=[_condition("FailureTarget")]),
    "Pod running": _pod(phase="Running", containerStatuses=[_ended(T1)]),
    "Pod without phase": _pod(containerStatuses=[_ended(T1)]),
    "run under way": _run(conditions=[_condition("Succeeded", "Unknown")], completionTime=T1),
    "run not begun": _run(),
    "Workflow running": _object("argoproj.io/v1alpha1", "Workflow", {"phase": "Running", "finishedAt": None}),
    "Workflow running again": _object("argoproj.io/v1alpha1", "Workflow", {"phase": "Running", "finishedAt": T1}),
    "anything with an empty time": _object("example.com/v1", "Thing", {"finishedAt": ""}),
    "anything with a zero time": _object("example.com/v1", "Thing", {"finishedAt": "0001-01-01T00:00:00Z"}),
    "ConfigMap": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}},
    "a Job of another group": _object("example.com/v1", "Job", {"conditions": [_condition("Complete")]}),
    "types that cannot be": _job(conditions=[{"type": [], "status": {}}]),
}
UNTOLD = {
    "finished, but no time": (_job(conditions=[{"type": "Complete", "status": "True"}]), "no finish time"),
    "Pod finished, but no time": (_pod(phase="Succeeded"), "no finish time"),
    "that it began is no evidence": (_pod(phase="Failed", startTime=T1), "no finish time"),
    "no time at all": (_pod(phase="Failed", conditions=[_condition("Ready", at="soon")]), "'soon' is not an RFC 3339"),
    "a number": (_object("example.com/v1", "Thing", {"finishedAt": 0}), "not an RFC 3339 time"),
    "a map": (_object("example.com/v1", "Thing", {"finishedAt": {}}), "not an RFC 3339 time"),
    "the other time is unreadable": (
        _object("example.com/v1", "Thing", {"finishedAt": T1, "completionTime": "soon"}),
        "'soon' is not an RFC 3339 time",
    ),
    "before its birth": (
        {**_pod(phase="Failed", containerStatuses=[_ended(T1)]), "metadata": {"name": "a", "creationTimestamp": T2}},
        "before it was made",
    ),
    "one container's time is unreadable": (
        _pod(phase="Failed", containerStatuses=[_ended(T1), _ended("0")]),
        "'0' is not an RFC 3339 time",
    ),
    "a date is no time here": (_run(conditions=[_condition("Succeeded")], completionTime="2026-01-01"), "RFC 3339"),
    "before 2014": (_run(conditions=[_condition("Succeeded", at="2013-12-31T23:59:59Z")]), "it is before 2014"),
    "ahead of now": (_pod(phase="Failed", containerStatuses=[_ended("2026-01-01T12:00:31Z")]), "it is ahead of now"),
}


@pytest.mark.parametrize("row", FINISHED)
def test_a_finished_object_is_due_its_wait_after_its_finish(row):
    """At the time that the table names, and it says so."""
    obj, finish = FINISHED[row]
    instant = ask(AFTER_FINISHED, "1h", obj)
    assert format_instant(instant - dt.timedelta(hours=1)) == finish
    assert explain(AFTER_FINISHED, "1h", obj) == f"finished {finish}, wait 1h"
    assert ask(AFTER, {"since": "finished", "wait": "1h"}, obj) == instant


@pytest.mark.parametrize("row", UNFINISHED)
def test_an_unfinished_object_never_expires(row):
    """Anything that the table does not name is unfinished."""
    assert ask(AFTER_FINISHED, "1h", UNFINISHED[row]) is None
    assert explain(AFTER_FINISHED, "1h", UNFINISHED[row]) == "it is not finished"


@pytest.mark.parametrize("row", UNTOLD)
def test_a_finish_that_cannot_be_right_keeps_the_object(row):
    """Finished without a readable, possible time: undecided, with the reason."""
    obj, reason = UNTOLD[row]
    with pytest.raises(Undecided, match=reason):
        ask(AFTER_FINISHED, "1h", obj)


@pytest.mark.parametrize(
    ("target", "warning"),
    [
        (("batch/v1", "Job"), None),
        (("v1", "Pod"), None),
        (("tekton.dev/v1beta1", "TaskRun"), None),
        (("argoproj.io/v1alpha1", "Workflow"), None),
        (("v1", "ConfigMap"), "a ConfigMap never finishes: its objects are kept"),
        (("apps/v1", "Deployment"), "a Deployment never finishes: its objects are kept"),
        (("example.com/v1", "Thing"), "it is not known when a Thing finishes"),
    ],
)
def test_a_kind_that_is_not_known_to_finish_is_a_warning(target, warning):
    """The policy stays valid: its objects are kept, and that is said once."""
    warnings = warnings_of(AFTER_FINISHED, "1h", targets=[target])
    assert len(warnings) == (warning is not None)
    assert all(f"afterFinished: {warning}" in text for text in warnings)
    in_after = warnings_of(AFTER, {"since": "finished", "wait": "1h"}, targets=[target])
    assert in_after == [text.replace("afterFinished", "after.since") for text in warnings]
