"""What is refused, and goes on: kinds that may be aggregated, objects that admission forbids, marks of other policies."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller.stage import AT_ONCE, LABELS, SELECTOR, TARGET, until
from zen_gc_core.cluster.discovery import API_SERVICES
from zen_gc_core.controller.runs.outcomes import MOST_FORBIDDEN
from zen_gc_core.model.policy import API_VERSION, NAMESPACED

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage, Stage

WORDS = "hands off this one"


def test_a_kind_that_may_be_aggregated_is_refused_with_the_command(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Unknown is not no; kinds that the API server serves itself go on without the right to list APIServices."""
    embedded.server.faults = lambda each: Fault(status=403) if each.path == API_SERVICES else None
    names = set(embedded.make_many(2))
    # A custom kind that everybody has: the policies' own.
    target = {"apiVersion": "gc.kube-zen.io/v1alpha1", "kind": NAMESPACED, "labelSelector": SELECTOR}
    unknown = embedded.policy(targetResources=[target])
    known = embedded.policy()
    inside(embedded)
    until(lambda: embedded.reason(unknown) == "TargetUnavailable")
    message = embedded.condition(unknown)["message"]
    assert (
        "cannot be told: grant the verb list on apiservices.apiregistration.k8s.io (kubectl create clusterrole"
        in message
    )
    assert f"--serviceaccount={embedded.home}:gc-controller" in message
    assert "--allow-resource garbagecollectionpolicies.gc.kube-zen.io" in message
    until(lambda: embedded.status(known).get("totalDeleted") == len(names))


def forbid(stage: Stage, name: str) -> None:
    """Make a ValidatingAdmissionPolicy forbid the deletion of ConfigMaps of a name, and wait until it does."""
    group = "admissionregistration.k8s.io/v1"
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["DELETE"], "resources": ["configmaps"]}
    denial = {"expression": f"oldObject.metadata.name != '{name}'", "message": WORDS, "reason": "Forbidden"}
    spec = {"failurePolicy": "Fail", "matchConstraints": {"resourceRules": [rule]}, "validations": [denial]}
    kinds = (
        ("ValidatingAdmissionPolicy", spec),
        ("ValidatingAdmissionPolicyBinding", {"policyName": name, "validationActions": ["Deny"]}),
    )
    for kind, body in kinds:
        stage.cluster.create({"apiVersion": group, "kind": kind, "metadata": {"name": name}, "spec": body})
    path = f"{stage.config_map(name)}?dryRun=All"
    until(lambda: stage.cluster.request("DELETE", path).status == 403)


@pytest.mark.real
def test_an_object_that_admission_forbids_stops_nobody(real: Stage, inside: Callable[..., Inside]) -> None:
    """It fails; the run goes on, and the next one begins with others."""
    name = f"a-{secrets.token_hex(4)}"
    real.make(name)
    forbid(real, name)
    others = set(real.make_many(5))
    policy = real.policy(behavior={"maxDeletionsPerSecond": 5})
    controller = inside(real)
    until(lambda: real.names() == {name})
    until(lambda: real.status(policy).get("totalDeleted") == len(others))
    until(lambda: real.status(policy)["lastRun"]["failed"] == 1)
    assert real.status(policy)["phase"] == "Active"
    assert real.condition(policy)["status"] == "True"
    late = set(real.make_many(3))
    until(lambda: not late & real.names())
    begun = [
        record["resource_name"]
        for record in controller.records("deleting resource")
        if record["resource_name"] in {*late, name}
    ]
    assert begun.index(name) == 0, "the first run met it first"
    firsts = [begun.index(each) for each in late]
    between = begun[1 : max(firsts) + 1]
    assert between[-1] in late
    for kind in ("validatingadmissionpolicybindings", "validatingadmissionpolicies"):
        real.delete(f"/apis/admissionregistration.k8s.io/v1/{kind}/{name}")


def refusing(names: Callable[[str], bool]) -> Callable[[Request], Fault | None]:
    """A server whose admission forbids the deletion of some ConfigMaps."""
    body = (
        b'{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":"hands off"}'
    )

    def hook(each: Request) -> Fault | None:
        forbidden = each.method == "DELETE" and "/configmaps/" in each.path and names(each.path.rpartition("/")[2])
        return Fault(status=403, body=body) if forbidden else None

    return hook


def test_forbidden_objects_lead_no_run(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """As many as end a run: the next begins with the others, though these are due for longer."""
    for number in range(MOST_FORBIDDEN + 5):
        embedded.make(f"a-{number}")
    embedded.make_many(3)
    embedded.server.faults = refusing(lambda name: name.startswith("a-"))
    policy = embedded.policy(ttl={"afterCreation": "1s"})
    inside(embedded)
    until(lambda: embedded.reason(policy) == "Forbidden")
    words = "20 writes in a row were forbidden although the right to them is there"
    until(lambda: words in str([event["message"] for event in embedded.events(policy)]))
    until(lambda: len(embedded.names()) == MOST_FORBIDDEN + 5, patience=90.0)
    embedded.server.faults = None
    until(lambda: not embedded.names(), patience=90.0)


def test_a_right_that_is_missing_ends_the_run_as_ever(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """The review says no: then it is not about the object."""
    names = set(embedded.make_many(5))
    denied = b'{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","status":{"allowed":false}}'
    hook, ended = refusing(lambda _name: True), False

    def faults(each: Request) -> Fault | None:
        nonlocal ended
        found = hook(each)
        ended = ended or found is not None
        if ended and each.path.endswith("/selfsubjectaccessreviews"):
            return Fault(status=201, body=denied)
        return found

    embedded.server.faults = faults
    policy = embedded.policy()
    inside(embedded)
    until(lambda: embedded.reason(policy) == "AccessDenied")
    assert embedded.names() == names


def test_a_mark_that_another_policy_made_is_left_alone(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Two policies would flip it for ever; one of them says so, and both are named."""
    name = stage.make()
    first = stage.policy("first", action={"label": {"state": "old"}}, ttl=AT_ONCE)
    controller = inside(stage)
    until(lambda: stage.status(first).get("lastRun", {}).get("marked") == 1)
    second = stage.policy("second", action={"label": {"state": "stale"}}, ttl=AT_ONCE)
    until(lambda: stage.condition(second, "Degraded").get("reason") == "MarkConflict")
    message = stage.condition(second, "Degraded")["message"]
    assert f"{stage.namespace}/first" in message
    assert f"{stage.namespace}/second" in message
    controller.await_record("evaluation finished", len(controller.records("evaluation finished")) + 4)
    labels = stage.cluster.request("GET", stage.config_map(name)).body["metadata"]["labels"]
    assert labels == {**LABELS, "state": "old"}
    assert stage.condition(first, "Degraded")["status"] == "False"


def test_marks_of_two_policies_under_different_keys_are_no_conflict(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Neither changes what the other wrote."""
    name = embedded.make()
    for key in ("one", "two"):
        embedded.policy(action={"label": {key: "x"}}, ttl=AT_ONCE)
    inside(embedded)

    def labels() -> Any:
        return embedded.cluster.request("GET", embedded.config_map(name)).body["metadata"]["labels"]

    until(lambda: labels() == {**LABELS, "one": "x", "two": "x"})


@pytest.mark.parametrize("paused", [False, True])
def test_a_policy_nested_a_thousand_deep_is_its_own_problem(
    real: Stage, inside: Callable[..., Inside], *, paused: bool
) -> None:
    """The real API server takes it; it takes nothing, is told so unless it rests, and all others are served, edits among them."""
    deep = '{"a":' * 1_000 + "1" + "}" * 1_000
    spec = json.dumps({"targetResources": [TARGET], "ttl": AT_ONCE, "paused": paused})[:-1]
    head = json.dumps({"apiVersion": API_VERSION, "kind": NAMESPACED, "metadata": {"name": "deep"}})[:-1]
    path = real.path("deep")
    controller = inside(real)
    made = real.cluster.request(
        "POST", path.rpartition("/")[0], f'{head}, "spec": {spec}, "conditions": {{"zz": {deep}}}}}}}'
    )
    assert made.status == 201, made.text
    try:
        names = real.make_many(2, metadata={"labels": {"other": "yes"}})
        kept = real.make()
        if not paused:
            until(lambda: '"phase":"Error"' in real.cluster.request("GET", path).text, "it is refused", 90.0)
        other = {**TARGET, "labelSelector": {"matchLabels": {"other": "yes"}}}
        served = real.policy(targetResources=[other])
        until(lambda: not any(map(real.there, names)), "the others are served", 90.0)
        real.edit(served, {"paused": True})
        until(lambda: real.status(served).get("phase") == "Paused", "the others' edits are seen", 90.0)
        assert real.there(kept)
        assert not controller.records("unexpected error")
    finally:
        real.delete(path)
