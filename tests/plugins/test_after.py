"""``after`` and ``afterCreation``: starts that cannot be right keep, and so do waits that are no duration."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zen_gc_ttl.after import AFTER, AFTER_CREATION

from zen_gc_core import InputError, Missing, Undecided, format_instant
from zen_gc_core.testing import ask, explain, warnings_of

CREATED = "2026-01-01T10:00:00Z"


def _object(created=CREATED, **spec):
    return {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "a", "creationTimestamp": created}, "spec": spec}


def _wait(**wait):
    return {"since": "created", "wait": {"path": "spec.ttl", **wait}}


def _waited(config, obj):
    instant = ask(AFTER, config, obj)
    return None if instant is None else instant - dt.datetime(2026, 1, 1, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("wait", "due"), [("7d", "2026-01-08T10:00:00Z"), (90, "2026-01-01T10:01:30Z"), ("1d12h", "2026-01-02T22:00:00Z")]
)
def test_after_creation_is_creation_and_a_wait(wait, due):
    """A shortcut for ``after: {since: created, wait}``."""
    assert format_instant(ask(AFTER_CREATION, wait, _object())) == due
    assert ask(AFTER, {"since": "created", "wait": wait}, _object()) == ask(AFTER_CREATION, wait, _object())


def test_it_says_what_the_instant_is_made_of():
    """In the words of the plan."""
    assert explain(AFTER_CREATION, "7d", _object()) == "created 2026-01-01T10:00:00Z, wait 7d"
    by_class = _wait(mappings={"low": "7d"})
    assert explain(AFTER, by_class, _object(ttl="low")) == "created 2026-01-01T10:00:00Z, spec.ttl is 'low', wait 7d"


@pytest.mark.parametrize(
    "wait", [0, -1, "0s", "", "1x", "1h1d", 1.5, True, None, [], "101w1h1x", 36_525 * 86_400 + 1, {"wait": "1h"}]
)
def test_a_wait_that_is_no_duration_is_refused(wait):
    """0, negative, above 100 years, of another type, out of order: in the policy, all are errors."""
    with pytest.raises(InputError):
        ask(AFTER_CREATION, wait, _object())
    with pytest.raises(InputError):
        ask(AFTER, {"since": "created", "wait": wait}, _object())


@pytest.mark.parametrize(
    ("created", "reason"),
    [
        (None, "it has no metadata.creationTimestamp"),
        ("yesterday", "cannot be right"),
        ("2026-01-01", "cannot be right"),
        ("2013-12-31T23:59:59Z", "it is before 2014"),
        ("0001-01-01T00:00:00Z", "it is before 2014"),
        ("2026-01-01T12:00:31Z", "it is ahead of now"),
    ],
)
def test_a_creation_that_cannot_be_right_keeps_the_object(created, reason):
    """Missing, unreadable, before 2014, ahead of now by more than clocks may disagree."""
    with pytest.raises(Undecided, match=reason):
        ask(AFTER_CREATION, "1h", _object(created))


def test_clocks_may_disagree_by_the_allowed_skew():
    """30 s ahead is a clock's fault, 31 s is not; the bound is the run's."""
    assert ask(AFTER_CREATION, "1h", _object("2026-01-01T12:00:30Z")) is not None
    with pytest.raises(Undecided):
        ask(AFTER_CREATION, "1h", _object("2026-01-01T12:00:30Z"), clock_skew=dt.timedelta(seconds=29))


@pytest.mark.parametrize(
    ("at", "start"),
    [
        ("2026-01-01T09:00:00Z", "2026-01-01T09:00:00Z"),
        ("2025-12-31", "2025-12-31T00:00:00Z"),
        ("2026-01-01T12:00:00+02:00", "2026-01-01T10:00:00Z"),
        ("2026-01-01T093015Z", "2026-01-01T09:30:15Z"),
    ],
)
def test_a_start_may_be_a_time_or_a_date_in_a_field(at, start):
    """RFC 3339, a date as midnight UTC, or a time without colons."""
    config = {"since": {"path": "spec.at"}, "wait": "1h"}
    obj = _object("2025-12-01T00:00:00Z", at=at)
    assert format_instant(ask(AFTER, config, obj) - dt.timedelta(hours=1)) == start
    assert explain(AFTER, config, obj) == f"spec.at {start}, wait 1h"


@pytest.mark.parametrize("created", ["2026-01-01T09:00:01Z", "2026-01-01T11:59:59Z"])
def test_a_start_before_the_object_was_made_keeps_it(created):
    """A restored object, or an annotation that was copied with another one, has not lain here so long."""
    config = {"since": {"path": "spec.at", "else": "created"}, "wait": "1h"}
    with pytest.raises(Undecided, match=r"spec\.at 2026-01-01T09:00:00Z cannot be right: it is before it was made"):
        ask(AFTER, config, _object(created, at="2026-01-01T09:00:00Z"))


@pytest.mark.parametrize(
    ("unit", "at", "start"),
    [
        ("s", 1_767_258_000, "2026-01-01T09:00:00Z"),
        ("s", 1_767_258_000.5, "2026-01-01T09:00:00.500000Z"),
        ("ms", 1_767_258_000_001, "2026-01-01T09:00:00.001000Z"),
        ("us", 1_767_258_000_000_001, "2026-01-01T09:00:00.000001Z"),
        ("ns", 1_767_258_000_000_000_001, "2026-01-01T09:00:00.000001Z"),
        ("s", "1767258000", "2026-01-01T09:00:00Z"),
    ],
)
def test_a_number_is_a_time_where_its_unit_is_said(unit, at, start):
    """Also as text, which is all that an annotation can hold; rounded up, so that nothing is due too early."""
    config = {"since": {"path": "spec.at", "unit": unit}, "wait": "1h"}
    begun = ask(AFTER, config, _object("2025-12-01T00:00:00Z", at=at)) - dt.timedelta(hours=1)
    assert begun == dt.datetime.fromisoformat(start)


@pytest.mark.parametrize(
    "at", [0, -1, 1, True, "", "x", "2026-01-01T09:00:00Z", "1e9", "0x10", 10**40, -(10**40), 1e300, [], {}]
)
@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_number_that_is_no_time_keeps_the_object(unit, at):
    """Zero is 1970, and a unit that is wrong by a thousand is as impossible; an RFC 3339 time is no number."""
    with pytest.raises(Undecided, match=r"spec\.at") as doubt:
        ask(AFTER, {"since": {"path": "spec.at", "unit": unit, "else": "created"}, "wait": "1h"}, _object(at=at))
    assert not isinstance(doubt.value, Missing)


@pytest.mark.parametrize("at", [1_767_258_000, 1_767_258_000.0])
def test_a_number_without_a_unit_keeps_the_object(at):
    """Whether it counts seconds or milliseconds is not guessed."""
    with pytest.raises(Undecided, match=r"spec\.at"):
        ask(AFTER, {"since": {"path": "spec.at"}, "wait": "1h"}, _object(at=at))


def _with(*conditions):
    return {**_object("2025-12-01T00:00:00Z"), "status": {"conditions": list(conditions)}}


def _ready(status="False", at="2026-01-01T09:00:00Z", kind="Ready"):
    return {"type": kind, "status": status, "lastTransitionTime": at}


NOT_READY = {"since": {"condition": "Ready", "status": "False"}, "wait": "1h"}


def test_a_start_may_be_the_transition_of_a_condition():
    """While it has the status; by default "True"."""
    assert format_instant(ask(AFTER, NOT_READY, _with(_ready()))) == "2026-01-01T10:00:00Z"
    said = explain(AFTER, NOT_READY, _with(_ready(kind="Synced", at="2026-01-01T11:00:00Z"), _ready()))
    assert said == "condition Ready 'False' since 2026-01-01T09:00:00Z, wait 1h"
    assert ask(AFTER, {"since": {"condition": "Ready"}, "wait": "1h"}, _with(_ready("True"))) is not None


@pytest.mark.parametrize("status", ["True", "Unknown", "false", "", None, False, {}])
def test_a_condition_with_another_status_keeps(status):
    """It has not come; that is no error, and the words say so."""
    assert ask(AFTER, NOT_READY, _with(_ready(status))) is None
    assert explain(AFTER, NOT_READY, _with(_ready(status))) == "condition Ready is not 'False'"


@pytest.mark.parametrize(
    ("obj", "reason", "missing"),
    [
        (_object(), "condition Ready is missing", True),
        (_with(), "condition Ready is missing", True),
        (_with(_ready(kind="ready")), "condition Ready is missing", True),
        (_with(_ready(at=None)), "lastTransitionTime of condition Ready is missing", True),
        (_with(_ready(at="soon")), "'soon' is not an RFC 3339 time", False),
        (_with(_ready(at="2013-01-01T00:00:00Z")), "before 2014", False),
        (_with(_ready(at="0001-01-01T00:00:00Z")), "before 2014", False),
        (_with(_ready(at="2026-01-01T12:01:00Z")), "ahead of now", False),
        (_with(_ready(at="2025-11-30T00:00:00Z")), "before it was made", False),
        (_with(_ready(), _ready("True")), "there 2 times", False),
    ],
)
def test_a_condition_that_does_not_say_since_when_keeps(obj, reason, missing):
    """Missing is no evaluation error; what cannot be right is one."""
    with pytest.raises(Undecided, match=reason) as doubt:
        ask(AFTER, NOT_READY, obj)
    assert isinstance(doubt.value, Missing) is missing


@pytest.mark.parametrize("obj", [_object(at=None), _object()])
def test_null_is_a_missing_start_and_a_missing_wait(obj):
    """Of the start, the fallback serves it; of the wait, the default does."""
    with pytest.raises(Missing, match=r"spec\.at is (null|missing)"):
        ask(AFTER, {"since": {"path": "spec.at"}, "wait": "1h"}, obj)
    config = {"since": {"path": "spec.at", "else": "created"}, "wait": {"path": "spec.at", "default": "1h"}}
    with pytest.raises(Missing, match=r"spec\.at is (null|missing)"):
        ask(AFTER, config, obj)
    config["wait"]["onMissing"] = "default"
    assert _waited(config, obj) == dt.timedelta(hours=1)
    assert "spec.at is null, created" in explain(AFTER, config, _object(at=None))


def test_a_missing_start_keeps_unless_there_is_an_else():
    """Missing is no evaluation error; ``else: created`` serves a missing field and nothing else."""
    with pytest.raises(Missing, match=r"spec\.at is missing"):
        ask(AFTER, {"since": {"path": "spec.at"}, "wait": "1h"}, _object())
    config = {"since": {"path": "spec.at", "else": "created"}, "wait": "1h"}
    assert _waited(config, _object()) == dt.timedelta(hours=1)
    assert explain(AFTER, config, _object()) == "spec.at is missing, created 2026-01-01T10:00:00Z, wait 1h"


@pytest.mark.parametrize(
    "at", [5, True, [], {}, "", "soon", "2013-01-01", "2026-01-02T00:00:00Z", "2026-13-01", "2026-01-01T09:59:59Z"]
)
def test_a_start_that_cannot_be_right_keeps_even_with_an_else(at):
    """Of the wrong type, unreadable, too early, ahead of now, before its birth: undecided, and no fallback."""
    with pytest.raises(Undecided) as doubt:
        ask(AFTER, {"since": {"path": "spec.at", "else": "created"}, "wait": "1h"}, _object(at=at))
    assert not isinstance(doubt.value, Missing)
    assert "spec.at" in str(doubt.value)


@pytest.mark.parametrize(
    "since",
    [
        "creation",
        "",
        None,
        5,
        {},
        {"path": ""},
        {"path": "a..b"},
        {"path": "a", "else": "finished"},
        {"path": "a", "unit": "m"},
        {"path": "a", "condition": "Ready"},
        {"condition": ""},
        {"condition": "Ready", "status": False},
        {"condition": "Ready", "status": "no"},
        {"condition": "Ready", "else": "created"},
        {"path": "a", "otherwise": "created"},
    ],
)
def test_a_start_that_is_none_is_refused(since):
    """With its place in the policy."""
    with pytest.raises(InputError, match=r"after\.since"):
        ask(AFTER, {"since": since, "wait": "1h"}, _object())


@pytest.mark.parametrize(("value", "wait"), [(3600, "1h"), ("90m", "1h30m"), ("7d", "7d")])
def test_without_mappings_a_field_holds_a_duration(value, wait):
    """An integer is seconds, text is as in policies."""
    assert explain(AFTER, _wait(), _object(ttl=value)).endswith(f", wait {wait}")


@pytest.mark.parametrize(
    "value", [0, -1, "0s", "-1h", "1.5h", "", "x", "3600", 1.0, 3600.5, True, [], {}, 2**62, 10**30, "99999w"]
)
def test_a_duration_in_a_field_that_is_none_keeps_the_object(value):
    """0, negative, overflow and other types: kept with the reason, never "at once" and never in the past."""
    with pytest.raises(Undecided, match=r"spec\.ttl is .*, which is no duration above 0 and up to 100 years"):
        ask(AFTER, _wait(), _object(ttl=value))


@pytest.mark.parametrize("never", ["never", "forever"])
def test_never_and_forever_keep(never):
    """In the field, in the mappings, and as the default."""
    assert ask(AFTER, _wait(), _object(ttl=never)) is None
    assert ask(AFTER, _wait(mappings={"audit": never}), _object(ttl="audit")) is None
    assert ask(AFTER, _wait(mappings={"low": "7d"}, default=never), _object(ttl="high")) is None
    assert ask(AFTER, _wait(mappings={"low": "7d"}, default="7d"), _object(ttl=never)) is None
    assert explain(AFTER, _wait(mappings={"audit": never}), _object(ttl="audit")).endswith("spec.ttl is 'audit': never")


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("low", dt.timedelta(days=7)),
        ("high", dt.timedelta(days=90)),
        ("urgent", dt.timedelta(days=30)),
        ("5h", dt.timedelta(days=30)),
        (1, dt.timedelta(days=1)),
    ],
)
def test_mappings_turn_a_class_into_a_wait_and_default_serves_the_others(value, wait):
    """A class is never read as a duration; integers are classes by their text where they are mapped."""
    config = _wait(mappings={"low": "7d", "high": 7_776_000, "1": "1d"}, default="30d")
    assert _waited(config, _object(ttl=value)) == wait


def test_booleans_are_classes_by_their_text_where_they_are_mapped():
    """Of a field that holds no other classes."""
    config = _wait(mappings={"true": "2d", "false": "never"})
    assert _waited(config, _object(ttl=True)) == dt.timedelta(days=2)
    assert ask(AFTER, config, _object(ttl=False)) is None


def test_an_unmapped_class_without_a_default_keeps():
    """It never expires, and the words say that the mappings do not name it."""
    config = _wait(mappings={"low": "7d"})
    assert ask(AFTER, config, _object(ttl="high")) is None
    assert explain(AFTER, config, _object(ttl="high")).endswith("spec.ttl is 'high', which mappings do not name")


@pytest.mark.parametrize("value", [2, 0, False, 1.5, [], {}, ["low"]])
def test_a_default_does_not_serve_what_is_no_class(value):
    """Of the wrong type: kept with the reason, so that a typo does not become "delete everything"."""
    with pytest.raises(Undecided, match="which is no class of mappings"):
        ask(AFTER, _wait(mappings={"low": "7d"}, default="1s"), _object(ttl=value))


def test_a_missing_field_keeps_unless_the_default_is_asked_for():
    """``onMissing: default`` is the only way, and it needs a default."""
    with pytest.raises(Missing, match=r"spec\.ttl is missing"):
        ask(AFTER, _wait(mappings={"low": "7d"}, default="30d"), _object())
    config = _wait(mappings={"low": "7d"}, default="30d", onMissing="default")
    assert _waited(config, _object()) == dt.timedelta(days=30)
    assert explain(AFTER, config, _object()).endswith("spec.ttl is missing, wait 30d")
    with pytest.raises(InputError, match=r"after\.wait\.onMissing: needs a default"):
        ask(AFTER, _wait(onMissing="default"), _object())


def test_a_default_that_nothing_can_come_to_is_a_warning():
    """Without mappings there are no classes."""
    assert warnings_of(AFTER, _wait(default="30d")) == [
        "after.wait.default: is never used: it serves classes that mappings do not name, and there are none"
    ]
    assert warnings_of(AFTER, _wait(mappings={"low": "7d"}, default="30d")) == []


def test_a_boolean_among_the_classes_is_what_yaml_made_of_a_word():
    """Refused beside other classes; told where a default would take what the word was to keep."""
    with pytest.raises(
        InputError, match=r"after\.wait\.mappings\.false: is no class beside the others: YAML makes that"
    ):
        ask(AFTER, _wait(mappings={"false": "never", "low": "7d"}), _object())
    assert warnings_of(AFTER, _wait(mappings={"false": "never"}, default="1h")) == [
        "after.wait.mappings.false: YAML makes that of an unquoted no, off or n: if that was meant, write it in quotes"
    ]
    assert warnings_of(AFTER, _wait(mappings={"false": "never", "true": "1d"})) == []


def test_an_expiry_beyond_the_calendar_keeps_the_object():
    """No overflow into the past, and no traceback."""
    with pytest.raises(Undecided, match="it would expire after the year 9999"):
        ask(AFTER_CREATION, "99w", _object("9999-01-01T00:00:00Z"), now="9999-06-01T00:00:00Z")


@given(st.integers(1, 36_525 * 86_400), st.integers(0, 10 * 365 * 86_400))
def test_an_object_that_is_due_stays_due(wait, age):
    """The instant does not move with now: due at one instant is due at every later one."""
    created = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC) - dt.timedelta(seconds=age)
    obj = _object(format_instant(created))
    first = ask(AFTER_CREATION, wait, obj)
    assert first == ask(AFTER_CREATION, wait, obj, now="2036-01-01T12:00:00Z") == created + dt.timedelta(seconds=wait)
