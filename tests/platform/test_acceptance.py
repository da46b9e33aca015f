"""What a platform team does on its first day, in one piece, on a real API server: install, refuse, act, upgrade, alert.

The chart's Service of the webhook is the real way to it: the API server resolves it to the endpoint that stands for the Pod.
"""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.cluster.controller.controllers import run_replica
from tests.cluster.controller.rights import Audit
from tests.cluster.controller.stage import AT_ONCE, TARGET, Stage, until
from tests.golden.running import zen_gc
from tests.harness.real import RealCluster
from tests.platform.charts import CHART, HOME
from tests.platform.outside import program
from tests.platform.prometheus import prometheus
from tests.platform.test_chart_lifecycle import PLACE, WHERE, arguments_of, done, on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.controller.controllers import Replica

SERVICE = "gc-controller-webhook"
RULES = CHART.parents[1] / "monitoring" / "rules.yaml"
CONFIGURATION = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/zen-gc"


def own_address() -> str:
    """An address of this machine that an endpoint may have, which no loopback address is."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent
            address = str(probe.getsockname()[0])
        except OSError:
            address = "127.0.0.1"
    if address.startswith("127."):
        pytest.skip("webhook behind its Service: NOT RUN (this machine has no address but the loopback's)")
    return address


@pytest.fixture
def own_cluster(apiserver_binaries: None) -> Iterator[RealCluster]:
    """A cluster of the test's own, which writes every request down."""
    with RealCluster(controller_manager=True, audit=True) as cluster:
        yield cluster


def start(stage: Stage, directory: Path) -> Replica:
    """The controller as the Deployment would start it, under its ServiceAccount."""
    command, *arguments = arguments_of(stage.cluster)  # type: ignore[arg-type]  # the real one
    assert command == "controller"
    who = stage.cluster.service_account_kubeconfig(HOME, "gc-controller")
    own = ("--metrics-addr=127.0.0.1:0", "--health-addr=127.0.0.1:0", f"--webhook-addr={own_address()}:0")
    return run_replica(stage, directory, *arguments, *own, "--gc-interval=1s", config=who).awake()


def stand_for(stage: Stage, port: int) -> None:
    """Make the endpoint of the webhook's Service, as the kubelet and its controller would for a Pod."""
    stage.cluster.create(
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {"name": SERVICE, "namespace": HOME, "labels": {"kubernetes.io/service-name": SERVICE}},
            "addressType": "IPv4",
            "endpoints": [{"addresses": [own_address()], "conditions": {"ready": True}}],
            "ports": [{"name": "webhook", "port": port, "protocol": "TCP"}],
        }
    )


def document(stage: Stage, name: str, **spec: Any) -> dict[str, Any]:
    """A policy on the stage's ConfigMaps."""
    return {
        "apiVersion": "gc.kube-zen.io/v1alpha1",
        "kind": "GarbageCollectionPolicy",
        "metadata": {"name": name, "namespace": stage.namespace},
        "spec": {"targetResources": [TARGET], "ttl": AT_ONCE, **spec},
    }


def refused(stage: Stage) -> bool:
    """Whether kubectl refuses a wrong policy with all of its paths; what no keyword is called only the webhook knows."""
    wrong = document(stage, "wrong", conditions={"phaze": [], "olderThan": "0s"})
    ended = stage.cluster.kubectl("apply", "-f", "-", stdin=json.dumps(wrong))
    if ended.returncode == 0:
        stage.cluster.kubectl("delete", "-f", "-", stdin=json.dumps(wrong), check=True)
        return False
    assert "spec.conditions.olderThan" in ended.stderr
    assert "phaze" in ended.stderr
    return True


@pytest.mark.real
def test_a_platform_team_installs_it_and_a_tenant_uses_it(own_cluster: RealCluster, tmp_path: Path) -> None:
    """Nothing is lost by an upgrade and its rollback, and the alert of a tripped breaker fires."""
    for name in ("helm", "prometheus"):
        program(name)
    webhook = ("--set", "webhook.enabled=true")
    install = (str(CHART), *PLACE, *WHERE, *webhook)
    done(on(own_cluster, "install", "zen-gc", *install, "--create-namespace"))
    stage = Stage(own_cluster, own_cluster.namespace(), HOME)
    replica = start(stage, tmp_path)
    try:
        stand_for(stage, replica.await_record("webhook serving")["port"])
        until(lambda: refused(stage), "a wrong policy is refused through the Service")

        objects = stage.make_many(3)
        own_cluster.create(
            {
                "apiVersion": "v1",
                "kind": "ServiceAccount",
                "metadata": {"name": "cleaner", "namespace": stage.namespace},
            }
        )
        right = document(stage, "right", serviceAccountName="cleaner")
        (tmp_path / "right.yaml").write_text(yaml.safe_dump(right))
        printed = zen_gc("rbac", "-f", tmp_path / "right.yaml", "--kubeconfig", own_cluster.kubeconfig_path, "--live")
        assert printed.code == 0, printed.err
        own_cluster.kubectl("apply", "-f", "-", stdin=printed.out, check=True)
        audit = Audit(own_cluster, HOME)
        own_cluster.kubectl("apply", "-f", str(tmp_path / "right.yaml"), check=True)
        until(lambda: not any(map(stage.there, objects)), "its objects go")
        deletes = [each for each in audit.requests() if each["verb"] == "delete"]
        assert len(deletes) == len(objects)
        accounts = {each["impersonatedUser"]["username"] for each in deletes}
        assert accounts == {f"system:serviceaccount:{stage.namespace}:cleaner"}

        before = own_cluster.request("GET", stage.path("right")).body
        bundle = own_cluster.request("GET", CONFIGURATION).body["webhooks"][0]["clientConfig"]["caBundle"]
        done(on(own_cluster, "upgrade", "zen-gc", *install, "--set", "logLevel=debug"))
        assert "--log-level=debug" in arguments_of(own_cluster)
        done(on(own_cluster, "rollback", "zen-gc", "1", *PLACE))
        after = own_cluster.request("GET", stage.path("right")).body
        assert (after["metadata"]["uid"], after["spec"]) == (before["metadata"]["uid"], before["spec"])
        kept = own_cluster.request("GET", CONFIGURATION).body["webhooks"][0]["clientConfig"].get("caBundle")
        assert kept == bundle, "an upgrade leaves the bundle alone, which Helm does not own"
        assert refused(stage)

        more = stage.make_many(3, metadata={"labels": {"of": "trips"}})
        target = {"apiVersion": "v1", "kind": "ConfigMap", "labelSelector": {"matchLabels": {"of": "trips"}}}
        breaker = {"breaker": {"maxObjects": 1, "maxPercent": 100}}
        trips = document(stage, "trips", targetResources=[target], behavior=breaker)
        own_cluster.kubectl("apply", "-f", "-", stdin=json.dumps(trips), check=True)
        with prometheus(tmp_path, RULES, replica.metrics_port) as asked:
            firing = 'ALERTS{alertname="ZenGCBreakerTripped",alertstate="firing",policy_name="trips"}'
            until(lambda: asked.ask(firing), "the alert of a tripped breaker fires")
        assert all(map(stage.there, more))
    finally:
        replica.kill()
