"""A real Prometheus that scrapes a real controller on a real API server: every panel has an answer, and a tripped breaker an alert."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from docs.dashboard import ROWS
from tests.cluster.controller.controllers import run_replica
from tests.cluster.controller.stage import AT_ONCE, Stage, ago, until
from tests.harness.crds import install_crds
from tests.harness.real import RealCluster
from tests.platform.outside import program
from tests.platform.prometheus import prometheus
from tests.platform.test_monitoring import MONITORING

if TYPE_CHECKING:
    from pathlib import Path

NEEDS = {"gc_delete_conflicts_total": "an object that changes between the last look and the delete"}
"""What a panel shows only after something that is not brought about here."""


def target(label: str) -> dict[str, object]:
    """ConfigMaps with a label of a policy's own."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "labelSelector": {"matchLabels": {"of": label}}}


@pytest.mark.real
def test_every_panel_is_answered_and_a_tripped_breaker_is_alerted(apiserver_binaries: None, tmp_path: Path) -> None:
    """Within seconds of the run; a controller that deleted, kept, retained, tried dry, tripped, and met a wrong policy."""
    program("prometheus")
    with RealCluster(controller_manager=True) as cluster:
        install_crds(cluster)
        stage = Stage(cluster, cluster.namespace(), cluster.namespace())
        for label in ("acting", "dry", "retained", "trips", "alone"):
            for age in (3, 4, 5):
                stage.make(metadata={"labels": {"of": label}, "creationTimestamp": ago(hours=age)})
        wide = {"breaker": {"maxPercent": 100}}
        stage.policy("acting", targetResources=[target("acting")], behavior=wide)
        stage.policy("dry", targetResources=[target("dry")], behavior={**wide, "dryRun": True})
        stage.policy("retained", targetResources=[target("retained")], retain={"last": 1}, behavior=wide)
        stage.policy(
            "trips", targetResources=[target("trips")], behavior={"breaker": {"maxPercent": 100, "maxObjects": 1}}
        )
        nothing = [{"apiVersion": "v1", "kind": "ConfigMap", "by": "owned", "are": "none"}]
        stage.policy(
            "alone",
            targetResources=[target("alone")],
            conditions={"related": nothing},
            ttl={"afterCreation": "1s"},
            behavior=wide,
        )
        stage.policy("wrong", targetResources=[target("wrong")], conditions={"phaze": []}, ttl=AT_ONCE)
        replica = run_replica(stage, tmp_path, "--webhook-addr=127.0.0.1:0")
        try:
            replica.awake()
            with prometheus(tmp_path, MONITORING / "rules.yaml", replica.metrics_port) as asked:
                firing = 'ALERTS{alertname="ZenGCBreakerTripped",alertstate="firing",policy_name="trips"}'
                until(lambda: asked.ask(firing), "the alert fires")
                for _, row in ROWS:
                    for panel in row:
                        for query, _ in panel.queries:
                            if any(name in query for name in NEEDS):
                                assert asked.ask(filled(query)) == []
                            else:
                                until(partial(asked.ask, filled(query)), query)
                others = {each["metric"]["alertname"] for each in asked.ask('ALERTS{alertstate="firing"}')}
                assert others == {"ZenGCBreakerTripped"}
        finally:
            replica.kill()


def filled(query: str) -> str:
    """A panel's query as Grafana would send it for all policies."""
    everything = {"$__rate_interval": "15s", "$policy_namespace": ".*", "$policy_name": ".*"}
    for name, value in everything.items():
        query = query.replace(name, value)
    return query
