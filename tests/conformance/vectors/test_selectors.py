"""The Go programs' cases of selectors: which objects a target takes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.conformance.vectors.cases import vectors
from zen_gc_core.engine.parsing import parse_policy
from zen_gc_core.engine.selecting import in_scope, selected
from zen_gc_core.keywords import Namespace, Run
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.policy import API_VERSION

KIND = {"apiVersion": "v1", "kind": "ConfigMap"}


def target_of(fields, *, crossing=True):
    """The target with these fields, of a policy as the Go program read it: an empty namespace means all."""
    parsed = parse_policy(
        {
            "apiVersion": API_VERSION,
            "kind": "GarbageCollectionPolicy",
            "metadata": {"name": "p", "namespace": "own"},
            "spec": {"targetResource": {**KIND, **fields}, "ttl": {"secondsAfterCreation": 1}},
        },
        allow_cross_namespace=crossing,
    )
    assert parsed.errors == ()
    return parsed.policy.targets[0], parsed.reference


def takes(target, reference, resource):
    """Whether a target takes an object."""
    candidate = JsonCandidate.from_object(resource)
    if (candidate.api_version or target.api_version, candidate.kind or target.kind) != (
        target.api_version,
        target.kind,
    ):
        return False
    run = Run(datetime(2026, 1, 1, tzinfo=UTC), reference, lambda name: Namespace(name, {}, {}))
    return bool(in_scope([target], candidate, run)) and selected([target], candidate)


def selector(text):
    """A selector of the text form (`app=web,env=prod`) as a target has it."""
    return {"labelSelector": {"matchLabels": dict(pair.split("=") for pair in text.split(","))}}


@pytest.mark.parametrize("case", vectors("selectors"))
def test_a_selector_takes_what_it_took(case):
    """Listers are asked how many of their objects the target's namespace takes."""
    given = case.input
    if "store" in given:
        kinds = [each for each in given["store"] if isinstance(each, dict)]
        kind = {name: kinds[0][name] for name in ("apiVersion", "kind")} if kinds else KIND
        target, reference = target_of({**kind, "namespace": given["namespace"]})
        assert sum(takes(target, reference, each) for each in kinds) == case.wanted["count"]
        return
    fields = selector(given["selector"]) if "selector" in given else given["targetResource"]
    target, reference = target_of(fields)
    assert takes(target, reference, given["resource"]) is case.wanted["match"]


def test_an_empty_namespace_is_the_policys_own_unless_crossing_is_allowed():
    """The one case that differs: there it was the whole cluster."""
    target, reference = target_of({}, crossing=False)
    assert takes(target, reference, {"metadata": {"name": "x", "namespace": "own"}})
    assert not takes(target, reference, {"metadata": {"name": "x", "namespace": "any-namespace"}})
