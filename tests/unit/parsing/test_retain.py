"""``spec.retain``: what it becomes, and what is said of a wrong one, with its place and what to write instead."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.engine.situations import compilation
from tests.unit.engine.situations import document as cluster_policy
from tests.unit.parsing.test_native_spelling import errors, policy
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.fieldpaths import FieldPath
from zen_gc_core.model.retain import OrderByField, Retain

NOTHING = (
    "one of last, within, hourly, daily, weekly, monthly, yearly must be more, such as last: 3; or leave retain out"
)


def test_every_field_is_read():
    """As it was written; what is 0 is not there."""
    written = {
        "groupBy": ["metadata.labels['tekton.dev/pipeline']", "owner", "phase"],
        "orderBy": {"path": "status.lastUsed", "unit": "ms"},
        "last": 3,
        "within": "24h",
        "hourly": 0,
        "daily": 7,
        "weekly": 4,
        "monthly": 6,
        "yearly": 0,
        "timeZone": "Europe/Berlin",
    }
    parsed = parse_policy(policy(retain=written))
    assert (parsed.errors, parsed.warnings) == ((), ())
    assert parsed.policy.retain == Retain(
        (FieldPath.parse("metadata.labels['tekton.dev/pipeline']"), "owner", "phase"),
        OrderByField(FieldPath.parse("status.lastUsed"), "ms"),
        3,
        timedelta(hours=24),
        {"daily": 7, "weekly": 4, "monthly": 6},
        "Europe/Berlin",
    )
    assert parse_policy(policy(retain={"last": 1})).policy.retain == Retain(last=1)
    assert parse_policy(policy()).policy.retain is None


WRONG = [
    ({}, f"spec.retain: retains nothing: {NOTHING}"),
    ({"groupBy": ["owner"]}, f"spec.retain: retains nothing: {NOTHING}"),
    ({"last": 0}, f"spec.retain: last: 0 retains nothing: {NOTHING}"),
    ({"last": 0, "daily": 0}, f"spec.retain: last: 0 and daily: 0 retain nothing: {NOTHING}"),
    ({"last": -1}, "spec.retain.last: must be 0 or more, not -1"),
    ({"last": 3, "weekly": -2}, "spec.retain.weekly: must be 0 or more, not -2"),
    ({"last": 50_001}, "spec.retain.last: must be 50000 or less, not 50001"),
    ({"last": "3"}, "spec.retain.last: must be an integer, not '3'"),
    ({"last": 2.5}, "spec.retain.last: must be an integer, not 2.5"),
    ({"last": True}, "spec.retain.last: must be an integer, not true"),
    ({"last": None}, "spec.retain.last: is null; leave it out, or give it a value"),
    ({"within": 0}, "spec.retain.within: a duration must be more than 0, not 0"),
    ({"within": "-1h"}, "spec.retain.within: '-1h' is no duration"),
    ({"keep": 3}, "spec.retain: unknown field 'keep'"),
    ({"last": 1, "dayly": 3}, "spec.retain: unknown field 'dayly'; did you mean 'daily'?"),
    ([], "spec.retain: must be an object, not a list"),
    (3, "spec.retain: must be an object, not 3"),
    ({"last": 1, "groupBy": []}, "spec.retain.groupBy: must not be an empty list"),
    ({"last": 1, "groupBy": "owner"}, "spec.retain.groupBy: must be a list, not 'owner'"),
    ({"last": 1, "groupBy": [""]}, "spec.retain.groupBy[0]: must not be empty"),
    ({"last": 1, "groupBy": [5]}, "spec.retain.groupBy[0]: must be text, not 5; write it in quotes"),
    ({"last": 1, "groupBy": ["spec..a"]}, "or owner, or phase"),
    ({"last": 1, "groupBy": ["spec.items[]"]}, "or owner, or phase"),
    ({"last": 1, "groupBy": ["$.spec.a"]}, "spec.retain.groupBy[0]: '$.spec.a' is no field path; write a path such as"),
    ({"last": 1, "groupBy": ["/spec/a"]}, "spec.retain.groupBy[0]: '/spec/a' is no field path; write a path such as"),
    (
        {"last": 1, "groupBy": ["Owner"]},
        "spec.retain.groupBy[0]: 'Owner' is no field of an object; did you mean 'owner'?",
    ),
    ({"last": 1, "groupBy": ["owner", "owner"]}, "spec.retain.groupBy[1]: 'owner' is there twice"),
    ({"last": 1, "groupBy": [f"spec.a{n}" for n in range(9)]}, "spec.retain.groupBy: has 9 entries; 8 are the most"),
    (
        {"last": 1, "orderBy": "create"},
        "spec.retain.orderBy: must be created, finished, or a map with the path of a time",
    ),
    ({"last": 1, "orderBy": "create"}, "did you mean 'created'?"),
    ({"last": 1, "orderBy": "status.lastUsed"}, "write {path: status.lastUsed}"),
    ({"last": 1, "orderBy": {}}, "spec.retain.orderBy.path: is missing"),
    ({"last": 1, "orderBy": {"path": "a..b"}}, "spec.retain.orderBy.path: 'a..b' is no field path"),
    (
        {"last": 1, "orderBy": {"path": "status.at", "unit": "min"}},
        "spec.retain.orderBy.unit: must be one of s, ms, us, ns",
    ),
    ({"last": 1, "orderBy": 5}, "spec.retain.orderBy: must be created, finished, or a map"),
    (
        {"daily": 1, "timeZone": "Europe/Berln"},
        "spec.retain.timeZone: unknown time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?",
    ),
    ({"daily": 1, "timeZone": "Berlin"}, "did you mean 'Europe/Berlin'?"),
    ({"daily": 1, "timeZone": "localtime"}, "spec.retain.timeZone: unknown time zone 'localtime'"),
    ({"daily": 1, "timeZone": "right/Europe/Berlin"}, "spec.retain.timeZone: unknown time zone"),
    ({"daily": 1, "timeZone": "../../etc/passwd"}, "spec.retain.timeZone: unknown time zone"),
    ({"daily": 1, "timeZone": "+02:00"}, "write an IANA name such as 'Europe/Berlin'"),
    ({"daily": 1, "timeZone": ""}, "spec.retain.timeZone: must not be empty"),
    ({"daily": 1, "timeZone": 2}, "spec.retain.timeZone: must be text, not 2"),
]


@pytest.mark.parametrize(("retain", "message"), WRONG, ids=lambda value: str(value)[:60])
def test_what_is_wrong_is_told_with_its_place(retain, message):
    """One clear error, and what to write instead."""
    (told,) = errors(policy(retain=retain))
    assert message in told
    assert told.startswith("spec.retain")


@pytest.mark.parametrize(
    ("retain", "message"),
    [
        (
            {"groupBy": ["metadata.lables.app"]},
            "spec.retain.groupBy[0]: metadata has no field 'lables'; did you mean 'labels'?",
        ),
        ({"groupBy": ["metadata.labels.app.kubernetes.io/name"]}, "write metadata.labels['app.kubernetes.io/name']"),
        ({"groupBy": ["status.0"]}, "spec.retain.groupBy[0]: "),
        (
            {"orderBy": {"path": "metadata.creationTime"}},
            "spec.retain.orderBy.path: metadata has no field 'creationTime'",
        ),
    ],
)
def test_a_path_that_is_in_no_object_is_refused(retain, message):
    """A typo must not look like a field that is missing."""
    target = {"apiVersion": "v1", "kind": "Pod", "namespaces": ["*"]}
    answer = compilation(cluster_policy(target=target, retain={"last": 1, **retain}))
    assert answer.compiled is None
    assert any(message in str(problem) for problem in answer.errors), answer.errors


def test_what_retains_everything_and_what_is_never_used_is_a_warning():
    """A group for each object; a zone without a calendar."""
    answer = compilation(cluster_policy(retain={"last": 1, "groupBy": ["metadata.name"], "timeZone": "UTC"}))
    assert [str(problem) for problem in answer.warnings] == [
        "spec.retain.timeZone: is never used: only hourly, daily, weekly, monthly, yearly look at the calendar",
        "spec.retain.groupBy[0]: metadata.name is another one in every object: each is a group of its own, and all are retained",
    ]
