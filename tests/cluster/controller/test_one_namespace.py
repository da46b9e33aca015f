"""A controller with Roles in one namespace and no ClusterRole, on a real API server that writes every request down."""

from __future__ import annotations

import contextlib
import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.cluster.controller import rights
from tests.cluster.controller.controllers import fetch
from tests.cluster.controller.hooked import CONFIGURATIONS, await_trust, bundle
from tests.cluster.controller.rights import CONTROLLER, MANIFESTS, Audit, subject
from tests.cluster.controller.stage import TARGET, Stage, until
from tests.harness.definitions import custom_resource_definition
from zen_gc_core.controller.admission.self_signed import secret_name
from zen_gc_core.model.policy import CLUSTER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cluster.controller.controllers import Inside

pytestmark = pytest.mark.real

ROLES = "one-namespace/watched/roles.yaml"
ACCESS_REVIEWS = {"selfsubjectaccessreviews"}


def installed(stage: Stage, *namespaces: str, without: str = "") -> Path:
    """The kubeconfig of a controller with the Roles of the manifests in these namespaces, but for a resource, and the one of its home."""
    who = subject(stage.home, CONTROLLER)
    rights.grant(stage, stage.home, who, *rights.rules_of("rbac.yaml", "Role", "zen-gc-controller"), name="zen-gc")
    for namespace in namespaces:
        for role in ("zen-gc-watched", "zen-gc-watched-targets"):
            rules = [rule for rule in rights.rules_of(ROLES, "Role", role) if rule["resources"] != [without]]
            rights.grant(stage, namespace, who, *rules, name=role)
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


@pytest.mark.parametrize("account", ["", "cleaner"])
def test_without_the_right_to_see_its_namespace_all_is_kept_and_everybody_is_told_which_right_is_missing(
    real: Stage, inside: Callable[..., Inside], account: str
) -> None:
    """At the start, and in the status; whether it carries the mark cannot be told. With it, they go."""
    if account:
        rights.account(real, rules=[rights.CONFIG_MAPS])
        rights.let_impersonate(real, account)
    real.make_many(2)
    policy = real.policy(**({"serviceAccountName": account} if account else {}))
    config = installed(real, real.namespace, without="namespaces")
    controller = inside(real, kubeconfig=str(config), watch_namespace=(real.namespace,))
    missing = "access denied: grant the verb get on namespaces"
    said = controller.await_record("namespace not readable", namespace=real.namespace)
    assert said["message"].startswith(missing)
    assert said["message"].endswith("; all that is in it is kept")

    def degraded() -> str:
        return str(real.condition(policy, "Degraded").get("message", ""))

    until(
        lambda: degraded().endswith(f"whether it is protected: its Namespace cannot be read: {missing}"), "it is told"
    )
    assert len(real.names()) == 2
    rule = {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]}
    rights.grant(real, real.namespace, subject(real.home, CONTROLLER), rule, name="namespaces")
    until(partial(deleted, real, policy), "its objects go")


def test_a_namespace_that_is_not_there_is_told_at_the_start(real: Stage, inside: Callable[..., Inside]) -> None:
    """By whoever may list its policies all the same; it may be misspelt."""
    started = inside(real, watch_namespace=(real.namespace, f"{real.namespace}s"))
    (said,) = started.records("namespace not readable")
    assert (said["namespace"], said["message"]) == (f"{real.namespace}s", "there is none; all that is in it is kept")


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
    assert f"kubectl create clusterrole zen-gc-apiservices-{real.home} --verb=list" in real.condition(policy)["message"]

    rules = rights.rules_of("one-namespace/apiservices.yaml", "ClusterRole", "zen-gc-apiservices-zen-gc-system")
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


WRONG = {"targetResources": [TARGET], "ttl": {"afterCreation": "0d"}, "paused": True}
RIGHT = {**WRONG, "ttl": {"afterCreation": "7d"}}


def hooking(stage: Stage, inside: Callable[..., Inside]) -> Inside:
    """A controller of one namespace with its webhook, and with the rights that the team's manifests give it."""
    name = f"zen-gc-{stage.home}"
    rules = rights.rules_of("webhook/rbac.yaml", "Role", "zen-gc-webhook")
    rules[0]["resourceNames"] = [secret_name(name)]
    config = installed(stage, stage.namespace)
    rights.grant(stage, stage.home, subject(stage.home, CONTROLLER), *rules, name="zen-gc-webhook")
    where = {"watch_namespace": (stage.namespace,), "webhook_addr": "127.0.0.1:0", "webhook_name": name}
    return inside(stage, kubeconfig=str(config), **where)


@contextlib.contextmanager
def administered(stage: Stage, controller: Inside, *, without: str = "", **hook: Any) -> Iterator[str]:
    """What an administrator makes for it, called at a port of this machine and never ignored; yields the configuration's path.

    Args:
        stage: where the controller is.
        controller: the controller.
        without: a kind of objects that is left out.
        hook: fields of its webhook that differ.
    """
    text = (MANIFESTS / "one-namespace/webhook.yaml").read_text()
    named = yaml.safe_load_all(text.replace("zen-gc-system", stage.home).replace("team-a", stage.namespace))
    documents = [each for each in named if each["kind"] != without]
    client = {"url": f"https://127.0.0.1:{controller.controller.webhook_port}/validate"}
    documents[0]["webhooks"][0] |= {"failurePolicy": "Fail", "clientConfig": client, **hook}
    for document in documents:
        stage.cluster.create(document)
    path = f"{CONFIGURATIONS}/zen-gc-{stage.home}"
    try:
        yield path
    finally:
        stage.cluster.request("DELETE", path)


def applied(stage: Stage, spec: dict[str, Any], *, namespace: str = "", kind: str = "GarbageCollectionPolicy") -> Any:
    """Try a policy with kubectl; nothing is stored."""
    place = {} if kind == CLUSTER else {"namespace": namespace or stage.namespace}
    policy = {
        "apiVersion": "gc.kube-zen.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": "tried", **place},
        "spec": spec,
    }
    return stage.cluster.kubectl("apply", "--dry-run=server", "-f", "-", stdin=json.dumps(policy))


def denials(controller: Inside) -> float:
    """How many policies its webhook has refused."""
    return controller.scrape().total("gc_admission_requests_total", result="denied")


def test_two_controllers_side_by_side_refuse_wrong_policies_of_their_own_namespaces(
    real: Stage, inside: Callable[..., Inside]
) -> None:
    """Each writes its own configuration's bundle; what neither serves, neither looks at, wrong as it is."""
    other = Stage(real.cluster, real.cluster.namespace(), real.cluster.namespace())
    stages = (real, other)
    controllers = [hooking(stage, inside) for stage in stages]
    with contextlib.ExitStack() as stack:
        paths = [stack.enter_context(administered(*pair)) for pair in zip(stages, controllers, strict=True)]
        for controller in controllers:
            await_trust(controller)
        for stage in stages:
            until(partial(refused, stage), "the configuration is in force")
        assert bundle(real.cluster, paths[0]) != bundle(real.cluster, paths[1])
        for number, stage in enumerate(stages):
            before = [denials(controller) for controller in controllers]
            assert applied(stage, RIGHT).returncode == 0
            ended = applied(stage, WRONG)
            assert ended.returncode == 1
            assert "spec.ttl.afterCreation: a duration must be more than 0, not '0d'" in ended.stderr
            after = [denials(controller) for controller in controllers]
            assert [now - then for now, then in zip(after, before, strict=True)] == [number == 0, number == 1]
        for ended in (applied(real, WRONG, namespace=real.cluster.namespace()), applied(real, WRONG, kind=CLUSTER)):
            assert (ended.returncode, ended.stderr) == (0, "")


def refused(stage: Stage) -> bool:
    """Whether a wrong policy is."""
    return bool(applied(stage, WRONG).returncode)


def test_asked_about_another_teams_policy_a_webhook_lets_it_pass_with_a_word(
    real: Stage, inside: Callable[..., Inside]
) -> None:
    """A configuration without a selector, and of every kind, must hold up nobody."""
    controller = hooking(real, inside)
    rule = {"apiGroups": ["gc.kube-zen.io"], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"]}
    everything = {"rules": [{**rule, "resources": ["*"]}], "namespaceSelector": {}}
    words = f"this controller serves those of {real.namespace} alone"
    with administered(real, controller, **everything):
        await_trust(controller)
        until(lambda: refused(real), "the configuration is in force")
        for ended in (applied(real, WRONG, namespace=real.cluster.namespace()), applied(real, WRONG, kind=CLUSTER)):
            assert ended.returncode == 0
            assert ended.stderr == f"Warning: zen-gc has not checked this policy: {words}\n"


def test_a_webhook_that_may_not_see_its_configuration_is_ready(real: Stage, inside: Callable[..., Inside]) -> None:
    """Nobody has given it the right of the cluster: the log names it, and the controller works."""
    controller = hooking(real, inside)
    with administered(real, controller, without="ClusterRole", failurePolicy="Ignore"):
        said = controller.await_record("webhook not trusted")
        assert "grant the verb get on validatingwebhookconfigurations.admissionregistration.k8s.io" in said["message"]
        real.make_many(2)
        name = real.policy()
        until(partial(deleted, real, name), "it works")
        assert fetch(controller.controller.health_port, "/readyz")[0] == 200
        assert controller.scrape().total("gc_webhook_trusted") == 0
        assert applied(real, WRONG).returncode == 0
