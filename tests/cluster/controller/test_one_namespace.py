"""A controller with Roles in one namespace and no ClusterRole, on a real API server that writes every request down."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.controller import rights
from tests.cluster.controller.rights import CONTROLLER, Audit, subject
from tests.cluster.controller.stage import TARGET, Stage, until
from tests.harness.definitions import custom_resource_definition
from zen_gc_core.model.policy import CLUSTER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cluster.controller.controllers import Inside

pytestmark = pytest.mark.real

ROLES = "one-namespace/watched/roles.yaml"
ACCESS_REVIEWS = {"selfsubjectaccessreviews"}


def installed(stage: Stage, *namespaces: str) -> Path:
    """The kubeconfig of a controller with the Roles of the manifests in these namespaces, and the one of its home."""
    who = subject(stage.home, CONTROLLER)
    rights.grant(stage, stage.home, who, *rights.rules_of("rbac.yaml", "Role", "zen-gc-controller"), name="zen-gc")
    for namespace in namespaces:
        for role in ("zen-gc-watched", "zen-gc-watched-targets"):
            rights.grant(stage, namespace, who, *rights.rules_of(ROLES, "Role", role), name=role)
    return stage.cluster.service_account_kubeconfig(stage.home, CONTROLLER)


def deleted(stage: Stage, policy: str) -> bool:
    """Whether the objects of a policy are gone."""
    return bool(stage.status(policy).get("totalDeleted") == 2)


def test_it_serves_the_policies_of_its_namespaces_and_asks_for_nothing_else(
    real: Stage, inside: Callable[..., Inside]
) -> None:
    """Two namespaces are watched; a third one and cluster policies are not, and no list of the whole cluster is tried."""
    second, third = (Stage(real.cluster, real.cluster.namespace(), real.home) for _ in range(2))
    stages = [real, second, third]
    names = [stage.policy() for stage in stages]
    real.policy("everywhere", kind=CLUSTER, targetResources=[{**TARGET, "namespaces": ["*"]}])
    for stage in stages:
        stage.make_many(2)
    watched = (real.namespace, second.namespace)
    config = installed(real, *watched)
    audit = Audit(real.cluster, real.home)  # type: ignore[arg-type]  # the real one

    started = inside(real, kubeconfig=str(config), watch_namespace=watched)
    for stage, name in zip(stages[:2], names[:2], strict=True):
        until(partial(deleted, stage, name), "its objects go")
    started.await_record("cluster policies are not served", namespaces=list(watched))
    later = real.policy()
    until(lambda: real.settled(later), "a policy that is made later is served")
    real.delete(real.path(later))

    assert not real.names() | second.names()
    assert len(third.names()) == 2
    assert not third.status(names[2])
    assert not real.status("everywhere", kind=CLUSTER)
    for event in audit.requests():
        about = event.get("objectRef", {})
        where = about.get("namespace", "")
        discovery = not about or about["resource"] in {*ACCESS_REVIEWS, "apiservices"}
        assert discovery or where in {real.home, *watched}, event["requestURI"]


def test_it_does_not_start_without_rights_in_a_namespace_that_it_is_to_watch(
    real: Stage, inside: Callable[..., Inside]
) -> None:
    """It says which right is missing, and where."""
    config = installed(real)
    with pytest.raises(
        AssertionError,
        match=rf"grant the verb list on garbagecollectionpolicies.gc.kube-zen.io in namespace {real.namespace}",
    ):
        inside(real, kubeconfig=str(config), watch_namespace=(real.namespace,))


def test_a_kind_of_another_group_needs_to_be_told_from_an_api_server_of_its_own(
    real: Stage, inside: Callable[..., Inside]
) -> None:
    """One optional rule of the cluster; the status has the command until it is there."""
    real.cluster.create(custom_resource_definition("acme.example", "Render", "v1"))
    target = {"apiVersion": "acme.example/v1", "kind": "Render", "labelSelector": TARGET["labelSelector"]}
    rule = {"apiGroups": ["acme.example"], "resources": ["renders"], "verbs": ["get", "list", "delete"]}
    rights.grant(real, real.namespace, subject(real.home, CONTROLLER), rule, name="renders")
    real.make(kind=target["kind"], api_version=target["apiVersion"])
    policy = real.policy(targetResources=[target])
    config = installed(real, real.namespace)
    settings: dict[str, Any] = {"kubeconfig": str(config), "watch_namespace": (real.namespace,), "once": True}

    inside(real, **settings).finish()
    assert real.reason(policy) == "TargetUnavailable"
    assert "kubectl create clusterrole zen-gc-apiservices --verb=list" in real.condition(policy)["message"]

    rules = rights.rules_of("one-namespace/apiservices.yaml", "ClusterRole", "zen-gc-apiservices")
    rights.grant(real, "", subject(real.home, CONTROLLER), *rules, name=f"apiservices-{real.home}")
    inside(real, **settings).finish()
    assert real.status(policy)["totalDeleted"] == 1


def test_a_policy_with_an_account_needs_no_right_of_the_cluster(real: Stage, inside: Callable[..., Inside]) -> None:
    """Neither do copies in the recycle bin."""
    copies = {
        "apiGroups": ["gc.kube-zen.io"],
        "resources": ["recycledobjects"],
        "verbs": ["create", "get", "list", "update", "delete"],
    }
    rights.account(real, rules=[rights.CONFIG_MAPS, copies])
    rights.let_impersonate(real, "cleaner")
    real.make_many(2)
    policy = real.policy(serviceAccountName="cleaner", behavior={"recycle": {"keepFor": "1h"}})
    config = installed(real, real.namespace)
    inside(real, once=True, kubeconfig=str(config), watch_namespace=(real.namespace,)).finish()
    assert real.status(policy)["totalDeleted"] == 2, real.condition(policy)
