"""How an expression came to its value, step by step."""

from __future__ import annotations

from datetime import UTC, datetime

from zen_gc_core.expressions.jmespath import compile_jmespath, trace
from zen_gc_core.expressions.jmespath.tracing import MAX_STEPS

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def steps(text, document):
    return [(step.expression, step.depth, step.value) for step in trace(compile_jmespath(text), document, NOW)]


def test_operands_come_before_what_uses_them_and_the_whole_comes_last():
    """In the words of the author; literals are no steps."""
    document = {"status": {"phase": "Failed"}, "kind": "Pod"}
    assert steps("( status.phase == 'Failed' ) && kind", document) == [
        ("status.phase", 2, "Failed"),
        ("status.phase == 'Failed'", 1, True),
        ("kind", 1, "Pod"),
        ("( status.phase == 'Failed' ) && kind", 0, "Pod"),
    ]


def test_what_is_not_evaluated_is_no_step():
    """A short circuit shows."""
    assert steps("a && b", {"a": None, "b": 1}) == [("a", 1, None), ("a && b", 0, None)]


def test_a_filter_shows_its_condition_for_each_element():
    """With the value on that element."""
    assert steps("[?n > `1`].m", [{"n": 1}, {"n": 2, "m": "x"}]) == [
        ("n", 2, 1),
        ("n > `1`", 1, False),
        ("n", 2, 2),
        ("n > `1`", 1, True),
        ("m", 1, "x"),
        ("[?n > `1`].m", 0, ["x"]),
    ]


def test_an_error_shows_where_it_arose_and_reaches_the_whole():
    """Every step around it has it too."""
    found = trace(compile_jmespath("!starts_with(a, 'x')"), {"a": 1}, NOW)
    assert [(step.expression, step.error is not None) for step in found] == [
        ("a", False),
        ("starts_with(a, 'x')", True),
        ("!starts_with(a, 'x')", True),
    ]
    assert {step.error for step in found[1:]} == {"starts_with(a, 'x'): argument 1 is a number, not a string"}


def test_an_evaluation_over_its_budget_ends_in_its_error():
    """A trace is bounded as an evaluation is."""
    last = trace(compile_jmespath(" | ".join(["[@, @]"] * 100)), {}, NOW)[-1]
    assert last.error is not None
    assert "steps" in last.error


def test_a_step_tells_what_it_cost():
    """Inclusive of what is in it; the last one is the cost of the evaluation."""
    found = trace(compile_jmespath("length(items[*].n) > `1`"), {"items": [{"n": 1}] * 10}, NOW)
    costs = {step.expression: step.cost.steps for step in found}
    assert costs["items"] == 0
    assert costs["items[*].n"] == costs["length(items[*].n) > `1`"] == 10


def test_a_long_trace_is_cut_and_still_ends_with_the_whole():
    """A thousand elements do not fill the screen."""
    found = trace(compile_jmespath("[*].n"), [{"n": 1}] * 5000, NOW)
    assert len(found) == MAX_STEPS + 1
    assert found[-1].value == [1] * 5000


def test_a_trace_sees_the_instant_of_the_run():
    """As the evaluation does."""
    assert trace(compile_jmespath("now()"), {}, NOW)[-1].value == int(NOW.timestamp())
