"""What is refused when an expression is compiled, with the place that the author is shown."""

from __future__ import annotations

import pytest

from zen_gc_core.errors import ExpressionSyntaxError
from zen_gc_core.expressions.jmespath import compile_jmespath

NO_JMESPATH = [
    ("", 1, 1, "the expression is empty"),
    (" \n ", 1, 1, "the expression is empty"),
    ("a.", 1, 3, "the expression ends too early"),
    ("a b", 1, 3, "unexpected 'b'"),
    ("a\n  .b\n  )", 3, 3, "unexpected ')'"),
    ("a || ||", 1, 6, "unexpected '||'"),
    ("a ^ b", 1, 3, "unexpected '^'"),
    ("a = b", 1, 3, "unexpected '='"),
    ("metadata.labels.ci-run", 1, 19, "unexpected '-'"),
    ("'abc", 1, 1, "the ' opened here is never closed"),
    ("a[?b == `1]", 1, 9, "the ` opened here is never closed"),
    ('"\n"', 1, 1, "the quoted name is not a JSON string"),
    ("a['b']", 1, 3, "unexpected \"'\"; a number, ':', '?' or '*' was expected"),
    ("a[1", 1, 4, "the expression ends too early; ']' was expected"),
    ("length(a) > 0", 1, 13, "unexpected '0'; a number is written `0`"),
    ("length(a b)", 1, 10, "unexpected 'b'; ')' was expected"),
    ("length(a,)", 1, 10, "unexpected ')'"),
    ("{a: b c: d}", 1, 7, "unexpected 'c'; '}' was expected"),
    ("a == `Running`", 1, 6, "what stands between the backticks is not JSON: a string is written 'Running'"),
    ("a == `NaN`", 1, 6, "what stands between the backticks is not JSON: a string is written 'NaN'"),
    ("a == `1e999`", 1, 6, "what stands between the backticks is not JSON: a string is written '1e999'"),
    ('"length"(a)', 1, 1, "a function's name takes no quotes"),
    ("(a)(b)", 1, 3, "only a function's name may stand before '('"),
    ("a[::0]", 1, 1, "the step of a slice must not be 0"),
]

NEVER_WORKS = [
    ("a && lenght(b)", 1, 6, "there is no function lenght(); did you mean length()?"),
    ("quux(b)", 1, 1, "there is no function quux()"),
    ("length()", 1, 1, "length() takes 1 argument, not 0"),
    ("contains(a)", 1, 1, "contains() takes 2 arguments, not 1"),
    ("merge()", 1, 1, "merge() takes at least 1 argument, not 0"),
    ("abs('x')", 1, 5, "argument 1 of abs() is a number; this is a string"),
    ("starts_with(a, `1`)", 1, 16, "argument 2 of starts_with() is a string; this is a number"),
    ("starts_with(length(a), 'x')", 1, 13, "argument 1 of starts_with() is a string; this is a number"),
    ("sort_by(a, b)", 1, 12, "argument 2 of sort_by() is an expression: write &b"),
    ("length(&a)", 1, 8, "argument 1 of length() is an array or an object or a string, not an &expression"),
    ("[&a]", 1, 2, "& may only stand before an argument of map, max_by, min_by or sort_by"),
    ("!metadata.ownerReferences", 1, 1, "! binds more tightly than what follows it: write !(…)"),
    ("length(a).b", 1, 1, "length(a) is a number: its field b would always be null"),
    ("length(a) | [0]", 1, 1, "length(a) is a number: its elements would always be null"),
    ("length(a).*", 1, 1, "length(a) is a number: its values would always be null"),
    (
        'phase == "Running"',
        1,
        10,
        "double quotes name a field: a string is written 'Running', a field here @.\"Running\"",
    ),
    ('contains(a, "x")', 1, 13, "double quotes name a field: a string is written 'x', a field here @.\"x\""),
    ("age(a) > '24h'", 1, 1, "a number is never > a string"),
    ("length(a) != '0'", 1, 1, "a number is always != a string"),
    ("a < `true`", 1, 1, "a value is never < a boolean"),
    ("timestamp('2026-01-01') < now()", 1, 11, "timestamp(): '2026-01-01' is not an RFC 3339 time"),
    ("age('yesterday')", 1, 5, "age(): 'yesterday' is not an RFC 3339 time"),
]

BEYOND_A_BOUND = [
    ("a" * 4097, 1, 1, "the expression has 4097 bytes; 4096 are allowed"),
    ("é" * 2049, 1, 1, "the expression has 4098 bytes; 4096 are allowed"),
    ("(" * 41 + "a" + ")" * 41, 1, 42, "nested deeper than 40"),
    ("!" * 4000, 1, 42, "nested deeper than 40"),
    ("[" * 4000, 1, 42, "nested deeper than 40"),
    (f"a == `{'[' * 41}{']' * 41}`", 1, 6, "nested deeper than 40"),
    (f"`{'[' * 2000}{']' * 2000}`", 1, 1, "nested deeper than 40"),
    ("||".join(["a"] * 501), 1, 1501, "the expression has more than 1000 parts"),
]


@pytest.mark.parametrize(("text", "line", "column", "message"), [*NO_JMESPATH, *NEVER_WORKS, *BEYOND_A_BOUND])
def test_an_expression_is_refused_with_its_place(text, line, column, message):
    """One line that says what is wrong, and the line and column of it."""
    with pytest.raises(ExpressionSyntaxError) as caught:
        compile_jmespath(text)
    assert (caught.value.line, caught.value.column, caught.value.message) == (line, column, message)


def test_the_fault_is_shown_with_a_caret():
    """The excerpt is the faulty line, and a caret under the fault."""
    with pytest.raises(ExpressionSyntaxError) as caught:
        compile_jmespath("a &&\n lenght(b)")
    assert caught.value.excerpt == " lenght(b)\n ^"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 40 + "a" + ")" * 40,
        f"`{'[' * 40}{']' * 40}`",
        "a" * 4096,
        ".".join(["a[0]"] * 249),
        " || ".join(["a"] * 500),
        " | ".join(["a"] * 500),
    ],
    ids=["parentheses", "literal", "length", "chain", "alternatives", "pipes"],
)
def test_a_bound_lets_pass_what_just_keeps_it(text):
    """Rows of operators are no nesting, however long."""
    compile_jmespath(text)


@pytest.mark.parametrize(
    "text", ['phase == @."Running"', "\"my-key\" == 'x'", "'x' == \"my-key\"", "!(a.b)", "!a[0]", 'not_null("a-b")']
)
def test_a_name_in_quotes_is_a_field_where_that_is_meant(text):
    """The checks against likely slips leave a way to say what they refuse."""
    compile_jmespath(text)
