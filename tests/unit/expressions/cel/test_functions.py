"""Functions that plugins add: declared by types, pure, and unable to raise anything but an expression's error."""

from __future__ import annotations

import pytest

from zen_gc_core.errors import ExpressionError, ExpressionSyntaxError
from zen_gc_core.expressions.cel import Environment, Function


def test_a_function_of_a_plugin_is_called_with_its_types_only():
    """Its callable never sees another type."""
    shout = Function("shout", ("string",), "string", lambda text: text.upper() + "!", documentation="Loud.")
    environment = Environment(("object",), [shout])
    assert environment.compile("shout(object)")("a") == "A!"
    with pytest.raises(ExpressionError, match=r"no such overload: shout\(int\)"):
        environment.compile("shout(object)")(1)
    with pytest.raises(ExpressionSyntaxError, match=r"no such function: shout\(int\)"):
        environment.compile("shout(1)")


def test_members_namespaces_and_overloads_are_found():
    """The number and types of the arguments choose the overload."""
    functions = [
        Function("twice", ("int",), "int", lambda value: value * 2, member=True),
        Function("twice", ("string",), "string", lambda value: value * 2, member=True),
        Function("acme.sum", ("int...",), "int", lambda *values: sum(values)),
    ]
    environment = Environment(("object",), functions)
    assert environment.compile("object.twice()")(2) == 4
    assert environment.compile("object.twice()")("a") == "aa"
    assert environment.compile("acme.sum(1, object, 3)")(2) == 6


@pytest.mark.parametrize("raised", [KeyError("x"), RuntimeError("x"), SystemError(), AssertionError()])
def test_whatever_a_plugins_function_raises_is_an_expression_error(raised):
    """Nothing else leaves an evaluation."""

    def fail(_value):
        raise raised

    program = Environment(("object",), [Function("fail", ("dyn",), "bool", fail)]).compile("fail(object)")
    with pytest.raises(ExpressionError, match=r"fail\(\) failed"):
        program(1)


def test_a_result_of_another_type_than_declared_is_an_error():
    """A plugin that yields 1 for true collects nothing."""
    program = Environment(("object",), [Function("lie", (), "bool", lambda: 1)]).compile("lie()")
    with pytest.raises(ExpressionError, match="yielded an int, not a bool"):
        program(None)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (Function("size", ("int",), "int", abs), "is there already"),
        (Function("f", ("integer",), "int", abs), "'integer', which is not known"),
    ],
)
def test_an_ill_declared_function_is_refused(function, message):
    """A plugin cannot change what the libraries' functions mean."""
    with pytest.raises(ValueError, match=message):
        Environment(functions=[function])


def test_a_signature_is_written_as_it_is_called():
    """The reference shows it so."""
    assert Function("f", ("string", "int"), "bool", abs, member=True).signature == "string.f(int) -> bool"
