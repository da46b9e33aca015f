"""What is refused when an expression is compiled, and where the error points."""

from __future__ import annotations

import pytest

from zen_gc_core.errors import ExpressionSyntaxError
from zen_gc_core.expressions.cel import Environment

REFUSED = [
    # text, column, part of the message
    ("", 1, "an expression is missing"),
    ("object.a ==", 12, "an expression is missing"),
    ("(object.a", 10, "')' is missing"),
    ("object.a)", 9, "unexpected ')'"),
    ("[1, 2", 6, "']' is missing"),
    ("object.a = 1", 10, "write '=='"),
    ("object.a == 'x", 13, "not closed"),
    ("object.a == 'x\\q'", 13, "no escape '\\q'"),
    ("object.a @ 1", 10, "unexpected character '@'"),
    ("'\\ud800'", 1, "no Unicode character"),
    ("b'\\u0041'", 1, "bytes have no escape"),
    ("9223372036854775808", 1, "64 bits"),
    ("18446744073709551616u", 1, "64 bits"),
    ("1 + if", 5, "reserved word"),
    ("(" * 41 + "1" + ")" * 41, 41, "40 brackets"),
    ("1" + "+1" * 90, 1, "levels deep"),
    ("[" + ",".join(["1"] * 1100) + "]", None, "1000 parts"),
    (" " * 4097, 1, "4096"),
    # names and functions
    ("objct.metadata", 1, "did you mean 'object'?"),
    ("object.l.all(x, y)", 17, "unknown name 'y'"),
    ("object.name.startWith('a')", 1, "did you mean 'startsWith'?"),
    ("startsWith('a', 'b')", 1, "is written x.startsWith()"),
    ("object.a.int()", 1, "is written int(x)"),
    ("object.name.contains()", 1, "takes 1 arguments, not 0"),
    ("size(object, 1)", 1, "takes 1 arguments, not 2"),
    ("object.l.exists(x)", 1, "exists() takes 2 or 3 arguments"),
    ("object.l.exists(1, true)", 17, "must be a name"),
    ("object.l.all(x, x, true)", 1, "named twice"),
    ("has(object)", 1, "has() takes one field"),
    ("math.nope(1)", 1, "unknown function 'math.nope'"),
    # literals
    ("object.a.matches('(a')", 18, "no RE2 pattern"),
    ("object.a.matches('(?=a)')", 18, "no RE2 pattern"),
    ("now - duration('7d') > now", 16, "CEL has no days: write 168h"),
    ("timestamp('now') < now", 11, "write it as RFC 3339 does"),
    ("timestamp('2026-02-30T00:00:00Z') < now", 11, "no timestamp"),
    ("quantity('1K').sign() == 1", 10, "no quantity"),
    ("now.getHours('Europe/Nowhere') == 1", 14, "no time zone"),
    ("now.getHours('../../etc/passwd') == 1", 14, "no time zone"),
    ("now.getHours('+14:99') == 1", 14, "no time zone"),
    ("now.getHours('-24:00') == 1", 14, "no time zone"),
    ("timestamp('2026-01-01T12:00:00+14:99') < now", 11, "no timestamp"),
    # types
    ("1 + 'a'", 1, "no such operation: int + string"),
    ("now == '2026-01-01T00:00:00Z'", 1, "timestamp == string"),
    ("now < 'a'", 1, "timestamp < string"),
    ("'a' && true", 1, "takes a bool"),
    ("!1", 1, "no such operation: !int"),
    ("1 ? 2 : 3", 1, "takes a bool"),
    ("'a'.all(x, true)", 1, "goes over a list or map"),
    ("now.getHours() + 1.5", 1, "int + double"),
    ("size(1)", 1, "no such function: size(int)"),
    ("'a'.b", 1, "a string has no fields"),
    ("1 in 'a'", 1, "int in string"),
    ("[1]['a']", 1, "list[string]"),
    # nesting of macros
    ("object.a.all(a, a.all(b, b.all(c, c.all(d, d))))", 35, "more than 3 macros"),
]


@pytest.mark.parametrize(("text", "column", "message"), REFUSED, ids=lambda value: str(value)[:40])
def test_a_faulty_expression_is_refused_with_its_place(text, column, message):
    """The error says what is wrong, and its column is where."""
    with pytest.raises(ExpressionSyntaxError) as caught:
        Environment().compile(text)
    assert message in caught.value.message
    assert caught.value.line == 1
    assert column is None or caught.value.column == column


def test_an_error_points_at_its_line_with_a_caret():
    """Of a text of several lines, the faulty one is shown."""
    with pytest.raises(ExpressionSyntaxError) as caught:
        Environment().compile("object.a == 1\n  && objct.b == 2")
    assert (caught.value.line, caught.value.column) == (2, 6)
    assert caught.value.excerpt == "  && objct.b == 2\n     ^"


ACCEPTED = [
    ("true", "bool"),
    ("object.a", "dyn"),
    ("object.a == 1", "bool"),
    ("now - duration('1h')", "timestamp"),
    ("now - now", "duration"),
    ("object.a + 1", "int"),
    ("[1]", "list"),
    ("{'a': 1}", "map"),
    ("object.?a", "optional"),
    ("object.?a.orValue(1)", "dyn"),
    ("size(object.a)", "int"),
    ("object.l.filter(x, x > 1)", "list"),
    ("object.a ? 1 : 2", "int"),
    ("object.a ? 1 : 'a'", "dyn"),
    ("cel.bind(x, 1, x + 1)", "int"),
    ("type(1) == int", "bool"),
    ("quantity('1Gi')", "quantity"),
    ("// a comment\ntrue", "bool"),
    ("-9223372036854775808", "int"),
    (" || ".join(["object.a == 1"] * 100), "bool"),
]


@pytest.mark.parametrize(("text", "kind"), ACCEPTED, ids=lambda value: str(value)[:40])
def test_the_evident_type_of_a_result_is_known(text, kind):
    """What a keyword needs to refuse a condition that can never be true."""
    assert Environment().compile(text).result_type == kind


READS = [
    ("true", {}),
    ("object.status.phase == 'Failed'", {"object": {("status", "phase")}}),
    ("object.metadata.labels['app'] == 'a'", {"object": {("metadata", "labels", "app")}}),
    ("has(object.metadata.labels)", {"object": {("metadata", "labels")}}),
    ("object.metadata.?labels[?'app'].hasValue()", {"object": {("metadata", "labels", "app")}}),
    ("object.metadata.labels.all(k, k != 'a')", {"object": {("metadata", "labels")}}),
    ("object.spec.containers[0].image == 'a'", {"object": {("spec", "containers")}}),
    ("object.a == 1 || object.a.b == 2", {"object": {("a",)}}),
    ("object[policy.metadata.name] == 1", {"object": {()}, "policy": {("metadata", "name")}}),
    ("object == object", {"object": {()}}),
    ("[object].size() == 1", {"object": {()}}),
    ("cel.bind(m, object.metadata, m.name == 'a')", {"object": {("metadata",)}}),
    ("namespaceObject.metadata.labels.env == 'dev'", {"namespaceObject": {("metadata", "labels", "env")}}),
    ("now > timestamp(object.a)", {"now": {()}, "object": {("a",)}}),
    ("object.l.exists(object, object.x == 1)", {"object": {("l",)}}),
    ("math.abs(object.a) == 1", {"object": {("a",)}}),
    ("object.a.optMap(x, x.b) == object.c", {"object": {("a",), ("c",)}}),
    ("(has(object.a) ? object.b : object.c).d == 1", {"object": {("a",), ("b",), ("c",)}}),
    ("{'k': object.a}.k.b == 1", {"object": {("a",)}}),
]


@pytest.mark.parametrize(("text", "paths"), READS, ids=lambda value: value[:60] if isinstance(value, str) else "paths")
def test_what_an_expression_reads_is_known(text, paths):
    """A sweep may ask for metadata alone only if nothing reads further."""
    assert Environment().compile(text).reads == paths
