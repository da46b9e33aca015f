"""One program, many threads: no wrong answer."""

from __future__ import annotations

import sys
import threading

import pytest

from zen_gc_core.errors import BudgetExceededError, ExpressionError
from zen_gc_core.expressions.cel import Environment, Timestamp

THREADS = 8
EVALUATIONS = 1_000_000
EXPRESSIONS = [
    "object.n % 2 == 0",
    "object.l.exists(x, x == object.n)",
    "object.l.all(x, x.y == 1) || object.n > 3",
    "object.l.map(x, x + object.n).size() == 3",
    "object.s + string(object.n) == 's' + string(object.n)",
    "timestamp(object.t) < now && object.n < 5",
    "object.n == 3 ? object.nope : object.n == 4",
    "object.l.all(x, object.big.all(y, y >= 0))",
]


@pytest.fixture
def restless():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def outcome(program, value):
    try:
        return program.evaluate(value, None, Timestamp(10**18), {})
    except BudgetExceededError:
        return "over budget"
    except ExpressionError as error:
        return str(error)


def test_a_million_evaluations_in_eight_threads_have_no_wrong_answer(restless):
    """Programs hold no state, and every thread has a budget of its own."""
    environment = Environment()
    programs = [environment.compile(text) for text in EXPRESSIONS]
    objects = [
        {"n": n, "l": [n, 1, 2], "s": "s", "t": f"20{n:02}-01-01T00:00:00Z", "big": list(range(n % 2 * 40_000))}
        for n in range(8)
    ]
    cheap = [(program, value) for program in programs[:-1] for value in objects]
    cases = [(program, value, outcome(program, value)) for program, value in cheap]
    dear = [(programs[-1], value, outcome(programs[-1], value)) for value in objects[:2]]
    assert {wanted for _, _, wanted in dear} == {True, "over budget"}
    rounds = EVALUATIONS // THREADS // len(cases) + 1
    wrong = []

    def work(offset):
        mine = cases[offset * 7 :] + cases[: offset * 7]
        for turn in range(rounds):
            wrong.extend(case for case in mine if outcome(case[0], case[1]) != case[2])
            if turn % 50 == 0:
                wrong.extend(case for case in dear if outcome(case[0], case[1]) != case[2])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
