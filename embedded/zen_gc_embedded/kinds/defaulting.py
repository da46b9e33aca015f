"""What the API server fills in for the built-in kinds whose defaults clients rely on.

Only such defaults as selectors, deletion or ``kubectl`` look at; a Pod is not completed to the last field.
Custom resources get theirs from their schema.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from zen_gc_embedded.store.objects import Object, mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PVC_PROTECTION = "kubernetes.io/pvc-protection"
PV_PROTECTION = "kubernetes.io/pv-protection"
CRD_CLEANUP = "customresourcecleanup.apiextensions.k8s.io"


def complete_new(kind: str, content: Object) -> None:
    """Fill in what a new object of a built-in kind lacks, in place."""
    rule = _RULES.get(kind)
    if rule:
        rule(content)


def _namespace(content: Object) -> None:
    content["spec"] = {"finalizers": ["kubernetes"], **mapping(content.get("spec"))}
    content["status"] = {"phase": "Active"}
    label_namespace(content)


def label_namespace(content: Object) -> None:
    """Give a Namespace the label that says its name, in place; no write takes it away."""
    metadata = content["metadata"]
    metadata["labels"] = {**mapping(metadata.get("labels")), "kubernetes.io/metadata.name": metadata["name"]}


def _pod(content: Object) -> None:
    defaults = {
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "securityContext": {},
        "schedulerName": "default-scheduler",
        "enableServiceLinks": True,
    }
    content["spec"] = {**defaults, **mapping(content.get("spec"))}
    content["status"] = {"phase": "Pending", "qosClass": "BestEffort"}


def _job(content: Object) -> None:
    spec = mapping(content.get("spec"))
    defaults = {"parallelism": 1, "completions": 1, "backoffLimit": 6, "completionMode": "NonIndexed", "suspend": False}
    uid = {"batch.kubernetes.io/controller-uid": content["metadata"]["uid"]}
    if not spec.get("manualSelector"):
        defaults["selector"] = {"matchLabels": uid}
    content["spec"] = {**defaults, **spec}
    content["status"] = {}


def _secret(content: Object) -> None:
    content.setdefault("type", "Opaque")
    text = mapping(content.pop("stringData", None))
    if text:
        encoded = {key: base64.b64encode(str(value).encode()).decode() for key, value in text.items()}
        content["data"] = {**mapping(content.get("data")), **encoded}


def _service(content: Object) -> None:
    content["spec"] = {"type": "ClusterIP", "sessionAffinity": "None", **mapping(content.get("spec"))}
    content["status"] = {"loadBalancer": {}}


def _claim(content: Object) -> None:
    content["spec"] = {"volumeMode": "Filesystem", **mapping(content.get("spec"))}
    content["status"] = {"phase": "Pending"}
    _protect(content, PVC_PROTECTION)


def _volume(content: Object) -> None:
    content["status"] = {"phase": "Pending"}
    _protect(content, PV_PROTECTION)


def _event(content: Object) -> None:
    content.setdefault("eventTime", None)
    content.setdefault("reportingComponent", "")
    content.setdefault("reportingInstance", "")


def _protect(content: Object, finalizer: str) -> None:
    finalizers = content["metadata"].setdefault("finalizers", [])
    if finalizer not in finalizers:
        finalizers.append(finalizer)


_RULES: Mapping[str, Callable[[Object], None]] = {
    "Event": _event,
    "Namespace": _namespace,
    "Pod": _pod,
    "Job": _job,
    "Secret": _secret,
    "Service": _service,
    "PersistentVolumeClaim": _claim,
    "PersistentVolume": _volume,
}
