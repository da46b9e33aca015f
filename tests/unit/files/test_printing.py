"""Plans that are printed while they are made: the text of the whole, to the letter, and one plan held at a time."""

from __future__ import annotations

import gc
import json
import weakref
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
import pytest

from tests.proof.properties.policies import compiled_text
from tests.unit.engine.situations import NOW
from zen_gc_core.cli.plans.output import as_document, as_json, as_table
from zen_gc_core.cli.plans.printing import json_parts, print_plans
from zen_gc_core.cli.plans.view import View
from zen_gc_core.cli.reading.documents import Document, Told
from zen_gc_core.cli.reading.input import as_stored
from zen_gc_core.cli.reading.jsons import read_json
from zen_gc_core.engine.asking import Asking, Planned
from zen_gc_core.engine.files import Files
from zen_gc_core.engine.offline import plans_offline
from zen_gc_core.engine.protections import Grants

if TYPE_CHECKING:
    from collections.abc import Iterator

ODD = [
    "",
    "a",
    'quo"te',
    "back\\slash",
    "ümläut",
    "\u202e",
    "\x7f\x00\x1b",
    "\u2028",
    "😀",
    '\n      "decisions": "\\u0000decisions"',
]


def policy(name: str, kind: str = "ConfigMap") -> dict[str, Any]:
    return {
        "apiVersion": "gc.kube-zen.io/v1alpha1",
        "kind": "ClusterGarbageCollectionPolicy",
        "metadata": {"name": name},
        "spec": {
            "targetResources": [{"apiVersion": "v1", "kind": kind, "namespaces": ["*"]}],
            "ttl": {"afterCreation": "1h"},
        },
    }


def stored(*names: str) -> list[Document]:
    """Objects of a list of JSON."""
    items = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name or "x", "annotations": {"a": name}, "creationTimestamp": "2020-01-01T00:00:00Z"},
        }
        for name in names
    ]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items}).encode()
    found = read_json("objects.json", text, Told())
    assert found is not None
    return list(found)


def plans(documents: list[Document], *policies: dict[str, Any]) -> Iterator[Planned]:
    compilations = [compiled_text(each) for each in policies]
    return plans_offline(compilations, Files(as_stored(documents), compilations), Asking(NOW, Grants()))


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 2500])
@pytest.mark.parametrize("policies", [0, 1, 3])
def test_parts_make_up_the_whole(count: int, policies: int) -> None:
    """Of JSON and of the table, however many objects and policies; with names that need to be escaped."""
    documents = stored(*(f"{index}{ODD[index % len(ODD)]}" for index in range(count)))
    wanted = [policy(f"p{index}", "ConfigMap" if index != 1 else "Pod") for index in range(policies)]
    whole = list(plans(documents, *wanted))
    odd = [Planned(one.compilation, None, failure="\n".join(ODD)) for one in whole[:1]]
    for some in (whole, odd):
        assert "".join(json_parts(NOW, some)) == as_json(as_document(NOW, some))
    assert json.loads("".join(json_parts(NOW, whole))) == as_document(NOW, whole)


def test_half_of_a_character_is_printed_as_in_the_whole() -> None:
    """JSON can spell one; what writes most of the text cannot."""
    (one,) = plans(stored("a"), policy("p"))
    assert one.plan is not None
    broken = replace(one, plan=replace(one.plan, decisions=(replace(one.plan.decisions[0], because="a\ud800"),)))
    assert "".join(json_parts(NOW, [broken])) == as_json(as_document(NOW, [broken]))


@pytest.mark.parametrize("form", ["json", "table"])
def test_what_is_printed_is_that_text(capsys: pytest.CaptureFixture[str], form: str) -> None:
    """With an end of line; and the policies come back, for what is to be said of them."""
    documents = stored("a", "b")
    whole = list(plans(documents, policy("p"), policy("q")))
    printed = print_plans(whole, form, NOW, "zen-gc-system")
    text = as_json(as_document(NOW, whole)) if form == "json" else as_table(NOW, "zen-gc-system", whole)
    assert capsys.readouterr().out == f"{text}\n"
    assert [(one.compilation.reference.name, one.plan) for one in printed] == [("p", None), ("q", None)]


@pytest.mark.parametrize("form", ["json", "table"])
def test_one_plan_is_held_at_a_time(capsys: pytest.CaptureFixture[str], form: str) -> None:
    """When the next policy is planned, nobody holds the decisions of the one before."""

    class Words(str):
        """A text that can be looked after."""

        __slots__ = ("__weakref__",)

    alive: list[weakref.ref[Words]] = []
    documents = stored("a")
    (one,) = plans(documents, policy("p"))

    def passing() -> Iterator[Planned]:
        for _ in range(3):
            assert not any(each() is not None for each in alive)
            held = Words("because")
            alive.append(weakref.ref(held))
            assert one.plan is not None
            decisions = tuple(replace(each, because=held) for each in one.plan.decisions)
            del held
            yield Planned(one.compilation, replace(one.plan, decisions=decisions))
            del decisions

    gc.disable()
    try:
        print_plans(passing(), form, NOW, "zen-gc-system")
    finally:
        gc.enable()
    assert len(alive) == 3


def test_objects_of_a_list_are_forgotten_when_they_have_been_looked_at() -> None:
    """A hundred thousand that stay, each with what was decoded of it, are gigabytes."""
    files = Files(as_stored(stored("a", "b")))
    first, second = (list(files.of_kind("v1", "ConfigMap")) for _ in range(2))
    assert [one.name for one in first] == [one.name for one in second] == ["a", "b"]
    assert all(one is not other for one, other in zip(first, second, strict=True))


def test_a_table_that_is_wider_than_its_terminal_is_a_block_an_object() -> None:
    """Nothing is longer than the line, but for words; colours change no letter; what fits stays a table."""
    wide = "x" * 30
    planned = list(plans(stored("a", wide), policy("p")))
    text = as_table(NOW, "zen-gc-system", planned, View(width=40))
    assert all(len(line) <= 40 or len(line.split()) < 3 for line in text.splitlines())
    assert "VERDICT" not in text
    assert f"default/{wide}" in text
    painted = as_table(NOW, "zen-gc-system", planned, View(width=40, colour=True))
    assert click.unstyle(painted) == text != painted
    assert as_table(NOW, "zen-gc-system", planned, View(width=400)) == as_table(NOW, "zen-gc-system", planned)
