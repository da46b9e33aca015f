"""What goes along with an object is asked on the cluster, too: everything in a Namespace, all objects of a CRD."""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller.stage import LABELS, SELECTOR, by_controller, until
from zen_gc_core.model.policy import CLUSTER

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_embedded import Request

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage, Stage

KEEP = "gc.kube-zen.io/keep"
ALLOWED = ("namespaces", "customresourcedefinitions.apiextensions.k8s.io")
KINDS = {
    "Namespace": {"apiVersion": "v1", "kind": "Namespace", "labelSelector": SELECTOR},
    "CustomResourceDefinition": {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "labelSelector": SELECTOR,
    },
}


def definition(group: str) -> dict[str, Any]:
    """A CRD that the policy takes."""
    open_schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"things.{group}", "labels": LABELS},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": "things", "singular": "thing", "kind": "Thing", "listKind": "ThingList"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": open_schema}],
        },
    }


def content(kind: str, namespace: str) -> dict[str, Any]:
    """Something in a Namespace."""
    rest: dict[str, Any] = {"ConfigMap": {}, "Secret": {"type": "helm.sh/release.v1"}}.get(kind, {})
    if kind == "PersistentVolumeClaim":
        resources = {"requests": {"storage": "1Gi"}}
        rest = {"spec": {"accessModes": ["ReadWriteOnce"], "resources": resources, "storageClassName": "none"}}
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": "x", "namespace": namespace}, **rest}


@pytest.mark.parametrize("kind", ["ConfigMap", "Secret", "PersistentVolumeClaim"])
def test_a_namespace_goes_only_with_what_may_go(stage: Stage, inside: Callable[..., Inside], kind: str) -> None:
    """A marked object, a claim and Helm's Secret keep it; an empty one goes, with what Kubernetes made in it."""
    names = {}
    for use in ("kept", "free"):
        names[use] = stage.cluster.namespace()
        stage.patch(f"/api/v1/namespaces/{names[use]}", {"metadata": {"labels": LABELS}})
    inner = content(kind, names["kept"])
    if kind == "ConfigMap":
        inner["metadata"]["annotations"] = {KEEP: "true"}
    stage.cluster.create(inner)
    inside(stage, allow_resource=ALLOWED)
    policy = stage.policy(kind=CLUSTER, targetResources=[KINDS["Namespace"]])
    until(lambda: stage.status(policy, kind=CLUSTER).get("lastRun", {}).get("kept", {}).get("protected") == 1)

    def going() -> bool:
        answer = stage.cluster.request("GET", f"/api/v1/namespaces/{names['free']}")
        return answer.status == 404 or "deletionTimestamp" in answer.body["metadata"]

    until(going)
    answer = stage.cluster.request("GET", f"/api/v1/namespaces/{names['kept']}")
    assert "deletionTimestamp" not in answer.body["metadata"]
    stage.patch(f"/api/v1/namespaces/{names['kept']}", {"metadata": {"labels": {"gc": None}}})


def test_a_crd_goes_only_with_objects_that_may_go(stage: Stage, inside: Callable[..., Inside]) -> None:
    """One marked object of its kind, wherever it is, keeps it; when the mark is gone, it goes."""
    group = f"{secrets.token_hex(4)}.acme.io"
    crd = definition(group)
    stage.cluster.create(crd)
    stage.make("x", kind="Thing", api_version=f"{group}/v1", metadata={"annotations": {KEEP: "true"}})
    inside(stage, allow_resource=ALLOWED)
    policy = stage.policy(kind=CLUSTER, targetResources=[KINDS["CustomResourceDefinition"]])
    until(lambda: stage.status(policy, kind=CLUSTER).get("lastRun", {}).get("kept", {}).get("protected") == 1)
    path = stage.cluster.path_of(crd)
    assert "deletionTimestamp" not in stage.cluster.request("GET", path).body["metadata"]
    thing = f"/apis/{group}/v1/namespaces/{stage.namespace}/things/x"
    stage.patch(thing, {"metadata": {"annotations": {KEEP: None}}})
    until(lambda: stage.cluster.request("GET", path).status == 404)


def test_a_marked_dependent_in_view_keeps_its_owner(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Whichever is listed first; what owns nothing that must stay goes."""
    for owner, dependent in (("a", "b"), ("z", "c")):
        stage.make(owner)
        uid = stage.cluster.request("GET", stage.config_map(owner)).body["metadata"]["uid"]
        reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": owner, "uid": uid}
        stage.make(dependent, metadata={"annotations": {KEEP: ""}, "ownerReferences": [reference]})
    stage.make("free")
    inside(stage)
    policy = stage.policy()
    until(lambda: stage.status(policy).get("totalDeleted") == 1)
    assert stage.status(policy)["lastRun"]["kept"]["protected"] == 4
    assert stage.names() == {"a", "b", "c", "z"}


def test_a_dependent_that_is_marked_during_the_run_keeps_its_owner(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """The pass saw it without a mark; it is read anew after the owner, and before the write."""
    embedded.make("owner", metadata={"annotations": {"acme.io/wait": "1s"}})
    uid = embedded.cluster.request("GET", embedded.config_map("owner")).body["metadata"]["uid"]
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": uid}
    embedded.make("dependent", metadata={"ownerReferences": [reference]})
    marked = threading.Event()

    def mark() -> None:
        embedded.patch(embedded.config_map("dependent"), {"metadata": {"annotations": {KEEP: ""}}})
        marked.set()

    def meddle(request: Request) -> Fault | None:
        if not by_controller(request) or request.method != "GET" or not request.path.endswith("/owner"):
            return None
        if not marked.is_set():
            threading.Thread(target=mark).start()
            return Fault(delay=1)
        return None

    embedded.server.faults = meddle
    inside(embedded)
    wait = {"path": "metadata.annotations['acme.io/wait']"}
    policy = embedded.policy(evaluationInterval="1s", ttl={"after": {"since": "created", "wait": wait}})
    until(marked.is_set)
    until(lambda: embedded.status(policy).get("lastRun", {}).get("kept", {}).get("protected") == 2)
    assert embedded.names() == {"owner", "dependent"}
    assert not embedded.sent("DELETE", "/owner")
