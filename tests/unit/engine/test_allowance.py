"""What all expressions of a policy may cost together on one object; the next object has it all again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.engine.situations import compiled, document, run_of
from zen_gc_core.engine import judging
from zen_gc_core.engine.protections import Protections
from zen_gc_core.expressions.budget import MAX_STEPS, TOGETHER, begin, current, spend_steps, spent
from zen_gc_core.expressions.cel import Environment
from zen_gc_core.model.decision import KeptBy, Verdict
from zen_gc_core.model.json_candidates import JsonCandidate

if TYPE_CHECKING:
    from collections.abc import Callable

WALK = "object.spec.items.all(item, item != 'x')"
CHEAP = "object.metadata.name == 'a'"
STEPS_EACH = 2
"""Steps that the walk takes for an element."""


def asked(conditions: dict[str, Any], elements: int, ttl: dict[str, Any] | None = None) -> Any:
    """How a policy judges an object with a list of so many elements: as ``due`` does, and as ``decide`` does."""
    targets = [{"apiVersion": "acme.io/v1", "kind": "Widget"}]
    policy = compiled(document(targetResources=targets, conditions=conditions, ttl=ttl or {"immediate": True}))
    metadata = {"name": "a", "namespace": "n", "uid": "u", "creationTimestamp": "2026-01-01T00:00:00Z"}
    made = {"apiVersion": "acme.io/v1", "kind": "Widget", "metadata": metadata, "spec": {"items": ["a"] * elements}}
    candidate = JsonCandidate.from_object(made)
    due = judging.due(policy, candidate, run_of(policy), Protections())
    decision = judging.decide(policy, candidate, run_of(policy), Protections())
    assert (due == decision) if isinstance(due, judging.Decision) else due in {None, decision.kept_by}
    return decision


HALF = MAX_STEPS // STEPS_EACH // 2 - 10
"""Elements of a list on which one walk spends half a budget."""


def test_the_walk_costs_what_these_tests_count_with() -> None:
    """Half a budget, near enough."""
    Environment().compile(WALK).evaluate({"spec": {"items": ["a"] * HALF}}, None, None, None)
    assert MAX_STEPS * 0.49 < spent().steps < MAX_STEPS * 0.5


@pytest.mark.parametrize(
    ("conditions", "verdict"),
    [
        ({"cel": [WALK] * TOGETHER}, Verdict.ACT),
        ({"cel": [WALK] * 2 * TOGETHER}, Verdict.ACT),
        ({"cel": [WALK] * (2 * TOGETHER + 2)}, Verdict.KEEP),
        ({"all": [{"cel": WALK}] * 90}, Verdict.KEEP),
        ({"none": [{"cel": f"!{WALK}"}] * 90}, Verdict.KEEP),
        ({"any": [{"cel": f"!{WALK}"}] * 90}, Verdict.KEEP),
        ({"jmespath": ["!(spec.items[?@ == 'x'])"] * 90}, Verdict.KEEP),
        ({"any": [{"cel": CHEAP}, *[{"cel": WALK}] * 80]}, Verdict.ACT),
        ({"any": [*[{"cel": f"!{WALK}"}] * 80, {"cel": CHEAP}]}, Verdict.ACT),
    ],
)
def test_expressions_have_five_budgets_together(conditions: dict[str, Any], verdict: Verdict) -> None:
    """Each of them is within its own; those beyond the five cannot tell, which keeps unless another decides."""
    decision = asked(conditions, HALF)
    assert decision.verdict is verdict
    if verdict is Verdict.KEEP:
        assert decision.kept_by is KeptBy.ERROR
        assert "together have spent 5 times" in decision.because
        assert "together" not in decision.told


def test_what_is_evaluated_beyond_the_allowance_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred walks: no more of them are taken than the allowance pays for, each of the three times that it is asked."""
    begun: list[int] = []
    monkeypatch.setattr(judging.budget.Meter, "spend_steps", _counting(judging.budget.Meter.spend_steps, begun))
    asked({"cel": [WALK] * 100}, HALF)
    assert 0 < sum(begun) <= 3 * (TOGETHER + 1) * MAX_STEPS


def _counting(real: Any, into: list[int]) -> Any:
    def spend(meter: Any, count: int) -> None:
        into.append(count)
        real(meter, count)

    return spend


def test_a_ttl_and_conditions_share_one_allowance() -> None:
    """A TTL that walks as well makes one walk less."""
    ttl = {"cel": f"{WALK} ? timestamp(object.metadata.creationTimestamp) + duration('1h') : null"}
    assert asked({"cel": [WALK] * (2 * TOGETHER - 1)}, HALF, ttl).verdict is Verdict.ACT
    assert asked({"cel": [WALK] * (2 * TOGETHER + 1)}, HALF, ttl).kept_by is KeptBy.ERROR


def test_the_next_object_and_whoever_asks_alone_have_all_of_their_budget() -> None:
    """An allowance ends with its object, also when it was used up."""
    for _ in range(3):
        assert asked({"cel": [WALK] * 2 * TOGETHER}, HALF).verdict is Verdict.ACT
        assert asked({"cel": [WALK] * 60}, HALF).verdict is Verdict.KEEP
    for _ in range(2 * TOGETHER):
        begin()
        spend_steps(MAX_STEPS)


@pytest.mark.parametrize("ask", [judging.due, judging.decide])
def test_what_comes_after_an_object_stands_for_itself(ask: Callable[..., Any]) -> None:
    """Whichever way it was asked about, and whatever came of it."""
    targets = [{"apiVersion": "acme.io/v1", "kind": "Widget"}]
    metadata = {"name": "a", "namespace": "n", "uid": "u", "creationTimestamp": "2026-01-01T00:00:00Z"}
    for cel in ("true", "false", "object.spec.missing == 1"):
        for made in ({"spec": {}, "metadata": metadata}, {"metadata": {"name": "a", "namespace": "n"}}):
            for ttl in ({"immediate": True}, {"afterCreation": "36000d"}):
                policy = compiled(document(targetResources=targets, conditions={"cel": [cel, WALK]}, ttl=ttl))
                candidate = JsonCandidate.from_object({"apiVersion": "acme.io/v1", "kind": "Widget", **made})
                ask(policy, candidate, run_of(policy), Protections())
                assert not current().together
