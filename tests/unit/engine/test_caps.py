"""How much a policy may hold, and how what is wrong with it is told when that is much."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from zen_gc_core.engine.building import CompilingTooLong
from zen_gc_core.engine.compiling import Compilation, compile_policy
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.plugins import installed_entry_points, load_plugins

if TYPE_CHECKING:
    from collections.abc import Callable

VOCABULARY = load_plugins(installed_entry_points()).vocabulary
CEL = {"cel": "object.metadata.name == 'a'"}
FIELD = {"path": "data.a", "operator": "Exists"}


def compiled(conditions: dict[str, Any], check: Callable[[], object] = bool, **spec: Any) -> Compilation:
    """A policy with these conditions, compiled."""
    document = {
        "apiVersion": "gc.kube-zen.io/v1alpha1",
        "kind": "GarbageCollectionPolicy",
        "metadata": {"name": "p", "namespace": "n"},
        "spec": {
            "targetResources": [{"apiVersion": "v1", "kind": "ConfigMap"}],
            "ttl": {"immediate": True},
            "conditions": conditions,
            **spec,
        },
    }
    return compile_policy(parse_policy(document), VOCABULARY, check=check)


@pytest.mark.parametrize(
    ("conditions", "right"),
    [
        ({"all": [CEL] * 199}, True),
        ({"all": [CEL] * 200}, False),  # with itself they are 201
        ({"fields": [FIELD] * 200}, True),
        ({"fields": [FIELD] * 201}, False),
        ({"all": [CEL] * 50, "fields": [FIELD] * 180, **CEL}, False),
        ({"all": [{"fields": [FIELD] * 100}, {"fields": [FIELD] * 99}, CEL]}, False),
        ({"any": [{"none": [CEL] * 90}, {"none": [CEL] * 90}]}, True),
        ({"any": [{"none": [CEL] * 99}, {"none": [CEL] * 99}]}, False),
    ],
)
def test_a_policy_has_two_hundred_conditions_at_the_most(conditions: dict[str, Any], right: bool) -> None:  # noqa: FBT001  a column
    """At any depth, the entries of lists included; one with more never judges anything."""
    found = compiled(conditions)
    assert (found.compiled is not None) is right
    assert right or any("200" in str(problem) for problem in found.errors)


def test_the_expressions_of_a_policy_have_64_kib_together() -> None:
    """Sixteen of the longest are allowed, and one more is not."""
    longest = {"cel": f"object.metadata.name == '{'a' * (4096 - 27)}'"}
    assert len(longest["cel"]) == 4096 - 1
    assert compiled({"all": [longest] * 16}).compiled is not None
    found = compiled({"all": [longest] * 17})
    assert found.compiled is None
    assert ["65,536 bytes" in str(problem) for problem in found.errors] == [True]


@pytest.mark.parametrize(
    "conditions",
    [
        {"fields": [{**FIELD, **{f"key{number}": 1 for number in range(4_900)}}]},
        {"fields": [{"paht": "a"}] * 200},
        {"all": [{"cell": "true"}] * 100},
    ],
)
def test_twenty_problems_are_told_and_the_rest_is_a_number(conditions: dict[str, Any]) -> None:
    """With hints, that are worked out once: telling is not what takes time."""
    found = compiled(conditions)
    assert found.compiled is None
    assert len(found.errors) == 21
    assert str(found.errors[-1]).endswith(" more")
    assert all(len(str(problem)) < 600 for problem in found.errors)


def test_hints_are_worked_out_once() -> None:
    """Seventy-five thousand unknown keys take no minute; told relative to a thousand of them, on the same machine."""

    def seconds(keys: int) -> float:
        began = time.process_time()
        compiled({"fields": [{**FIELD, **{f"key{number}": 1 for number in range(keys)}}]})
        return time.process_time() - began

    assert seconds(75_000) < 750 * max(seconds(1000), 0.005)


@pytest.mark.parametrize("rate", [1e-6, 0.0001, 0.0159])
def test_a_rate_below_one_a_minute_is_refused(rate: float) -> None:
    """It would hold its place for ever; nought asks for the controller's own."""
    found = compiled({}, behavior={"maxDeletionsPerSecond": rate})
    assert ["one a minute" in str(problem) for problem in found.errors] == [True]
    assert compiled({}, behavior={"maxDeletionsPerSecond": 0.016}).compiled is not None
    assert compiled({}, behavior={"maxDeletionsPerSecond": 0}).compiled is not None


def test_whoever_asks_for_a_compilation_may_end_it() -> None:
    """Then the policy is refused, as any that is not understood."""
    asked = 0

    def check() -> None:
        nonlocal asked
        asked += 1
        if asked > 50:
            raise CompilingTooLong("takes more than 10 s to compile")

    found = compiled({"all": [CEL] * 199}, check)
    assert found.compiled is None
    assert [str(problem) for problem in found.errors] == ["spec: takes more than 10 s to compile"]
    assert asked == 51


def test_a_keyword_with_ever_so_many_fields_is_refused_in_one_sentence() -> None:
    """Each unknown field would be a problem of its own: a hundred megabytes for a policy of one."""
    many = {f"k{number}": 1 for number in range(5_000)}
    for conditions in ({"fields": [{**FIELD, **many}]}, {"fields": many}, {"hasLabels": [{"key": "a", "x": [[many]]}]}):
        problems = [str(problem) for problem in compiled(conditions).errors]
        assert len(problems) == 1, problems[:3]
    assert "has more than 5,000 fields and entries" in problems[0]
