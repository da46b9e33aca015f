"""Evictions: preconditions, and what PodDisruptionBudgets say; their status is what the probe writes there."""

from __future__ import annotations

from typing import Any

from tests.cluster.conformance.lab import MERGE, Lab, pod

ELSEWHERE = "11111111-2222-3333-4444-555555555555"


def _running(lab: Lab, name: str) -> dict[str, Any]:
    """A Pod that runs, as far as its status says, without a node, so that no grace period holds it; its metadata."""
    lab.put_up(pod(name, labels={"app": name}))
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    return dict(lab.ask("PATCH", f"{lab.pods}/{name}/status", {"status": status}, content_type=MERGE).body["metadata"])


def _budget(lab: Lab, name: str, app: str, allowed: int | None) -> None:
    """A budget; without a number nobody has counted for it yet."""
    path = lab.pods.replace("/api/v1/", "/apis/policy/v1/").replace("/pods", "/poddisruptionbudgets")
    spec = {"minAvailable": 1, "selector": {"matchExpressions": [{"key": "app", "operator": "In", "values": [app]}]}}
    body = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name}, "spec": spec}
    assert lab.ask("POST", path, body).status == 201
    if allowed is not None:
        status = {"observedGeneration": 1, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1}
        body = {"status": {**status, "disruptionsAllowed": allowed}}
        assert lab.ask("PATCH", f"{path}/{name}/status", body, content_type=MERGE).status == 200


def _evict(lab: Lab, name: str, **preconditions: str) -> list[Any]:
    """What is answered, and whether the Pod is there then."""
    options = {"deleteOptions": {"preconditions": preconditions}} if preconditions else {}
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}, **options}
    answer = lab.ask("POST", f"{lab.pods}/{name}/eviction", body)
    return [answer.status, answer.body, lab.ask("GET", f"{lab.pods}/{name}").status]


def an_eviction_without_budgets(lab: Lab) -> Any:
    """201, a Status of success that names nothing."""
    _running(lab, "free")
    return [_evict(lab, "free"), _evict(lab, "none")]


def an_eviction_that_pins_another_pod_or_state(lab: Lab) -> Any:
    """409 each; right ones let it through."""
    metadata = _running(lab, "one")
    return [
        _evict(lab, "one", uid=ELSEWHERE)[::2],
        _evict(lab, "one", uid=metadata["uid"], resourceVersion="1")[::2],
        _evict(lab, "one", uid=metadata["uid"], resourceVersion=metadata["resourceVersion"])[::2],
    ]


def a_budget_that_lets_none_go(lab: Lab) -> Any:
    """429, with the cause; also while nobody has counted."""
    _running(lab, "kept")
    _budget(lab, "kept", "kept", 0)
    _running(lab, "new")
    _budget(lab, "new", "new", None)
    return [_evict(lab, "kept"), _evict(lab, "new")]


def a_budget_that_lets_one_go(lab: Lab) -> Any:
    """The one; then none."""
    _running(lab, "first")
    _budget(lab, "first", "first", 1)
    evicted = _evict(lab, "first")[::2]
    _running(lab, "first")
    return [evicted, _evict(lab, "first")[::2]]


def two_budgets_of_one_pod(lab: Lab) -> Any:
    """500."""
    _running(lab, "two")
    _budget(lab, "one", "two", 1)
    _budget(lab, "other", "two", 1)
    return _evict(lab, "two")


def budgets_are_not_asked_about_what_does_not_run(lab: Lab) -> Any:
    """A Pod that is pending, or has ended, goes."""
    lab.put_up(pod("pending", labels={"app": "pending"}))
    _budget(lab, "pending", "pending", 0)
    lab.put_up(pod("ended", labels={"app": "ended"}))
    lab.ask("PATCH", f"{lab.pods}/ended/status", {"status": {"phase": "Failed"}}, content_type=MERGE)
    _budget(lab, "ended", "ended", 0)
    return [_evict(lab, "pending")[::2], _evict(lab, "ended")[::2]]
