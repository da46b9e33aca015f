"""``evict`` on clusters: Pods go as a drain takes them, and PodDisruptionBudgets have their say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from zen_gc_embedded import Fault

from tests.cluster.controller.stage import SELECTOR, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage, Stage

EVICT: dict[str, Any] = {"evict": {}}
TARGET = {"apiVersion": "v1", "kind": "Pod", "labelSelector": SELECTOR}


def path(stage: Stage, name: str) -> str:
    """Where a Pod is."""
    return f"/api/v1/namespaces/{stage.namespace}/pods/{name}"


def running(stage: Stage, app: str, **more: Any) -> str:
    """A Pod that runs, as far as its status says, and its name. No node has it: no grace period holds it up."""
    name = stage.make(
        kind="Pod",
        metadata={"labels": {"gc": "yes", "app": app}, **more.pop("metadata", {})},
        spec={"containers": [{"name": "c", "image": "none"}], **more},
    )
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    stage.patch(f"{path(stage, name)}/status", {"status": status})
    return name


def budget(stage: Stage, app: str, name: str, allowed: int) -> str:
    """A PodDisruptionBudget that lets so many go, and its path; nobody but this test counts Pods here."""
    stage.cluster.create(
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": name, "namespace": stage.namespace},
            "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": app}}},
        }
    )
    where = f"/apis/policy/v1/namespaces/{stage.namespace}/poddisruptionbudgets/{name}"
    allow(stage, where, allowed)
    return where


def allow(stage: Stage, where: str, allowed: int) -> None:
    """Write how many a budget lets go."""
    counts = {"observedGeneration": 1, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1}
    stage.patch(f"{where}/status", {"status": {**counts, "disruptionsAllowed": allowed}})


def there(stage: Stage, name: str) -> bool:
    """Whether a Pod is there, and not on its way out."""
    answer = stage.cluster.request("GET", path(stage, name))
    return answer.status == 200 and "deletionTimestamp" not in answer.body["metadata"]


def test_a_pod_is_evicted_and_one_that_a_budget_keeps_waits(stage: Stage, inside: Callable[..., Inside]) -> None:
    """The run goes on after a refusal; the next ones ask again, and what is allowed then goes."""
    kept = running(stage, "kept")
    where = budget(stage, "kept", "kept", 0)
    free = running(stage, "free")
    policy = stage.policy(targetResources=[TARGET], action=EVICT, evaluationInterval="10s")
    controller = inside(stage)

    until(lambda: not there(stage, free))

    assert controller.await_record("evicting resource")["outcome"] == "intended"
    assert controller.await_record("resource deleted")["resource_name"] == free
    blocked = controller.await_record("resource not deleted", resource_name=kept)
    assert (blocked["outcome"], blocked.get("error")) == ("blocked", None)
    event = until(lambda: next((each for each in stage.events(policy) if each["reason"] == "EvictionBlocked"), None))
    assert (event["type"], event["message"]) == (
        "Normal",
        f"Waits to evict resource {stage.namespace}/{kept} (reason: a PodDisruptionBudget does not let it go now)",
    )
    until(lambda: stage.settled(policy).get("lastRun", {}).get("blocked") == 1)
    assert stage.status(policy)["lastRun"]["failed"] == 0
    assert stage.condition(policy, "Degraded")["status"] == "False"
    until(lambda: stage.status(policy)["totalDeleted"] == 1)
    assert there(stage, kept)

    allow(stage, where, 1)
    until(lambda: not there(stage, kept))
    until(lambda: stage.status(policy)["totalDeleted"] == 2)


def test_a_pod_with_a_grace_period_counts_when_it_is_seen_gone(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Success of an eviction says that the deletion has begun: what holds the Pod is waited for."""
    name = running(stage, "held", metadata={"finalizers": ["example.com/hold"]})
    policy = stage.policy(targetResources=[TARGET], action=EVICT, evaluationInterval="10s")
    controller = inside(stage)
    until(lambda: not there(stage, name))
    assert controller.await_record("resource terminating", resource_name=name)["outcome"] == "accepted"
    until(lambda: stage.settled(policy).get("lastRun"))
    assert stage.status(policy)["totalDeleted"] == 0
    stage.patch(path(stage, name), {"metadata": {"finalizers": None}})
    until(lambda: stage.status(policy)["totalDeleted"] == 1)


def test_a_pod_with_two_budgets_fails_and_is_not_asked_for_again_in_that_run(
    stage: Stage, inside: Callable[..., Inside]
) -> None:
    """The server answers with 500, and would whenever it is asked; the others go."""
    name = running(stage, "two")
    budget(stage, "two", "one", 1)
    budget(stage, "two", "other", 1)
    free = running(stage, "free")
    policy = stage.policy(targetResources=[TARGET], action=EVICT, evaluationInterval="1h")
    controller = inside(stage)
    until(lambda: stage.condition(policy, "Degraded").get("reason") == "EvictionFailed")
    until(lambda: not there(stage, free))
    failed = controller.await_record("resource not deleted", resource_name=name)
    assert (failed["outcome"], failed.get("attempts")) == ("failed", None)
    assert len(controller.records("evicting resource", resource_name=name)) == 1
    event = until(lambda: next((each for each in stage.events(policy) if each["reason"] == "EvictionFailed"), None))
    assert event["message"].startswith(f"Failed to evict resource {stage.namespace}/{name}")
    assert controller.scrape().total("gc_errors_total", policy_name=policy, error_type="eviction_failed") == 1
    assert there(stage, name)


def test_an_eviction_pins_the_pod_it_was_judged_on(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """On the wire: one POST with uid and resourceVersion, and the grace period that was asked for."""
    name = running(embedded, "free")
    document = embedded.cluster.request("GET", path(embedded, name)).body
    embedded.policy(targetResources=[TARGET], action={"evict": {"gracePeriodSeconds": 5}})
    inside(embedded)
    until(lambda: not there(embedded, name))
    (sent,) = embedded.sent("POST", "/eviction")
    assert sent.path == f"{path(embedded, name)}/eviction"
    assert sent.body is not None
    assert (sent.body["kind"], sent.body["metadata"]) == (
        "Eviction",
        {"name": name, "namespace": embedded.namespace},
    )
    options = sent.body["deleteOptions"]
    assert options["gracePeriodSeconds"] == 5
    assert options["preconditions"] == {
        "uid": document["metadata"]["uid"],
        "resourceVersion": document["metadata"]["resourceVersion"],
    }
    assert not embedded.sent("DELETE")


def test_a_pod_that_a_controller_looks_after_needs_the_policys_word(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """It would be made again, which is what draining is for: the policy has to say so."""
    embedded.make("owner", metadata={"labels": {}})
    uid = embedded.cluster.request("GET", embedded.config_map("owner")).body["metadata"]["uid"]
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": uid, "controller": True}
    name = running(embedded, "owned", metadata={"ownerReferences": [owner]})
    policy = embedded.policy(targetResources=[TARGET], action=EVICT, evaluationInterval="1h")
    inside(embedded)
    until(lambda: embedded.settled(policy).get("lastRun", {}).get("kept", {}).get("protected") == 1)
    embedded.edit(policy, {"behavior": {"includeOwned": True}})
    until(lambda: not there(embedded, name))


@pytest.mark.parametrize("status", [429, 503])
def test_patience_that_no_budget_asks_for_is_everybodys(
    embedded: EmbeddedStage, inside: Callable[..., Inside], status: int
) -> None:
    """Any other 429, or 5xx, is read as that of a delete: it is asked again, and then goes."""
    name = running(embedded, "free")
    answered: list[str] = []

    def once(each: Any) -> Fault | None:
        if each.path.endswith("/eviction") and not answered:
            answered.append(each.path)
            return Fault(status=status)
        return None

    embedded.server.faults = once
    embedded.policy(targetResources=[TARGET], action=EVICT, evaluationInterval="1h")
    inside(embedded)
    until(lambda: not there(embedded, name))
    assert answered


def test_the_right_to_evict_is_asked_for_before_a_run(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """By its verb and its subresource."""
    embedded.policy(targetResources=[TARGET], action=EVICT)
    inside(embedded)
    reviews = until(lambda: embedded.sent("POST", "/selfsubjectaccessreviews"))
    asked = [each.body["spec"]["resourceAttributes"] for each in reviews if each.body]
    until(
        lambda: any(
            (each["verb"], each["resource"], each.get("subresource")) == ("create", "pods", "eviction")
            for each in (
                one.body["spec"]["resourceAttributes"]
                for one in embedded.sent("POST", "/selfsubjectaccessreviews")
                if one.body
            )
        ),
        f"the right is asked for, not only {asked}",
    )
