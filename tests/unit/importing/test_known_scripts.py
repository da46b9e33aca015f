"""Scripts of k8s-cleaner that are known by their hash: what they become takes no more than they do."""

from __future__ import annotations

from random import Random

import pytest

from tests.unit.importing.differing import changed, compare, converted
from tests.unit.importing.test_k8s_cleaner import cleaner
from zen_gc_core.importing.cleaner.scripts import digest, known
from zen_gc_core.importing.comparing import Cell

_FRAME = "function evaluate()\n  found = {{}} -- the answer\n  found.matching = false\n{}\n  return found\nend\n"
_SETS = "then found.matching = true end"
SCRIPTS = {
    "Deployment": _FRAME.format(f"  if obj.spec.replicas == 0 {_SETS}"),
    "Pod": _FRAME.format(
        "  if obj.status.conditions ~= nil then\n    for at, each in ipairs(obj.status.conditions) do\n"
        f"      if each.reason == 'PodCompleted' and each.status == 'True' {_SETS}\n    end\n  end"
    ),
    "Job": _FRAME.format(
        f"if obj.status ~= nil then if obj.status.completionTime ~= nil and obj.status.succeeded > 0 {_SETS} end"
    ),
}
"""The published shapes, with blanks, comments and variables of their own."""

GROUPS = {"Deployment": "apps", "Job": "batch"}


def _cleaner(kind):
    return cleaner({"group": GROUPS.get(kind, ""), "version": "v1", "kind": kind, "evaluate": SCRIPTS[kind]})


def _objects(random, kind, number=200):
    group = GROUPS.get(kind, "")
    found = []
    for index in range(number):
        metadata = {"name": f"it-{index}", "uid": f"u-{index}", "creationTimestamp": "2026-05-01T00:00:00Z"}
        metadata["namespace"] = "team-a"
        document = {"apiVersion": f"{group}/v1" if group else "v1", "kind": kind, "metadata": metadata}
        found.append({**document, **_body(random)})
    return found


def _body(random):
    odd = (0, 1, 2.5, -1, "0", "Bound", True, False, None, [], {})
    condition = {"reason": ("PodCompleted", "Ready", None), "status": ("True", "False", True)}
    conditions = [
        random.choice((None, "x", {}))
        if random.random() < 0.1
        else {key: random.choice(values) for key, values in condition.items() if random.random() < 0.9}
        for _ in range(random.randint(0, 3))
    ]
    status = {
        "phase": random.choice(("Bound", "Available", "Released", *odd)),
        "completionTime": random.choice(("2026-05-01T00:00:00Z", None)),
        "succeeded": random.choice((1, 1, *odd)),
        "conditions": conditions,
    }
    status = {key: value for key, value in status.items() if random.random() < 0.8}
    spec = {"replicas": random.choice((0, 0.0, *odd))} if random.random() < 0.8 else {}
    return {"spec": spec, "status": status if random.random() < 0.9 else random.choice(odd)}


@pytest.mark.parametrize("kind", SCRIPTS)
def test_a_known_script_takes_no_more_as_a_condition(kind):
    """On objects of every shape: only ours is empty, and something goes."""
    for seed in range(3):
        (conversion,) = converted("k8s-cleaner", [_cleaner(kind)])
        assert not any(policy["spec"].get("paused") for policy in conversion.policies)
        found = compare(conversion, _objects(Random(seed), kind))
        assert not found[Cell.ONLY_OURS]
        assert not found[Cell.UNTOLD]
        assert found[Cell.BOTH_GO]


@pytest.mark.parametrize("kind", SCRIPTS)
def test_the_comparison_tells_a_policy_without_the_condition(kind):
    """The mutant of the import: what the script asks is left out."""
    (conversion,) = converted("k8s-cleaner", [_cleaner(kind)])
    found = compare(changed(conversion, lambda spec: spec.pop("conditions")), _objects(Random(1), kind))
    assert found[Cell.ONLY_OURS]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("== 0", "== 1"),
        ("== 0", "<= 0"),
        (".replicas", ".paused"),
        ("found.matching = false", "found.matching = true"),
        ("return found", "return other"),
        ("-- the answer", "--[[ the answer"),
        ("if obj", "if not obj"),
        ("obj", "object"),
        ("end\n", "end --\nos.exit()\n"),
    ],
)
def test_a_script_that_differs_in_anything_that_counts_is_not_known(old, new):
    """It is carried along, and its policy paused."""
    script = SCRIPTS["Deployment"]
    assert known(script) is not None
    assert known(script.replace(old, new, 1)) is None


def test_what_is_not_read_has_no_hash():
    """Escapes and labels."""
    assert digest(r'return "a\"b"') is None
    assert digest("::top:: return 1") is None


def test_scripts_that_ask_different_things_are_not_put_together():
    """The conditions of a policy hold for all of its targets."""
    selectors = [
        {"group": GROUPS.get(kind, ""), "version": "v1", "kind": kind, "evaluate": SCRIPTS[kind]}
        for kind in ("Deployment", "Pod")
    ]
    (conversion,) = converted("k8s-cleaner", [cleaner(*selectors)])
    assert all(policy["spec"]["paused"] for policy in conversion.policies)
    (conversion,) = converted("k8s-cleaner", [cleaner(selectors[0], {"group": "", "version": "v1", "kind": "Pod"})])
    assert all(policy["spec"]["paused"] for policy in conversion.policies)
