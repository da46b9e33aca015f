"""Null is a missing time for every reader, nothing expires before it was made, and the zero time is no time."""

from __future__ import annotations

import copy

import pytest

from tests.unit.engine.situations import (
    KEEP,
    NOW,
    answering,
    compiled,
    compiled_once,
    document,
    judged,
    offered,
    thing,
    with_words,
)
from zen_gc_core.instants import parse_instant
from zen_gc_core.model.decision import KeptBy, Verdict

EVERYWHERE = {"apiVersion": "example.com/v1", "kind": "Thing", "namespaces": ["*"]}
CREATED = "2026-01-01T10:00:00Z"
READERS = {
    "since a path": {"after": {"since": {"path": "status.at"}, "wait": "1h"}},
    "since a number": {"after": {"since": {"path": "status.at", "unit": "ms"}, "wait": "1h"}},
    "since a path, else creation": {"after": {"since": {"path": "status.at", "else": "created"}, "wait": "1h"}},
    "since a condition": {"after": {"since": {"condition": "Ready"}, "wait": "1h"}},
    "a wait": {"after": {"since": "created", "wait": {"path": "status.at"}}},
    "a wait of a class": {"after": {"since": "created", "wait": {"path": "status.at", "mappings": {"a": "1h"}}}},
    "a wait with a default": {
        "after": {"since": "created", "wait": {"path": "status.at", "default": "1h", "onMissing": "default"}}
    },
    "an expiry": {"expiresAt": {"path": "status.at"}},
    "an expiry as a number": {"expiresAt": {"path": "status.at", "unit": "s"}},
    "the finish": {"afterFinished": "1h"},
    "CEL": {"cel": "has(object.status.at) && object.status.at != null ? timestamp(object.status.at) : null"},
}
PLACES = {
    "the field": ("at", None),
    "the condition": ("conditions", None),
    "its time": ("conditions", [{"type": "Ready", "status": "True", "lastTransitionTime": None}]),
    "the finish": ("finishedAt", None),
}


def _judged(ttl, status, **metadata):
    policy = compiled_once(document(target=EVERYWHERE, ttl=ttl))
    return judged(policy, thing("Thing", "example.com/v1", rest={"status": status}, **metadata))


def _without_nulls(value):
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("reader", READERS)
def test_every_reader_takes_null_for_missing(reader, place):
    """The same verdict, kept by the same, and never an evaluation error: ``else`` and defaults apply."""
    status = {PLACES[place][0]: copy.deepcopy(PLACES[place][1])}
    with_null, without = (_judged(READERS[reader], one) for one in (status, _without_nulls(status)))
    assert (with_null.verdict, with_null.kept_by) == (without.verdict, without.kept_by)
    assert with_null.kept_by in {None, KeptBy.NO_EXPIRY}
    assert (with_null.verdict is Verdict.ACT) is reader.endswith(("else creation", "with a default"))


@pytest.mark.parametrize(
    ("ttl", "annotations"),
    [
        ({"cel": _added}, {"ttl": span})
        for _added in ("timestamp(object.metadata.creationTimestamp) + duration(object.metadata.annotations.ttl)",)
        for span in ("-1h", "0", "-0s", "-1ns", "0h")
    ]
    + [
        ({"cel": "timestamp('2020-01-01T00:00:00Z')"}, {}),
        ({"cel": "timestamp(object.metadata.creationTimestamp)"}, {}),
        ({"expiresAt": {"path": "metadata.annotations.until"}}, {"until": "2026-01-01T09:59:59Z"}),
        ({"expiresAt": {"path": "metadata.annotations.until"}}, {"until": CREATED}),
        ({"expiresAt": {"path": "metadata.annotations.until"}}, {"until": "2025-12-31"}),
        ({"after": {"since": {"path": "metadata.annotations.at"}, "wait": "1h"}}, {"at": "2026-01-01T09:59:59Z"}),
        ({"after": {"since": {"path": "metadata.annotations.at"}, "wait": "1d"}}, {"at": "2025-12-01"}),
    ],
)
def test_nothing_expires_before_or_as_it_was_made(ttl, annotations):
    """A negative or empty duration, an annotation that was copied: an error that says so, and the object stays."""
    decision = _judged(ttl, {}, creationTimestamp=CREATED, annotations=annotations)
    assert (decision.verdict, decision.kept_by) == (Verdict.KEEP, KeptBy.ERROR)
    assert "it was made" in decision.because


@pytest.mark.parametrize("moment", ["2026-01-01T10:00:00Z", "2026-01-01T09:00:00Z", "2014-01-01T00:00:00Z"])
def test_a_plugin_s_ttl_is_held_to_the_creation_as_well(moment):
    """The rule is the engine's, not a keyword's."""
    words = with_words(ttls=[offered("acme.io/ttl", answering(parse_instant(moment)))])
    policy = compiled(document(target=EVERYWHERE, ttl={"acme.io/ttl": {}}), words)
    decision = judged(policy, thing("Thing", "example.com/v1", creationTimestamp=CREATED))
    assert (decision.verdict, decision.kept_by) == (Verdict.KEEP, KeptBy.ERROR)


@pytest.mark.parametrize(
    ("created", "verdict"),
    [
        (CREATED, Verdict.ACT),
        ("2026-01-01T11:59:59Z", Verdict.ACT),
        ("2026-01-01T12:00:00Z", Verdict.ACT),
        ("2026-01-01T12:00:30Z", Verdict.ACT),
        ("2026-01-01T12:00:31Z", Verdict.KEEP),
        ("2099-01-01T00:00:00Z", Verdict.KEEP),
        (None, Verdict.ACT),
    ],
)
def test_immediate_takes_what_was_just_made_and_nothing_from_the_future(created, verdict):
    """An object may be younger than the run by what clocks may disagree."""
    assert parse_instant("2026-01-01T12:00:00Z") == NOW
    assert _judged({"immediate": True}, {}, creationTimestamp=created).verdict is verdict


@pytest.mark.parametrize("zero", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.5Z", "0001-12-31T23:59:59Z"])
@pytest.mark.parametrize(
    "conditions",
    [
        {"cel": "timestamp(object.status.at) < now - duration('24h')"},
        {"cel": "now - timestamp(object.status.at) > duration('24h')"},
        {"none": [{"cel": "timestamp(object.status.at) > now - duration('24h')"}]},
        {"jmespath": "timestamp(status.at) < `1000000000`"},
        {"jmespath": "age(status.at) > `86400`"},
        {"none": [{"jmespath": "age(status.at) < `86400`"}]},
    ],
    ids=str,
)
def test_go_s_zero_time_is_no_time_in_a_condition(conditions, zero):
    """It is how Go spells that there is none: undecided, in both languages, and under ``none``."""
    policy = compiled_once(document(target=EVERYWHERE, ttl={"immediate": True}, conditions=conditions))
    decision = judged(policy, thing("Thing", "example.com/v1", rest={"status": {"at": zero}}))
    assert (decision.verdict, decision.kept_by) == (Verdict.KEEP, KeptBy.ERROR)


@pytest.mark.parametrize("value", ["2013-06-01", "2013-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1970-01-01"])
def test_a_keep_mark_with_a_time_that_nobody_meant_keeps(value):
    """On the object, and on its Namespace."""
    policy = compiled_once(document(target=EVERYWHERE))
    marked = judged(policy, thing("Thing", "example.com/v1", annotations={KEEP: value}))
    assert marked.because == f"protected: it carries {KEEP}"
    inside = judged(policy, thing("Thing", "example.com/v1"), namespaces={"team": ({}, {KEEP: value})})
    assert inside.because == f"protected: its Namespace carries {KEEP}"


@pytest.mark.parametrize("zone", ["+14:99", "+00:60", "-23:61", "+24:00", "+99:00", "+1:00"])
@pytest.mark.parametrize("reader", ["since a path", "an expiry", "the finish"])
def test_a_zone_that_is_none_is_no_time(reader, zone):
    """For no reader: Python reads it, Kubernetes does not."""
    at = f"2025-12-01T10:00:00{zone}"
    decision = _judged(READERS[reader], {"at": at, "finishedAt": at})
    assert (decision.verdict, decision.kept_by) == (Verdict.KEEP, KeptBy.ERROR)
