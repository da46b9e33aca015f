"""The top-level fields of the built-in kinds: as much of their schemas as the embedded cluster knows.

An unknown field at the top of an object is dropped, warned of or refused as ``fieldValidation`` says, and a
field of the wrong JSON type is refused. What lies deeper is stored as it comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_embedded.store.objects import Object, json_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

_USUAL = {"spec": "object", "status": "object"}
_TEXTS = "map[string]string"
_BYTES = "map[string][]uint8"

_FIELDS: Mapping[str, Mapping[str, str]] = {
    "ConfigMap": {"data": _TEXTS, "binaryData": _BYTES, "immutable": "bool"},
    "Secret": {"data": _BYTES, "stringData": _TEXTS, "type": "string", "immutable": "bool"},
    "ServiceAccount": {"secrets": "array", "imagePullSecrets": "array", "automountServiceAccountToken": "bool"},
    "Endpoints": {"subsets": "array"},
    "PodTemplate": {"template": "object"},
    "ControllerRevision": {"data": "any", "revision": "number"},
    "EndpointSlice": {"addressType": "string", "endpoints": "array", "ports": "array"},
    "Role": {"rules": "array"},
    "ClusterRole": {"rules": "array", "aggregationRule": "object"},
    "RoleBinding": {"subjects": "array", "roleRef": "object"},
    "ClusterRoleBinding": {"subjects": "array", "roleRef": "object"},
    "PriorityClass": {
        "value": "number",
        "globalDefault": "bool",
        "description": "string",
        "preemptionPolicy": "string",
    },
    "RuntimeClass": {"handler": "string", "overhead": "object", "scheduling": "object"},
    "StorageClass": {
        "provisioner": "string",
        "parameters": _TEXTS,
        "reclaimPolicy": "string",
        "mountOptions": "array",
        "allowVolumeExpansion": "bool",
        "volumeBindingMode": "string",
        "allowedTopologies": "array",
    },
    "CSIStorageCapacity": {
        "nodeTopology": "object",
        "storageClassName": "string",
        "capacity": "any",
        "maximumVolumeSize": "any",
    },
    "MutatingWebhookConfiguration": {"webhooks": "array"},
    "ValidatingWebhookConfiguration": {"webhooks": "array"},
    "Event": {
        "involvedObject": "object",
        "reason": "string",
        "message": "string",
        "source": "object",
        "firstTimestamp": "string",
        "lastTimestamp": "string",
        "count": "number",
        "type": "string",
        "eventTime": "string",
        "series": "object",
        "action": "string",
        "related": "object",
        "reportingComponent": "string",
        "reportingInstance": "string",
    },
}
_META_FIELDS = frozenset({"apiVersion", "kind", "metadata"})


def drop_unknown(kind: str, content: Object) -> list[str]:
    """Drop the top-level fields that a built-in kind does not have, in place; their names."""
    known = _FIELDS.get(kind, _USUAL)
    unknown = [name for name in content if name not in known and name not in _META_FIELDS]
    for name in unknown:
        del content[name]
    return unknown


def type_problem(kind: str, content: Object) -> str:
    """Why a top-level field cannot be decoded; an empty text when all can."""
    for name, wanted in _FIELDS.get(kind, _USUAL).items():
        value = content.get(name)
        outer = "object" if wanted.startswith("map[") else wanted
        if value is None or wanted == "any":
            continue
        if json_kind(value) != outer:
            return f"json: cannot unmarshal {json_kind(value)} into Go struct field {kind}.{name} of type {wanted}"
        odd = [entry for entry in value.values() if not isinstance(entry, str)] if wanted.startswith("map[") else []
        if odd:
            return f"json: cannot unmarshal {json_kind(odd[0])} into Go struct field {kind}.{name} of type string"
    return ""
