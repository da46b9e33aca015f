"""``patch`` on clusters: one guarded merge patch, for whom it is allowed, and told when the server leaves something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.controller.stage import SELECTOR, by_controller, until
from zen_gc_core.model.policy import CLUSTER

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage, Stage

BY, AT, MARKED = (f"gc.kube-zen.io/{key}" for key in ("patched-by", "marked-at", "marked-by"))
REST = {
    "spec": {"paused": True, "revisionHistoryLimit": 1},
    "metadata": {"labels": {"tier": "parked", "owner": None}, "annotations": {"team-a.example.com/why": "idle"}},
}


def path(stage: Stage, name: str) -> str:
    """Where a Deployment is."""
    return f"/apis/apps/v1/namespaces/{stage.namespace}/deployments/{name}"


def made(stage: Stage, **spec: Any) -> str:
    """A Deployment, and its name."""
    app = {"app": "web"}
    template = {"metadata": {"labels": app}, "spec": {"containers": [{"name": "c", "image": "none"}]}}
    return stage.make(
        kind="Deployment",
        api_version="apps/v1",
        metadata={"labels": {"gc": "yes", "owner": "ann"}},
        spec={"replicas": 0, "selector": {"matchLabels": app}, "template": template, **spec},
    )


def seen(stage: Stage, name: str) -> dict[str, Any]:
    """A Deployment."""
    return dict(stage.cluster.request("GET", path(stage, name)).body)


def cluster_policy(stage: Stage, patch: dict[str, Any], **spec: Any) -> str:
    """A cluster policy that patches the Deployments of the stage."""
    target = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "labelSelector": SELECTOR,
        "namespaces": [stage.namespace],
    }
    name = f"patch-{stage.namespace}"
    return stage.policy(name, kind=CLUSTER, targetResources=[target], action={"patch": patch}, **spec)


def degraded(stage: Stage, policy: str) -> dict[str, Any]:
    """What is wrong with a cluster policy."""
    conditions = stage.status(policy, kind=CLUSTER).get("conditions", [])
    return next((each for each in conditions if each["type"] == "Degraded"), {})


def test_an_object_is_patched_once(stage: Stage, inside: Callable[..., Inside]) -> None:
    """What is null is removed, the rest is set; one that is so already is no candidate; told as what it is."""
    name = made(stage)
    policy = cluster_policy(stage, REST)
    controller = inside(stage)

    until(lambda: seen(stage, name)["spec"].get("paused"))

    body = seen(stage, name)
    assert body["spec"]["revisionHistoryLimit"] == 1
    assert body["metadata"]["labels"] == {"gc": "yes", "tier": "parked"}
    notes = body["metadata"]["annotations"]
    assert (notes["team-a.example.com/why"], notes[BY], notes[MARKED]) == ("idle", policy, policy)
    assert AT in notes
    assert controller.await_record("patching resource")["outcome"] == "intended"
    assert controller.await_record("resource patched")["resource_name"] == name
    event = until(
        lambda: next((each for each in stage.events(policy, "default") if each["reason"] == "ResourcePatched"), None)
    )
    assert event["message"].startswith(f"Patched resource {stage.namespace}/{name} (reason: Deployment due")
    until(lambda: stage.status(policy, kind=CLUSTER).get("lastRun", {}).get("kept", {}).get("condition") == 1)
    assert len(controller.records("resource patched")) == 1


def test_a_patch_pins_the_object_it_was_judged_on(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """On the wire: uid and resourceVersion, and unknown fields are refused."""
    name = made(embedded)
    document = seen(embedded, name)
    cluster_policy(embedded, {"spec": {"paused": True}})
    inside(embedded)
    until(lambda: seen(embedded, name)["spec"].get("paused"))
    (sent,) = embedded.sent("PATCH", "/deployments/")
    assert sent.body is not None
    metadata = sent.body["metadata"]
    assert (metadata["uid"], metadata["resourceVersion"]) == (
        document["metadata"]["uid"],
        document["metadata"]["resourceVersion"],
    )
    assert (sent.body["spec"], sent.query["fieldValidation"]) == ({"paused": True}, "Strict")


@pytest.mark.real
def test_a_field_that_the_kind_does_not_have_changes_nothing(real: Stage, inside: Callable[..., Inside]) -> None:
    """The server refuses the whole patch, and the status says that patches fail."""
    name = made(real)
    policy = cluster_policy(real, {"spec": {"paused": True, "pausd": True}}, evaluationInterval="1h")
    controller = inside(real)
    until(lambda: degraded(real, policy).get("reason") == "PatchFailed")
    assert "paused" not in seen(real, name)["spec"]
    assert controller.scrape().total("gc_errors_total", policy_name=policy, error_type="patch_failed") == 1


def test_a_policy_of_a_namespace_patches_where_the_controller_says_so(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """It would patch with the controller's rights: else it is refused, and nothing is written."""
    name = made(embedded)
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "labelSelector": SELECTOR}
    policy = embedded.policy(targetResources=[target], action={"patch": {"spec": {"paused": True}}})
    first = inside(embedded)
    until(lambda: embedded.reason(policy) == "ScopeDenied")
    assert "--allow-patch" in embedded.condition(policy)["message"]
    assert not [each for each in embedded.sent("PATCH", "/deployments/") if by_controller(each)]
    first.stop()
    inside(embedded, allow_patch=True)
    until(lambda: seen(embedded, name)["spec"].get("paused"))


def test_what_another_policy_patched_is_left_alone(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """The two would change it in turn for ever."""
    name = made(embedded)
    embedded.patch(path(embedded, name), {"metadata": {"annotations": {BY: "team-b/other"}}})
    policy = cluster_policy(embedded, {"spec": {"paused": True}})
    inside(embedded)
    until(lambda: degraded(embedded, policy).get("reason") == "MarkConflict")
    assert "team-b/other" in degraded(embedded, policy)["message"]
    assert "paused" not in seen(embedded, name)["spec"]
