"""``scale`` on clusters: down by one guarded patch, told as what it is, and back by ``zen-gc restore``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller.stage import SELECTOR, until
from tests.golden.running import zen_gc

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage, Stage

FROM, KEEP = "gc.kube-zen.io/scaled-from", "gc.kube-zen.io/keep"
DOWN = {"scale": {"replicas": 0}}
PLURALS = {
    "Deployment": "apis/apps/v1/{}/deployments",
    "StatefulSet": "apis/apps/v1/{}/statefulsets",
    "ReplicaSet": "apis/apps/v1/{}/replicasets",
    "ReplicationController": "api/v1/{}/replicationcontrollers",
}


def refuse_scaling(stage: EmbeddedStage, status: int) -> None:
    """Have the server answer every patch of a Deployment like that."""
    stage.server.faults = lambda each: (
        Fault(status=status) if each.method == "PATCH" and "/deployments/" in each.path else None
    )


def path(stage: Stage, name: str, kind: str = "Deployment") -> str:
    """Where an object is."""
    return f"/{PLURALS[kind].format(f'namespaces/{stage.namespace}')}/{name}"


def made(stage: Stage, replicas: int, kind: str = "Deployment", **metadata: Any) -> str:
    """An object with a count, and its name."""
    app = {"app": "web"}
    selector = app if kind == "ReplicationController" else {"matchLabels": app}
    spec: dict[str, Any] = {
        "replicas": replicas,
        "selector": selector,
        "template": {"metadata": {"labels": app}, "spec": {"containers": [{"name": "c", "image": "none"}]}},
    }
    if kind == "StatefulSet":
        spec["serviceName"] = "web"
    return stage.make(kind=kind, api_version=api_version(kind), metadata=metadata, spec=spec)


def api_version(kind: str) -> str:
    """Of a kind."""
    return "v1" if kind == "ReplicationController" else "apps/v1"


def target(kind: str = "Deployment") -> dict[str, Any]:
    """What a policy looks at."""
    return {"apiVersion": api_version(kind), "kind": kind, "labelSelector": SELECTOR}


def seen(stage: Stage, name: str, kind: str = "Deployment") -> tuple[int, dict[str, str]]:
    """An object's count and annotations."""
    body = stage.cluster.request("GET", path(stage, name, kind)).body
    return body["spec"]["replicas"], body["metadata"].get("annotations", {})


def restore(stage: Stage, what: str, *flags: str) -> Any:
    """Run the command."""
    where = ("-n", stage.namespace, "--kubeconfig", stage.cluster.kubeconfig_path)
    return zen_gc("restore", what, *where, "--yes", *flags)


@pytest.mark.parametrize("kind", PLURALS)
def test_an_object_is_scaled_down_and_back(stage: Stage, inside: Callable[..., Inside], kind: str) -> None:
    """With a note of what it had and a word to the log, the events, the metrics and the status; and back again."""
    name = made(stage, 3, kind, annotations={"own": "1"})
    policy = stage.policy(targetResources=[target(kind)], action=DOWN)
    controller = inside(stage)

    until(lambda: seen(stage, name, kind)[0] == 0)

    note = seen(stage, name, kind)[1]
    assert (note[FROM], note["own"], note["gc.kube-zen.io/marked-by"]) == ("3", "1", f"{stage.namespace}/{policy}")
    assert controller.await_record("scaling resource")["outcome"] == "intended"
    assert controller.await_record("resource scaled")["resource_name"] == name
    event = until(lambda: next((each for each in stage.events(policy) if each["reason"] == "ResourceScaled"), None))
    assert event["message"].startswith(f"Scaled resource {stage.namespace}/{name} (reason: {kind} due")
    until(lambda: stage.status(policy).get("lastRun", {}).get("kept", {}).get("condition") == 1)
    assert stage.status(policy)["totalDeleted"] == 0
    assert controller.scrape().total("gc_write_outcomes_total", outcome="scaled", policy_name=policy) == 1
    assert len(controller.records("resource scaled")) == 1

    ran = restore(stage, f"{kind.lower()}/{name}")

    assert (ran.code, ran.err) == (0, "")
    assert f"{kind} {stage.namespace}/{name}: scaled back to 3 replicas, and kept until " in ran.out
    replicas, annotations = seen(stage, name, kind)
    assert replicas == 3
    assert not {FROM, "gc.kube-zen.io/marked-by", "gc.kube-zen.io/marked-at"} & set(annotations)
    assert KEEP in annotations
    until(lambda: stage.status(policy)["lastRun"]["kept"]["protected"] == 1)
    assert seen(stage, name, kind)[0] == 3


def test_the_status_of_a_run_says_how_many_were_scaled(stage: Stage, inside: Callable[..., Inside]) -> None:
    """An object with as few is left as it is, whatever its policy says."""
    names = [made(stage, count) for count in (0, 1, 2, 3)]
    policy = stage.policy(targetResources=[target()], action={"scale": {"replicas": 1}}, evaluationInterval="1h")
    before = stage.cluster.request("GET", path(stage, names[0])).body["metadata"].get("annotations", {})
    inside(stage)
    until(lambda: stage.settled(policy).get("lastRun"))
    run = stage.status(policy)["lastRun"]
    assert (run["due"], run["scaled"], run["deleted"], run["marked"], run["failed"]) == (2, 2, 0, 0, 0)
    assert run["kept"]["condition"] == 2
    assert [seen(stage, name)[0] for name in names] == [0, 1, 1, 1]
    assert [seen(stage, name)[1].get(FROM) for name in names] == [None, None, "2", "3"]
    assert FROM not in before


def test_a_scaling_is_one_patch_that_pins_the_object_it_was_judged_on(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """On the wire: uid and resourceVersion, the count and the note together; nothing to the scale subresource."""
    name = made(embedded, 3)
    document = embedded.cluster.request("GET", path(embedded, name)).body
    embedded.policy(targetResources=[target()], action=DOWN)
    inside(embedded)
    until(lambda: seen(embedded, name)[0] == 0)
    (sent,) = embedded.sent("PATCH", "/deployments/")
    assert sent.path == path(embedded, name)
    assert sent.body is not None
    metadata = sent.body["metadata"]
    assert metadata["uid"] == document["metadata"]["uid"]
    assert metadata["resourceVersion"] == document["metadata"]["resourceVersion"]
    assert (sent.body["spec"], metadata["annotations"][FROM]) == ({"replicas": 0}, "3")


def test_an_object_that_changes_under_the_patch_is_left_alone(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Somebody scales it up in between: 409, and the next run judges it anew."""
    name = made(embedded, 3)
    policy = embedded.policy(targetResources=[target()], action=DOWN, evaluationInterval="1h")
    refuse_scaling(embedded, 409)
    inside(embedded)
    until(lambda: embedded.settled(policy).get("lastRun"))
    assert embedded.status(policy)["lastRun"]["conflicts"] == 1
    assert seen(embedded, name) == (3, {})


def test_a_scaling_that_fails_is_told_as_that_everywhere(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Status, event, log and metric."""
    name = made(embedded, 3)
    policy = embedded.policy(targetResources=[target()], action=DOWN, evaluationInterval="1h")
    refuse_scaling(embedded, 422)
    controller = inside(embedded)
    until(lambda: embedded.condition(policy, "Degraded").get("reason") == "ScalingFailed")
    until(lambda: embedded.settled(policy).get("lastRun"))
    assert embedded.status(policy)["lastRun"]["failed"] == 1
    event = until(lambda: next((each for each in embedded.events(policy) if each["reason"] == "ScalingFailed"), None))
    assert (event["type"], event["message"].split(" (")[0]) == (
        "Warning",
        f"Failed to scale resource {embedded.namespace}/{name}",
    )
    assert controller.await_record("resource not scaled", resource_name=name)["outcome"] == "failed"
    assert controller.scrape().total("gc_errors_total", policy_name=policy, error_type="scaling_failed") == 1
    assert seen(embedded, name) == (3, {})


def test_a_dry_run_scales_nothing(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """And says that it would."""
    name = made(embedded, 3)
    policy = embedded.policy(targetResources=[target()], action=DOWN, behavior={"dryRun": True})
    inside(embedded)
    event = until(lambda: next((each for each in embedded.events(policy) if each["reason"] == "WouldScale"), None))
    assert event["message"].startswith(f"Would scale resource {embedded.namespace}/{name}")
    assert seen(embedded, name) == (3, {})


@pytest.mark.parametrize(
    ("replicas", "metadata", "words"),
    [
        (0, {}, "carries no annotation"),
        (0, {"annotations": {FROM: "many"}}, "is no count"),
        (5, {"annotations": {FROM: "3"}}, "has 5 replicas by now, and had 3: nothing is brought back"),
        (3, {"annotations": {FROM: "3"}}, "has 3 replicas by now"),
        (
            0,
            {
                "annotations": {FROM: "3"},
                "ownerReferences": [
                    {"apiVersion": "example.com/v1", "kind": "Shop", "name": "s", "uid": "u", "controller": True}
                ],
            },
            "Shop s sets its count",
        ),
    ],
)
def test_what_is_not_brought_back_stays_as_it_is(
    embedded: EmbeddedStage, replicas: int, metadata: dict[str, Any], words: str
) -> None:
    """Each with its reason; nothing is written."""
    name = made(embedded, replicas, **metadata)
    ran = restore(embedded, f"deploy/{name}")
    assert (ran.code, words in ran.err) == (1, True), ran.err
    assert not embedded.sent("PATCH")


def test_without_keep_only_the_count_comes_back(embedded: EmbeddedStage) -> None:
    """For whoever has mended the policy."""
    name = made(embedded, 0, annotations={FROM: "2", "own": "1"})
    ran = restore(embedded, f"deployments.apps/{name}", "--no-keep")
    assert (ran.code, ran.out) == (0, f"Deployment {embedded.namespace}/{name}: scaled back to 2 replicas\n")
    assert seen(embedded, name) == (2, {"own": "1"})


def test_an_object_that_changes_while_it_is_restored_is_left_alone(embedded: EmbeddedStage) -> None:
    """It is said; nothing is tried blindly."""
    name = made(embedded, 0, annotations={FROM: "2"})
    embedded.server.faults = lambda each: Fault(status=409) if each.method == "PATCH" else None
    ran = restore(embedded, f"deployment/{name}")
    assert (ran.code, "was changed meanwhile" in ran.err) == (1, True)
    assert seen(embedded, name) == (0, {FROM: "2"})


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("shop/", "is no KIND/NAME"),
        ("deployment/", "is no KIND/NAME"),
        ("deploymnet/shop", "did you mean 'deployment'?"),
        (
            "pod/shop",
            "policies scale or suspend Deployment, StatefulSet, ReplicaSet, ReplicationController, Job, CronJob",
        ),
    ],
)
def test_what_cannot_have_been_scaled_is_refused(embedded: EmbeddedStage, what: str, words: str) -> None:
    """Before anything is read."""
    ran = restore(embedded, what)
    assert (ran.code, words in ran.err) == (2, True), ran.err


def test_what_is_not_there_is_said(embedded: EmbeddedStage) -> None:
    """By its kind and name."""
    ran = restore(embedded, "deployment/nobody")
    assert (ran.code, ran.err) == (1, f"Deployment {embedded.namespace}/nobody is not there\n")
