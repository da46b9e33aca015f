"""What is protected by what it is: tables of namespaces, kinds, types of Secrets, and single objects by name. Data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zen_gc_core.engine.kinds import own_group
from zen_gc_core.model.names import namespace_fault
from zen_gc_core.model.policy import GROUP
from zen_gc_core.model.recycled import CLUSTER_RECYCLED, RECYCLED, SECRET_TYPE
from zen_gc_core.texts import did_you_mean, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.model.candidate import Candidate

PROTECTED_NAMESPACES: Final = frozenset({"kube-system", "kube-public", "kube-node-lease"})
PROTECTED_SECRET_TYPES: Final = frozenset(
    {"kubernetes.io/service-account-token", "helm.sh/release.v1", "bootstrap.kubernetes.io/token", SECRET_TYPE}
)
SECRET_TYPES_LIFTED_BY_NOBODY: Final = frozenset({SECRET_TYPE})

_ADMISSION: Final = "admissionregistration.k8s.io"
_RBAC: Final = "rbac.authorization.k8s.io"
_FLOW: Final = "flowcontrol.apiserver.k8s.io"
PROTECTED_KINDS: Final[Mapping[tuple[str, str], str]] = {
    ("", "Namespace"): "namespaces",
    ("", "Node"): "nodes",
    ("", "PersistentVolume"): "persistentvolumes",
    ("", "PersistentVolumeClaim"): "persistentvolumeclaims",
    ("", "ServiceAccount"): "serviceaccounts",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "customresourcedefinitions.apiextensions.k8s.io",
    ("apiregistration.k8s.io", "APIService"): "apiservices.apiregistration.k8s.io",
    (_ADMISSION, "ValidatingWebhookConfiguration"): f"validatingwebhookconfigurations.{_ADMISSION}",
    (_ADMISSION, "MutatingWebhookConfiguration"): f"mutatingwebhookconfigurations.{_ADMISSION}",
    (_ADMISSION, "ValidatingAdmissionPolicy"): f"validatingadmissionpolicies.{_ADMISSION}",
    (_ADMISSION, "ValidatingAdmissionPolicyBinding"): f"validatingadmissionpolicybindings.{_ADMISSION}",
    (_ADMISSION, "MutatingAdmissionPolicy"): f"mutatingadmissionpolicies.{_ADMISSION}",
    (_ADMISSION, "MutatingAdmissionPolicyBinding"): f"mutatingadmissionpolicybindings.{_ADMISSION}",
    (_RBAC, "Role"): f"roles.{_RBAC}",
    (_RBAC, "RoleBinding"): f"rolebindings.{_RBAC}",
    (_RBAC, "ClusterRole"): f"clusterroles.{_RBAC}",
    (_RBAC, "ClusterRoleBinding"): f"clusterrolebindings.{_RBAC}",
    ("storage.k8s.io", "StorageClass"): "storageclasses.storage.k8s.io",
    ("storage.k8s.io", "VolumeAttachment"): "volumeattachments.storage.k8s.io",
    ("scheduling.k8s.io", "PriorityClass"): "priorityclasses.scheduling.k8s.io",
    (_FLOW, "FlowSchema"): f"flowschemas.{_FLOW}",
    (_FLOW, "PriorityLevelConfiguration"): f"prioritylevelconfigurations.{_FLOW}",
    ("coordination.k8s.io", "Lease"): "leases.coordination.k8s.io",
    ("certificates.k8s.io", "CertificateSigningRequest"): "certificatesigningrequests.certificates.k8s.io",
    (GROUP, "GarbageCollectionPolicy"): f"garbagecollectionpolicies.{GROUP}",
    (GROUP, "ClusterGarbageCollectionPolicy"): f"clustergarbagecollectionpolicies.{GROUP}",
    (GROUP, RECYCLED): f"recycledobjects.{GROUP}",
    (GROUP, CLUSTER_RECYCLED): f"clusterrecycledobjects.{GROUP}",
}
"""Protected groups and kinds, with the name that ``--allow-resource`` lifts them by, where it does."""

LIFTED_BY_NOBODY: Final = frozenset({(GROUP, RECYCLED), (GROUP, CLUSTER_RECYCLED)})
"""Protected groups and kinds that nothing lifts: copies in the recycle bin go when their time has come, and not before."""

NEVER_RECYCLED: Final = frozenset({("", "Namespace"), ("apiextensions.k8s.io", "CustomResourceDefinition")})
"""Groups and kinds with which more goes than a copy could bring back."""

OF_EVERY_NAMESPACE: Final[Mapping[tuple[str, str, str], str]] = {
    ("", "ConfigMap", "kube-root-ca.crt"): "kube-controller-manager",
    ("", "ConfigMap", "openshift-service-ca.crt"): "OpenShift",
    ("", "ConfigMap", "istio-ca-root-cert"): "Istio",
}
"""Objects that are in every Namespace, by group, kind and name, and who makes them again at once."""

COMES_WITH_EVERY_NAMESPACE: Final = frozenset(
    {
        *OF_EVERY_NAMESPACE,
        ("", "ServiceAccount", "default"),
        ("", "ServiceAccount", "builder"),
        ("", "ServiceAccount", "deployer"),
        (_RBAC, "RoleBinding", "system:image-pullers"),
        (_RBAC, "RoleBinding", "system:image-builders"),
        (_RBAC, "RoleBinding", "system:deployers"),
    }
)
"""Protected objects that Kubernetes or OpenShift makes in every Namespace: they keep no Namespace from going."""

_SERVES_THE_API: Final = frozenset({("", "Service"), ("", "Endpoints"), ("discovery.k8s.io", "EndpointSlice")})
NAMED_HERE: Final = frozenset(
    {"Secret", *(key[1] for table in (PROTECTED_KINDS, OF_EVERY_NAMESPACE, _SERVES_THE_API) for key in table)}
)
"""The kinds that these tables speak of, in whatever group: no other is protected by what it is."""

SERVICE_OF_A_SLICE: Final = "kubernetes.io/service-name"


def well_known(group: str, candidate: Candidate) -> str | None:
    """Why an object must stay because of which one it is; None when it is none of those.

    Args:
        group: The group of its kind.
        candidate: The object.
    """
    maker = OF_EVERY_NAMESPACE.get((group, candidate.kind, candidate.name))
    if maker is not None and candidate.namespace:
        return f"{maker} makes {candidate.kind} {candidate.name} in every Namespace, and Pods rely on it"
    if candidate.namespace == "default" and (group, candidate.kind) in _SERVES_THE_API:
        named = (candidate.name, candidate.labels.get(SERVICE_OF_A_SLICE))
        if "kubernetes" in named:
            return f"{candidate.kind} {candidate.name} is the way to the API server"
    return None


def allowed_namespace_fault(namespace: str, own_namespace: str = "") -> str | None:
    """What is wrong with what ``--allow-namespace`` names.

    Args:
        namespace: A namespace.
        own_namespace: The controller's own, which is protected, too; empty where it is not known.

    Returns:
        What is wrong; None for a protected namespace, and for any that may be the controller's where that is not known.
    """
    known = sorted({*PROTECTED_NAMESPACES, *filter(None, [own_namespace])})
    if namespace in known:
        return None
    if fault := namespace_fault(namespace):
        return fault
    near = did_you_mean(namespace, known)
    return None if not (own_namespace or near) else f"is no protected namespace{near} (others need not be allowed)"


def allowed_secret_type_fault(secret_type: str) -> str | None:
    """What is wrong with what ``--allow-secret-type`` names; None for a protected type that may be allowed."""
    if secret_type in SECRET_TYPES_LIFTED_BY_NOBODY:
        return "nothing lifts the protection of copies"
    known = sorted(PROTECTED_SECRET_TYPES - SECRET_TYPES_LIFTED_BY_NOBODY)
    if secret_type in known:
        return None
    return f"is no protected type of Secrets: those are {listed(known)} (others need not be allowed)"


def allowed_resource_fault(resource: str) -> str | None:
    """What is wrong with what ``--allow-resource`` names.

    Args:
        resource: A resource with its group (``roles.rbac.authorization.k8s.io``).

    Returns:
        What is wrong; None for a protected kind, and for one of an API server of its own, which only a cluster knows.
    """
    if resource in map(PROTECTED_KINDS.get, LIFTED_BY_NOBODY):
        return "is protected, and nothing lifts that: copies in the recycle bin go when their time has come"
    known = sorted(name for key, name in PROTECTED_KINDS.items() if key not in LIFTED_BY_NOBODY)
    group = resource.partition(".")[2]
    if resource in known or ("." in group and not own_group(group)):
        return None
    return f"is no protected kind{did_you_mean(resource, known)} (nothing has to be allowed for others)"
