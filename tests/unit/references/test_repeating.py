"""What parts that many objects have in common name is remembered, and is what each of them names."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_gc_core import Exhaustive, Reference, References, Undecided
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.references import repeating

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.model.references import Referring

BOX = Exhaustive("", "Box", "it is ours")
WORDS = Reference("", "Box", "spec.parts[].env[].value", "ConfigMap", ("v1",), how="words")
NAME = Reference("", "Box", "spec.parts[].env[].from.name", "ConfigMap", ("v1",))


def _table(*rows: Reference) -> Referring:
    found = References([BOX, *rows]).of("", "Box", to=("", "ConfigMap"))
    assert found is not None
    return found


def _box(spec: Any, namespace: str = "a", name: str = "box") -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Box", "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def _from_json(box: dict[str, Any]) -> JsonCandidate:
    return JsonCandidate.from_json(orjson.dumps(box), api_version="v1", kind="Box")


def _env(*values: str) -> dict[str, Any]:
    return {"parts": [{"env": [{"value": value} for value in values]}]}


def test_the_same_part_names_something_else_in_another_namespace() -> None:
    """Where it stands counts."""
    uses = _table(WORDS).uses
    for namespace in ("a", "b", "a"):
        assert set(uses(_from_json(_box(_env("web"), namespace)))) == {(namespace, "web")}


def test_what_is_made_of_the_objects_own_name_is_made_anew() -> None:
    """A row that takes the name of the object is not one of a part that says the same everywhere."""
    claim = Reference("", "Box", "spec.parts[].env[].claim", "ConfigMap", ("v1",), name="{value}-{name}")
    uses = _table(WORDS, claim).uses
    for name in ("one", "two"):
        box = _box({"parts": [{"env": [{"value": "web", "claim": "data"}]}]}, name=name)
        assert set(uses(_from_json(box))) == {("a", "web"), ("a", f"data-{name}")}


def test_what_a_field_beside_a_part_says_counts() -> None:
    """The namespace beside it, here."""
    beside = Reference("", "Box", "spec.parts[].name", "ConfigMap", ("v1",), namespace="place")
    told = Reference("", "Box", "spec.parts[].name", "ConfigMap", ("v1",), how="words", given="told")
    uses = _table(beside, told).uses
    for place, more in itertools.product("xy", ({}, {"told": True})):
        found = set(uses(_from_json(_box({"parts": [{"name": "web", "place": place, **more}]}))))
        assert found == {(place, "web"), *([("a", "web")] if more else [])}


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([f"name-{number}" for number in range(repeating.MOST_NAMES + 1)], id="more names"),
        pytest.param(["x" * 250 + " y" for _ in range(repeating.MOST_BYTES // 250)], id="longer"),
    ],
)
def test_a_part_that_is_not_remembered_is_read_each_time(values: list[str]) -> None:
    """It names the same."""
    uses = _table(WORDS).uses
    box = _box(_env(*values))
    expected = {("a", word) for value in values for word in value.split()}
    assert [set(uses(_from_json(box))) for _ in range(2)] == [expected] * 2


def test_no_more_parts_are_remembered_than_may_be() -> None:
    """After more than that, each still names its own."""
    uses = _table(WORDS).uses
    numbers = range(repeating.MOST_PARTS + 2)
    for number in (*numbers, *numbers[:2]):
        assert set(uses(_from_json(_box(_env(f"name-{number}"))))) == {("a", f"name-{number}")}


VALUES = st.sampled_from(["web", "b/db", "x y", "", None, 5, ["web"], {"k": "deep"}])
ITEMS = st.dictionaries(st.sampled_from(["value", "other"]), VALUES, max_size=2) | st.sampled_from([None, 7, "web"])
NAMED = st.fixed_dictionaries({"from": st.sampled_from([{"name": "cfg"}, {"name": 5}, {}, None, "web"])})
ENVS = st.lists(ITEMS | NAMED, max_size=3) | st.sampled_from([None, 5, "web", {"a": 1}])
PARTS = st.lists(
    st.fixed_dictionaries({}, optional={"env": ENVS, "args": VALUES}) | st.sampled_from([None, "web"]), max_size=3
)
BOXES = st.lists(st.tuples(PARTS, st.sampled_from(["a", "b"])), min_size=1, max_size=6)
ARGS = Reference("", "Box", "spec.parts[].args", "ConfigMap", ("v1",), how="words")


@given(BOXES)
def test_one_after_the_other_they_name_what_each_alone_does(boxes: list[tuple[Any, str]]) -> None:
    """From JSON, of which parts are remembered, and decoded, of which none is: names, or why that cannot be told."""
    uses = _table(WORDS, NAME, ARGS).uses
    for parts, namespace in boxes * 2:
        box = _box({"parts": parts}, namespace)
        assert _said(uses, _from_json(box)) == _said(uses, JsonCandidate.from_object(box))


def _said(uses: Callable[[Any], Any], candidate: JsonCandidate) -> object:
    try:
        return set(uses(candidate))
    except Undecided as doubt:
        return str(doubt)
