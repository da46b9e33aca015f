"""The whole of it on a real API server: the manifests, two replicas under exactly their rights, seen from outside."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cluster.controller.hooked import configuration, installed
from tests.cluster.controller.stage import Stage, ago, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cluster.controller.controllers import Replica
    from tests.harness.real import RealCluster

MANIFESTS = Path(__file__).parents[3] / "deploy/manifests"
HOME = "zen-gc-system"
LEASE = "gc-controller-leader-election"
POLICIES = """
apiVersion: gc.kube-zen.io/v1alpha1
kind: GarbageCollectionPolicy
metadata: {name: configmaps}
spec:
  targetResources: [{apiVersion: v1, kind: ConfigMap, labelSelector: {matchLabels: {gc: "yes"}}}]
  ttl: {afterCreation: 1h}
  behavior: {maxDeletionsPerSecond: 8}
  evaluationInterval: 1s
---
apiVersion: gc.kube-zen.io/v1alpha1
kind: GarbageCollectionPolicy
metadata: {name: jobs}
spec:
  targetResources: [{apiVersion: batch/v1, kind: Job}]
  ttl: {afterFinished: 1h}
  evaluationInterval: 1s
---
apiVersion: gc.kube-zen.io/v1alpha1
kind: GarbageCollectionPolicy
metadata: {name: secrets}
spec:
  targetResources: [{apiVersion: v1, kind: Secret}]
  ttl: {immediate: true}
  evaluationInterval: 1s
---
apiVersion: gc.kube-zen.io/v1alpha1
kind: GarbageCollectionPolicy
metadata: {name: wrong}
spec:
  targetResources: [{apiVersion: v1, kind: Pod}]
  ttl: {afterCreation: 1h}
  conditions: {phaze: [Failed]}
"""


@pytest.fixture
def deployed(own_real_cluster: RealCluster) -> Iterator[Stage]:
    """The manifests, applied, and the aggregated rights there."""
    cluster = own_real_cluster
    cluster.kubectl(
        "apply", "--server-side", "--force-conflicts", "--validate=strict", "-k", str(MANIFESTS), check=True
    )
    who = cluster.service_account_kubeconfig(HOME, "gc-controller")
    until(lambda: cluster.kubectl("auth", "can-i", "list", "pods", "-A", config=who).stdout.strip() == "yes")
    stage = Stage(cluster, cluster.namespace(), HOME)
    yield stage
    stage.clear()
    stage.delete(stage.lease_path())


def job(name: str, namespace: str, finished: str | None) -> dict[str, object]:
    """A Job, finished or running."""
    pod = {"containers": [{"name": "c", "image": "i"}], "restartPolicy": "Never"}
    done = [
        {"type": kind, "status": "True", "lastTransitionTime": finished} for kind in ("SuccessCriteriaMet", "Complete")
    ]
    status = {"startTime": finished, "completionTime": finished, "succeeded": 1, "conditions": done}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "namespace": namespace, "creationTimestamp": ago(hours=3)},
        "spec": {"template": {"spec": pod}},
        **({"status": status} if finished else {}),
    }


def test_two_replicas_under_their_own_rights(deployed: Stage, replica: Callable[..., Replica]) -> None:  # noqa: PLR0915  one story
    """What goes, what stays and why, through the death of the leader; by kubectl, scrapes and logs."""
    cluster, namespace = deployed.cluster, deployed.namespace
    who = cluster.service_account_kubeconfig(HOME, "gc-controller")

    def kubectl(*arguments: str, **options: str) -> str:
        return cluster.kubectl(*arguments, check=True, **options).stdout

    old = deployed.make_many(40, metadata={"creationTimestamp": ago(hours=3)})
    deployed.make("young")
    deployed.make("kept", metadata={"creationTimestamp": ago(hours=3), "annotations": {"gc.kube-zen.io/keep": "yes"}})
    deployed.make("secret", kind="Secret")
    cluster.create(job("finished", namespace, ago(hours=2)))
    cluster.create(job("running", namespace, None))
    first = replica(deployed, config=who, name="first").awake()
    first.await_record("became leader")
    second = replica(deployed, config=who, name="second").awake()
    second.await_record("standing by", holder=first.identity)
    kubectl("apply", "-n", namespace, "-f", "-", stdin=POLICIES)

    first.await_record("resource deleted", 5, policy="configmaps")
    holder = "jsonpath={.spec.holderIdentity} {.spec.leaseTransitions}"
    assert kubectl("get", "lease", LEASE, "-n", HOME, "-o", holder) == f"{first.identity} 0"
    first.send(signal.SIGKILL)
    second.await_record("became leader")
    assert kubectl("get", "lease", LEASE, "-n", HOME, "-o", holder) == f"{second.identity} 1"
    until(lambda: deployed.names() == {"young", "kept"})
    until(lambda: kubectl("get", "jobs", "-n", namespace, "-o", "name") == "job.batch/running\n")

    until(lambda: deployed.status("configmaps").get("resourcesPending") == 2)
    until(lambda: deployed.status("wrong") and deployed.status("secrets") and deployed.status("jobs"))
    rows = {line.split()[0]: line.split() for line in kubectl("get", "gcp", "-n", namespace).splitlines()}
    assert rows["configmaps"][1:3] == ["Active", "True"]
    assert rows["jobs"][1:3] == ["Active", "True"]
    assert rows["secrets"][1:3] == ["Error", "False"]
    assert rows["wrong"][1:3] == ["Error", "False"]
    denied = deployed.condition("secrets")
    assert denied["reason"] == "AccessDenied"
    assert "grant the verb list on secrets" in denied["message"]
    assert "resourcesMatched" not in deployed.status("secrets")
    assert deployed.reason("wrong") == "InvalidPolicy"
    assert cluster.request("GET", f"/api/v1/namespaces/{namespace}/secrets/secret").status == 200

    described = kubectl("describe", "gcp", "configmaps", "-n", namespace)
    assert f"Deleted resource {namespace}/" in described
    assert "Evaluated policy: matched=" in described
    assert "AccessDenied" in kubectl("describe", "gcp", "secrets", "-n", namespace)
    assert "InvalidPolicy" in kubectl("describe", "gcp", "wrong", "-n", namespace)

    assert second.probe("/healthz")[0] == second.probe("/readyz")[0] == 200
    samples = second.scrape()
    assert samples.total("gc_leader_election_status") == 1
    assert samples.total("gc_errors_total", policy_name="secrets", error_type="access_denied") >= 1
    gone = [
        each["resource_name"]
        for one in (first, second)
        for each in one.records("resource deleted", policy="configmaps")
    ]
    assert set(gone) <= set(old)
    assert len(gone) == len(set(gone))
    intents = {
        each["resource_name"]
        for one in (first, second)
        for each in one.records("deleting resource", policy="configmaps")
    }
    assert intents == set(old)
    assert samples.total("gc_resources_deleted_total", policy_name="configmaps") == len(
        second.records("resource deleted", policy="configmaps")
    )
    for one in (first, second):
        assert not one.records("unexpected error")
        assert not one.err.read_text()
        assert all({"timestamp", "level", "event"} <= set(json.loads(line)) for line in one.text().splitlines())
    third = replica(deployed, config=who, name="third").awake()
    third.await_record("standing by", holder=second.identity)
    second.send(signal.SIGTERM)
    assert second.wait() == 0
    third.await_record("became leader")
    name = deployed.make(metadata={"creationTimestamp": ago(hours=3)})
    until(lambda: not deployed.there(name))


def test_both_replicas_are_trusted_under_their_own_rights(deployed: Stage, replica: Callable[..., Replica]) -> None:
    """Leader or not: with the rights of the webhook's manifest, and names as they are by default."""
    cluster = deployed.cluster
    cluster.kubectl("apply", "--server-side", "-f", str(MANIFESTS / "webhook/rbac.yaml"), check=True)
    who = cluster.service_account_kubeconfig(HOME, "gc-controller")
    both = [
        replica(deployed, "--webhook-addr=127.0.0.1:0", config=who, name=name).awake() for name in ("first", "second")
    ]
    port = both[0].await_record("webhook serving")["port"]
    try:
        with installed(cluster, configuration("zen-gc", port)):
            for one in both:
                one.await_record("webhook trusted")
                until(lambda one=one: "[+] webhook-trusted" in one.probe("/readyz")[1])  # type: ignore[misc]
                assert not one.records("webhook not looked after")
            wrong = ("apply", "-n", deployed.namespace, "-f", "-")
            until(lambda: cluster.kubectl(*wrong, stdin=POLICIES).returncode, "the configuration is in force")
            refused = cluster.kubectl(*wrong, stdin=POLICIES)
            assert (
                "The GarbageCollectionPolicy \"wrong\" is invalid: spec.conditions: unknown 'phaze'" in refused.stderr
            )
            assert refused.stdout.count("garbagecollectionpolicy.gc.kube-zen.io/") == 3
    finally:
        cluster.request("DELETE", f"/api/v1/namespaces/{HOME}/secrets/zen-gc-webhook-ca")
