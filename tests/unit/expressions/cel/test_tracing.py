"""Watching an evaluation, step by step."""

from __future__ import annotations

import pytest

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.cel import Environment, trace

VARIABLES = {"object": {"a": [1, 2], "b": "x"}}


def watch(text):
    return trace(Environment(("object",)).compile(text), VARIABLES)


def test_each_part_is_shown_with_its_value_inner_parts_first():
    """The order is that of the evaluation."""
    watched = watch("object.b == 'x' && size(object.a) > 5")
    assert [(step.text, step.value) for step in watched.steps if step.text != "object"] == [
        ("object.b", "x"),
        ("object.b == 'x'", True),
        ("object.a", [1, 2]),
        ("size(object.a)", 2),
        ("size(object.a) > 5", False),
        ("object.b == 'x' && size(object.a) > 5", False),
    ]
    assert (watched.value, watched.error, watched.complete) == (False, None, True)


def test_an_error_is_shown_where_it_arose_and_where_it_was_absorbed():
    """The part that failed has an error, the whole a value."""
    watched = watch("object.nope == 1 || true")
    failed = [step.text for step in watched.steps if step.error]
    assert failed == ["object.nope", "object.nope == 1"]
    assert watched.value is True


def test_a_failing_evaluation_has_an_error_and_a_cost():
    """The error is the one that the program raises."""
    watched = watch("object.a.exists(i, i.x)")
    assert isinstance(watched.error, ExpressionError)
    assert watched.cost.steps > 0


def test_a_part_of_a_macro_is_shown_for_each_element():
    """A trace that is cut says so."""
    assert [step.value for step in watch("object.a.map(i, i * 2)").steps if step.text == "i * 2"] == [2, 4]
    many = trace(Environment(("object",)).compile("object.map(i, i * 2)"), {"object": list(range(1000))})
    assert not many.complete
    assert many.value[-1] == 1998


def test_a_missing_variable_is_the_callers_mistake():
    """It is no answer about the object."""
    with pytest.raises(KeyError):
        trace(Environment(("object",)).compile("true"), {})
