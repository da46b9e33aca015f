"""The Go program's own example policies, untouched: they load, and collect what their names say."""

from __future__ import annotations

import json

import pytest

from tests.golden.examples import EXAMPLES, GO_EXAMPLES, NOW, POLICIES
from tests.golden.running import Ran, zen_gc

COLLECTED = {
    "completed-jobs-cleanup": {
        "report-complete",
        "migration-failed",
        "nightly-29451",
        "reindex-complete-recently",
        "checkout-1-a",
        "checkout-1-b",
        "checkout-2-a",
        "search-paused-1",
        "search-nightly-1",
    },
    "evicted-pods-cleanup": {
        "shop-6c9d-evicted",
        "crawler-evicted",
        "crawler-evicted-undated",
        "crawler-evicted-recently",
    },
    "failed-pods-cleanup": {
        "lint-101",
        "shop-6c9d-evicted",
        "crawler-evicted-undated",
        "crawler-evicted-recently",
        "import-failed",
        "import-failed-recently",
        "backup-succeeded",
        "rejected-without-times",
        "test-43",
    },
    "old-deployments-cleanup": {"search"},
    "old-secrets-cleanup": {"ci-token-october"},
    "orphaned-replicaset-cleanup": {"api-5f6d8c", "fluent-earlier"},
    "pvc-cleanup": set(),
    "temp-configmap-cleanup": {"scratch-101", "scratch-102"},
    "test-pod-cleanup": {"e2e-login-passed", "e2e-checkout-failed"},
}
"""By their own rules: since creation, with succeeded Pods among the failed ones, and claims in a phase that none has."""

OBJECTS = [argument for name in EXAMPLES for argument in ("-f", POLICIES / name / "objects.yaml")]


@pytest.mark.parametrize("name", COLLECTED)
def test_an_original_collects_what_its_name_says(name: str) -> None:
    """Over the objects of all examples; an empty namespace means all, as it did there."""
    ran = _plan(name, "--allow-cross-namespace")
    (policy,) = json.loads(ran.out)["policies"]
    assert (ran.code, policy["valid"], policy["errors"]) == (0, True, [])
    taken = {decision["name"] for decision in policy["decisions"] if decision["verdict"] == "act"}
    assert taken == COLLECTED[name]


@pytest.mark.parametrize("name", sorted(COLLECTED.keys() - {"pvc-cleanup"}))
def test_an_original_loads_without_a_word(name: str) -> None:
    """Neither an error nor a warning, in either mode."""
    assert _plan(name, "--allow-cross-namespace").err == ""
    assert _plan(name).err == ""


def test_the_original_for_claims_is_warned_of() -> None:
    """Released is a phase of volumes, and claims are protected: both are said, with their places."""
    problems = _plan("pvc-cleanup").errors
    file = _file("pvc-cleanup")
    assert [line.split(": ")[:3] for line in problems] == [
        [f"{file}:27", "warning", "spec.conditions.phase[0]"],
        [f"{file}:22", "warning", "spec.targetResource.kind"],
    ]
    assert "'Released' is never the phase of a PersistentVolumeClaim (Pending, Bound, Lost)" in problems[0]
    assert "--allow-resource persistentvolumeclaims" in problems[1]


def test_the_originals_are_nine() -> None:
    """The table above speaks of every file."""
    _required()
    assert {path.stem for path in GO_EXAMPLES.glob("*.yaml")} == COLLECTED.keys()


def _plan(name: str, *flags: str) -> Ran:
    return zen_gc("plan", "-f", _file(name), *OBJECTS, "--now", NOW, "-o", "json", *flags)


def _file(name: str) -> str:
    _required()
    return str(GO_EXAMPLES / f"{name}.yaml")


def _required() -> None:
    if not GO_EXAMPLES.is_dir():
        pytest.skip("NOT RUN (the Go program's examples are not here; ZEN_GC_TEST_DATA names the folder above them)")
