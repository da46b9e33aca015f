"""No expression reaches Python: not by names, fields, literals, or what a value's class offers."""

from __future__ import annotations

import ast
import re

import pytest

from zen_gc_core.errors import ExpressionError, ExpressionSyntaxError
from zen_gc_core.expressions.cel import Environment

ESCAPES = [
    "__import__('os').system('id')",
    "__builtins__",
    "__builtins__['open']",
    "open('/etc/passwd').read()",
    "eval('1')",
    "exec('1')",
    "globals()",
    "f_exact",
    "f_begin()",
    "v0",
    "m1",
    "c1",
    "lambda: 1",
    "object.__class__",
    "object.__class__.__mro__[1].__subclasses__()",
    "object['__class__']",
    "object.keys()",
    "object.get('a')",
    "object.a.__len__()",
    "object.a.upper()",
    "''.__class__",
    "'a'.join.__globals__",
    "'%(a)s'.format([object])",
    "[].append(1)",
    "[].__class__.__base__",
    "().__class__",
    "{}.__class__",
    "1 .real",
    "(1).__class__",
    "b''.decode('rot13')",
    "type(object).__name__",
    "type(object).mro()",
    "now.__class__",
    "now.to_datetime()",
    "duration('1s').to_timedelta()",
    "optional.of(object).value().__class__",
    "quantity('1').nano",
    "ip('::1').address",
    "semver('1.2.3').release[0]",
    "url('http://a/').path",
    "cidr('10.0.0.0/8').interface",
    "format.dns1123Label().faults('a')",
    "size.__globals__",
    "math.__dict__",
    "math",
    "object.exists(__class__, __class__.__init__)",
    "object.all(f_any, f_any('a'))",
    "cel.bind(__builtins__, object, __builtins__.a.open)",
    "object.`__class__`",
    "object.`a']; import os; x['b`",
    "object['\\']; import os #']",
    "'''\n''' + __name__",
    "object.a if true else object.b",
    "object.a; import os",
    "object.a # comment",
    "object.a := 1",
    "*object",
    "print(1)",
    "r'\\' + __import__('os')",
    "True",
    "None",
    "self",
    "object\n.__dict__",
    "ａ",  # noqa: RUF001  an identifier to Python, none to CEL
    "object.\u212a",
]

OBJECT = {"a": "text", "b": [1], "name": "x"}


@pytest.mark.parametrize("text", ESCAPES, ids=lambda value: value[:40].encode("unicode_escape").decode())
def test_an_attempt_to_reach_python_is_an_error(text):
    """It is refused, or finds no such key; it never yields a value."""
    try:
        program = Environment(check_types=False).compile(text)
    except ExpressionSyntaxError:
        return
    for tier in (program.evaluate, program.evaluate_exactly):
        with pytest.raises(ExpressionError):
            tier(OBJECT, None, 0, {})


HARMLESS = [
    ("'{0.__class__}'.format([object])", "{0.__class__}"),
    ("'\\'); import os; (\\''", "'); import os; ('"),
    ("optional.of(object)._content.hasValue()", False),
    ("'__class__' in object", False),
]


@pytest.mark.parametrize(("text", "value"), HARMLESS)
def test_what_looks_like_python_means_what_cel_says(text, value):
    """Texts are texts, and fields are keys."""
    program = Environment().compile(text)
    assert [program(OBJECT, None, 0, {}), program.evaluate_exactly(OBJECT, None, 0, {})] == [value, value]


EVERYTHING = [
    "object.a['b'].?c[?0].orValue([1, -2, 3u, 1.5, b'x', null, true][object.i]) == {'k': 'v', ?'w': object.?x}",
    "object.l.all(x, x.exists(y, y.exists_one(z, z == x))) || object.l.map(a, a > 1, -a).filter(b, !b).size() > 0",
    "cel.bind(q, object.a, q.optMap(r, r + 1).or(optional.none()).hasValue()) ? has(object.a.b) : 'a' in ['a', 'b']",
    "object.m.transformMapEntry(k, v, {v: k}).transformMap(k, v, k).transformList(k, v, v) != [?object.?a, 'x']",
    "object.t.matches('a') && object.t.startsWith('b') && object.t.contains('c') && timestamp(object.t) < now - duration('1h')",
    "'%s'.format([quantity('1Gi')]) + object.`a/b.c-d` + '\\'\"\\n\\\\{}' in object.l && object.x.optFlatMap(w, w)",
]


@pytest.mark.parametrize("text", EVERYTHING)
def test_generated_code_has_no_attributes_no_builtins_and_only_mangled_names(text):
    """What Python is given to run names nothing but the fixed helpers, numbered variables and constants."""
    program = Environment(check_types=False).compile(text)
    for node in ast.walk(ast.parse(program.python)):
        assert not isinstance(node, ast.Attribute | ast.Import | ast.ImportFrom | ast.Global | ast.NamedExpr)
        if isinstance(node, ast.Name):
            assert re.fullmatch(r"f_[a-z_]+|[vmc][0-9]+", node.id)
    assert program.evaluate.__globals__["__builtins__"] == {}


def test_generated_code_sees_nothing_of_this_project_but_its_helpers():
    """The namespace of a program is its own."""
    namespace = Environment().compile(EVERYTHING[4]).evaluate.__globals__
    assert all(name == "__builtins__" or re.fullmatch(r"f_[a-z_]+|c[0-9]+", name) for name in namespace)
