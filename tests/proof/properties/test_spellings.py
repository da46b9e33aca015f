"""One policy in two spellings says the same of every object: the Go program's and the native one, JSON and YAML."""

from __future__ import annotations

import copy
import itertools
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cluster.examples.test_agreement import written
from tests.golden.running import zen_gc
from tests.proof.properties import SAME_EXAMPLES
from tests.proof.properties.objects import API_VERSIONS, inventories
from tests.proof.properties.planning import planned, said
from tests.proof.properties.policies import conditions, kinds_of, selectors, valid
from tests.unit.engine.situations import NOW
from zen_gc_core.instants import format_instant
from zen_gc_core.model.policy import API_VERSION, NAMESPACED

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

SECONDS = st.sampled_from([3600, 18000, 86400])


def _ttls() -> SearchStrategy[tuple[dict[str, Any], dict[str, Any]]]:
    """TTLs in the Go program's words, and in the native ones."""
    field = "metadata.labels.env"
    since = "status.lastUsed"
    return st.one_of(
        SECONDS.map(lambda wait: ({"secondsAfterCreation": wait}, {"afterCreation": wait})),
        SECONDS.map(
            lambda wait: (
                {"relativeTo": since, "secondsAfter": wait},
                {"after": {"since": {"path": since}, "wait": wait}},
            )
        ),
        st.tuples(SECONDS, SECONDS).map(
            lambda waits: (
                {"fieldPath": field, "mappings": {"dev": waits[0]}, "default": waits[1]},
                {
                    "after": {
                        "since": "created",
                        "wait": {"path": field, "mappings": {"dev": waits[0]}, "default": waits[1]},
                    }
                },
            )
        ),
    )


@st.composite
def _spelt_twice(draw: DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A policy in the Go program's words, and in the native ones."""
    kind = draw(st.sampled_from(list(API_VERSIONS)))
    target: dict[str, Any] = {"apiVersion": API_VERSIONS[kind], "kind": kind}
    if draw(st.booleans()):
        target["labelSelector"] = draw(selectors())
    old_ttl, new_ttl = draw(_ttls())
    held = draw(conditions((kind,), related=False))
    old_held = copy.deepcopy(held)
    if "fields" in old_held:
        rules = old_held.pop("fields")
        held["fields"] = held.pop("fields")  # what is false first is told, and what is rewritten comes last
        old_held["and"] = [{("fieldPath" if key == "path" else key): rule[key] for key in rule} for rule in rules]
    how = draw(st.sampled_from([{}, {"propagationPolicy": "Orphan"}, {"gracePeriodSeconds": 5}]))
    old = {"targetResource": {**target, "namespace": "team"}, "ttl": old_ttl, "conditions": old_held, "behavior": how}
    new = {"targetResources": [target], "ttl": new_ttl, "conditions": held, "action": {"delete": how}}
    head = {"apiVersion": API_VERSION, "kind": NAMESPACED, "metadata": {"name": "tidy", "namespace": "team"}}
    return {**head, "spec": old}, {**head, "spec": new}


@settings(max_examples=100, derandomize=SAME_EXAMPLES)
@given(st.data())
def test_the_go_programs_words_say_what_the_native_ones_say(data: st.DataObject) -> None:
    """Of every object: verdict, reason, instant and request; where it stands in the policy is told in each one's own words."""
    old, new = data.draw(_spelt_twice())
    objects = data.draw(inventories(NOW, kinds=kinds_of(new)))
    first, second = planned(old, objects), planned(new, objects)
    assert said(first) == said(second)
    ours, theirs = ([replace(each, told="") for each in plan.decisions] for plan in (first, second))
    assert ours == theirs


@settings(max_examples=30, derandomize=SAME_EXAMPLES)
@given(st.data())
def test_json_and_yaml_say_the_same(data: st.DataObject) -> None:
    """Of policies and of objects, through the command's readers; what is quoted, and how a list is written, is no matter."""
    policy = data.draw(valid())
    objects = data.draw(inventories(NOW, kinds=kinds_of(policy)))
    plans = [
        _shown(
            *(
                _as_json(each) if form == "json" else _as_yaml(each)
                for form, each in zip(forms, (policy, objects), strict=True)
            )
        )
        for forms in itertools.product(("json", "yaml"), repeat=2)
    ]
    assert plans[0]["policies"]
    assert all(plan == plans[0] for plan in plans)


def _as_json(value: Any) -> tuple[str, str]:
    items = {"apiVersion": "v1", "kind": "List", "items": value}
    return "json", json.dumps(items if isinstance(value, list) else value)


def _as_yaml(value: Any) -> tuple[str, str]:
    return "yaml", "\n---\n".join(map(written, value if isinstance(value, list) else [value]))


def _shown(policy: tuple[str, str], objects: tuple[str, str]) -> dict[str, Any]:
    """What the command says of a policy and objects, each in a form of its own."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        files = []
        for stem, (form, text) in (("policy", policy), ("objects", objects)):
            files.append(directory / f"{stem}.{form}")
            files[-1].write_text(text, encoding="utf-8")
        named = [part for file in files for part in ("-f", file)]
        ran = zen_gc("plan", *named, "--now", format_instant(NOW), "--assume-complete", "-o", "json")
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found
