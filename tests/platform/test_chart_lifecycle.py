"""The chart on a real API server: installed, upgraded, rolled back and taken away, and no policy is lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from docs.chart_values import targets
from tests.cluster.controller.controllers import run_replica
from tests.cluster.controller.stage import Stage, until
from tests.harness import RealCluster
from tests.platform.charts import CHART, HOME, IMAGE, helm, objects

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

POLICY = {
    "apiVersion": "gc.kube-zen.io/v1alpha1",
    "kind": "ClusterGarbageCollectionPolicy",
    "metadata": {"name": "kept"},
    "spec": {
        "targetResources": [
            {"apiVersion": "v1", "kind": "ConfigMap", "labelSelector": {"matchLabels": {"gone": "soon"}}}
        ],
        "ttl": {"afterCreation": "7d"},
    },
}
PLACE = ("--namespace", HOME)
WHERE = ("--set", f"image.registry={IMAGE['registry']},image.repository={IMAGE['repository']}")


@pytest.fixture
def own_cluster(apiserver_binaries: None) -> Iterator[RealCluster]:
    """A cluster of the test's own: definitions and ClusterRoles are everybody's."""
    with RealCluster(controller_manager=True) as cluster:
        yield cluster


def on(cluster: RealCluster, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Helm as the cluster's administrator."""
    return helm(*arguments, kubeconfig=cluster.kubeconfig_path)


def done(ended: subprocess.CompletedProcess[str]) -> None:
    """Claim that it went well."""
    assert ended.returncode == 0, ended.stderr


def policy_of(cluster: RealCluster) -> dict[str, Any]:
    """The policy as it is stored."""
    return dict(cluster.request("GET", cluster.path_of(POLICY)).body)


def arguments_of(cluster: RealCluster, home: str = HOME) -> list[str]:
    """What the Deployment gives the controller."""
    path = f"/apis/apps/v1/namespaces/{home}/deployments/gc-controller"
    return list(cluster.request("GET", path).body["spec"]["template"]["spec"]["containers"][0]["args"])


@pytest.mark.real
def test_through_its_whole_life_no_policy_is_lost(own_cluster: RealCluster) -> None:
    """Install, a policy, upgrade, rollback, a second release, uninstall, install: one uid, one spec."""
    install = ("install", "zen-gc", str(CHART), *PLACE, *WHERE, "--create-namespace")
    done(on(own_cluster, *install))
    own_cluster.create(POLICY)
    made = policy_of(own_cluster)

    done(on(own_cluster, "upgrade", "zen-gc", str(CHART), *PLACE, *WHERE, "--set", "dryRun=true"))
    assert "--dry-run=true" in arguments_of(own_cluster)
    done(on(own_cluster, "rollback", "zen-gc", "1", *PLACE))
    assert "--dry-run=true" not in arguments_of(own_cluster)
    assert policy_of(own_cluster) == made

    second = on(own_cluster, "install", "another", str(CHART), "--namespace", "elsewhere", *WHERE, "--create-namespace")
    assert second.returncode != 0
    assert "invalid ownership metadata" in second.stderr
    assert own_cluster.request("GET", "/apis/apps/v1/namespaces/elsewhere/deployments").body["items"] == []
    assert policy_of(own_cluster) == made

    removed = on(own_cluster, "uninstall", "zen-gc", *PLACE)
    done(removed)
    assert own_cluster.request("GET", f"/apis/apps/v1/namespaces/{HOME}/deployments").body["items"] == []
    assert policy_of(own_cluster) == made, "the definitions are kept, and with them the policies"

    again = on(own_cluster, *install)
    if again.returncode:  # Kubernetes has filled the aggregated role in the moment in which it was deleted
        assert 'ClusterRole "zen-gc-targets" in namespace "" exists' in again.stderr
        done(on(own_cluster, *install, "--take-ownership"))
    assert policy_of(own_cluster) == made
    assert on(own_cluster, "status", "zen-gc", *PLACE).returncode == 0


@pytest.mark.real
def test_definitions_of_another_owner_are_taken_over_only_when_asked(own_cluster: RealCluster) -> None:
    """As after `kubectl apply -k deploy/manifests`, with a policy there."""
    applied = own_cluster.kubectl("apply", "--server-side", "-k", str(CHART.parents[1] / "manifests"))
    assert applied.returncode == 0, applied.stderr
    own_cluster.create(POLICY)
    made = policy_of(own_cluster)
    install = ("install", "zen-gc", str(CHART), *PLACE, *WHERE)

    refused = on(own_cluster, *install)
    assert refused.returncode != 0
    assert "invalid ownership metadata" in refused.stderr
    done(on(own_cluster, *install, "--take-ownership", "--force-conflicts"))
    assert policy_of(own_cluster) == made
    done(on(own_cluster, "upgrade", "zen-gc", str(CHART), *PLACE, *WHERE))
    assert policy_of(own_cluster) == made


@pytest.mark.real
def test_the_program_acts_with_the_arguments_and_the_rights_of_the_chart(
    own_cluster: RealCluster, tmp_path: Path
) -> None:
    """As the Deployment would start it, under the ServiceAccount that the chart made; what no role names stays."""
    rights = (
        "--set-json",
        'rbac.extraTargets=[{"apiGroups":[""],"resources":["podtemplates"],"verbs":["get","list","delete"]}]',
    )
    done(on(own_cluster, "install", "zen-gc", str(CHART), *PLACE, *WHERE, *rights, "--create-namespace"))
    command, *arguments = arguments_of(own_cluster)
    assert command == "controller"
    stage = Stage(own_cluster, own_cluster.namespace(), HOME)
    due = stage.make()
    template = {
        "apiVersion": "v1",
        "kind": "PodTemplate",
        "metadata": {"name": "due", "namespace": stage.namespace, "labels": {"gc": "yes"}},
        "template": {"spec": {"containers": [{"name": "a", "image": "b"}]}},
    }
    own_cluster.create(template)
    stage.policy()
    stage.policy(
        targetResources=[{"apiVersion": "v1", "kind": "PodTemplate", "labelSelector": {"matchLabels": {"gc": "yes"}}}]
    )
    refused = stage.policy(
        targetResources=[{"apiVersion": "v1", "kind": "LimitRange", "labelSelector": {"matchLabels": {"gc": "yes"}}}]
    )
    who = own_cluster.service_account_kubeconfig(HOME, "gc-controller")
    ports = ("--metrics-addr=127.0.0.1:0", "--health-addr=127.0.0.1:0")
    replica = run_replica(stage, tmp_path, *arguments, *ports, config=who)
    try:
        until(lambda: not stage.there(due))
        until(lambda: own_cluster.request("GET", own_cluster.path_of(template)).status == 404)
        until(lambda: stage.reason(refused) == "AccessDenied")
    finally:
        replica.kill()


@pytest.mark.real
def test_what_the_controller_wrote_into_the_webhooks_configuration_outlives_upgrades(
    own_cluster: RealCluster, tmp_path: Path
) -> None:
    """The bundle is the controller's, the rest the chart's: upgrade and rollback change the one and leave the other."""
    webhook = ("--set", "webhook.enabled=true")
    done(on(own_cluster, "install", "zen-gc", str(CHART), *PLACE, *WHERE, *webhook, "--create-namespace"))
    stage = Stage(own_cluster, own_cluster.namespace(), HOME)
    who = own_cluster.service_account_kubeconfig(HOME, "gc-controller")
    ports = ("--metrics-addr=127.0.0.1:0", "--health-addr=127.0.0.1:0", "--webhook-addr=127.0.0.1:0")
    replica = run_replica(stage, tmp_path, *arguments_of(own_cluster)[1:], *ports, config=who)

    def configured() -> dict[str, Any]:
        path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/zen-gc"
        return dict(own_cluster.request("GET", path).body["webhooks"][0])

    try:
        until(lambda: configured()["clientConfig"].get("caBundle"), "the controller writes its bundle")
    finally:
        replica.kill()
    bundle = configured()["clientConfig"]["caBundle"]
    done(
        on(own_cluster, "upgrade", "zen-gc", str(CHART), *PLACE, *WHERE, *webhook, "--set", "webhook.timeoutSeconds=9")
    )
    assert (configured()["timeoutSeconds"], configured()["clientConfig"]["caBundle"]) == (9, bundle)
    done(on(own_cluster, "rollback", "zen-gc", "1", *PLACE))
    assert (configured()["timeoutSeconds"], configured()["clientConfig"]["caBundle"]) == (5, bundle)


@pytest.mark.real
def test_two_releases_for_some_namespaces_each_refuse_wrong_policies_there_alone(
    own_cluster: RealCluster, tmp_path: Path
) -> None:
    """With everything of the cluster that either may have, side by side; each writes the bundle of its own configuration."""
    teams = {own_cluster.namespace(): own_cluster.namespace() for _ in range(2)}
    more = (
        "rbac.apiServices=true",
        "webhook.enabled=true",
        "webhook.failurePolicy=Fail",
        "admissionPolicy.enabled=true",
    )
    for number, (team, home) in enumerate(teams.items()):
        flags = (*more, f"watchNamespaces={{{team}}}", f"crds.enabled={json.dumps(number == 0)}")
        given = [part for each in flags for part in ("--set", each)]
        done(on(own_cluster, "install", "zen-gc", str(CHART), "--namespace", home, *WHERE, *given))

    def refused(namespace: str) -> str:
        metadata = {"name": "wrong", "namespace": namespace}
        spec = {**POLICY["spec"], "ttl": {"afterCreation": "0d"}, "paused": True}
        wrong = {**POLICY, "kind": "GarbageCollectionPolicy", "metadata": metadata, "spec": spec}
        return own_cluster.kubectl("apply", "--dry-run=server", "-f", "-", stdin=json.dumps(wrong)).stderr

    replicas = []
    try:
        for team, home in teams.items():
            arguments = arguments_of(own_cluster, home)
            who = own_cluster.service_account_kubeconfig(home, "gc-controller")
            ports = ("--metrics-addr=127.0.0.1:0", "--health-addr=127.0.0.1:0", "--webhook-addr=127.0.0.1:0")
            stage = Stage(own_cluster, team, home)
            replicas.append(run_replica(stage, tmp_path, *arguments[1:], *ports, config=who).awake())
            port = replicas[-1].await_record("webhook serving")["port"]
            path = f"/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/zen-gc-{home}"
            here = {
                "service": None,
                "url": f"https://127.0.0.1:{port}/validate",
            }  # there is no node that serves the Service
            change = [
                {"op": "add", "path": f"/webhooks/0/clientConfig/{name}", "value": value}
                for name, value in here.items()
            ]
            answer = own_cluster.request("PATCH", path, change, content_type="application/json-patch+json")
            assert answer.status == 200, answer.text
        until(lambda: all(each.scrape().total("gc_webhook_trusted") == 1 for each in replicas), "both are trusted")
        until(lambda: all("a duration must be more than 0" in refused(team) for team in teams), "both are asked")
        denied = [{record["namespace"] for record in replica.records("policy refused")} for replica in replicas]
        assert denied == [{team} for team in teams]
        assert refused(own_cluster.namespace()) == ""
    finally:
        for replica in replicas:
            replica.kill()


EVERYTHING: dict[str, Any] = {
    "image": {**IMAGE, "digest": "sha256:" + "a" * 64, "pullPolicy": "Always"},
    "imagePullSecrets": [{"name": "pull"}],
    "allowMark": ["example.com/team"],
    "allowResource": ["persistentvolumeclaims"],
    "recycleSecrets": True,
    "rbac": {
        "targets": dict.fromkeys(targets(), True),
        "aggregateToEdit": True,
        "extraTargets": [
            {"apiGroups": ["tekton.dev"], "resources": ["pipelineruns"], "verbs": ["get", "list", "delete"]}
        ],
    },
    "webhook": {"enabled": True, "tls": "secret", "secretName": "own", "caBundle": "Q0E=", "failurePolicy": "Fail"},
    "admissionPolicy": {"enabled": True},
    "priorityClassName": "system-cluster-critical",
    "nodeSelector": {"kubernetes.io/os": "linux"},
    "tolerations": [{"key": "a", "operator": "Exists"}],
    "commonLabels": {"team": "platform"},
    "networkPolicy": {
        "enabled": True,
        "metricsFrom": [{"namespaceSelector": {"matchLabels": {"a": "b"}}}],
        "apiServerTo": [{"ipBlock": {"cidr": "10.0.0.1/32"}}],
    },
    "metrics": {"dashboard": {"enabled": True}},
    "notifications": {"secretName": "told"},
    "extraObjects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-extra"}}],
}
"""Values that make the chart give all that a plain API server knows."""


ONE_NAMESPACE: dict[str, Any] = {
    "watchNamespaces": ["team-a"],
    "rbac": {**EVERYTHING["rbac"], "apiServices": True},
    "webhook": {"enabled": True},
    "admissionPolicy": {"enabled": True},
    "allowResource": EVERYTHING["allowResource"],
    "recycleSecrets": True,
}
"""All that it gives for one namespace beside that."""


@pytest.mark.real
@pytest.mark.parametrize("given", [EVERYTHING, ONE_NAMESPACE], ids=["everything", "one namespace"])
def test_the_server_takes_every_object_of_the_chart_to_the_letter(
    real_cluster: RealCluster, given: dict[str, Any]
) -> None:
    """Strictly: a field that it does not know, or a value that it would change, is an error."""
    namespace = real_cluster.namespace()
    items = objects(given)
    for item in items:
        if "namespace" in item["metadata"]:
            item["metadata"]["namespace"] = namespace
    assert len(items) > 20
    text = "\n---\n".join(json.dumps(item) for item in items)
    taken = real_cluster.kubectl(
        "apply", "--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict", "-f", "-", stdin=text
    )
    assert taken.returncode == 0, taken.stderr
    assert "Warning" not in taken.stderr
