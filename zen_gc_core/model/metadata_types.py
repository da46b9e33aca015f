"""Kubernetes' types of metadata, which are those of every object: names, labels, owners, times.

Data, after ``k8s.io/apimachinery/pkg/apis/meta/v1/types.go`` of v1.36.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from zen_gc_core.errors import InputError
from zen_gc_core.instants import parse_instant
from zen_gc_core.model.names import (
    api_version_fault,
    kind_fault,
    label_key_fault,
    label_value_fault,
    name_glob_fault,
    namespace_fault,
    policy_name_fault,
)
from zen_gc_core.model.shapes import ANYTHING, Shape

if TYPE_CHECKING:
    from collections.abc import Callable


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
