"""Kubernetes' types, as far as every object has them: apiVersion, kind, metadata, the fields of its own kinds.

Data, after ``k8s.io/apimachinery/pkg/apis/meta/v1/types.go`` and ``k8s.io/api`` of v1.36. What a kind's ``spec`` and
``status`` hold is not here, except for the phase.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from zen_gc_core.errors import InputError
from zen_gc_core.instants import parse_instant
from zen_gc_core.model.names import (
    api_version_fault,
    group_of,
    kind_fault,
    label_key_fault,
    label_value_fault,
    name_glob_fault,
    namespace_fault,
    policy_name_fault,
)
from zen_gc_core.model.shapes import ANYTHING, Shape
from zen_gc_core.texts import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping


class Kind(NamedTuple):
    """A kind whose objects are asked about.

    Args:
        api_version: Group and version.
        name: The kind.
        own: Whether it is one of Kubernetes' own, served by default.
    """

    api_version: str
    name: str
    own: bool


def _time_fault(text: str) -> str | None:
    try:
        parse_instant(text, dates=False)
    except InputError:
        return "it is an RFC 3339 time such as '2026-01-31T12:00:00Z'"
    return None


def annotation_key_fault(text: str) -> str | None:
    """What is wrong with the key of an annotation."""
    fault = label_key_fault(text.lower())
    return fault and fault.replace("label key", "key of an annotation")


def owner_kind_fault(text: str) -> str | None:
    """What is wrong with the kind of an owner; kinds begin with a capital letter, resources are in lower case."""
    if fault := kind_fault(text):
        return fault
    if text[0].isupper():
        return None
    return f"kinds begin with a capital letter, such as {text.removesuffix('s').capitalize()}"


def _text(
    what: str,
    fault: Callable[[str], str | None] | None = None,
    letters: str = "",
    *,
    numeric: bool = True,
    a_time: bool = False,
) -> Shape:
    compiled = re.compile(letters) if letters else None
    return Shape("text", what, fault=fault, letters=compiled, numeric=numeric, a_time=a_time)


def _list(what: str, inside: Shape) -> Shape:
    return Shape("list", what, inside=inside)


def _texts(what: str, inside: Shape, keys: Shape | None = None) -> Shape:
    return Shape("map", what, inside=inside, keys=keys)


TIME: Final = _text("a time of metadata", _time_fault, r"[0-9TZtz:.+-]", numeric=False, a_time=True)
LABEL: Final = _text("the value of a label", label_value_fault, r"[-A-Za-z0-9_.]")
ANNOTATION: Final = _text("the value of an annotation")
LABEL_KEY: Final = _text("the key of a label", label_key_fault, r"[-A-Za-z0-9_./]")
ANNOTATION_KEY: Final = _text("the key of an annotation", annotation_key_fault, r"[-A-Za-z0-9_./]")
NAMESPACE: Final = _text("metadata.namespace", namespace_fault, r"[-a-z0-9]")
NAME: Final = _text("metadata.name", policy_name_fault, r"[-a-z0-9.]")
FREE_NAME: Final = _text("metadata.name", lambda text: name_glob_fault(text) and "it has no '/', '%' or spaces")
KIND: Final = _text("a kind", owner_kind_fault, r"[-A-Za-z0-9]", numeric=False)
API_VERSION: Final = _text("an apiVersion", api_version_fault, r"[-a-z0-9./]", numeric=False)

_NUMBER: Final = Shape("number", "a number of metadata")
_BOOLEAN: Final = Shape("boolean", "a field of an owner")

OWNER_SHAPE: Final = Shape(
    "object",
    "an owner",
    {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "name": replace(FREE_NAME, what="the name of an owner"),
        "uid": _text("the uid of an owner"),
        "controller": _BOOLEAN,
        "blockOwnerDeletion": _BOOLEAN,
    },
)
"""``OwnerReference``."""

MANAGED_FIELDS: Final = Shape(
    "object",
    "an entry of metadata.managedFields",
    {
        "manager": _text("a field manager"),
        "operation": _text(
            "an operation of managedFields", lambda text: None if text in {"Apply", "Update"} else "Apply or Update"
        ),
        "apiVersion": API_VERSION,
        "time": TIME,
        "fieldsType": _text("fieldsType"),
        "fieldsV1": ANYTHING,
        "subresource": _text("a subresource"),
    },
)
"""``ManagedFieldsEntry``."""

METADATA: Final = Shape(
    "object",
    "metadata",
    {
        "name": NAME,
        "generateName": _text("metadata.generateName"),
        "namespace": NAMESPACE,
        "selfLink": _text("metadata.selfLink"),
        "uid": _text("metadata.uid"),
        "resourceVersion": _text("metadata.resourceVersion"),
        "generation": _NUMBER,
        "creationTimestamp": TIME,
        "deletionTimestamp": TIME,
        "deletionGracePeriodSeconds": _NUMBER,
        "labels": _texts("metadata.labels", LABEL, LABEL_KEY),
        "annotations": _texts("metadata.annotations", ANNOTATION, ANNOTATION_KEY),
        "ownerReferences": _list("metadata.ownerReferences", OWNER_SHAPE),
        "finalizers": _list("metadata.finalizers", _text("a finalizer", label_key_fault, r"[-A-Za-z0-9_./]")),
        "managedFields": _list("metadata.managedFields", MANAGED_FIELDS),
    },
)
"""``ObjectMeta``: a closed set of fields."""

POLICY: Final = Shape(
    "object",
    "policy",
    {
        "name": _text("policy.name"),
        "namespace": _text("policy.namespace"),
        "uid": _text("policy.uid"),
        "generation": _NUMBER,
        "labels": _texts("policy.labels", LABEL, LABEL_KEY),
        "annotations": _texts("policy.annotations", ANNOTATION, ANNOTATION_KEY),
    },
)
"""The variable ``policy`` of CEL."""

PHASES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("", "Namespace"): ("Active", "Terminating"),
    ("", "Node"): ("Pending", "Running", "Terminated"),
    ("", "PersistentVolume"): ("Pending", "Available", "Bound", "Released", "Failed"),
    ("", "PersistentVolumeClaim"): ("Pending", "Bound", "Lost"),
    ("", "Pod"): ("Pending", "Running", "Succeeded", "Failed", "Unknown"),
}
"""The values of ``status.phase`` of Kubernetes' own kinds (``k8s.io/api/core/v1``); its other kinds have none."""

_WORDS: Final = _texts("the data", _text("a value of the data"))
_FIELDS: Final[Mapping[tuple[str, str], Mapping[str, Shape]]] = {
    ("", "ConfigMap"): {"data": _WORDS, "binaryData": _WORDS, "immutable": Shape("boolean", "immutable")},
    ("", "Secret"): {
        "data": _WORDS,
        "stringData": _WORDS,
        "immutable": Shape("boolean", "immutable"),
        "type": _text("the type of a Secret"),
    },
    ("", "Endpoints"): {"subsets": ANYTHING},
    ("", "PodTemplate"): {"template": ANYTHING},
    ("", "ServiceAccount"): dict.fromkeys(("secrets", "imagePullSecrets", "automountServiceAccountToken"), ANYTHING),
    ("", "Event"): dict.fromkeys(
        (
            *("involvedObject", "reason", "message", "source", "firstTimestamp", "lastTimestamp", "count", "type"),
            *("eventTime", "series", "action", "related", "reportingComponent", "reportingInstance"),
        ),
        ANYTHING,
    ),
    ("events.k8s.io", "Event"): dict.fromkeys(
        (
            *("eventTime", "series", "reportingController", "reportingInstance", "action", "reason", "regarding"),
            *("related", "note", "type", "deprecatedSource", "deprecatedFirstTimestamp", "deprecatedLastTimestamp"),
            "deprecatedCount",
        ),
        ANYTHING,
    ),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): {"webhooks": ANYTHING},
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): {"webhooks": ANYTHING},
    ("apps", "ControllerRevision"): {"data": ANYTHING, "revision": ANYTHING},
    ("discovery.k8s.io", "EndpointSlice"): dict.fromkeys(("addressType", "endpoints", "ports"), ANYTHING),
    ("node.k8s.io", "RuntimeClass"): dict.fromkeys(("handler", "overhead", "scheduling"), ANYTHING),
    ("rbac.authorization.k8s.io", "ClusterRole"): {"rules": ANYTHING, "aggregationRule": ANYTHING},
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): {"subjects": ANYTHING, "roleRef": ANYTHING},
    ("rbac.authorization.k8s.io", "Role"): {"rules": ANYTHING},
    ("rbac.authorization.k8s.io", "RoleBinding"): {"subjects": ANYTHING, "roleRef": ANYTHING},
    ("scheduling.k8s.io", "PriorityClass"): dict.fromkeys(
        ("value", "globalDefault", "description", "preemptionPolicy"), ANYTHING
    ),
    ("storage.k8s.io", "CSIStorageCapacity"): dict.fromkeys(
        ("nodeTopology", "storageClassName", "capacity", "maximumVolumeSize"), ANYTHING
    ),
    ("storage.k8s.io", "StorageClass"): dict.fromkeys(
        (
            *("provisioner", "parameters", "reclaimPolicy", "mountOptions", "allowVolumeExpansion"),
            *("volumeBindingMode", "allowedTopologies"),
        ),
        ANYTHING,
    ),
    ("storage.k8s.io", "VolumeAttributesClass"): {"driverName": ANYTHING, "parameters": ANYTHING},
}
"""The fields of Kubernetes' own kinds beside apiVersion, kind and metadata, where they are not ``spec`` and ``status``."""

FREELY_NAMED: Final = frozenset(
    {
        ("apiregistration.k8s.io", "APIService"),
        ("certificates.k8s.io", "CertificateSigningRequest"),
        ("certificates.k8s.io", "ClusterTrustBundle"),
        ("networking.k8s.io", "IPAddress"),
        ("rbac.authorization.k8s.io", "ClusterRole"),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
        ("rbac.authorization.k8s.io", "Role"),
        ("rbac.authorization.k8s.io", "RoleBinding"),
    }
)
"""Kinds whose names may be more than DNS subdomains; all others, custom ones too, are."""

USUAL_FIELDS: Final = frozenset({"spec", "status", *(name for fields in _FIELDS.values() for name in fields)})
"""Fields that custom kinds have, too."""

_OF_METADATA: Final = frozenset(
    {
        *("labels", "annotations", "ownerReferences", "creationTimestamp", "deletionTimestamp", "finalizers"),
        *("managedFields", "generateName", "resourceVersion"),
    }
)
_FIELD_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)


def object_shape(kinds: Iterable[Kind]) -> Shape:
    """What objects of some kinds may hold.

    Args:
        kinds: The kinds; none stands for any.
    """
    every = tuple(kinds)
    is_open = not every or any(not kind.own for kind in every)
    fields: dict[str, Shape] = {}
    for kind in every:
        for name, shape in _own_fields(kind).items():
            known = fields.get(name, shape)
            fields[name] = known if known is shape else _either(known, shape)
    metadata = {**METADATA.fields}
    if any((group_of(kind.api_version), kind.name) in FREELY_NAMED for kind in every):
        metadata["name"] = FREE_NAME
    fields |= {
        "metadata": replace(METADATA, fields=metadata),
        "kind": _among("kind", {kind.name for kind in every}, owner_kind_fault),
        "apiVersion": _among("apiVersion", {kind.api_version for kind in every}, api_version_fault),
    }
    names = " or ".join(sorted({kind.name for kind in every})) or "object"
    article = "an" if names[0] in "AEIOUaeiou" else "a"
    return Shape("object", f"{article} {names}", fields, is_open, lacks_others=True)


def _own_fields(kind: Kind) -> dict[str, Shape]:
    key = (group_of(kind.api_version), kind.name)
    if not kind.own:
        return {}
    if key in _FIELDS:
        return dict(_FIELDS[key])
    if key in PHASES:
        phase = _among("status.phase", set(PHASES[key]), None)
        return {"spec": ANYTHING, "status": Shape("object", "status", {"phase": phase}, is_open=True)}
    reason = f"a {kind.name} has no status.phase"
    return {"spec": ANYTHING, "status": Shape("object", "status", is_open=True, lacks={"phase": reason})}


def _either(one: Shape, other: Shape) -> Shape:
    return one if one == other else ANYTHING


def _among(what: str, known: Collection[str], fault: Callable[[str], str | None] | None) -> Shape:
    """A text that is one of a few; of any that is well spelt where none is known."""

    def wrong(text: str) -> str | None:
        if text in known:
            return None
        return f"it is {' or '.join(sorted(known))} here{did_you_mean(text, known)}"

    return Shape("text", what, fault=wrong if known else fault, numeric=False)


def root_fault(shape: Shape, name: str) -> str | None:
    """What is wrong with a path that begins with a name, whatever the kinds are; None where nothing is."""
    if name in {"$", "@", "object"} and name not in shape.fields:
        return f"a path begins below the object: leave out {name!r}"
    if name in _OF_METADATA and name not in shape.fields:
        return f"{shape.what} has no field {name!r}; did you mean metadata.{name}?"
    if name == "phase" and name not in shape.fields:
        return f"{shape.what} has no field 'phase'; did you mean status.phase?"
    if not _FIELD_NAME.fullmatch(name):
        return f"no object has a field {name!r}: a path is written as metadata.labels['app']"
    return None


def unusual(shape: Shape, name: str) -> str | None:
    """What to say of a field that objects of these kinds may have, but hardly do; None where it is known or usual."""
    if not shape.is_open or name in shape.fields or name in USUAL_FIELDS:
        return None
    return f"objects seldom have a field {name!r}{did_you_mean(name, [*shape.fields, *USUAL_FIELDS])}"
