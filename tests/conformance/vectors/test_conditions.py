"""The Go program's condition cases (``conditions.json``): rewritten, compiled and asked by the engine."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.instants import parse_instant
from zen_gc_core.keywords import Namespace, Run
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.plugins import installed_entry_points, load_plugins

REPOSITORY = Path(__file__).parents[3]
DATA = Path(os.environ.get("ZEN_GC_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
FILE = DATA.parent / "vectors" / "conditions.json"
CASES = json.loads(FILE.read_text())["cases"] if FILE.is_file() else []
VOCABULARY = load_plugins(installed_entry_points()).vocabulary


def _conditions(given):
    """The condition map that a case means; those of single matchers name the matcher's configuration alone."""
    if "conditions" in given:
        return given["conditions"]
    if "condition" in given:
        return {"and": [{"fieldPath": "spec.value", **given["condition"]}]}
    return {name: given[name] for name in ("hasLabels", "hasAnnotations", "phase") if name in given}


def _resource(given):
    resource = given["resource"] if "resource" in given else {"spec": {"value": given["fieldValue"]}}
    return {**resource, "metadata": {"name": "vector", **resource.get("metadata", {})}}


def test_the_cases_are_there():
    """Without the shared vectors nothing below runs, and that is said."""
    if not CASES:
        pytest.skip("NOT RUN (the vectors are not here; ZEN_GC_TEST_DATA names the folder beside them)")
    assert len(CASES) == 33


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_conditions_match_what_their_documentation_promised(case):
    """The same answer as in the Go program, or the refusal that its case gives for this project."""
    document = {
        "apiVersion": "gc.kube-zen.io/v1alpha1",
        "kind": "GarbageCollectionPolicy",
        "metadata": {"name": "vector", "namespace": "default"},
        "spec": {
            "targetResource": {"apiVersion": "example.com/v1", "kind": "Example"},
            "ttl": {"secondsAfterCreation": 60},
            "conditions": _conditions(case["input"]),
        },
    }
    compilation = compile_policy(parse_policy(document), VOCABULARY)
    if not case.get("ours", {}).get("valid", True):
        assert compilation.errors
        return
    assert not compilation.errors
    run = Run(parse_instant("2026-01-01T12:00:00Z"), compilation.reference, lambda name: Namespace(name, {}, {}))
    matches = compilation.compiled.matcher(JsonCandidate.from_object(_resource(case["input"])), run)
    assert matches is case["expected"]["match"]
