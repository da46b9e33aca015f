"""Which policies may recycle, and what their plans say of it."""

from __future__ import annotations

import pytest

from tests.unit.engine.situations import answering, compilation, document, offered, with_words
from zen_gc_core.engine.protections import Grants
from zen_gc_core.model.requests import Delete, Mark

RECYCLE = {"recycle": {"keepFor": "7d"}}


def target(kind, api_version="v1"):
    """One target of a cluster policy."""
    return {"apiVersion": api_version, "kind": kind}


@pytest.mark.parametrize(
    ("policy", "error"),
    [
        (
            document(action={"label": {"acme.io/old": "yes"}}, behavior=RECYCLE),
            "spec.behavior.recycle: only what is deleted is recycled; the action label asks for something else",
        ),
        (
            document(target=target("Namespace"), behavior=RECYCLE),
            "spec.behavior.recycle: a Namespace is never recycled: more goes with it than a copy could bring back",
        ),
        (
            document(target=target("CustomResourceDefinition", "apiextensions.k8s.io/v1"), behavior=RECYCLE),
            (
                "spec.behavior.recycle: a CustomResourceDefinition is never recycled: "
                "more goes with it than a copy could bring back"
            ),
        ),
    ],
    ids=["label", "namespace", "definition"],
)
def test_what_cannot_be_recycled_is_refused(policy, error):
    """In one line, at its place; without `recycle` the same policy is right."""
    assert [str(problem) for problem in compilation(policy).errors] == [error]
    del policy["spec"]["behavior"]
    assert compilation(policy).errors == ()


@pytest.mark.parametrize(
    ("requests", "right"), [(Delete, True), ((Delete, Mark), True), (Mark, False)], ids=["delete", "both", "mark"]
)
def test_a_third_partys_action_is_asked_what_it_may_ask_for(requests, right):
    """One that deletes, and nothing else that ends an object."""
    words = with_words(actions=[offered("acme.io/away", answering(Delete()), requests=requests)])
    found = compilation(document(action={"acme.io/away": {}}, behavior=RECYCLE), words)
    assert (found.errors == ()) is right


@pytest.mark.parametrize("granted", [False, True])
def test_a_policy_on_secrets_is_warned_that_they_are_kept(granted):
    """Unless the controller copies them."""
    policy = document(target={**target("Secret"), "namespaces": ["*"]}, behavior=RECYCLE)
    warnings = [str(problem) for problem in compilation(policy, grants=Grants(recycle_secrets=granted)).warnings]
    assert any("unless the controller runs with --recycle-secrets" in warning for warning in warnings) is not granted
    del policy["spec"]["behavior"]
    assert not any("--recycle-secrets" in str(problem) for problem in compilation(policy).warnings)
