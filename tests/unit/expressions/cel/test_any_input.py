"""Any text is an expression or one error with its place; any JSON yields a value or an expression error."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from zen_gc_core.errors import ExpressionError, ExpressionSyntaxError
from zen_gc_core.expressions.cel import Environment, Timestamp, to_json

ENVIRONMENT = Environment(check_types=False)
STRICT = Environment()

WORDS = st.sampled_from(
    [
        *(
            "object",
            "namespaceObject",
            "now",
            "policy",
            "has",
            "size",
            "true",
            "null",
            "in",
            "x",
            "all",
            "exists",
            "map",
        ),
        *("(", ")", "[", "]", "{", "}", ".", ",", "?", ":", "!", "-", "+", "*", "/", "%", "==", "!=", "<", "&&", "||"),
        *(
            "1",
            "2u",
            "1.5",
            "'a'",
            '"b"',
            "b'c'",
            "r'd'",
            " ",
            "\n",
            "//",
            "`a`",
            "'",
            '"',
            "\\",
            "duration",
            "timestamp",
        ),
        *("'1h'", "matches", "format", "optional", "of", "cel", "bind", "orValue", "math", "abs", "quantity", "string"),
    ]
)
TEXTS = st.one_of(
    st.text(max_size=60), st.lists(WORDS, max_size=25).map("".join), st.lists(WORDS, max_size=25).map(" ".join)
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64) | st.floats() | st.text(max_size=8) | st.just(-(10**400)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from("abcxyz") | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)
EXPRESSIONS = [
    "object.a.b == object.x",
    "object.a[object.b] < object.c || object.x in object.y",
    "object.all(k, object[k] == k) || object.exists(x, x.y)",
    "object.a + object.b * object.c - object.x / object.y % object.z",
    "timestamp(object.a) < now - duration(object.b)",
    "string(object.a) + string(int(object.b)) + string(double(object.c))",
    "object.a.matches(object.b) && object.a.contains(object.c)",
    "'%s %d %.3f %x'.format([object.a, object.b, object.c, object.x])",
    "object.map(x, [x, object[x]]).filter(y, y != object.a).size() > 0",
    "object.transformMap(k, v, type(v)) == object",
    "object.a.split(object.b).join(object.c).replace(object.x, object.y)",
    "quantity(object.a).add(quantity(object.b)).compareTo(quantity(object.c)) == 0",
    "url(object.a).getQuery() == object.b && ip(object.c).isLoopback()",
    "semver(object.a, true).isLessThan(semver(object.b)) || cidr(object.c).containsIP(object.x)",
    "object.?a.?b[?object.c].orValue(object) != null",
    "sets.contains(object.a, object.b) && object.c.sum() > object.c.max()",
    "format.qualifiedName().validate(object.a).orValue([]) == object.b",
    "base64.decode(object.a) == bytes(object.b) && object.c.substring(object.x, object.y) == ''",
    "math.greatest(object.a, object.b) == math.least(object.c) && object.x.isSorted()",
    "{object.a: object.b, object.c: object.x}",
]
PROGRAMS = [ENVIRONMENT.compile(text) for text in EXPRESSIONS]


def compiled(environment, text):
    try:
        return environment.compile(text)
    except ExpressionSyntaxError as error:
        return error


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_any_text_compiles_or_is_refused_with_its_place(text):
    """No other error, whatever the text; the place lies within it."""
    for environment in (ENVIRONMENT, STRICT):
        program = compiled(environment, text)
        if isinstance(program, ExpressionSyntaxError):
            lines = text.split("\n")
            assert 1 <= program.line <= len(lines)
            assert 1 <= program.column <= len(lines[program.line - 1]) + 1
            assert program.excerpt
            continue
        try:
            to_json(program({"x": 1}, None, Timestamp(0), {}))
        except ExpressionError:
            continue


@settings(max_examples=300, deadline=None)
@given(JSON, st.sampled_from(PROGRAMS))
def test_any_json_yields_a_value_or_an_expression_error(value, program):
    """Both tiers alike."""
    outcomes = []
    for tier in (program.evaluate, program.evaluate_exactly):
        try:
            outcomes.append(repr(tier(value, None, Timestamp(0), {})))
        except ExpressionError as error:
            outcomes.append(f"{type(error).__name__}: {error}")
    assert outcomes[0] == outcomes[1]
