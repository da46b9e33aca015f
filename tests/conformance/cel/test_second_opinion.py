"""This project's compiler against cel-python's interpreter, over random expressions: every difference has a reason."""

from __future__ import annotations

import datetime as dt
import logging
import os
import random
from collections import Counter

import celpy
import pytest

from tests.conformance.cel.generating import OBJECT, Generator
from zen_gc_core.cli.evaluating import cel_python
from zen_gc_core.cli.evaluating.second_opinion import KNOWN, Opinion, agree, ask, explain
from zen_gc_core.errors import ExpressionError, ExpressionSyntaxError
from zen_gc_core.expressions.cel import Environment, to_json, type_name

COUNT = int(os.environ.get("ZEN_GC_SECOND_COUNT", "1500"))
SEED = int(os.environ.get("ZEN_GC_FUZZ_SEED", "20260101"))
"""Fixed, because the table of reasons grows by what is found: other seeds are for whoever looks for more."""
NOW = "2026-01-01T00:00:00Z"


def _ours(program):
    try:
        value = program.evaluate(OBJECT)
    except ExpressionError as error:
        return Opinion(error=str(error))
    return Opinion(to_json(value), type_name(value))


def _theirs(environment, expression):
    """As ``cel_python`` answers, in this process: a process an expression would take hours."""
    try:
        program = environment.program(environment.compile(expression))
    except Exception as error:  # noqa: BLE001  whatever its parser raises
        return Opinion(error=cel_python.refusal(error))
    return Opinion(**cel_python.answer(program, {"object": OBJECT}, NOW))


def test_every_difference_from_cel_python_has_a_reason():
    """Kubernetes' meaning, or a fault of cel-python's that is named; what nobody can explain fails."""
    logging.disable(logging.CRITICAL)
    print(f"ZEN_GC_FUZZ_SEED={SEED} ZEN_GC_SECOND_COUNT={COUNT}")  # noqa: T201  to run a failure again
    generator, environment, other = (
        Generator(random.Random(SEED)),
        Environment(("object",), check_types=False),
        celpy.Environment(),
    )
    reasons: Counter[str] = Counter()
    for _ in range(COUNT):
        expression = generator.expression()
        try:
            program = environment.compile(expression)
        except ExpressionSyntaxError:
            continue  # it is over a bound of its size
        ours, theirs = _ours(program), _theirs(other, expression)
        if agree(ours, theirs):
            reasons["the same"] += 1
            continue
        reason = explain(expression, ours, theirs)
        assert reason is not None, f"seed {SEED}: nobody knows why they differ: {expression}: {ours}, {theirs}"
        reasons[reason] += 1
    logging.disable(logging.NOTSET)
    assert reasons["the same"] > 0.7 * sum(reasons.values()), reasons
    assert set(reasons) - {"the same"} <= {known.reason for known in KNOWN}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Opinion(value=True, type="bool"), Opinion(value=False, type="bool")),
        (Opinion("a", "string"), Opinion("b", "string")),
        (Opinion(value=True, type="bool"), Opinion(error="it fell over")),
    ],
)
def test_a_plain_difference_is_not_explained_away(ours, theirs):
    """The table names kinds, so that a new fault of either is seen."""
    assert not agree(ours, theirs)
    assert explain("object.spec.t", ours, theirs) is None


def test_a_process_is_asked_once_for_all_objects():
    """Each has its answer, in order; now and the policy are known to it."""
    cases = [{"object": {"n": n}, "policy": {"name": "p"}} for n in range(3)]
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    answers = ask("object.n == 1 && policy.name == 'p' && now == timestamp('2026-01-01T00:00:00Z')", now, cases)
    assert answers == [
        Opinion(value=False, type="bool"),
        Opinion(value=True, type="bool"),
        Opinion(value=False, type="bool"),
    ]
