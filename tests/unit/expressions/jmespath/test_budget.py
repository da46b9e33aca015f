"""Expressions that would be dear stop within their budget, and the process lives on."""

from __future__ import annotations

import json

import pytest

from zen_gc_core.errors import BudgetExceededError
from zen_gc_core.expressions.budget import MAX_BYTES, MAX_STEPS, spent
from zen_gc_core.expressions.jmespath import compile_jmespath

DOCUMENT = {
    "items": [{"n": number, "s": "x" * 100, "l": [1, 2, 3]} for number in range(8000)],
    "many": {str(number): number for number in range(50_000)},
    "text": "a" * 700_000,
    "other": "a" * 699_999 + "b",
}

TWICE = "[@, @]"
FLAT = "[@, @][]"


def pipes(first, step, count):
    return " | ".join([first, *[step] * count])


ATTACKS = {
    "a value that doubles": pipes("@", TWICE, 200),
    "a value that doubles, spelt": f"to_string({pipes('items', TWICE, 100)})",
    "two values that double, compared": f"[{pipes('@', TWICE, 60)}, {pipes('@', TWICE, 60)}] | [0] == [1]",
    "an array that doubles": pipes("items", FLAT, 100),
    "a text that doubles": pipes("[text]", "[join('', [@, @][])]", 60),
    "a text joined with itself": "join(text, items[*].s)",
    "a text reversed over and over": pipes("text", "reverse(@)", 300),
    "a long text searched over and over": "[" + ", ".join(["contains(text, 'b')"] * 100) + "]",
    "long texts compared": pipes("[[text, other]]", FLAT, 11) + " | [?@[0] == @[1]]",
    "long texts ordered": pipes("[[text, other]]", FLAT, 11) + " | [?@[0] < @[1]]",
    "long prefixes": pipes("[[text, other]]", FLAT, 11) + " | [?starts_with(@[0], @[1])]",
    "long suffixes": pipes("[[text, other]]", FLAT, 11) + " | [?ends_with(@[0], @[1])]",
    "long texts sorted": pipes("[text, other]", FLAT, 4) + " | sort(@)",
    "long texts, the largest": pipes("[text, other]", FLAT, 4) + " | max(@)",
    "loops in loops": "items[*].l[*].[@, @, @][*].[@, @][*].[@, @]",
    "maps in maps": "map(&map(&map(&map(&@, l), [@, @, @, @]), [@, @, @, @]), items)",
    "a heavy condition": f"items[?{' || '.join(['n == `-1`'] * 60)}]",
    "numbers sorted": pipes("items[*].n", FLAT, 2) + " | sort(@)",
    "objects merged": pipes("many", "merge(@, @, @, @)", 2),
    "names of many fields": pipes("many", "[keys(@), values(@)][] | [@, @][]", 1) + " | [@, @][]",
    "elements sought": pipes("items", FLAT, 3) + ' | contains(@, `{"n": -1}`)',
    "huge numbers spelt": pipes(f"`[{'9' * 3500}]`", FLAT, 14) + " | to_string(@)",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_stops_within_the_budget(name):
    """It ends in an error of its own kind, and has not taken more than the last charge beyond its budget."""
    with pytest.raises(BudgetExceededError):
        compile_jmespath(ATTACKS[name])(DOCUMENT)


def test_a_budget_is_for_one_evaluation():
    """After an evaluation that went over, the next one has all of its budget."""
    attack = compile_jmespath(ATTACKS["an array that doubles"])
    with pytest.raises(BudgetExceededError):
        attack(DOCUMENT)
    assert compile_jmespath("length(items[?n > `3999`])")(DOCUMENT) == 4000


def test_a_budget_is_never_absorbed_by_an_operator():
    """A condition that costs too much is no false."""
    dear = "to_string([text, text, text, text, text, text, text, text] | [@, @])"
    for around in ("{} || `true`", "`true` && {}", "not_null({}, `true`)", "!({})", "({}) == 'x'"):
        program = compile_jmespath(around.replace("{}", dear))
        with pytest.raises(BudgetExceededError):
            program(DOCUMENT)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("items[*].n", 8000),
        ("items[?n == `1`].s", 8000 * 4),
        ("map(&[n, s], items)", 8000 * 3),
        ("items[*].l | []", 8000 + 8000 + 3 * 8000 + 3 * 8000),
        ("text == 'x'", 0),
    ],
)
def test_a_loop_costs_its_elements_times_the_nodes_of_its_body(text, steps):
    """And an expression without a loop costs nothing beyond its text."""
    program = compile_jmespath(f"{text} | `0`")
    program(DOCUMENT)
    assert spent().steps == steps
    assert 0 <= spent().bytes <= MAX_BYTES
    assert steps <= MAX_STEPS


def test_a_sweep_of_an_ordinary_large_object_stays_within_the_budget():
    """A ConfigMap of a megabyte and a list of thousands are read without complaint."""
    document = {"data": {f"key-{number}": "v" * 250 for number in range(4000)}}
    assert len(json.dumps(document)) > 1_000_000
    assert compile_jmespath("length(keys(data)[?starts_with(@, 'key-1')])")(document) == 1111
    assert compile_jmespath("length(to_string(@)) > `1000000`")(document) is True
