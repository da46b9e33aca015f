"""No field or meaning of a released definition is lost, and what would lose one is found."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tools.definitions import lost

if TYPE_CHECKING:
    from collections.abc import Callable

CRDS = Path(__file__).parents[2] / "crds"
NOW = list(yaml.safe_load_all((CRDS / "policies.yaml").read_text()))
RELEASED = sorted((CRDS / "released").glob("*.yaml"))


def spec(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """The schema of a policy's spec."""
    (found,) = [item for item in documents if item["spec"]["names"]["kind"] == "GarbageCollectionPolicy"]
    schema: dict[str, Any] = found["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return dict(schema["properties"]["spec"])


def fields(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """The fields of a policy's spec, to be changed."""
    found: dict[str, Any] = spec(documents)["properties"]
    return found


def first(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """The first definition."""
    found: dict[str, Any] = documents[0]["spec"]
    return found


LOSSES: list[tuple[str, Callable[[list[dict[str, Any]]], Any], str]] = [
    ("a kind", lambda now: now.pop(), "is gone"),
    ("a field", lambda now: fields(now).pop("evaluationInterval"), ".spec.evaluationInterval: is gone"),
    (
        "a type",
        lambda now: fields(now)["paused"].update(type="string"),
        ".spec.paused: type is 'string', was 'boolean'",
    ),
    ("a bound", lambda now: fields(now)["targetResources"].update(maxItems=1), ".spec.targetResources: maxItems is 1"),
    ("a least", lambda now: fields(now)["targetResources"].update(minItems=2), ".spec.targetResources: minItems is 2"),
    ("a default", lambda now: fields(now)["paused"].update(default=True), ".spec.paused: default is True"),
    ("a pattern", lambda now: fields(now)["paused"].update(pattern="^x$"), ".spec.paused: pattern is '^x$'"),
    ("an enum", lambda now: fields(now)["paused"].update(enum=[True]), ".spec.paused: takes only [True]"),
    ("what is required", lambda now: spec(now)["required"].append("paused"), ".spec: paused is required"),
    (
        "a rule",
        lambda now: fields(now)["paused"].update({"x-kubernetes-validations": [{"rule": "self"}]}),
        ".spec.paused: must meet self",
    ),
    ("a version", lambda now: first(now)["versions"][0].update(served=False), "is not served"),
    ("a scope", lambda now: first(now).update(scope="Other"), "is Other"),
    ("a short name", lambda now: first(now)["names"].update(shortNames=[]), "the short name"),
    ("a subresource", lambda now: first(now)["versions"][0].pop("subresources"), "a subresource is gone"),
]


def test_nothing_that_was_released_is_lost() -> None:
    """Of each version that ever was; a first release has none before it."""
    found = {path.stem: lost(list(yaml.safe_load_all(path.read_text())), NOW) for path in RELEASED}
    assert not {version: faults for version, faults in found.items() if faults}


@pytest.mark.parametrize(("what", "lose", "told"), LOSSES, ids=[what for what, _, _ in LOSSES])
def test_a_loss_is_found(what: str, lose: Callable[[list[dict[str, Any]]], Any], told: str) -> None:
    """Today's definitions as if they had been released, and one thing less."""
    after = copy.deepcopy(NOW)
    lose(after)
    assert any(told in fault for fault in lost(NOW, after)), (what, lost(NOW, after))
    assert lost(NOW, NOW) == []


@pytest.mark.parametrize(
    ("what", "gain"), [(what, lose) for what, lose, _ in LOSSES if what not in {"a kind", "a type"}]
)
def test_what_is_only_added_or_widened_is_no_loss(what: str, gain: Callable[[list[dict[str, Any]]], Any]) -> None:
    """The same the other way round: from less to more; but for what is another thing and not more."""
    before = copy.deepcopy(NOW)
    gain(before)
    another = {"a default", "a pattern", "a scope"}
    assert bool(lost(before, NOW)) is (what in another), (what, lost(before, NOW))
