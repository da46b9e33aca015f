"""Every example does what it says it does, and says it the same way each time."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.golden.examples import EXAMPLES, NOW, POLICIES, WITHOUT_NAMESPACE, expected, is_unmarked
from tests.golden.running import zen_gc, zen_gc_process
from zen_gc_core.cli.golden.testing import Golden

if TYPE_CHECKING:
    from collections.abc import Iterator

SAID = re.compile(
    r"^# Must (go along|go|stay|be marked|be unmarked|be scaled|be suspended|be told of|be patched)", re.MULTILINE
)
ONE_LOOK = {"clean-exits", "empty-previews", "unreferenced-configmaps", "unused-claims", "unused-gateways"}
"""Examples of which nothing waits: what is looked at for the first time is marked, and waits from then on."""
DONE = {
    "delete": "go",
    "label": "be marked",
    "annotate": "be marked",
    "scale": "be scaled",
    "suspend": "be suspended",
    "evict": "go",
    "notify": "be told of",
    "patch": "be patched",
    "mark": "be marked",
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_yields_its_expected_plan(name: str) -> None:
    """Without a word beside; `zen-gc test --update examples` writes the expected plans anew."""
    outcome = Golden(dt.datetime.now(dt.UTC)).test(POLICIES / name)
    assert (outcome.difference, outcome.fault, outcome.told) == ((), None, ())


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_expects_all_that_a_plan_says(name: str) -> None:
    """At the instant of them all, each policy without an error or a warning, each decision with its reason."""
    document = expected(name)
    assert document["now"] == NOW
    for policy in document["policies"]:
        assert (policy["errors"], policy["warnings"]) == ([], [])
        assert {"scanned", "matched", "due", "digest"} <= policy.keys()
        assert all(decision["because"] for decision in policy["decisions"])


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_takes_what_its_comments_say(name: str) -> None:
    """Each object, or the one above it, says whether it must go; one that no policy takes stays, unless its owner goes."""
    decisions = _decisions(name)
    taken = {_key(each): "be unmarked" for each in decisions if is_unmarked(each)}
    taken |= {_key(each): DONE[each["action"]] for each in decisions if each["verdict"] == "act"}
    for key, said in _comments(name):
        assert taken.get(key, "stay") == ("stay" if said == "go along" else said), key


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_keeps_objects_for_different_reasons(name: str) -> None:
    """An example without something to keep shows half of what a policy is."""
    decisions = _decisions(name)
    assert any(decision["verdict"] == "act" for decision in decisions)
    assert any(decision["verdict"] == "wait" for decision in decisions) or name in ONE_LOOK
    kept = [said for _, said in _comments(name) if said == "stay"]
    assert len(kept) >= 3


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_begins_with_what_it_does(name: str) -> None:
    """The first line of a policy is for who reads nothing else, and its name is the folder's."""
    text = (POLICIES / name / "policy.yaml").read_text(encoding="utf-8")
    assert text.startswith("# ")
    for policy in yaml.safe_load_all(text):
        assert policy["metadata"]["name"].startswith(name)


def test_all_examples_together_take_the_same_objects() -> None:
    """No example reaches into another, but failed Pods, which are also evicted ones."""
    ran = zen_gc(
        "plan",
        "-f",
        POLICIES,
        "--now",
        NOW,
        "-o",
        "json",
        "--allow-resource=persistentvolumeclaims",
        "--allow-resource=namespaces",
        "--no-live",
        "--assume-complete",
    )
    together = {_key(decision) for decision in _acting(json.loads(ran.out))}
    apart = {_key(decision) for name in EXAMPLES for decision in _decisions(name) if decision["verdict"] == "act"}
    assert together == apart
    assert ran.code == 0


def test_a_plan_is_the_same_bytes_each_time() -> None:
    """For the same input and instant, in this process and in two others, whatever the hash seed."""
    command = ["plan", "-f", "quarantine", "-f", "ci-leftovers", "--now", NOW, "-o", "json", "--all"]
    first, second = (zen_gc_process(command, cwd=POLICIES) for _ in range(2))
    assert first.out == second.out == zen_gc(*command, cwd=POLICIES).out
    assert first.code == 0


def test_the_order_of_the_files_changes_no_verdict() -> None:
    """Policies before objects or after them."""
    policy, objects = POLICIES / "evicted-pods" / "policy.yaml", POLICIES / "evicted-pods" / "objects.yaml"
    one = zen_gc("plan", "-f", policy, "-f", objects, "--now", NOW, "-o", "json")
    other = zen_gc("plan", "-f", objects, "-f", policy, "--now", NOW, "-o", "json")
    assert one.out == other.out


def _decisions(name: str) -> list[dict[str, Any]]:
    return [decision for policy in expected(name)["policies"] for decision in policy["decisions"]]


def _acting(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in document["policies"]:
        yield from (decision for decision in policy["decisions"] if decision["verdict"] == "act")


def _key(decision: dict[str, Any]) -> tuple[str, str, str]:
    return decision["kind"], decision["namespace"], decision["name"]


def _comments(name: str) -> Iterator[tuple[tuple[str, str, str], str]]:
    """Each object, and what the last comment before or in it says."""
    said = "stay"
    for text in (POLICIES / name / "objects.yaml").read_text(encoding="utf-8").split("\n---\n"):
        if found := SAID.search(text):
            said = found[1]
        item = yaml.safe_load(text)
        namespace = "" if item["kind"] in WITHOUT_NAMESPACE else item["metadata"].get("namespace", "default")
        yield (item["kind"], namespace, item["metadata"]["name"]), said
