"""Kubernetes' types of objects, as far as they are known: apiVersion, kind, metadata, the fields of its own kinds.

Data, after ``k8s.io/api`` of v1.36. What a kind's ``spec`` and ``status`` hold is not here, except for the phase; what
metadata holds is in ``metadata_types``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from zen_gc_core.model.metadata_types import FREE_NAME, METADATA, owner_kind_fault
from zen_gc_core.model.names import api_version_fault, group_of
from zen_gc_core.model.shapes import ANYTHING, Shape
from zen_gc_core.texts import did_you_mean, with_article

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


PHASES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("", "Namespace"): ("Active", "Terminating"),
    ("", "Node"): ("Pending", "Running", "Terminated"),
    ("", "PersistentVolume"): ("Pending", "Available", "Bound", "Released", "Failed"),
    ("", "PersistentVolumeClaim"): ("Pending", "Bound", "Lost"),
    ("", "Pod"): ("Pending", "Running", "Succeeded", "Failed", "Unknown"),
}
"""The values of ``status.phase`` of Kubernetes' own kinds (``k8s.io/api/core/v1``); its other kinds have none."""

_WORDS: Final = Shape("map", "the data", inside=Shape("text", "a value of the data"))
_FIELDS: Final[Mapping[tuple[str, str], Mapping[str, Shape]]] = {
    ("", "ConfigMap"): {"data": _WORDS, "binaryData": _WORDS, "immutable": Shape("boolean", "immutable")},
    ("", "Secret"): {
        "data": _WORDS,
        "stringData": _WORDS,
        "immutable": Shape("boolean", "immutable"),
        "type": Shape("text", "the type of a Secret"),
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
    reason = f"{with_article(kind.name)} has no status.phase"
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
