"""The budget of an evaluation: it stops at its bounds, and every thread has its own."""

from __future__ import annotations

import threading

import pytest

from zen_gc_core.errors import BudgetExceededError, ExpressionError
from zen_gc_core.expressions import budget


def test_the_whole_budget_may_be_spent():
    """The bound itself is within the budget."""
    budget.begin()
    budget.spend_steps(budget.MAX_STEPS)
    budget.spend_bytes(budget.MAX_BYTES)
    assert budget.spent() == budget.Cost(budget.MAX_STEPS, budget.MAX_BYTES)


@pytest.mark.parametrize(
    ("spend", "bound"), [(budget.spend_steps, budget.MAX_STEPS), (budget.spend_bytes, budget.MAX_BYTES)]
)
def test_one_more_than_the_budget_is_an_expression_error(spend, bound):
    """Going over stops the evaluation with an error that callers of expressions already handle."""
    budget.begin()
    spend(bound)
    with pytest.raises(BudgetExceededError) as caught:
        spend(1)
    assert isinstance(caught.value, ExpressionError)


def test_a_spent_budget_stays_spent_until_the_next_evaluation():
    """An operator that swallowed the error would meet it again at the next charge."""
    budget.begin()
    with pytest.raises(BudgetExceededError):
        budget.spend_steps(budget.MAX_STEPS + 1)
    with pytest.raises(BudgetExceededError):
        budget.spend_steps(0)
    budget.begin()
    budget.spend_steps(1)


def test_threads_do_not_spend_each_others_budget():
    """What one thread spends, another still has."""
    budget.begin()
    budget.spend_steps(10)
    seen = []

    def elsewhere():
        budget.begin()
        budget.spend_steps(budget.MAX_STEPS)
        seen.append(budget.spent().steps)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert (seen, budget.spent().steps) == ([budget.MAX_STEPS], 10)
