"""The manifests on a real API server, and what their ServiceAccount may do there."""

from __future__ import annotations

import json
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.harness import RealCluster

MANIFESTS = Path(__file__).parents[2] / "deploy/manifests"
HOME = "zen-gc-system"
PATIENCE = 180.0

ALLOWED = [
    "list garbagecollectionpolicies.gc.kube-zen.io --all-namespaces",
    "watch garbagecollectionpolicies.gc.kube-zen.io --all-namespaces",
    "watch clustergarbagecollectionpolicies.gc.kube-zen.io",
    "patch garbagecollectionpolicies.gc.kube-zen.io --subresource=status -n default",
    "patch clustergarbagecollectionpolicies.gc.kube-zen.io --subresource=status",
    "get customresourcedefinitions.apiextensions.k8s.io",
    "get namespaces",
    "list namespaces",
    "create events -n default",
    "patch events -n team-a",
    f"create leases.coordination.k8s.io -n {HOME}",
    f"get leases.coordination.k8s.io/gc-controller-leader-election -n {HOME}",
    f"update leases.coordination.k8s.io/gc-controller-leader-election -n {HOME}",
    f"get configmaps/zen-gc-pause -n {HOME}",
    "create selfsubjectaccessreviews.authorization.k8s.io",
    "get /apis",
    "list pods --all-namespaces",
    "delete jobs.batch -n team-a",
    "delete configmaps -n team-a",
    "get serviceaccounts -n team-a",
    "create subjectaccessreviews.authorization.k8s.io",
    "create localsubjectaccessreviews.authorization.k8s.io -n team-a",
    "delete replicasets.apps -n team-a",
    "create recycledobjects.gc.kube-zen.io -n team-a",
    "update recycledobjects.gc.kube-zen.io -n team-a",
    "list recycledobjects.gc.kube-zen.io --all-namespaces",
    "delete clusterrecycledobjects.gc.kube-zen.io",
]

DENIED = [
    "patch garbagecollectionpolicies.gc.kube-zen.io -n default",
    "delete garbagecollectionpolicies.gc.kube-zen.io -n default",
    "create garbagecollectionpolicies.gc.kube-zen.io -n default",
    "update clustergarbagecollectionpolicies.gc.kube-zen.io",
    "delete namespaces",
    "watch namespaces",
    "get leases.coordination.k8s.io -n kube-system",
    f"update leases.coordination.k8s.io/another -n {HOME}",
    f"delete leases.coordination.k8s.io/gc-controller-leader-election -n {HOME}",
    "get secrets -n team-a",
    "create secrets -n team-a",
    "patch recycledobjects.gc.kube-zen.io -n team-a",
    "deletecollection recycledobjects.gc.kube-zen.io -n team-a",
    "list secrets --all-namespaces",
    "delete persistentvolumeclaims -n team-a",
    "delete deployments.apps -n team-a",
    "create pods -n team-a",
    "patch pods -n team-a",
    "patch configmaps -n team-a",
    "patch jobs.batch -n team-a",
    "list serviceaccounts -n team-a",
    "impersonate:serviceaccount serviceaccounts.authentication.k8s.io -n team-a",
    "patch replicasets.apps -n team-a",
    "update configmaps -n team-a",
    "deletecollection pods -n team-a",
    "get pods --subresource=log -n team-a",
    "create pods --subresource=eviction -n team-a",
    "delete nodes",
    "delete customresourcedefinitions.apiextensions.k8s.io",
    "update clusterroles.rbac.authorization.k8s.io",
    "escalate clusterroles.rbac.authorization.k8s.io",
    "impersonate serviceaccounts -n team-a",
]


@pytest.fixture(scope="module")
def installed(real_cluster: RealCluster) -> RealCluster:
    """A cluster to which the manifests have been applied, and whose aggregated role has been filled."""
    applied = real_cluster.kubectl(
        "apply", "--server-side", "--force-conflicts", "--validate=strict", "-k", str(MANIFESTS)
    )
    assert applied.returncode == 0, applied.stderr
    assert "Warning" not in applied.stderr
    await_yes(real_cluster, account(real_cluster), "list pods --all-namespaces")
    return real_cluster


@pytest.fixture(scope="module")
def who(installed: RealCluster) -> Path:
    """The kubeconfig of the controller's ServiceAccount."""
    return account(installed)


def account(cluster: RealCluster) -> Path:
    """The kubeconfig of the controller's ServiceAccount."""
    return cluster.service_account_kubeconfig(HOME, "gc-controller")


def may(cluster: RealCluster, who: Path, question: str) -> str:
    """What `kubectl auth can-i` says."""
    return cluster.kubectl("auth", "can-i", *question.split(), config=who).stdout.strip()


def await_yes(cluster: RealCluster, who: Path, question: str) -> None:
    """Wait until the control plane has aggregated the roles."""
    deadline = time.monotonic() + PATIENCE
    while may(cluster, who, question) != "yes":
        assert time.monotonic() < deadline, f"can-i {question}: still no"
        time.sleep(0.2)


@pytest.mark.parametrize("question", ALLOWED)
def test_the_controller_may_do_what_it_needs(installed: RealCluster, who: Path, question: str) -> None:
    """Under its own token."""
    assert may(installed, who, question) == "yes"


@pytest.mark.parametrize("question", DENIED)
def test_the_controller_may_do_nothing_else(installed: RealCluster, who: Path, question: str) -> None:
    """Nothing that writes rights, policies, or what no role was given for."""
    assert may(installed, who, question) == "no"


def test_a_labelled_role_opens_a_kind_to_policies(installed: RealCluster, who: Path) -> None:
    """As soon as the control plane has seen it, without a restart."""
    question = "delete podtemplates -n team-a"
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {
            "name": f"test-{secrets.token_hex(5)}",
            "labels": {"gc.kube-zen.io/aggregate-to-controller": "true"},
        },
        "rules": [{"apiGroups": [""], "resources": ["podtemplates"], "verbs": ["get", "list", "delete", "patch"]}],
    }
    assert may(installed, who, question) == "no"
    installed.create(role)
    try:
        await_yes(installed, who, question)
    finally:
        assert installed.request("DELETE", installed.path_of(role)).status == 200


@pytest.mark.parametrize("name", ["workloads", "marking", "secrets", "persistentvolumeclaims"])
def test_the_optional_roles_would_be_taken(installed: RealCluster, name: str) -> None:
    """Strictly validated by the server."""
    path = str(MANIFESTS / "targets" / f"{name}.yaml")
    applied = installed.kubectl("apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", path)
    assert applied.returncode == 0, applied.stderr


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("get validatingwebhookconfigurations.admissionregistration.k8s.io/zen-gc", "yes"),
        ("patch validatingwebhookconfigurations.admissionregistration.k8s.io/zen-gc", "yes"),
        ("patch validatingwebhookconfigurations.admissionregistration.k8s.io/other", "no"),
        ("create validatingwebhookconfigurations.admissionregistration.k8s.io", "no"),
        ("list validatingwebhookconfigurations.admissionregistration.k8s.io", "no"),
        (f"get secrets/zen-gc-webhook-ca -n {HOME}", "yes"),
        (f"update secrets/zen-gc-webhook-ca -n {HOME}", "yes"),
        (f"create secrets -n {HOME}", "yes"),
        (f"get secrets/other -n {HOME}", "no"),
        (f"list secrets -n {HOME}", "no"),
        (f"delete secrets/zen-gc-webhook-ca -n {HOME}", "no"),
        ("create secrets -n team-a", "no"),
        ("get secrets/zen-gc-webhook-ca -n team-a", "no"),
    ],
)
def test_the_webhook_may_write_its_own_objects_alone(
    installed: RealCluster, who: Path, question: str, answer: str
) -> None:
    """By their names, but for the making of a Secret in its own namespace."""
    installed.kubectl("apply", "--server-side", "-f", str(MANIFESTS / "webhook/rbac.yaml"), check=True)
    assert may(installed, who, question) == answer


def test_the_webhooks_manifests_would_be_taken(installed: RealCluster) -> None:
    """Strictly validated by the server."""
    path = str(MANIFESTS.parent / "with-webhook")
    applied = installed.kubectl(
        "apply", "--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict", "-k", path
    )
    assert applied.returncode == 0, applied.stderr
    assert "Warning" not in applied.stderr


def test_applying_again_changes_nothing_that_the_control_plane_filled_in(installed: RealCluster, who: Path) -> None:
    """The aggregated rules stay through an apply."""
    again = installed.kubectl("apply", "--server-side", "--force-conflicts", "-k", str(MANIFESTS))
    assert again.returncode == 0, again.stderr
    assert may(installed, who, "list pods --all-namespaces") == "yes"


def test_the_namespace_admits_the_controllers_pod(installed: RealCluster) -> None:
    """The Pod keeps to the Pod Security Standard `restricted`, which its namespace enforces."""
    deployment = json.loads(
        installed.kubectl("get", "deployment", "gc-controller", "-n", HOME, "-o", "json", check=True).stdout
    )
    template = deployment["spec"]["template"]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "as-deployed", "namespace": HOME, "labels": template["metadata"]["labels"]},
        "spec": template["spec"],
    }
    made = installed.kubectl("create", "--dry-run=server", "-f", "-", stdin=json.dumps(pod))
    assert made.returncode == 0, made.stderr
    pod["spec"]["containers"][0]["securityContext"] = {"privileged": True}
    refused = installed.kubectl("create", "--dry-run=server", "-f", "-", stdin=json.dumps(pod))
    assert "violates PodSecurity" in refused.stderr


@pytest.mark.parametrize(
    ("role", "question", "answer"),
    [
        ("view", "list garbagecollectionpolicies.gc.kube-zen.io", "yes"),
        ("edit", "list garbagecollectionpolicies.gc.kube-zen.io", "yes"),
        ("admin", "get garbagecollectionpolicies.gc.kube-zen.io", "yes"),
        ("edit", "create garbagecollectionpolicies.gc.kube-zen.io", "no"),
        ("admin", "get recycledobjects.gc.kube-zen.io", "no"),
    ],
)
def test_users_of_a_namespace_see_its_policies(installed: RealCluster, role: str, question: str, answer: str) -> None:
    """By the roles that Kubernetes brings; that they may write policies, or read copies, is a decision of its own."""
    namespace = installed.namespace()
    user = installed.service_account_kubeconfig(namespace, role)
    bound = installed.kubectl(
        *(
            "create",
            "rolebinding",
            "user",
            "-n",
            namespace,
            f"--clusterrole={role}",
            f"--serviceaccount={namespace}:{role}",
        )
    )
    assert bound.returncode == 0, bound.stderr
    await_yes(installed, user, f"list garbagecollectionpolicies.gc.kube-zen.io -n {namespace}")
    assert may(installed, user, f"{question} -n {namespace}") == answer
