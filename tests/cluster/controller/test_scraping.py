"""Metrics and health as somebody outside reads them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from zen_gc_embedded import Fault

from tests.cluster.controller.controllers import fetch
from tests.cluster.controller.stage import TARGET, ago, until
from zen_gc_core import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import EmbeddedStage, Stage

PER_KIND = {"policy_namespace", "policy_name", "resource_api_version", "resource_kind"}


def test_the_metrics_count_what_happened(stage: Stage, inside: Callable[..., Inside]) -> None:
    """The Go program's names and labels, and the project's own beside them."""
    stage.make_many(3, metadata={"creationTimestamp": ago(hours=3)})
    stage.make("young")
    policy = stage.policy(ttl={"afterCreation": "1h"}, evaluationInterval="1h")
    controller = inside(stage)
    controller.await_record("evaluation finished")
    until(lambda: stage.settled(policy))
    samples = controller.scrape()
    kind = {
        "policy_namespace": stage.namespace,
        "policy_name": policy,
        "resource_api_version": "v1",
        "resource_kind": "ConfigMap",
    }
    assert samples.having("gc_resources_matched_total", **kind) == [(kind, 4.0)]
    assert samples.having("gc_resources_deleted_total", **kind) == [({**kind, "reason": "ttl_expired"}, 3.0)]
    assert samples.having("gc_resources_pending_total", **kind) == [(kind, 1.0)]
    of_kind = {"resource_api_version": "v1", "resource_kind": "ConfigMap"}
    assert samples.total("gc_deletion_duration_seconds_count", **of_kind) == 3
    assert samples.total("gc_expiry_lag_seconds_count", **of_kind) == 3
    assert samples.total("gc_expiry_lag_seconds_sum", **of_kind) >= 3 * 7190
    assert samples.total("gc_evaluation_duration_seconds_count") == 1
    assert samples.total("gc_policy_interval_seconds", policy_name=policy) == 3600
    assert samples.total("gc_last_run_duration_seconds", policy_name=policy) > 0
    until(lambda: controller.scrape().total("gc_policies_total", phase="Active") == 1)
    assert samples.total("gc_leader_election_status") == 1
    assert samples.total("gc_api_requests_total", verb="delete", code="200") == 3
    assert samples.total("gc_api_requests_total", verb="list", code="200") >= 3
    assert samples.total("gc_sweep_objects_total", resource="configmaps") == 4
    assert samples.having("gc_build_info")[0][0]["version"] == __version__
    last = samples.total("gc_last_successful_run_timestamp_seconds", policy_name=policy)
    assert abs(last - dt.datetime.now(dt.UTC).timestamp()) < 120
    assert samples.total("gc_breaker_tripped", policy_name=policy) == 0
    labels = {value for _, found, _ in samples.values for value in found.values()}
    assert not {"young", f"{stage.namespace}/young"} & labels


def test_the_series_of_a_policy_go_with_it(stage: Stage, inside: Callable[..., Inside]) -> None:
    """All of them, and the number of policies with them."""
    stage.make()
    policy = stage.policy()
    controller = inside(stage)
    until(lambda: controller.scrape().total("gc_resources_deleted_total", policy_name=policy))
    until(lambda: controller.scrape().total("gc_policies_total", phase="Active") == 1)
    stage.delete(stage.path(policy))
    until(lambda: not [found for _, found, _ in controller.scrape().values if found.get("policy_name") == policy])
    until(lambda: controller.scrape().total("gc_policies_total") == 0)


def test_policies_are_counted_by_phase(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """As their status has it, also of those that do not run."""
    embedded.policy(evaluationInterval="1h")
    embedded.policy(paused=True)
    embedded.policy(conditions={"phaze": []})
    paused = embedded.policy(paused=True)
    controller = inside(embedded)

    def phases() -> dict[str, float]:
        return {found["phase"]: value for found, value in controller.scrape().having("gc_policies_total")}

    until(lambda: phases() == {"Active": 1, "Paused": 2, "Error": 1})
    embedded.edit(paused, {"paused": False})
    until(lambda: phases() == {"Active": 2, "Paused": 1, "Error": 1})


def test_health_is_told_from_readiness(embedded: EmbeddedStage, inside: Callable[..., Inside]) -> None:
    """Alive at once, ready when the policies were listed; no other page, and the metrics have a port of their own."""
    embedded.server.faults = lambda each: (
        Fault(status=500) if "policies" in each.path and each.query.get("limit") == "500" else None
    )
    controller = inside(embedded)
    health, metrics = controller.controller.health_port, controller.controller.metrics_port
    assert fetch(health, "/healthz") == (200, "ok\n")
    status, text = fetch(health, "/readyz")
    assert status == 503
    assert "[-] policies-listed" in text
    embedded.server.faults = None
    until(lambda: fetch(health, "/readyz")[0] == 200)
    assert fetch(health, "/metrics")[0] == 404
    assert fetch(metrics, "/healthz")[0] == 404
    assert fetch(metrics, "/metrics")[0] == 200


def test_a_required_plugin_that_is_missing_is_no_open_door(
    embedded: EmbeddedStage, inside: Callable[..., Inside]
) -> None:
    """Not ready, nothing written, and the status says why."""
    name = embedded.make()
    policy = embedded.policy(targetResources=[TARGET])
    controller = inside(embedded, require_plugin=("guard",))
    until(lambda: embedded.reason(policy) == "PluginMissing")
    assert "guard" in embedded.condition(policy)["message"]
    status, text = fetch(controller.controller.health_port, "/readyz")
    assert status == 503
    assert "[-] plugins-loaded" in text
    assert embedded.there(name)
