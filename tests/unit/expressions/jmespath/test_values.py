"""What an expression yields where JMESPath leaves room, or where the jmespath library is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.jmespath import compile_jmespath

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def value(text, document=None, now=NOW):
    return compile_jmespath(text)(document, now)


@pytest.mark.parametrize(
    ("text", "document", "expected"),
    [
        ("a == b", {"a": 1, "b": True}, False),
        ("a == b", {"a": [0], "b": [False]}, False),
        ("a == b", {"a": {"x": [1]}, "b": {"x": [True]}}, False),
        ("a == b", {"a": {"x": [1]}, "b": {"x": [1.0]}}, True),
        ("a == b", {"a": {"x": 1, "y": 2}, "b": {"y": 2, "x": 1}}, True),
        ("a != b", {"a": {"x": 1}, "b": {"y": 1}}, True),
        ("a == `1`", {"a": True}, False),
        ("a == `true`", {"a": 1}, False),
        ("`0` == a", {"a": False}, False),
        ("a == `[true]`", {"a": [1]}, False),
        ("a == b", {}, True),
        ("contains(a, `true`)", {"a": [1]}, False),
        ("contains(a, `1`)", {"a": [1.0]}, True),
        ("contains(a, `null`)", {"a": [None]}, True),
    ],
)
def test_equality_is_that_of_json_at_any_depth(text, document, expected):
    """In Python ``True == 1``; in JSON it is not."""
    assert value(text, document) is expected


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
@pytest.mark.parametrize("document", [{"a": 1, "b": "1"}, {"a": "1", "b": 1.5}])
def test_a_number_against_a_string_is_an_error(operator, document):
    """The library fails with a bare ``TypeError``, out of filters too."""
    with pytest.raises(ExpressionError, match="have no order"):
        value(f"a {operator} b", document)
    with pytest.raises(ExpressionError, match="have no order"):
        value(f"[?a {operator} b]", [document])


@pytest.mark.parametrize("other", [None, True, [], {}])
def test_an_order_with_anything_else_is_null(other):
    """So that a missing field neither is nor is not below a number."""
    assert value("a < b", {"a": 1, "b": other}) is None
    assert value("a < b", {"a": other, "b": "x"}) is None


@pytest.mark.parametrize(
    ("operand", "counts"),
    [(0, True), (0.0, True), ("", False), ([], False), ({}, False), (None, False), (False, False), ("x", True)],
)
def test_zero_is_true_and_what_is_empty_is_not(operand, counts):
    """JMESPath's truth, which is not Python's, and which ``&&`` and ``||`` answer with an operand."""
    document = {"a": operand}
    assert value("!a", document) is not counts
    assert value("a && 'both'", document) == ("both" if counts else operand)
    assert value("a || 'other'", document) == (operand if counts else "other")
    assert value("[?a]", [document]) == ([document] if counts else [])


@pytest.mark.parametrize("text", ["[?@ == `null`]", "[?@ == `null`].a", "[*]", "[?!@]", "[?@ == `null`].{a: a}"])
def test_a_projection_drops_nulls(text):
    """Even those that a filter asks for."""
    assert value(text, [None, None]) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", 7),
        ("-0.5", -0.5),
        ("1e3", 1000.0),
        ("0x10", None),
        ("1_000", None),
        (" 7", None),
        ("+7", None),
        ("07", None),
        ("nan", None),
        ("Infinity", None),
        ("1e999", None),
        ("\u0661", None),
        ("9" * 5000, None),
        ("", None),
    ],
)
def test_a_number_is_spelt_as_in_json(text, expected):
    """The library reads whatever Python reads."""
    found = value("to_number(@)", text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "document", "message"),
    [
        (
            "starts_with(metadata.labels.app, 'ci-')",
            {},
            "starts_with(metadata.labels.app, 'ci-'): argument 1 is null, not a string",
        ),
        ("contains(a, b)", {"a": "x", "b": 1}, "contains(): a number is sought in a string"),
        ("ends_with(a, b)", {"a": "x", "b": None}, "ends_with(a, b): argument 2 is null, not a string"),
        ("keys(a)", {"a": []}, "keys(a): argument 1 is an array, not an object"),
        ("merge(a, b)", {"a": {}, "b": 1}, "merge(a, b): argument 2 is a number, not an object"),
        ("sort(@)", [1, "x"], "sort(): an element of the array is a string"),
        ("sort(@)", [True], "sort(): an element of the array is a boolean"),
        ("min_by(@, &a)", [{"a": 1}, {"a": "x"}], "min_by(): an element of the array is a string"),
        ("join(',', @)", ["x", None], "join(): an element of the array is null"),
        ("sum(@)", [10**400, 0.5], "sum(): the number is beyond a double"),
        ("avg(@)", [10**400], "avg(): the number is beyond a double"),
        ("ceil(sum(@))", [1e308, 1e308], "ceil(): inf is no finite number"),
        ("type(@)", datetime, "type(@): argument 1 is a type, not a value"),
        ("now()", {}, "now(): the instant of the run is not known here"),
    ],
)
def test_an_expression_without_a_value_says_why_and_shows_no_value(text, document, message):
    """Objects hold secrets: an error names kinds, never contents."""
    with pytest.raises(ExpressionError) as caught:
        value(text, document, None)
    assert str(caught.value) == message


def nested(depth):
    document = []
    for _ in range(depth):
        document = [document]
    return document


@pytest.mark.parametrize("text", ["a == b", "to_string(a)", "contains(a, b)"])
def test_an_object_that_is_nested_too_deeply_is_an_error(text):
    """No ``RecursionError`` leaves an evaluation."""
    document = {"a": nested(5000), "b": nested(5000)[0]}
    with pytest.raises(ExpressionError):
        value(text, document)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-06-01T12:00:00Z", 1780315200),
        ("2026-06-01T14:00:00+02:00", 1780315200),
        ("2026-06-01T12:00:00.25Z", 1780315200.25),
        ("1969-12-31T23:59:59Z", -1),
    ],
)
def test_a_timestamp_is_seconds_since_the_epoch(text, seconds):
    """Whole seconds are integers."""
    found = value("timestamp(@)", text)
    assert found == seconds
    assert type(found) is type(seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-06-01",
        "12:00:00Z",
        "2026-06-01T12:00:00",
        "2026-06-01 12:00:00Z",
        "2026-02-30T00:00:00Z",
        "\u0661" * 20,
    ],
)
def test_what_is_no_rfc_3339_time_is_an_error(text):
    """A date alone, a time without a zone, a day that does not exist."""
    for function in ("timestamp", "age"):
        with pytest.raises(ExpressionError, match=f"{function}\\(\\): .* is not a"):
            value(f"{function}(@)", text)


@pytest.mark.parametrize(
    ("created", "seconds"),
    [
        ("2026-06-01T11:59:00Z", 60),
        ("2026-06-01T12:00:01Z", -1),
        ("2026-06-01T11:59:59.5Z", 0.5),
        ("2026-06-01T11:59:59.499999999Z", 0.5),
    ],
)
def test_age_is_the_run_minus_the_timestamp_and_never_too_old(created, seconds):
    """Seconds; negative for what is yet to come; beyond microseconds an object counts as younger."""
    assert value("age(@)", created) == seconds


def test_age_refuses_a_time_before_kubernetes():
    """Go's zero time in a status must not make an object ancient."""
    with pytest.raises(ExpressionError, match="before Kubernetes"):
        value("age(@) > `86400`", "0001-01-01T00:00:00Z")


def test_the_instant_of_the_run_may_be_in_any_zone_but_must_have_one():
    """An aware datetime is an instant; a naive one is a guess."""
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert value("now()", None, elsewhere) == value("now()", None, NOW)
    with pytest.raises(ExpressionError):
        value("now()", None, NOW.replace(tzinfo=None))


def test_now_reaches_into_projections_and_references():
    """A filter on the age of elements, and an expression handed to a function."""
    document = {
        "conditions": [{"type": "Ready", "at": "2026-06-01T11:00:00Z"}, {"type": "New", "at": "2026-06-01T11:59:00Z"}]
    }
    assert value("conditions[?age(at) > `600`].type", document) == ["Ready"]
    assert value("map(&age(at), conditions)", document) == [3600, 60]
    assert value("max_by(conditions, &age(at)).type", document) == "Ready"


def test_a_program_leaves_the_document_and_its_literals_alone():
    """What is sorted, merged or reversed is made anew."""
    document = {"a": [3, 1, 2], "b": {"x": 1}}
    program = compile_jmespath('[sort(a), reverse(a), merge(b, `{"x": 2}`), a[::-1]]')
    first = program(document)
    assert document == {"a": [3, 1, 2], "b": {"x": 1}}
    assert program(document) == first == [[1, 2, 3], [2, 1, 3], {"x": 2}, [2, 1, 3]]


def test_a_program_says_what_it_is():
    """The source is kept, and shown."""
    program = compile_jmespath("a.b")
    assert program.source == "a.b"
    assert repr(program) == "JMESProgram('a.b')"


@pytest.mark.parametrize(
    "text",
    [
        "__class__",
        "a.__class__.__mro__",
        "@.get",
        "a.append",
        "{x: __globals__}.x",
        "a[*].__dict__ | [0]",
        '"f\\u0022"',
    ],
)
def test_no_expression_reaches_python(text):
    """A name is a key of an object, never an attribute."""
    assert value(text, {"a": ["x"]}) is None
