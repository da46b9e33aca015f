"""The built-in resources of Kubernetes 1.36, as a table.

Names, scopes and habits were read from ``pkg/registry`` and ``pkg/apis`` of k8s.io/kubernetes v1.36.3.
Their schemas are not here: objects of built-in kinds are stored as they come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_embedded.kinds.builtin_columns import BUILT_IN
from zen_gc_embedded.kinds.columns import AGE, NAME
from zen_gc_embedded.kinds.resources import Deletion, EventForm, Naming, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ALL = ("all",)
_STATUS = ("status",)
_SUBJECT_FIELDS = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")

_POD_FIELDS = {
    path: path
    for path in (
        "spec.hostNetwork",
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "status.nominatedNodeName",
        "status.phase",
        "status.podIP",
        "status.podIPs",
    )
}
_CORE_EVENT_FIELDS = {
    **{f"involvedObject.{name}": f"involvedObject.{name}" for name in _SUBJECT_FIELDS},
    "reason": "reason",
    "reportingComponent": "reportingComponent",
    "source": "source.component",
    "type": "type",
}
_EVENTS_EVENT_FIELDS = {
    **{f"regarding.{name}": f"involvedObject.{name}" for name in _SUBJECT_FIELDS},
    "reason": "reason",
    "reportingController": "reportingComponent",
    "type": "type",
}

_CORE: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("configmaps", "ConfigMap", {"short_names": ("cm",)}),
    ("endpoints", "Endpoints", {"short_names": ("ep",), "list_kind": "EndpointsList", "create_on_update": True}),
    (
        "events",
        "Event",
        {"short_names": ("ev",), "fields": _CORE_EVENT_FIELDS, "create_on_update": True, "event_form": EventForm.CORE},
    ),
    ("limitranges", "LimitRange", {"short_names": ("limits",), "create_on_update": True}),
    (
        "namespaces",
        "Namespace",
        {
            "short_names": ("ns",),
            "namespaced": False,
            "subresources": ("finalize", "status"),
            "fields": {"status.phase": "status.phase", "name": "metadata.name"},
            "naming": Naming.LABEL,
            "deletion": Deletion.OBJECT,
            "verbs": ("create", "delete", "get", "list", "patch", "update", "watch"),
        },
    ),
    (
        "nodes",
        "Node",
        {
            "short_names": ("no",),
            "namespaced": False,
            "subresources": _STATUS,
            "fields": {"spec.unschedulable": "spec.unschedulable"},
        },
    ),
    (
        "persistentvolumeclaims",
        "PersistentVolumeClaim",
        {"short_names": ("pvc",), "subresources": _STATUS, "deletion": Deletion.OBJECT},
    ),
    (
        "persistentvolumes",
        "PersistentVolume",
        {"short_names": ("pv",), "namespaced": False, "subresources": _STATUS, "deletion": Deletion.OBJECT},
    ),
    (
        "pods",
        "Pod",
        {
            "short_names": ("po",),
            "categories": _ALL,
            "subresources": ("eviction", "status"),
            "fields": _POD_FIELDS,
            "generation": True,
            "deletion": Deletion.GRACEFUL,
        },
    ),
    ("podtemplates", "PodTemplate", {"generation": True, "deletion": Deletion.OBJECT}),
    (
        "replicationcontrollers",
        "ReplicationController",
        {
            "short_names": ("rc",),
            "categories": _ALL,
            "subresources": _STATUS,
            "fields": {"status.replicas": "status.replicas"},
            "generation": True,
        },
    ),
    (
        "resourcequotas",
        "ResourceQuota",
        {"short_names": ("quota",), "subresources": _STATUS, "deletion": Deletion.OBJECT},
    ),
    ("secrets", "Secret", {"fields": {"type": "type"}}),
    ("serviceaccounts", "ServiceAccount", {"short_names": ("sa",), "deletion": Deletion.OBJECT}),
    (
        "services",
        "Service",
        {
            "short_names": ("svc",),
            "categories": _ALL,
            "subresources": _STATUS,
            "fields": {"spec.clusterIP": "spec.clusterIP", "spec.type": "spec.type"},
            "naming": Naming.LABEL_1035,
            "deletion": Deletion.OBJECT,
            "create_on_update": True,
        },
    ),
)

_COUNTED = {"generation": True}
_LOCKED = {"unconditional": False}
_CLUSTER = {"namespaced": False}
_WORKLOAD = {"categories": _ALL, "subresources": _STATUS, **_COUNTED}
_RBAC = {"naming": Naming.PATH_SEGMENT, "create_on_update": True}
_ADMISSION = {"categories": ("api-extensions",), **_CLUSTER, **_COUNTED, **_LOCKED}

_GROUPS: tuple[tuple[str, tuple[tuple[str, str, Mapping[str, Any]], ...]], ...] = (
    (
        "apiregistration.k8s.io",
        (("apiservices", "APIService", {"categories": ("api-extensions",), "subresources": _STATUS, **_CLUSTER}),),
    ),
    (
        "apps",
        (
            ("controllerrevisions", "ControllerRevision", {}),
            ("daemonsets", "DaemonSet", {"short_names": ("ds",), **_WORKLOAD}),
            ("deployments", "Deployment", {"short_names": ("deploy",), **_WORKLOAD}),
            (
                "replicasets",
                "ReplicaSet",
                {"short_names": ("rs",), "fields": {"status.replicas": "status.replicas"}, **_WORKLOAD},
            ),
            ("statefulsets", "StatefulSet", {"short_names": ("sts",), **_WORKLOAD}),
        ),
    ),
    (
        "events.k8s.io",
        (
            (
                "events",
                "Event",
                {
                    "short_names": ("ev",),
                    "fields": _EVENTS_EVENT_FIELDS,
                    "create_on_update": True,
                    "event_form": EventForm.EVENTS,
                },
            ),
        ),
    ),
    (
        "batch",
        (
            ("cronjobs", "CronJob", {"short_names": ("cj",), **_WORKLOAD}),
            ("jobs", "Job", {"fields": {"status.successful": "status.succeeded"}, **_WORKLOAD}),
        ),
    ),
    (
        "certificates.k8s.io",
        (
            (
                "certificatesigningrequests",
                "CertificateSigningRequest",
                {
                    "short_names": ("csr",),
                    "subresources": ("approval", "status"),
                    "fields": {"spec.signerName": "spec.signerName"},
                    **_CLUSTER,
                },
            ),
        ),
    ),
    (
        "networking.k8s.io",
        (
            ("ingressclasses", "IngressClass", {**_CLUSTER, **_COUNTED}),
            ("ingresses", "Ingress", {"short_names": ("ing",), "subresources": _STATUS, **_COUNTED}),
            ("networkpolicies", "NetworkPolicy", {"short_names": ("netpol",), **_COUNTED}),
        ),
    ),
    (
        "policy",
        (
            (
                "poddisruptionbudgets",
                "PodDisruptionBudget",
                {"short_names": ("pdb",), "subresources": _STATUS, **_COUNTED, **_LOCKED},
            ),
        ),
    ),
    (
        "rbac.authorization.k8s.io",
        (
            ("clusterrolebindings", "ClusterRoleBinding", {**_CLUSTER, **_RBAC}),
            ("clusterroles", "ClusterRole", {**_CLUSTER, **_RBAC}),
            ("rolebindings", "RoleBinding", _RBAC),
            ("roles", "Role", _RBAC),
        ),
    ),
    (
        "storage.k8s.io",
        (
            ("csidrivers", "CSIDriver", {"deletion": Deletion.OBJECT, **_CLUSTER, **_LOCKED}),
            ("csinodes", "CSINode", {"deletion": Deletion.OBJECT, **_CLUSTER, **_LOCKED}),
            ("csistoragecapacities", "CSIStorageCapacity", _LOCKED),
            ("storageclasses", "StorageClass", {"short_names": ("sc",), "deletion": Deletion.OBJECT, **_CLUSTER}),
            (
                "volumeattachments",
                "VolumeAttachment",
                {"subresources": _STATUS, "deletion": Deletion.OBJECT, **_CLUSTER, **_LOCKED},
            ),
        ),
    ),
    (
        "admissionregistration.k8s.io",
        (
            ("mutatingwebhookconfigurations", "MutatingWebhookConfiguration", _ADMISSION),
            ("validatingadmissionpolicies", "ValidatingAdmissionPolicy", {"subresources": _STATUS, **_ADMISSION}),
            ("validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", _ADMISSION),
            ("validatingwebhookconfigurations", "ValidatingWebhookConfiguration", _ADMISSION),
        ),
    ),
    (
        "apiextensions.k8s.io",
        (
            (
                "customresourcedefinitions",
                "CustomResourceDefinition",
                {
                    "short_names": ("crd", "crds"),
                    "categories": ("api-extensions",),
                    "subresources": _STATUS,
                    **_CLUSTER,
                    **_COUNTED,
                    **_LOCKED,
                },
            ),
        ),
    ),
    ("scheduling.k8s.io", (("priorityclasses", "PriorityClass", {"short_names": ("pc",), **_CLUSTER, **_COUNTED}),)),
    ("coordination.k8s.io", (("leases", "Lease", {"create_on_update": True, **_LOCKED}),)),
    ("discovery.k8s.io", (("endpointslices", "EndpointSlice", _COUNTED),)),
    (
        "flowcontrol.apiserver.k8s.io",
        (
            ("flowschemas", "FlowSchema", {"subresources": _STATUS, **_CLUSTER, **_COUNTED}),
            (
                "prioritylevelconfigurations",
                "PriorityLevelConfiguration",
                {"subresources": _STATUS, **_CLUSTER, **_COUNTED},
            ),
        ),
    ),
    ("node.k8s.io", (("runtimeclasses", "RuntimeClass", {"create_on_update": True, **_CLUSTER, **_LOCKED}),)),
    (
        "autoscaling",
        (
            (
                "horizontalpodautoscalers",
                "HorizontalPodAutoscaler",
                {"short_names": ("hpa",), "categories": _ALL, "subresources": _STATUS, "version": "v2"},
            ),
        ),
    ),
    ("authentication.k8s.io", (("selfsubjectreviews", "SelfSubjectReview", {"verbs": ("create",), **_CLUSTER}),)),
    (
        "authorization.k8s.io",
        (
            ("localsubjectaccessreviews", "LocalSubjectAccessReview", {"verbs": ("create",)}),
            ("selfsubjectaccessreviews", "SelfSubjectAccessReview", {"verbs": ("create",), **_CLUSTER}),
            ("selfsubjectrulesreviews", "SelfSubjectRulesReview", {"verbs": ("create",), **_CLUSTER}),
            ("subjectaccessreviews", "SubjectAccessReview", {"verbs": ("create",), **_CLUSTER}),
        ),
    ),
)


def builtin_resources() -> Iterator[Resource]:
    """Every built-in resource, in the order in which discovery names the groups."""
    for group, rows in (("", _CORE), *_GROUPS):
        for plural, kind, habits in rows:
            columns = BUILT_IN.get(plural, (NAME, AGE))
            yield Resource(
                **{"group": group, "version": "v1", "plural": plural, "kind": kind, "columns": columns, **habits}
            )
