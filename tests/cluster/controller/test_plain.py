"""A policy that uses none of what the language has beyond selectors, a condition and a TTL asks the cluster for nothing of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.cluster.controller.stage import COLLECTIONS, LABELS, EmbeddedStage, ago, by_controller

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Inside

RIGHTS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
GROUP = "/apis/gc.kube-zen.io/v1alpha1"
IDLE = {**LABELS, "idle": "yes"}


def seed(stage: EmbeddedStage, prefix: str, count: int, *, labels: dict[str, str], created: str) -> list[str]:
    """Put ConfigMaps there that were made at some time."""
    names = [f"{prefix}-{number}" for number in range(count)]
    stage.server.seed(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": name,
                "namespace": stage.namespace,
                "uid": f"uid-{name}",
                "creationTimestamp": created,
                "labels": labels,
            },
        }
        for name in names
    )
    return names


def test_a_plain_policy_asks_for_its_list_and_for_what_is_due(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """One list of its kind, and of each object that is due a read and a DELETE: no other kind, no mark, no copy."""
    due = seed(embedded, "due", 25, labels=IDLE, created=ago(days=2))
    kept = [
        *seed(embedded, "waiting", 5, labels=IDLE, created=ago(hours=1)),
        *seed(embedded, "busy", 5, labels=LABELS, created=ago(days=2)),
        *seed(embedded, "other", 5, labels={"idle": "yes"}, created=ago(days=2)),
    ]
    policy = embedded.policy(
        ttl={"afterCreation": "1d"},
        conditions={"hasLabels": [{"key": "idle", "value": "yes"}]},
        evaluationInterval="10m",
    )
    embedded.server.requests.clear()
    controller = inside(embedded)
    controller.await_record("evaluation finished", policy=policy)
    controller.stop()
    assert not any(map(embedded.there, due))
    assert all(map(embedded.there, kept))
    sent = [each for each in embedded.server.requests if by_controller(each)]
    of_the_controller = {
        *(("GET", path) for path in ("/api", "/apis", *COLLECTIONS)),
        *(("GET", f"{GROUP}/{bin_}") for bin_ in ("recycledobjects", "clusterrecycledobjects")),  # copies of others
        ("GET", embedded.config_map("zen-gc-pause", embedded.home)),
    }
    of_every_run = {
        ("POST", RIGHTS),
        ("GET", f"/api/v1/namespaces/{embedded.namespace}"),
        ("GET", embedded.path(policy)),
        ("PATCH", f"{embedded.path(policy)}/status"),
        ("POST", f"/api/v1/namespaces/{embedded.namespace}/events"),
    }
    found = Counter((each.method, each.path) for each in sent)
    asked = {each: times for each, times in found.items() if each not in of_the_controller | of_every_run}
    assert asked == {
        ("GET", f"/api/v1/namespaces/{embedded.namespace}/configmaps"): 1,
        **{(method, embedded.config_map(name)): 1 for name in due for method in ("GET", "DELETE")},
    }
    rights = [each.body["spec"]["resourceAttributes"] for each in sent if each.path == RIGHTS and each.body]
    assert {(right["verb"], right["resource"]) for right in rights} == {
        (verb, "configmaps") for verb in ("list", "get", "delete")
    }
