"""``expiresAt``, ``immediate`` and the TTL ``cel``."""

from __future__ import annotations

import pytest
from zen_gc_ttl.expires_at import EXPIRES_AT
from zen_gc_ttl.expression import CEL
from zen_gc_ttl.immediate import IMMEDIATE

from zen_gc_core import InputError, Missing, Undecided, format_instant, parse_instant
from zen_gc_core.testing import NOW, OBJECTS, ask, explain


def _object(created="2026-01-01T10:00:00Z", **spec):
    return {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "a", "creationTimestamp": created}, "spec": spec}


@pytest.mark.parametrize(
    ("until", "instant"),
    [
        ("2026-01-05T00:00:00Z", "2026-01-05T00:00:00Z"),
        ("2025-12-24", "2025-12-24T00:00:00Z"),
        ("2200-01-01", "2200-01-01T00:00:00Z"),
    ],
)
def test_expires_at_is_the_instant_that_the_field_holds(until, instant):
    """A time or a date; ahead of now it waits."""
    assert format_instant(ask(EXPIRES_AT, {"path": "spec.until"}, _object(until=until))) == instant
    assert explain(EXPIRES_AT, {"path": "spec.until"}, _object(until=until)) == f"spec.until is {instant}"


@pytest.mark.parametrize(
    "until", [1_767_225_600, "", "never", "2026-01-05 00:00", "2013-12-31", "0001-01-01T00:00:00Z", {}]
)
def test_an_expiry_that_cannot_be_right_keeps_the_object(until):
    """Unreadable, or before 2014: undecided, with the field's name."""
    with pytest.raises(Undecided, match=r"spec\.until"):
        ask(EXPIRES_AT, {"path": "spec.until"}, _object(until=until))


def test_a_missing_expiry_is_no_error():
    """The object is kept; nothing is wrong with the policy. Null is missing."""
    with pytest.raises(Missing, match=r"spec\.until is missing"):
        ask(EXPIRES_AT, {"path": "spec.until"}, _object())
    with pytest.raises(Missing, match=r"spec\.until is null"):
        ask(EXPIRES_AT, {"path": "spec.until"}, _object(until=None))


@pytest.mark.parametrize("expression", ["timestamp(object.spec.until)", "timestamp('0001-01-01T00:00:00Z')"])
def test_go_s_zero_time_is_no_timestamp(expression):
    """Objects spell so that there is no time."""
    with pytest.raises((Undecided, InputError), match="zero time"):
        ask(CEL, expression, _object(until="0001-01-01T00:00:00Z"))


def test_an_expiry_may_be_a_number_in_a_unit():
    """The same forms as a start."""
    config = {"path": "spec.until", "unit": "s"}
    assert format_instant(ask(EXPIRES_AT, config, _object(until=1_767_258_000))) == "2026-01-01T09:00:00Z"
    with pytest.raises(Undecided, match="before 2014"):
        ask(EXPIRES_AT, config, _object(until=0))


@pytest.mark.parametrize("config", [False, 1, 0, "true", None, {}, []])
def test_immediate_must_be_written_out(config):
    """Nothing but the literal true: a policy without patience is no slip of the pen."""
    with pytest.raises(InputError, match="immediate"):
        ask(IMMEDIATE, config, _object())


@pytest.mark.parametrize("obj", OBJECTS)
@pytest.mark.parametrize("now", [NOW, "2014-01-01T00:00:01Z", "9999-12-31T23:59:59Z"])
def test_an_immediate_instant_lies_before_now_whatever_the_object_says(obj, now):
    """Due means that now is later; the object's own times have no say in it."""
    assert ask(IMMEDIATE, config=True, obj=obj, now=now) < parse_instant(now)


def test_immediate_takes_the_oldest_first():
    """The instant is the creation where that is possible, so that a bounded run takes the oldest."""
    assert format_instant(ask(IMMEDIATE, config=True, obj=_object())) == "2026-01-01T10:00:00Z"


@pytest.mark.parametrize(
    ("expression", "instant"),
    [
        ("timestamp(object.metadata.creationTimestamp) + duration('2h')", "2026-01-01T12:00:00Z"),
        ("timestamp(object.spec.until)", "2026-02-01T00:00:00Z"),
        ("now", NOW),
    ],
)
def test_cel_yields_the_instant(expression, instant):
    """As a timestamp."""
    assert format_instant(ask(CEL, expression, _object(until="2026-02-01T00:00:00Z"))) == instant


def test_cel_yields_null_for_never():
    """And says so."""
    assert ask(CEL, "null", _object()) is None
    assert explain(CEL, "null", _object()) == "cel yields null: never"


@pytest.mark.parametrize(
    "expression", ["1", "true", "'2026-01-01T00:00:00Z'", "[]", "{}", "duration('1h')", "object.spec.missing"]
)
def test_cel_that_yields_anything_else_keeps_the_object(expression):
    """Other types and errors are undecided."""
    with pytest.raises(Undecided, match="cel"):
        ask(CEL, expression, _object())


@pytest.mark.parametrize("config", ["", "timestamp(", "nosuch(object)", 5, ["now"], None])
def test_cel_that_does_not_compile_is_refused(config):
    """With its place, before any object is asked."""
    with pytest.raises(InputError, match="cel"):
        ask(CEL, config, _object())
