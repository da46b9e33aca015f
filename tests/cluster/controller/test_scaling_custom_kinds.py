"""``scale`` on custom kinds: by the path that their definition names, and back; without one, not at all."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller import rights
from tests.cluster.controller.stage import LABELS, SELECTOR, until
from tests.golden.running import zen_gc
from tests.harness.definitions import custom_resource_definition
from zen_gc_core.model.policy import CLUSTER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage, Stage

GROUP = "games.example.com"
API_VERSION = f"{GROUP}/v1"
TARGET: dict[str, Any] = {"apiVersion": API_VERSION, "kind": "Fleet", "labelSelector": SELECTOR}
FROM, KEEP, BY = "gc.kube-zen.io/scaled-from", "gc.kube-zen.io/keep", "gc.kube-zen.io/marked-by"
DOWN = {"scale": {"replicas": 0}}
ANYTHING = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
SCALE = {"specReplicasPath": ".spec.servers.size", "statusReplicasPath": ".status.size"}


@contextlib.contextmanager
def serving(stage: Stage, subresources: dict[str, Any]) -> Iterator[Stage]:
    """A cluster that serves a custom kind with these subresources."""
    definition = custom_resource_definition(GROUP, "Fleet", "v1", schema=ANYTHING, subresources=subresources)
    definition["spec"]["names"]["shortNames"] = ["flt", "deploy"]
    stage.cluster.create(definition)
    collection = f"/apis/{API_VERSION}/namespaces/{stage.namespace}/fleets"
    until(lambda: stage.cluster.request("GET", collection).status == 200, "the kind is served")
    yield stage
    path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/fleets.{GROUP}"
    stage.delete(path)
    until(lambda: stage.cluster.request("GET", path).status == 404, "the kind is gone")


@pytest.fixture(params=[{"scale": SCALE}], ids=[""])
def fleets(request: pytest.FixtureRequest, stage: Stage) -> Iterator[Stage]:
    """A cluster with that kind, by default one with a scale subresource."""
    with serving(stage, request.param):
        yield stage


def made(stage: Stage, spec: dict[str, Any], **metadata: Any) -> str:
    """An object of it."""
    return stage.make(kind="Fleet", api_version=API_VERSION, metadata={"labels": LABELS, **metadata}, spec=spec)


def seen(stage: Stage, name: str) -> tuple[Any, dict[str, str]]:
    """Its spec and its annotations."""
    path = f"/apis/{API_VERSION}/namespaces/{stage.namespace}/fleets/{name}"
    body = stage.cluster.request("GET", path).body
    return body["spec"], body["metadata"].get("annotations", {})


def restore(stage: Stage, what: str, *flags: str) -> Any:
    """Run the command."""
    where = ("-n", stage.namespace, "--kubeconfig", stage.cluster.kubeconfig_path)
    return zen_gc("restore", what, *where, "--yes", *flags)


def test_an_object_of_a_custom_kind_is_scaled_down_and_back(fleets: Stage, inside: Callable[..., Inside]) -> None:
    """At the path that its definition names; a field of the usual name is another one, and left alone."""
    name = made(fleets, {"servers": {"size": 3, "image": "x"}, "replicas": 7})
    small = made(fleets, {"servers": {"size": 0}})
    policy = fleets.policy(targetResources=[TARGET], action=DOWN)
    controller = inside(fleets)

    until(lambda: seen(fleets, name)[0]["servers"]["size"] == 0)

    spec, annotations = seen(fleets, name)
    assert spec == {"servers": {"size": 0, "image": "x"}, "replicas": 7}
    assert (annotations[FROM], annotations[BY]) == ("3", f"{fleets.namespace}/{policy}")
    assert controller.await_record("resource scaled")["resource_name"] == name
    assert seen(fleets, small) == ({"servers": {"size": 0}}, {})

    ran = restore(fleets, f"fleets.{GROUP}/{name}")

    assert (ran.code, ran.err) == (0, "")
    assert f"Fleet {fleets.namespace}/{name}: scaled back to 3 replicas, and kept until " in ran.out
    spec, annotations = seen(fleets, name)
    assert spec == {"servers": {"size": 3, "image": "x"}, "replicas": 7}
    assert KEEP in annotations
    assert not {FROM, BY} & set(annotations)


@pytest.mark.parametrize("word", ["flt", "FLT", f"flt.{GROUP}", f"deploy.{GROUP}", "fleet", f"fleets.{GROUP}"])
def test_a_custom_kind_is_known_by_its_short_names(fleets: Stage, word: str) -> None:
    """As kubectl takes them; what Kubernetes' own kinds are called means these."""
    name = made(fleets, {"servers": {"size": 0}}, annotations={FROM: "2"})
    ran = restore(fleets, f"{word}/{name}")
    assert (ran.code, ran.err) == (0, "")
    assert seen(fleets, name)[0] == {"servers": {"size": 2}}
    own = restore(fleets, f"deploy/{name}")
    assert (own.code, own.err) == (1, f"Deployment {fleets.namespace}/{name} is not there\n")


def test_a_name_that_is_written_out_counts_more_than_a_short_one(fleets: Stage) -> None:
    """And one that nobody has is unknown."""
    other = custom_resource_definition("toys.example.com", "Flt", "v1", schema=ANYTHING, subresources={"scale": SCALE})
    fleets.cluster.create(other)
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/flts.toys.example.com"
    try:
        collection = f"/apis/toys.example.com/v1/namespaces/{fleets.namespace}/flts"
        until(lambda: fleets.cluster.request("GET", collection).status == 200, "the kind is served")
        name = made(fleets, {"servers": {"size": 0}}, annotations={FROM: "2"})
        full = restore(fleets, f"flt/{name}")
        assert (full.code, full.err) == (1, f"Flt {fleets.namespace}/{name} is not there\n")
        assert restore(fleets, f"flt.{GROUP}/{name}").code == 0
    finally:
        fleets.delete(path)
    unknown = restore(fleets, f"flx/{name}")
    assert (unknown.code, "unknown kind 'flx'" in unknown.err) == (2, True)


@pytest.mark.parametrize("fleets", [{"status": {}}], indirect=True)
def test_a_policy_that_scales_a_kind_without_a_count_is_refused(fleets: Stage, inside: Callable[..., Inside]) -> None:
    """By its definition; nothing is guessed, and nothing listed."""
    name = made(fleets, {"replicas": 3})
    policy = fleets.policy(targetResources=[TARGET], action=DOWN, evaluationInterval="1h")
    inside(fleets)
    until(lambda: fleets.reason(policy) == "InvalidPolicy")
    message = fleets.condition(policy)["message"]
    assert (
        "spec.action.scale: cannot scale games.example.com/v1 Fleet: the CustomResourceDefinition of Fleet" in message
    )
    assert "in v1, has no scale subresource" in message
    assert seen(fleets, name) == ({"replicas": 3}, {})


def test_what_holds_no_count_is_kept_with_the_reason(fleets: Stage, inside: Callable[..., Inside]) -> None:
    """And the others are scaled."""
    odd, right = made(fleets, {"servers": {"image": "x"}}), made(fleets, {"servers": {"size": 3}})
    missing = made(fleets, {"replicas": 3})
    policy = fleets.policy(targetResources=[TARGET], action=DOWN, evaluationInterval="1h")
    inside(fleets)
    until(lambda: fleets.settled(policy).get("lastRun"))
    run = fleets.status(policy)["lastRun"]
    assert (run["scaled"], run["kept"]["error"]) == (1, 2)
    assert seen(fleets, right)[0] == {"servers": {"size": 0}}
    assert (seen(fleets, odd)[1], seen(fleets, missing)[1]) == ({}, {})
    ran = zen_gc("plan", policy, "-n", fleets.namespace, "--kubeconfig", fleets.cluster.kubeconfig_path)
    assert ran.out.count("what to ask for cannot be told: spec.servers.size is missing") == 2


@pytest.mark.parametrize("status", [403, 404, 500])
def test_while_the_definition_cannot_be_read_everything_is_kept(
    embedded: EmbeddedStage, inside: Callable[..., Inside], status: int
) -> None:
    """And the status says what is missing."""
    embedded.cluster.create(
        custom_resource_definition(GROUP, "Fleet", "v1", schema=ANYTHING, subresources={"scale": SCALE})
    )
    name = made(embedded, {"servers": {"size": 3}})
    embedded.server.faults = lambda each: (
        Fault(status=status) if each.path.endswith(f"/customresourcedefinitions/fleets.{GROUP}") else None
    )
    policy = embedded.policy(targetResources=[TARGET], action=DOWN, evaluationInterval="1h")
    inside(embedded)
    until(lambda: embedded.settled(policy).get("lastRun"))
    run = embedded.status(policy)["lastRun"]
    assert (run["due"], run["kept"]["error"]) == (0, 1)
    words = {
        403: "grant the verb get on customresourcedefinitions.apiextensions.k8s.io",
        404: f"there is no CustomResourceDefinition fleets.{GROUP}",
        500: "the CustomResourceDefinition of Fleet says where its objects keep their count of replicas, and cannot be read",
    }
    assert words[status] in embedded.condition(policy, "Degraded")["message"]
    assert seen(embedded, name) == ({"servers": {"size": 3}}, {})


@pytest.mark.parametrize("fleets", [{"status": {}}], indirect=True)
def test_what_cannot_have_been_scaled_is_not_brought_back(fleets: Stage) -> None:
    """Whatever it carries."""
    name = made(fleets, {"servers": {"size": 0}}, annotations={FROM: "3"})
    ran = restore(fleets, f"fleet/{name}")
    assert (ran.code, "has no scale subresource" in ran.err) == (1, True), ran.err
    assert seen(fleets, name)[0] == {"servers": {"size": 0}}


@pytest.mark.real
def test_a_policy_of_an_account_scales_with_the_rights_that_are_printed(
    real: Stage, inside: Callable[..., Inside]
) -> None:
    """``zen-gc rbac`` names the definition; without that right its objects are kept."""
    with serving(real, {"scale": SCALE}):
        name, account = made(real, {"servers": {"size": 3}}), rights.account(real)
        policy = real.policy(targetResources=[TARGET], action=DOWN, serviceAccountName=account)
        where = (
            "-n",
            real.namespace,
            f"--controller-namespace={real.home}",
            "--kubeconfig",
            real.cluster.kubeconfig_path,
        )
        narrow = zen_gc("rbac", policy, *where)
        assert (narrow.code, narrow.out) == (2, "")
        assert "would get get beyond the namespace" in narrow.err
        roles = zen_gc("rbac", policy, *where, "--wide").out
        own = {"apiGroups": [GROUP], "resources": ["fleets"], "verbs": ["get", "list", "patch"]}
        rights.grant(real, real.namespace, rights.subject(real.namespace, account), own)
        rights.let_impersonate(real, account)
        controller = inside(real, kubeconfig=str(rights.controller(real)))
        until(lambda: "grant the verb get on customresource" in real.condition(policy, "Degraded").get("message", ""))
        assert seen(real, name) == ({"servers": {"size": 3}}, {})

        assert real.cluster.kubectl("apply", "-f", "-", stdin=roles).returncode == 0

        until(lambda: seen(real, name)[0]["servers"]["size"] == 0)
        assert controller.await_record("resource scaled")["resource_name"] == name


@pytest.mark.real
def test_what_an_account_may_do_to_more_objects_than_are_needed_is_named(real: Stage) -> None:
    """The one definition is not; another one, and all of them, are; nor is what is given by name and needed of all."""
    with serving(real, {"scale": SCALE}):
        account = rights.account(real)
        policy = real.policy(targetResources=[TARGET], action=DOWN, serviceAccountName=account)
        where = (
            "-n",
            real.namespace,
            f"--controller-namespace={real.home}",
            f"--kubeconfig={real.cluster.kubeconfig_path}",
        )
        roles = zen_gc("rbac", policy, *where, "--wide").out
        assert real.cluster.kubectl("apply", "-f", "-", stdin=roles).returncode == 0

        def surplus() -> list[str]:
            return list(zen_gc("rbac", policy, *where, "--check").out.splitlines()[2:])

        who = rights.subject(real.namespace, account)
        own = {"apiGroups": [GROUP], "resources": ["fleets"], "resourceNames": ["a"], "verbs": ["get", "delete"]}
        rights.grant(real, real.namespace, who, own, name="by-name")
        until(lambda: surplus() == [f"  delete fleets.{GROUP} a"], "what is needed of all is no surplus by name")
        what = "customresourcedefinitions"
        rule = {"apiGroups": ["apiextensions.k8s.io"], "resources": [what], "verbs": ["get"]}
        named = {**rule, "resourceNames": [f"fleets.{GROUP}", f"games.{GROUP}"]}
        rights.grant(real, "", who, named, name=f"two-{real.namespace}")
        more = f"  get {what}.apiextensions.k8s.io"
        until(lambda: surplus() == [f"{more} games.{GROUP}", f"  delete fleets.{GROUP} a"], "another one by its name")
        rights.grant(real, "", who, rule, name=f"all-{real.namespace}")
        until(lambda: surplus() == [more, f"{more} games.{GROUP}", f"  delete fleets.{GROUP} a"], "all of them")


def test_a_cluster_policy_scales_them_everywhere(fleets: Stage, inside: Callable[..., Inside]) -> None:
    """Also what is not its only target."""
    name = made(fleets, {"servers": {"size": 2}})
    workload = {"apiVersion": "apps/v1", "kind": "Deployment", "labelSelector": SELECTOR}
    targets = [{**each, "namespaces": [fleets.namespace]} for each in (TARGET, workload)]
    policy = fleets.policy(kind=CLUSTER, targetResources=targets, action=DOWN)
    inside(fleets)
    until(lambda: seen(fleets, name)[0]["servers"]["size"] == 0)
    assert seen(fleets, name)[1][BY] == policy
