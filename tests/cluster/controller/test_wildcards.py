"""Wildcards on a cluster: each kind once, only what has opted in, and a kind that fails stops what depends on it alone."""

from __future__ import annotations

import json
import secrets
import time
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller.stage import by_controller, until
from tests.golden.running import zen_gc
from zen_gc_core.model.policy import CLUSTER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zen_gc_embedded.faults import Request

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage, Stage

TTL = "janitor.acme.io/ttl"
ASKED = {"after": {"since": "created", "wait": {"path": f"metadata.annotations['{TTL}']"}}}
MARKED = {"annotations": {TTL: "1s"}}
KEEP = {"labels": {"gc.kube-zen.io/keep": "true"}}
OPEN = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}


def wildcard(stage: Stage, **target: Any) -> dict[str, Any]:
    """A target that means every kind, in the stage's namespace."""
    return {"apiVersion": "*", "kind": "*", "namespaces": [stage.namespace], **target}


def tidy(stage: Stage, target: dict[str, Any] | None = None, **spec: Any) -> str:
    """A policy that takes what its annotation asks for."""
    return stage.policy(
        kind=CLUSTER,
        **{"ttl": ASKED, "evaluationInterval": "1s", "targetResources": [target or wildcard(stage)], **spec},
    )


def new_group(stage: Stage, *, scope: str = "Namespaced", **spec: Any) -> str:
    """Install a CRD of a group of its own, with the kind Thing, and return the group."""
    group = f"g{secrets.token_hex(4)}.example"
    versions = [{"name": "v1", "served": True, "storage": True, "schema": OPEN}]
    body = {
        "group": group,
        "scope": scope,
        "names": {"plural": "things", "singular": "thing", "kind": "Thing", "listKind": "ThingList"},
        "versions": versions,
        **spec,
    }
    stage.cluster.create(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"things.{group}"},
            "spec": body,
        }
    )
    until(lambda: stage.cluster.request("GET", f"/apis/{group}/v1/things").status == 200)
    return group


def thing(stage: Stage, group: str, **metadata: Any) -> str:
    """Make a Thing, and return where it is."""
    name = stage.make(kind="Thing", api_version=f"{group}/v1", metadata=metadata)
    return f"/apis/{group}/v1/namespaces/{stage.namespace}/things/{name}"


def is_there(stage: Stage, path: str) -> bool:
    """Whether an object is there."""
    return stage.cluster.request("GET", path).status == 200


def condition_of(stage: Stage, policy: str, name: str = "Ready") -> dict[str, Any]:
    """One of its conditions, empty when it is not there."""
    conditions = stage.status(policy, kind=CLUSTER).get("conditions") or []
    return next((dict(each) for each in conditions if each["type"] == name), {})


def reason(stage: Stage, policy: str) -> str:
    """The reason of its Ready condition."""
    return str(condition_of(stage, policy).get("reason", ""))


def degraded(stage: Stage, policy: str) -> dict[str, Any]:
    """Its Degraded condition, while it is true."""
    condition = condition_of(stage, policy, "Degraded")
    return condition if condition.get("status") == "True" else {}


def planned(stage: Stage, folder: Path, policy: str) -> dict[str, Any]:
    """What ``zen-gc plan --live`` says of a policy."""
    path = folder / "policy.json"
    written = stage.read(policy, kind=CLUSTER)
    path.write_text(json.dumps({key: written[key] for key in ("apiVersion", "kind", "metadata", "spec")}))
    config = f"--kubeconfig={stage.cluster.kubeconfig_path}"
    ran = zen_gc("plan", "-f", path, "--live", "-o", "json", config)
    assert ran.out, ran.err
    (one,) = json.loads(ran.out)["policies"]
    return dict(one)


def test_every_kind_is_taken_of_what_has_opted_in(stage: Stage, inside: Callable[..., Inside], tmp_path: Path) -> None:
    """Of built-in and custom kinds; what says nothing, is left out or is protected stays. The plan says the same."""
    group = new_group(stage)
    goes = [stage.config_map(stage.make(metadata={**MARKED})), thing(stage, group, **MARKED)]
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
        "storageClassName": "none",
    }
    where = f"/api/v1/namespaces/{stage.namespace}"
    stays = [
        stage.config_map(stage.make()),
        thing(stage, group),
        thing(stage, group, **MARKED, **KEEP),
        f"{where}/secrets/{stage.make(kind='Secret', metadata={**MARKED})}",
        f"{where}/serviceaccounts/{stage.make(kind='ServiceAccount', metadata={**MARKED})}",
        f"{where}/persistentvolumeclaims/{stage.make(kind='PersistentVolumeClaim', metadata={**MARKED}, spec=claim)}",
    ]
    policy = tidy(stage, wildcard(stage, **{"except": ["Secret", "Event"]}), paused=True)
    until(lambda: len(_due(planned(stage, tmp_path, policy))) == len(goes), "what is due is due")
    plan = planned(stage, tmp_path, policy)
    assert _due(plan) == {path.rpartition("/")[2] for path in goes}
    assert plan["errors"] == []
    assert "unlisted" not in plan

    stage.edit(policy, {"paused": False}, kind=CLUSTER)
    inside(stage)

    until(lambda: not any(is_there(stage, path) for path in goes), "what has opted in goes")
    until(lambda: stage.settled(policy, kind=CLUSTER).get("totalDeleted") == len(goes))
    assert all(is_there(stage, path) for path in stays)
    assert degraded(stage, policy) == {}


def _due(plan: dict[str, Any]) -> set[str]:
    return {each["name"] for each in plan["decisions"] if each["verdict"] == "act"}


def test_kinds_without_namespaces_are_taken_where_the_target_says_so(
    stage: Stage, inside: Callable[..., Inside]
) -> None:
    """And not where it does not."""
    group = new_group(stage, scope="Cluster")
    place = f"/apis/{group}/v1/things/zone"
    stage.cluster.create({"apiVersion": f"{group}/v1", "kind": "Thing", "metadata": {"name": "zone", **MARKED}})
    sign = stage.config_map(stage.make(metadata={**MARKED}))
    policy = tidy(stage)
    controller = inside(stage)
    until(lambda: not is_there(stage, sign))
    controller.await_record("evaluation finished", 4, policy=policy)
    assert is_there(stage, place)
    every = {"apiVersion": "*", "kind": "*", "namespaces": ["*"], "clusterScoped": True}
    stage.edit(policy, {"targetResources": [every]}, kind=CLUSTER)
    until(lambda: not is_there(stage, place))


@pytest.mark.real
def test_a_kind_that_cannot_be_listed_is_told_and_what_may_own_it_stays(
    real: Stage, inside: Callable[..., Inside], tmp_path: Path
) -> None:
    """A version whose conversion fails: nothing of it is known, so that nothing goes that may own something of it.

    The server asks for patience (429, "storage is (re)initializing"), for as long as anybody has it: a minute.
    """
    group = new_group(real)
    inner = thing(real, group)
    client = {"service": {"namespace": real.namespace, "name": "nobody"}, "caBundle": ""}
    crd = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.{group}"
    conversion = {"strategy": "Webhook", "webhook": {"clientConfig": client, "conversionReviewVersions": ["v1"]}}
    both = [{"name": name, "served": True, "storage": name == "v1", "schema": OPEN} for name in ("v1", "v2")]
    real.patch(crd, {"spec": {"conversion": conversion, "versions": both}})
    until(lambda: real.cluster.request("GET", f"/apis/{group}/v2/things").status >= 400, "its list fails")
    outer = real.config_map(real.make(metadata={**MARKED}))
    time.sleep(1.5)  # its time has come when the one run looks at it
    policy = tidy(real, evaluationInterval="1h")
    controller = inside(real)

    told = until(lambda: degraded(real, policy))
    assert told["reason"] == "ListIncomplete"
    assert f"things.{group}" in told["message"]
    assert reason(real, policy) == "Evaluated"
    assert controller.records("kinds not listed", policy=policy)
    assert "1 object is kept by an error" in told["message"]
    assert is_there(real, outer)
    plan = planned(real, tmp_path, policy)
    assert [each["kind"] for each in plan["unlisted"]] == [f"things.{group}"]
    assert _due(plan) == set()
    (kept,) = plan["decisions"]
    assert f"things.{group}" in kept["because"]

    real.patch(crd, {"spec": {"conversion": {"strategy": "None", "webhook": None}}})
    until(lambda: real.cluster.request("GET", f"/apis/{group}/v2/things").status == 200, "its list is whole")
    real.edit(policy, {"evaluationInterval": "2h"}, kind=CLUSTER)
    until(lambda: not is_there(real, outer), "it goes when the list is whole")
    assert is_there(real, inner)
    until(lambda: not degraded(real, policy))


@pytest.mark.real
def test_an_api_server_of_its_own_is_never_asked_and_hurts_nothing(real: Stage, inside: Callable[..., Inside]) -> None:
    """Also where nobody answers behind it, and where it is allowed for others."""
    group = f"g{secrets.token_hex(4)}.example"
    spec = {
        "group": group,
        "version": "v1",
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
        "insecureSkipTLSVerify": True,
        "service": {"name": "nobody", "namespace": real.namespace},
    }
    api = {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": f"v1.{group}"},
        "spec": spec,
    }
    real.cluster.create(api)
    try:
        sign = real.config_map(real.make(metadata={**MARKED}))
        policy = tidy(real)
        inside(real, allow_resource=[f"things.{group}"])
        until(lambda: not is_there(real, sign))
        assert degraded(real, policy) == {}
    finally:
        real.delete(f"/apis/apiregistration.k8s.io/v1/apiservices/v1.{group}")


def test_what_fails_of_one_kind_leaves_what_takes_nothing_along(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """A mark depends on nothing that was not seen; and the kind is told until it can be listed."""
    group = new_group(embedded)
    sign = embedded.config_map(embedded.make(metadata={**MARKED}))
    failing = [True]

    def faults(request: Request) -> Fault | None:
        ours = by_controller(request) and request.method == "GET" and request.path.startswith(f"/apis/{group}/")
        return Fault(status=500) if ours and failing[0] else None

    embedded.server.faults = faults
    policy = tidy(embedded, action={"label": {"acme.io/stale": "yes"}}, evaluationInterval="10s")
    inside(embedded)
    until(lambda: "acme.io/stale" in embedded.cluster.request("GET", sign).body["metadata"].get("labels", {}))
    assert f"things.{group}" in until(lambda: degraded(embedded, policy))["message"]
    failing[0] = False
    until(lambda: not degraded(embedded, policy))


def test_a_policy_all_of_whose_lists_fail_has_failed(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """It is not one that matched nothing."""

    def faults(request: Request) -> Fault | None:
        ours = (
            by_controller(request) and request.method == "GET" and f"/namespaces/{embedded.namespace}/" in request.path
        )
        return Fault(status=403) if ours else None

    embedded.server.faults = faults
    policy = tidy(embedded)
    inside(embedded)
    until(lambda: reason(embedded, policy) == "AccessDenied")


def test_each_kind_is_listed_once_a_run_and_nobody_is_read_whole(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Metadata alone, but for kinds that finish, and Secrets, whose type protects them; what is owned costs no GET."""
    group = new_group(embedded)
    owner = {"apiVersion": f"{group}/v1", "kind": "Other", "name": "o", "uid": "1", "controller": True}
    owned = thing(embedded, group, ownerReferences=[owner], **MARKED)
    policy = tidy(embedded)
    controller = inside(embedded)
    controller.await_record("evaluation finished", 3, policy=policy)
    until(lambda: embedded.status(policy, kind=CLUSTER).get("lastRun", {}).get("kept", {}).get("protected") == 1)
    runs = len(controller.records("evaluation finished", policy=policy))
    lists: dict[str, list[Request]] = {}
    for each in embedded.sent("GET", f"/namespaces/{embedded.namespace}/"):
        if by_controller(each) and not each.path.endswith(owned.rpartition("/")[2]):
            lists.setdefault(each.path.rpartition("/")[2], []).append(each)
    assert {"configmaps", "things", "pods", "jobs", "services"} <= lists.keys()
    assert not {"serviceaccounts", "persistentvolumeclaims", "leases", "roles"} & lists.keys()
    assert max(len(found) for found in lists.values()) <= runs + 1
    whole = {name for name, found in lists.items() if "PartialObjectMetadata" not in found[0].headers["Accept"]}
    assert whole == {"pods", "jobs", "secrets"}
    assert not [each for each in embedded.sent("GET", owned) if by_controller(each)]


def test_a_kind_that_is_left_out_and_is_not_there_stops_the_policy(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """It would leave out nothing; one of a group that is not there is none of the cluster's."""
    group = new_group(embedded)
    sign = embedded.config_map(embedded.make(metadata={**MARKED}))
    policy = tidy(embedded, wildcard(embedded, **{"except": ["Thingg"]}))
    inside(embedded)
    until(lambda: reason(embedded, policy) == "TargetUnavailable")
    message = condition_of(embedded, policy)["message"]
    assert message.startswith(
        "spec.targetResources[0].except[0]: the cluster serves no kind Thingg; did you mean 'Thing'?"
    )
    embedded.edit(policy, {"targetResources": [wildcard(embedded, **{"except": [f"{group}/Gadget"]})]}, kind=CLUSTER)
    until(lambda: "Gadget" in condition_of(embedded, policy)["message"])
    assert is_there(embedded, sign)
    fine = wildcard(embedded, **{"except": ["Thing", "not-installed.example/Gadget"]})
    embedded.edit(policy, {"targetResources": [fine]}, kind=CLUSTER)
    until(lambda: not is_there(embedded, sign))


def test_a_kind_that_comes_is_looked_at_in_the_next_run(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Without an edit of the policy, and without waiting for a beat of its own."""
    policy = tidy(embedded)
    controller = inside(embedded)
    controller.await_record("evaluation finished", 2, policy=policy)
    path = thing(embedded, new_group(embedded), **MARKED)
    until(lambda: not is_there(embedded, path))


def test_the_right_to_delete_is_asked_of_the_kinds_with_something_due(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """What may not be written is kept and told; the others go."""
    group = new_group(embedded)
    forbidden, sign = thing(embedded, group, **MARKED), embedded.config_map(embedded.make(metadata={**MARKED}))

    def faults(request: Request) -> Fault | None:
        reviews = request.path.endswith("/selfsubjectaccessreviews")
        if by_controller(request) and reviews and group in json.dumps(request.body):
            return Fault(body=json.dumps({"status": {"allowed": False}}).encode())
        return None

    embedded.server.faults = faults
    policy = tidy(embedded)
    inside(embedded)
    until(lambda: not is_there(embedded, sign))
    assert until(lambda: degraded(embedded, policy))["reason"] == "AccessDenied"
    assert f"grant the verb get on things.{group}" in degraded(embedded, policy)["message"]
    assert is_there(embedded, forbidden)
    assert not embedded.sent("DELETE", forbidden)


def test_of_every_kind_the_newest_stay_while_somebody_else_deletes_them(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Of built-in and custom kinds. Where one of the newest is gone before the write, its group is left alone."""
    group = new_group(embedded)
    for day in range(5):
        for kind, version in (("ConfigMap", "v1"), ("Secret", "v1"), ("Thing", f"{group}/v1")):
            metadata = {
                "name": f"x-{day}",
                "namespace": embedded.namespace,
                "creationTimestamp": f"2025-12-{20 - day}T00:00:00Z",
                **MARKED,
            }
            embedded.server.seed([{"apiVersion": version, "kind": kind, "metadata": metadata}])
    state = embedded.server._state
    lost: list[str] = []

    def lose(request: Request) -> None:
        if by_controller(request) and request.method == "GET" and "/secrets/x-" in request.path and not lost:
            lost.append("x-1")
            resource = state.registry.named("secrets")
            (found,) = [
                each
                for each in embedded.server._read("secrets", embedded.namespace)
                if each["metadata"]["name"] == "x-1"
            ]
            state.remove(resource, found)

    embedded.server.faults = lose
    policy = tidy(embedded, retain={"last": 2}, evaluationInterval="1m")
    controller = inside(embedded, once=True)
    controller.finish()

    def left(kind: str, path: str) -> set[str]:
        answer = embedded.cluster.request("GET", f"{path}/namespaces/{embedded.namespace}/{kind}")
        return {each["metadata"]["name"] for each in answer.body["items"] if each["metadata"]["name"].startswith("x-")}

    assert lost
    assert left("configmaps", "/api/v1") == {"x-0", "x-1"}
    assert left("things", f"/apis/{group}/v1") == {"x-0", "x-1"}
    assert left("secrets", "/api/v1") == {"x-0", "x-2", "x-3", "x-4"}
    assert embedded.status(policy, kind=CLUSTER)["lastRun"]["kept"]["retained"] == 6
    (told,) = controller.records("group left alone")
    assert told["resource_kind"] == "Secret"
