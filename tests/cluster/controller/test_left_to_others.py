"""What others look after stays on clusters: what they would make again, and what they reach the cluster by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.cluster.controller.stage import AT_ONCE, LABELS, SELECTOR, until
from zen_gc_core.model.policy import CLUSTER

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.controller.controllers import Inside
    from tests.cluster.controller.stage import Stage

TRACKED: dict[str, dict[str, Any]] = {
    "argo": {"annotations": {"argocd.argoproj.io/tracking-id": "shop:/ConfigMap:{namespace}/argo"}},
    "flux": {"labels": {**LABELS, "kustomize.toolkit.fluxcd.io/name": "apps"}},
    "flux-helm": {"labels": {**LABELS, "helm.toolkit.fluxcd.io/name": "shop"}},
    "helm": {
        "labels": {**LABELS, "app.kubernetes.io/managed-by": "Helm"},
        "annotations": {"meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": "team-a"},
    },
}


def path(stage: Stage, plural: str, name: str) -> str:
    """Where an object of the core group is."""
    return f"/api/v1/namespaces/{stage.namespace}/{plural}/{name}"


def there(stage: Stage, where: str) -> bool:
    """Whether an object is there."""
    return stage.cluster.request("GET", where).status == 200


def test_what_a_tool_tracks_stays_until_the_policy_takes_it(stage: Stage, inside: Callable[..., Inside]) -> None:
    """Argo CD, Flux and Helm would make it again; `includeManaged` says that this is meant."""
    for name, metadata in TRACKED.items():
        annotations = {
            key: text.format(namespace=stage.namespace) for key, text in metadata.get("annotations", {}).items()
        }
        stage.make(name, metadata={**metadata, "annotations": annotations})
    free = stage.make()
    policy = stage.policy(evaluationInterval="1h")
    inside(stage)
    until(lambda: not stage.there(free))
    until(lambda: stage.settled(policy).get("lastRun", {}).get("kept", {}).get("protected") == len(TRACKED))
    assert stage.names() == set(TRACKED)
    stage.edit(policy, {"behavior": {"includeManaged": True}})
    until(lambda: not stage.names())


def test_what_the_cluster_makes_again_or_is_reached_by_stays(stage: Stage, inside: Callable[..., Inside]) -> None:
    """The CA bundles of a Namespace, Endpoints of a Service, attachments of volumes; of the same kinds the others go."""
    for name in ("kube-root-ca.crt", "istio-ca-root-cert", "openshift-service-ca.crt"):
        stage.make(name)
    ports = [{"port": 80}]
    stage.make("reached", kind="Service", metadata={"labels": {}}, spec={"ports": ports})
    for name in ("reached", "left-over"):
        stage.make(name, kind="Endpoints", subsets=[{"addresses": [{"ip": "192.0.2.1"}], "ports": ports}])
    attachment = f"attachment-{stage.namespace}"
    stage.cluster.create(
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "VolumeAttachment",
            "metadata": {"name": attachment, "labels": LABELS},
            "spec": {"attacher": "none", "nodeName": "none", "source": {"persistentVolumeName": "none"}},
        }
    )
    free = stage.make()
    targets = [{"apiVersion": "v1", "kind": kind, "labelSelector": SELECTOR} for kind in ("ConfigMap", "Endpoints")]
    policy = stage.policy(targetResources=targets, evaluationInterval="1h")
    volumes = {"apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttachment", "labelSelector": SELECTOR}
    wide = stage.policy(f"wide-{stage.namespace}", kind=CLUSTER, targetResources=[volumes], ttl=AT_ONCE)
    inside(stage)
    until(lambda: not stage.there(free) and not there(stage, path(stage, "endpoints", "left-over")))
    until(lambda: stage.settled(policy).get("lastRun", {}).get("kept", {}).get("protected") == 4)
    until(lambda: stage.settled(wide, kind=CLUSTER).get("lastRun", {}).get("kept", {}).get("protected"))
    assert stage.names() == {"kube-root-ca.crt", "istio-ca-root-cert", "openshift-service-ca.crt"}
    assert there(stage, path(stage, "endpoints", "reached"))
    assert there(stage, f"/apis/storage.k8s.io/v1/volumeattachments/{attachment}")
