"""The Go programs' cases of validation: which policies are right."""

from __future__ import annotations

import pytest

from tests.conformance.vectors.cases import vectors
from zen_gc_core.engine.compiling import compile_policy
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.model.policy import API_VERSION
from zen_gc_core.plugins import installed_entry_points, load_plugins

TARGET = {"apiVersion": "v1", "kind": "ConfigMap"}
TTL = {"secondsAfterCreation": 3600}


@pytest.fixture(scope="module")
def vocabulary():
    """The project's own keywords."""
    return load_plugins(installed_entry_points()).vocabulary


def document_of(given):
    """A policy that is right but for what the case is about."""
    head = {"apiVersion": API_VERSION, "kind": "GarbageCollectionPolicy", "metadata": {"name": "p"}}
    if "policy" in given:
        return {**head, **given["policy"]}
    spec = {"targetResource": TARGET, "ttl": TTL}
    for part, value in given.items():
        if part in ("namespace", "labelSelector"):
            spec["targetResource"] = {**TARGET, part: value}
        else:
            spec[part] = value
    return {**head, "spec": spec}


def compiled(given, vocabulary):
    """The policy of a case, with every namespace allowed, as there."""
    return compile_policy(parse_policy(document_of(given), allow_cross_namespace=True), vocabulary)


@pytest.mark.parametrize("case", vectors("validation"))
def test_a_policy_is_as_right_as_it_was(case, vocabulary):
    """Whether the parser says so or a keyword."""
    compilation = compiled(case.input, vocabulary)
    assert (compilation.errors == ()) is case.wanted["valid"], compilation.errors
    assert (compilation.compiled is not None) is case.wanted["valid"]


@pytest.mark.parametrize(
    "case", vectors("validation", lambda case: "policy" not in case.input and not case.wanted["valid"])
)
def test_a_refusal_names_the_part_that_the_case_is_about(case, vocabulary):
    """And no other: nobody looks for a fault where there is none."""
    (part,) = case.input
    where = "targetResource" if part in ("namespace", "labelSelector") else part
    assert {problem.path.split(".")[1] for problem in compiled(case.input, vocabulary).errors} == {where}
