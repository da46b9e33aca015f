"""Kubernetes' own kinds, as of v1.36: their plurals, and whether they live in namespaces. Used where no server is asked.

Data, and looking it up. The source is ``api/discovery/`` of kubernetes/kubernetes v1.36.3. A kind that is not here may
well exist: in another version of Kubernetes, or by a CustomResourceDefinition.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMESPACED: Final = {
    "v1": {
        "ConfigMap": "configmaps",
        "Endpoints": "endpoints",
        "Event": "events",
        "LimitRange": "limitranges",
        "PersistentVolumeClaim": "persistentvolumeclaims",
        "Pod": "pods",
        "PodTemplate": "podtemplates",
        "ReplicationController": "replicationcontrollers",
        "ResourceQuota": "resourcequotas",
        "Secret": "secrets",
        "Service": "services",
        "ServiceAccount": "serviceaccounts",
    },
    "apps/v1": {
        "ControllerRevision": "controllerrevisions",
        "DaemonSet": "daemonsets",
        "Deployment": "deployments",
        "ReplicaSet": "replicasets",
        "StatefulSet": "statefulsets",
    },
    "autoscaling/v1": {"HorizontalPodAutoscaler": "horizontalpodautoscalers"},
    "autoscaling/v2": {"HorizontalPodAutoscaler": "horizontalpodautoscalers"},
    "batch/v1": {"CronJob": "cronjobs", "Job": "jobs"},
    "certificates.k8s.io/v1beta1": {"PodCertificateRequest": "podcertificaterequests"},
    "coordination.k8s.io/v1": {"Lease": "leases"},
    "coordination.k8s.io/v1alpha2": {"LeaseCandidate": "leasecandidates"},
    "coordination.k8s.io/v1beta1": {"LeaseCandidate": "leasecandidates"},
    "discovery.k8s.io/v1": {"EndpointSlice": "endpointslices"},
    "events.k8s.io/v1": {"Event": "events"},
    "networking.k8s.io/v1": {"Ingress": "ingresses", "NetworkPolicy": "networkpolicies"},
    "policy/v1": {"PodDisruptionBudget": "poddisruptionbudgets"},
    "rbac.authorization.k8s.io/v1": {"Role": "roles", "RoleBinding": "rolebindings"},
    "resource.k8s.io/v1": {"ResourceClaim": "resourceclaims", "ResourceClaimTemplate": "resourceclaimtemplates"},
    "resource.k8s.io/v1beta1": {"ResourceClaim": "resourceclaims", "ResourceClaimTemplate": "resourceclaimtemplates"},
    "resource.k8s.io/v1beta2": {"ResourceClaim": "resourceclaims", "ResourceClaimTemplate": "resourceclaimtemplates"},
    "scheduling.k8s.io/v1alpha2": {"PodGroup": "podgroups", "Workload": "workloads"},
    "storage.k8s.io/v1": {"CSIStorageCapacity": "csistoragecapacities"},
}

_CLUSTER_SCOPED: Final = {
    "v1": {"Namespace": "namespaces", "Node": "nodes", "PersistentVolume": "persistentvolumes"},
    "admissionregistration.k8s.io/v1": {
        "MutatingAdmissionPolicy": "mutatingadmissionpolicies",
        "MutatingAdmissionPolicyBinding": "mutatingadmissionpolicybindings",
        "MutatingWebhookConfiguration": "mutatingwebhookconfigurations",
        "ValidatingAdmissionPolicy": "validatingadmissionpolicies",
        "ValidatingAdmissionPolicyBinding": "validatingadmissionpolicybindings",
        "ValidatingWebhookConfiguration": "validatingwebhookconfigurations",
    },
    "admissionregistration.k8s.io/v1alpha1": {
        "MutatingAdmissionPolicy": "mutatingadmissionpolicies",
        "MutatingAdmissionPolicyBinding": "mutatingadmissionpolicybindings",
    },
    "admissionregistration.k8s.io/v1beta1": {
        "MutatingAdmissionPolicy": "mutatingadmissionpolicies",
        "MutatingAdmissionPolicyBinding": "mutatingadmissionpolicybindings",
    },
    "apiextensions.k8s.io/v1": {"CustomResourceDefinition": "customresourcedefinitions"},
    "apiregistration.k8s.io/v1": {"APIService": "apiservices"},
    "certificates.k8s.io/v1": {"CertificateSigningRequest": "certificatesigningrequests"},
    "certificates.k8s.io/v1alpha1": {"ClusterTrustBundle": "clustertrustbundles"},
    "certificates.k8s.io/v1beta1": {"ClusterTrustBundle": "clustertrustbundles"},
    "flowcontrol.apiserver.k8s.io/v1": {
        "FlowSchema": "flowschemas",
        "PriorityLevelConfiguration": "prioritylevelconfigurations",
    },
    "internal.apiserver.k8s.io/v1alpha1": {"StorageVersion": "storageversions"},
    "networking.k8s.io/v1": {
        "IPAddress": "ipaddresses",
        "IngressClass": "ingressclasses",
        "ServiceCIDR": "servicecidrs",
    },
    "networking.k8s.io/v1beta1": {"IPAddress": "ipaddresses", "ServiceCIDR": "servicecidrs"},
    "node.k8s.io/v1": {"RuntimeClass": "runtimeclasses"},
    "rbac.authorization.k8s.io/v1": {"ClusterRole": "clusterroles", "ClusterRoleBinding": "clusterrolebindings"},
    "resource.k8s.io/v1": {"DeviceClass": "deviceclasses", "ResourceSlice": "resourceslices"},
    "resource.k8s.io/v1alpha3": {
        "DeviceTaintRule": "devicetaintrules",
        "ResourcePoolStatusRequest": "resourcepoolstatusrequests",
    },
    "resource.k8s.io/v1beta1": {"DeviceClass": "deviceclasses", "ResourceSlice": "resourceslices"},
    "resource.k8s.io/v1beta2": {
        "DeviceClass": "deviceclasses",
        "DeviceTaintRule": "devicetaintrules",
        "ResourceSlice": "resourceslices",
    },
    "scheduling.k8s.io/v1": {"PriorityClass": "priorityclasses"},
    "storage.k8s.io/v1": {
        "CSIDriver": "csidrivers",
        "CSINode": "csinodes",
        "StorageClass": "storageclasses",
        "VolumeAttachment": "volumeattachments",
        "VolumeAttributesClass": "volumeattributesclasses",
    },
    "storage.k8s.io/v1beta1": {"VolumeAttributesClass": "volumeattributesclasses"},
    "storagemigration.k8s.io/v1beta1": {"StorageVersionMigration": "storageversionmigrations"},
}

_NOT_KEPT: Final = {
    "v1": (
        "Binding",
        "ComponentStatus",
    ),
    "authentication.k8s.io/v1": (
        "SelfSubjectReview",
        "TokenReview",
    ),
    "authorization.k8s.io/v1": (
        "LocalSubjectAccessReview",
        "SelfSubjectAccessReview",
        "SelfSubjectRulesReview",
        "SubjectAccessReview",
    ),
}


@dataclass(frozen=True, slots=True)
class BuiltInKind:
    """One of Kubernetes' own kinds.

    Args:
        plural: Its name in URLs.
        namespaced: Whether its objects live in namespaces.
        served: Whether an API server serves it without being told to; alpha and beta versions need that.
    """

    plural: str
    namespaced: bool
    served: bool


def built_in(api_version: str, kind: str) -> BuiltInKind | None:
    """One of Kubernetes' own kinds whose objects can be listed and deleted; None when it is not known.

    Args:
        api_version: Group and version (``batch/v1``).
        kind: The kind (``Job``).
    """
    served = "alpha" not in api_version and "beta" not in api_version
    for kinds, namespaced in ((_NAMESPACED, True), (_CLUSTER_SCOPED, False)):
        if plural := kinds.get(api_version, {}).get(kind):
            return BuiltInKind(plural, namespaced, served)
    return None


def kinds_of(api_version: str) -> tuple[str, ...]:
    """Kubernetes' own kinds of a group and version, by name; none when it is not one of its groups and versions."""
    return tuple(sorted([*_NAMESPACED.get(api_version, {}), *_CLUSTER_SCOPED.get(api_version, {})]))


def groups_and_versions() -> tuple[str, ...]:
    """Kubernetes' own groups and versions, those of each group from the oldest on."""
    return tuple(sorted({*_NAMESPACED, *_CLUSTER_SCOPED}))


def leaves_nothing(api_version: str, kind: str) -> bool:
    """Whether a kind is a question to the server (``TokenReview``), of which no object is ever kept."""
    return kind in _NOT_KEPT.get(api_version, ())


def own_group(group: str) -> bool:
    """Whether a group is one of Kubernetes' own, of which all kinds and versions are known here."""
    return any(
        api_version.rpartition("/")[0] == group for table in (_NAMESPACED, _CLUSTER_SCOPED) for api_version in table
    )


def groups_of(kind: str) -> list[str]:
    """Kubernetes' own groups that have a kind of this name; all that have a name, where none has."""
    tables = [
        (api_version.rpartition("/")[0], kinds)
        for table in (_NAMESPACED, _CLUSTER_SCOPED)
        for api_version, kinds in table.items()
    ]
    return sorted(
        {group for group, kinds in tables if group and kind in kinds} or {group for group, _ in tables if group}
    )


@cache
def built_in_kinds(group: str | None = None, *, stable: bool = False) -> Mapping[str, tuple[str, ...]]:
    """Kubernetes' own kinds that can be deleted, and how their names may be misspelt: in lower case, and as the plural.

    Args:
        group: One of its groups; none of its kinds are known where it is no group of Kubernetes. None: all groups.
        stable: Whether kinds are left out that are served in alpha and beta versions alone.
    """
    return {
        kind: (kind.lower(), plural)
        for table in (_NAMESPACED, _CLUSTER_SCOPED)
        for api_version, kinds in table.items()
        if group in {None, api_version.rpartition("/")[0]}
        and not (stable and ("alpha" in api_version or "beta" in api_version))
        for kind, plural in kinds.items()
    }
