"""What a test may rely on, on both clusters."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kubernetes import client, config

if TYPE_CHECKING:
    from tests.harness import Cluster, RealCluster

LONG_AGO = datetime(2020, 2, 29, 12, 30, 15, tzinfo=UTC)
WRITTEN = "2020-02-29T12:30:15Z"


def test_a_backdated_object_is_old_to_every_reader(cluster: Cluster) -> None:
    """GET, both kinds of list and a watch see the new creation time under a new resourceVersion."""
    made = cluster.create(_configmap(cluster.namespace()))
    path = cluster.path_of(made)
    collection = path.rpartition("/")[0]

    changed = cluster.backdate(made, LONG_AGO)["metadata"]

    version = made["metadata"]["resourceVersion"]
    watch = cluster.request("GET", f"{collection}?watch=1&timeoutSeconds=1&resourceVersion={version}")
    seen = [cluster.request("GET", path).body, *(event["object"] for event in watch.events)]
    for query in ("", "?resourceVersion=0"):
        seen += cluster.request("GET", collection + query).body["items"]
    assert [each["metadata"]["creationTimestamp"] for each in seen] == [WRITTEN] * 4
    assert changed["resourceVersion"] != version
    assert changed["uid"] == made["metadata"]["uid"]


def test_a_backdated_object_is_deleted_at_its_new_version_only(cluster: Cluster) -> None:
    """Preconditions hold for it as for any other change."""
    made = cluster.create(_configmap(cluster.namespace()))
    path = cluster.path_of(made)
    changed = cluster.backdate(path, LONG_AGO)

    statuses = [
        cluster.request(
            "DELETE", path, {"preconditions": {key: each["metadata"][key] for key in ("uid", "resourceVersion")}}
        )
        for each in (made, changed)
    ]

    assert [answer.status for answer in statuses] == [409, 200]


def test_an_object_is_made_with_the_status_and_the_age_it_is_written_with(cluster: Cluster) -> None:
    """The API drops both on a create."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "one", "namespace": cluster.namespace(), "creationTimestamp": WRITTEN},
        "spec": {"containers": [{"name": "main", "image": "example.com/nothing"}]},
        "status": {"phase": "Failed", "reason": "Evicted"},
    }

    made = cluster.create(pod)

    assert (made["status"]["phase"], made["status"]["reason"]) == ("Failed", "Evicted")
    assert made["metadata"]["creationTimestamp"] == WRITTEN


def test_the_python_client_takes_the_kubeconfig(cluster: Cluster) -> None:
    """Address, certificate and token are all in it."""
    namespace = cluster.namespace()
    cluster.create(_configmap(namespace))

    with config.new_client_from_config(str(cluster.kubeconfig_path)) as api:  # type: ignore[no-untyped-call]  # untyped there
        found = client.CoreV1Api(api).list_namespaced_config_map(namespace)

    assert [each.metadata.name for each in found.items if each.metadata] == ["one"]


def test_kubectl_sees_what_was_made(cluster: Cluster) -> None:
    """It runs with the kubeconfig and a home of its own."""
    namespace = cluster.namespace()
    cluster.create(_configmap(namespace))

    assert cluster.kubectl("get", "configmaps", "-n", namespace, "-o", "name", check=True).stdout == "configmap/one\n"


def test_a_service_account_may_do_what_it_is_granted_and_nothing_else(real_cluster: RealCluster) -> None:
    """RBAC is on, and its tokens come from the server."""
    namespace = real_cluster.namespace()
    account = {"kind": "ServiceAccount", "name": "reader", "namespace": namespace}
    named = {"name": "reading", "namespace": namespace}
    rbac = "rbac.authorization.k8s.io"
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}]
    real_cluster.create({"apiVersion": f"{rbac}/v1", "kind": "Role", "metadata": named, "rules": rules})
    reference = {"apiGroup": rbac, "kind": "Role", "name": "reading"}
    real_cluster.create(
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "RoleBinding",
            "metadata": named,
            "roleRef": reference,
            "subjects": [account],
        }
    )
    reader = real_cluster.service_account_kubeconfig(namespace, "reader")

    allowed = real_cluster.kubectl("get", "configmaps", "-n", namespace, config=reader)
    refused = real_cluster.kubectl("get", "pods", "-n", namespace, config=reader)

    assert allowed.returncode == 0
    assert f'"system:serviceaccount:{namespace}:reader" cannot list resource "pods"' in refused.stderr


def test_copies_are_objects_like_any_other(real_cluster: RealCluster) -> None:
    """Listed, counted, and deleted by their own uid."""
    made = real_cluster.create(_configmap(real_cluster.namespace()))
    collection = real_cluster.path_of(made).rpartition("/")[0]

    real_cluster.multiply(made, [f"copy-{number}" for number in range(250)])

    page = real_cluster.request("GET", f"{collection}?limit=1").body
    uids = {each["metadata"]["uid"] for each in real_cluster.request("GET", collection).body["items"]}
    copied = real_cluster.request("GET", f"{collection}/copy-249").body["metadata"]
    preconditions = {key: copied[key] for key in ("uid", "resourceVersion")}
    deleted = real_cluster.request("DELETE", f"{collection}/copy-249", {"preconditions": preconditions})
    assert (page["metadata"]["remainingItemCount"], len(uids), deleted.status) == (250, 251, 200)


def test_what_is_stored_as_it_is_has_its_own_uid_and_time(real_cluster: RealCluster) -> None:
    """In a namespace that nobody made, too; and it is deleted by its own uid."""
    made = real_cluster.create(_configmap(real_cluster.namespace()))
    elsewhere = f"{made['metadata']['namespace']}-2"
    own = {
        "name": "stored",
        "namespace": elsewhere,
        "uid": str(uuid.uuid4()),
        "creationTimestamp": "2026-01-01T00:00:00Z",
    }
    stored = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": own, "data": {"a": "b"}}

    real_cluster.store(made, [stored])

    (found,) = real_cluster.request("GET", f"/api/v1/namespaces/{elsewhere}/configmaps").body["items"]
    preconditions = {"uid": own["uid"], "resourceVersion": found["metadata"]["resourceVersion"]}
    deleted = real_cluster.request("DELETE", real_cluster.path_of(stored), {"preconditions": preconditions})
    assert (found["metadata"].items() >= own.items(), found["data"], deleted.status) == (True, {"a": "b"}, 200)


def test_cluster_roles_are_aggregated(real_cluster: RealCluster) -> None:
    """A controller collects the rules of the roles that carry the label."""
    name = f"aggregated-{real_cluster.namespace()}"
    rules = [{"apiGroups": ["example.com"], "resources": [name], "verbs": ["get"]}]
    rbac = "rbac.authorization.k8s.io/v1"
    labels = {"aggregate-to": name}
    whole = {
        "apiVersion": rbac,
        "kind": "ClusterRole",
        "metadata": {"name": name},
        "rules": [],
        "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": labels}]},
    }
    part = {
        "apiVersion": rbac,
        "kind": "ClusterRole",
        "metadata": {"name": f"{name}-part", "labels": labels},
        "rules": rules,
    }
    real_cluster.create(part)
    path = real_cluster.path_of(real_cluster.create(whole))

    assert real_cluster.eventually(lambda: real_cluster.request("GET", path).body["rules"] == rules)


def _configmap(namespace: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "one", "namespace": namespace},
        "data": {"a": "b"},
    }
