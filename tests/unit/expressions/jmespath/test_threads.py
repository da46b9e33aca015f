"""One program serves any number of threads."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from zen_gc_core.errors import BudgetExceededError
from zen_gc_core.expressions.jmespath import compile_jmespath

START = datetime(2026, 6, 1, tzinfo=UTC)
THREADS = 8
ROUNDS = 1500


@pytest.fixture
def frequent_switches():
    """Threads take turns within an evaluation, not after a hundred of them."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_no_evaluation_sees_another_threads_document_instant_or_budget(frequent_switches):
    """Eight threads, one program each for values, time and an attack, every answer as if alone."""
    selects = compile_jmespath("{n: n, over: items[?@ > `5`], last: sort(items)[-1], age: age(at)}")
    attack = compile_jmespath(" | ".join(["@", *["[@, @][]"] * 30]))

    def work(thread):
        wrong = 0
        for step in range(ROUNDS):
            number = thread * ROUNDS + step
            now = START + timedelta(seconds=number)
            document = {"n": number, "items": [number % 10, 6, 3], "at": "2026-06-01T00:00:00Z"}
            over = [item for item in document["items"] if item > 5]
            expected = {"n": number, "over": over, "last": max(document["items"]), "age": number}
            wrong += selects(document, now) != expected
            if step % 500 == 0:
                with pytest.raises(BudgetExceededError):
                    attack([thread])
        return wrong

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(work, range(THREADS))) == 0


def test_threads_may_compile_at_the_same_time(frequent_switches):
    """The library's parser keeps no state that we use."""
    texts = [f"a{number}.b[?c{number} == `{number}`] | [0]" for number in range(200)]
    with ThreadPoolExecutor(THREADS) as pool:
        programs = list(pool.map(compile_jmespath, texts * 4))
    for number, program in enumerate(programs):
        place = number % len(texts)
        assert program({f"a{place}": {"b": [{f"c{place}": place, "x": 1}]}}) == {f"c{place}": place, "x": 1}
