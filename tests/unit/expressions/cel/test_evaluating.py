"""What compiled expressions yield: values, errors and their absorption, times; the same in both tiers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.cel import (
    Duration,
    Environment,
    Optional,
    Timestamp,
    Type,
    Uint,
    duration_from_timedelta,
    timestamp_from_datetime,
    to_json,
)

NOW = timestamp_from_datetime(datetime(2026, 6, 1, 12, tzinfo=UTC))
OBJECT = {
    "metadata": {"name": "a", "labels": {"app": "ci-1"}, "creationTimestamp": "2026-05-30T08:15:42Z"},
    "spec": {"replicas": 3, "items": [1, 2, 3], "names": ["x", "y"], "none": None, "deep": {"a": {"b": 1}}},
}


def both(text, **changes):
    program = Environment().compile(text)
    values = [OBJECT, None, NOW, {}]
    outcomes = []
    for tier in (program.evaluate, program.evaluate_exactly):
        try:
            outcomes.append(tier(*values))
        except ExpressionError as error:
            outcomes.append(error)
    fast, exact = outcomes
    assert str(fast) == str(exact), text
    return fast


VALUES = [
    ("object.spec.replicas + 1", 4),
    ("object.metadata.name + 'b'", "ab"),
    ("object.spec.items.map(i, i * i)", [1, 4, 9]),
    ("object.spec.items.filter(i, i > 1)", [2, 3]),
    ("object.spec.items.map(i, i > 1, i * 10)", [20, 30]),
    ("object.spec.items.exists_one(i, i == 2)", True),
    ("object.spec.none == null", True),
    ("object.spec.none != null", False),
    ("now - timestamp(object.metadata.creationTimestamp) > duration('48h')", True),
    ("int(now - duration('1s')) % 60", 59),
    ("now.getHours('-02:30')", 9),
    ("namespaceObject == null", True),
    ("-7 / 2", -3),
    ("-7 % 2", -1),
    ("1.0 / 0.0 > 1e300", True),
    ("[1, 'a', null, 2.0][1]", "a"),
    ("{'a': 1}.a", 1),
    ("1 == 1.0 && 1u == 1", True),
    ("dyn('1') == 1", False),
    ("'b' > 'a'", True),
    ("3u + 4u", Uint(7)),
    ("type(now)", Type("google.protobuf.Timestamp")),
    ("string(1000000.0)", "1e+06"),
    ("string(0.1) + string(-2.50) + string(123456.0)", "0.1-2.5123456"),
    # absorption
    ("object.nope == 1 || true", True),
    ("object.nope == 1 && false", False),
    ("true || object.nope == 1", True),
    ("object.spec.items.exists(i, i == 1 || i.x == 2)", True),
    ("object.spec.items.exists(i, i.x == 2) || object.spec.replicas == 3", True),
    ("object.spec.items.all(i, i.x == 2) && object.spec.replicas == 4", False),
    ("cel.bind(x, object.nope, true || x == 1)", True),
]


@pytest.mark.parametrize(("text", "value"), VALUES, ids=lambda value: str(value)[:50])
def test_an_expression_yields_its_value(text, value):
    """Both tiers agree with the definition of the language."""
    got = both(text)
    assert (type(got), got) == (type(value), value)


FAILING = [
    ("object.nope", "no such key: nope"),
    ("object.metadata.name.x", "a value of type string has no field 'x'"),
    ("has(object.nope.x)", "no such key: nope"),
    ("has(object.metadata.name.x)", "no field 'x'"),
    ("!has(object.metdata.ownerReferences)", "no such key: metdata"),
    ("object.nope == 1 || false", "no such key: nope"),
    ("object.spec.items[3]", "index out of bounds"),
    ("object.spec.items[-1]", "index out of bounds"),
    ("object.spec.items['a']", "no index of type string"),
    ("object.spec.replicas && true", "stands where a bool must"),
    ("object.spec.replicas / 0", "division by zero"),
    ("object.spec.replicas + 9223372036854775807", "overflow"),
    ("object.spec.replicas < 'a'", "no such overload: <(int, string)"),
    ("object.spec.items.contains('a')", "contains(list, string); of a list: write `x in list`"),
    ("object.metadata.contains('a')", "contains(map, string); of a map: write `key in map`"),
    ("object.spec.replicas.contains('a')", "no such overload: contains(int, string)"),
    ("object.metadata.all(k, object.metadata[k] == 'a' || k.x)", "no field 'x'"),
    ("object.metadata.name.map(x, x)", "goes over a list or map"),
    ("timestamp(object.metadata.name) < now", "is no timestamp"),
    ("duration(object.metadata.name) > duration('1s')", "is no duration"),
    ("timestamp(object.spec.replicas) - duration('2562047h') - duration('2562047h') < now", ""),
    ("optional.none().value()", "has no value"),
    ("object.spec.items.exists_one(i, i.x == 1)", "no field 'x'"),
    ("{object.metadata.name: 1, 'a': 2}", "repeated key"),
    ("{object.spec.items: 1}", "no key of a map"),
    ("object.metadata.name.matches(object.metadata.name + '(')", "no RE2 pattern"),
]


@pytest.mark.parametrize(("text", "message"), FAILING, ids=lambda value: str(value)[:50])
def test_what_cannot_be_judged_is_an_expression_error(text, message):
    """Never a value that happens to be false, and never an error of Python."""
    got = both(text)
    if message:
        assert isinstance(got, ExpressionError)
        assert message in str(got)


def test_a_program_is_called_with_its_variables_in_order():
    """The environment's order is that of the arguments."""
    program = Environment(("a", "b")).compile("a - b")
    assert program(5, 3) == 2
    assert program.variables == ("a", "b")
    assert program.source == "a - b"


@pytest.mark.parametrize("years", [1, 1969, 1970, 2026, 9999])
def test_datetimes_come_back_as_they_went_in(years):
    """Microseconds survive the way to nanoseconds and back."""
    moment = datetime(years, 2, 3, 4, 5, 6, 789, tzinfo=UTC)
    assert timestamp_from_datetime(moment).to_datetime() == moment
    span = timedelta(days=-1, microseconds=years)
    assert duration_from_timedelta(span).to_timedelta() == span


def test_a_fraction_of_a_microsecond_makes_nothing_due_early():
    """Nanoseconds are rounded up, up to the last instant there is."""
    assert Timestamp(1).to_datetime() == datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
    last = Environment().compile("timestamp('9999-12-31T23:59:59.999999999Z')")(None, None, NOW, {})
    assert last.to_datetime() == datetime.max.replace(tzinfo=UTC)


def test_a_naive_datetime_is_no_timestamp():
    """Whose midnight it would be, nobody knows."""
    with pytest.raises(ValueError, match="aware"):
        timestamp_from_datetime(datetime(2026, 1, 1))  # noqa: DTZ001  the point


JSON = [
    (None, None),
    (True, True),
    (Uint(3), 3),
    (1.5, 1.5),
    (float("nan"), "NaN"),
    (float("-inf"), "-Infinity"),
    (b"a", "YQ=="),
    (NOW, "2026-06-01T12:00:00Z"),
    (Duration(-1_500_000_000), "-1.5s"),
    (Type("int"), "int"),
    (Optional(), None),
    (Optional([Uint(1)]), [1]),
    ({1: Timestamp(0), "a": {True: []}}, {"1": "1970-01-01T00:00:00Z", "a": {"true": []}}),
    ([{"a": Duration(0)}], [{"a": "0s"}]),
]


@pytest.mark.parametrize(("value", "rendered"), JSON, ids=str)
def test_every_value_has_a_form_in_json(value, rendered):
    """What ``zen-gc eval`` prints."""
    assert to_json(value) == rendered


@pytest.mark.parametrize(
    "text", ["quantity('1.5Gi')", "semver('1.2.3')", "ip('::1')", "cidr('10.0.0.0/8')", "url('http://a/')"]
)
def test_values_of_libraries_are_rendered_as_they_are_written(text):
    """Their own text is what the expression was given, or the canonical form of it."""
    program = Environment().compile(text)
    value = to_json(program(None, None, NOW, {}))
    assert value == {"quantity('1.5Gi')": "1610612736"}.get(text, text.split("'")[1])


def test_a_value_nested_too_deeply_is_refused_not_a_crash():
    """A hostile object cannot exhaust the stack."""
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ExpressionError, match="too deeply"):
        to_json(deep)
