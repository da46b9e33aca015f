"""Expressions and objects made to cost: each stops with an answer or an error, and the process lives on.

How long each may take is measured by ``benchmarks/expressions.py``.
"""

from __future__ import annotations

import pytest

from zen_gc_core.errors import BudgetExceededError, ExpressionError, ExpressionSyntaxError
from zen_gc_core.expressions.budget import MAX_BYTES, MAX_STEPS, spent
from zen_gc_core.expressions.cel import Environment, Program, Timestamp

BOMBS = [
    '"' + "\\a" * 30,
    '"' + "\\a" * 2000,
    "'''" * 1000,
    'r"' * 1000,
    "(" * 60 + "1" + ")" * 60,
    "(" * 4000,
    "!" * 4000 + "true",
    "-" * 4000 + "1",
    "[" * 100 + "]" * 100,
    "[1," * 1300,
    "{" * 100,
    "1+" * 2000 + "1",
    "a." * 2000 + "a",
    "a?b:" * 1000 + "c",
    "x.y(" * 39 + ")" * 39,
    "||".join(["object.a"] * 450),
    "9" * 3000 + " == 1",
    "0x" + "f" * 4000,
    "1." * 2000,
    "'" + "a" * 100_000 + "' == object",
    "'a'.matches('((a{100}){100}){100}')",
    "'a'.matches('((((((((((a?){2}){2}){2}){2}){2}){2}){2}){2}){2}){2}')",
    "'a'.matches('" + "(" * 1001 + "')",
    " || ".join(["''.matches('\\\\pL\\\\pL\\\\pL')"] * 100),
    "duration('" + "ms" * 1000 + "!') == now",
    "timestamp('" + "9" * 3000 + "') == now",
    "`" * 3000,
    "//" * 2000,
]


@pytest.mark.parametrize("text", BOMBS, ids=lambda value: f"{value[:12]}~{len(value)}")
def test_a_bomb_of_the_parser_compiles_or_is_refused(text):
    """In time linear in the text; nothing but the one error comes out."""
    try:
        outcome = Environment().compile(text)
    except ExpressionSyntaxError as error:
        outcome = error
    assert isinstance(outcome, Program | ExpressionSyntaxError)


DEEP: list = []
for _ in range(3000):
    DEEP = [DEEP]

OBJECT = {
    "name": "web-1",
    "l": list(range(100)),
    "k": list(range(1000)),
    "h": list(range(60_000)),
    "s": "a" * 1_000_000,
    "t": "a" * 999_999 + "b",
    "deep": DEEP,
    "deeper": [DEEP],
    "many": [{"n": str(number), "v": {"a": [number]}} for number in range(2000)],
    "map": {str(number): number for number in range(5000)},
    "units": "ms" * 50_000 + "!",
    "digits": "9" * 100_000,
    "commas": "," * 500_000,
}

OVER = [
    "object.l.all(a, object.l.all(b, object.l.all(c, a + b + c >= 0)))",
    "object.k.exists(a, object.k.exists(b, b / 0 == 1))",
    "object.k.map(a, object.k.map(b, a * b)).size() > 0",
    "['0123456789']" + ".map(x, x + x)" * 40 + ".size() > 0",
    "[[1, 2, 3, 4]]" + ".map(x, x + x)" * 40 + ".size() > 0",
    "object.k.all(a, object.s.matches('(a|b|c|d)*(e|f)*$'))",
    "object.k.all(a, object.s != object.t)",
    "object.h.all(a, object.s.contains('ab') || true)",
    "object.h.all(a, object.s.startsWith(object.s))",
    "object.k.all(a, object.many == object.many.filter(x, true))",
    "sets.equivalent(object.h, object.h)",
    "object.h.all(x, x in object.h)",
    "object.h.all(x, string(timestamp(x)) != '')",
    "object.s.replace('', object.s).size() > 0",
    "object.s.findAll('a').size() == 1",
    "object.s.findAll('a.*x|a').size() == 1",
    "object.s.matches('(a*)*(a*)*(a*)*(a*)*(a*)*(a*)*(a*)*(a*)*')",
    "object.s.matches('" + "(((((((a*)*)*)*)*)*)*)*" * 40 + "')",
    "object.s.matches('[ab]*a[ab]{50}')",
    "object.k.exists(x, object.name.matches('a' + string(x)))",
    "object.k.exists(x, now.getHours(string(x)) == 1)",
    "object.k.map(x, object.s.lowerAscii()).size() > 1",
    "object.map.all(k, object.map.all(l, object.map[k] != object.map[l] || true))",
    "object.commas.split(',').map(x, object.commas.split(',')).size() > 0",
    "object.k.exists(x, object.k.exists(y, object.k.exists(z, z.a == 1))) || true",
    "true && object.l.all(a, object.l.all(b, object.l.all(c, true)))",
]


@pytest.mark.parametrize("text", OVER, ids=lambda value: value[:60])
def test_what_costs_too_much_is_stopped_and_never_absorbed(text):
    """The bound is kept to within one operation, in both tiers."""
    program = Environment().compile(text)
    for tier in (program.evaluate, program.evaluate_exactly):
        with pytest.raises(BudgetExceededError):
            tier(OBJECT, None, Timestamp(0), {})
        assert spent().steps > MAX_STEPS or spent().bytes > MAX_BYTES


HOSTILE = [
    "object.s.substring(0, 100000).matches('^(a+)+$')",
    "object.s.matches('^(a+)+$')",
    "object.name.matches('" + "(((((((a*)*)*)*)*)*)*)*" * 40 + "')",
    "object.t.matches('^(a+)+$')",
    "object.deep == object.deeper[0]",
    "object.deep == object.deeper",
    "'%s'.format([object.deep]) == ''",
    "object.s == object.t",
    "duration(object.units) > duration('1s')",
    "duration(object.digits) > duration('1s')",
    "timestamp(object.digits) > now",
    "int(object.digits) > 1",
    "double(object.digits) > 1.0",
    "quantity(object.digits).sign() == 1",
    "semver(object.digits, true).major() == 1",
    "ip(object.s).family() == 4",
    "isURL('http://' + object.s)",
    "url('/' + object.s).getEscapedPath() == ''",
    "format.dns1123Subdomain().validate(object.s).hasValue()",
    "format.qualifiedName().validate(object.commas).hasValue()",
    "base64.decode(object.s).size() > 1",
    "'%.1000f'.format([1.5]).size() > 1",
    "'%.9999f'.format([1e300]).size() > 1",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_data_of_an_object_is_judged_or_refused(text):
    """Both tiers come to the same end."""
    program = Environment().compile(text)
    ends = []
    for tier in (program.evaluate, program.evaluate_exactly):
        try:
            ends.append(tier(OBJECT, None, Timestamp(0), {}))
        except ExpressionError as error:
            ends.append(str(error))
    assert ends[0] == ends[1]


def test_an_expression_that_meters_nothing_leaves_the_budget_alone():
    """It pays nothing for what it does not use."""
    assert "f_begin" not in Environment().compile("object.status.phase == 'Failed' && !has(object.a)").python
    assert "f_begin" in Environment().compile("object.l.all(x, x == 1)").python


def test_compiling_has_a_budget_of_its_own():
    """Literals are judged when compiling, whatever an evaluation spent before."""
    environment = Environment()
    with pytest.raises(BudgetExceededError):
        environment.compile("object.k.map(x, object.s + object.s)")(OBJECT, None, Timestamp(0), {})
    assert environment.compile("url('https://example.com').getHost()")(OBJECT, None, Timestamp(0), {}) == "example.com"


def test_an_earlier_evaluation_does_not_count():
    """Every evaluation begins with a full budget."""
    program = Environment().compile("object.h.all(x, x >= 0)")
    for _ in range(5):
        assert program.evaluate(OBJECT, None, Timestamp(0), {}) is True
