"""The rules for names, labels, annotations, finalizers and owner references.

Rules and texts are those of ``k8s.io/apimachinery/pkg/api/validation`` and ``pkg/util/validation``.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from zen_gc_embedded import causes
from zen_gc_embedded.kinds.resources import Naming
from zen_gc_embedded.store.objects import items, json_kind, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zen_gc_embedded.causes import Cause
    from zen_gc_embedded.kinds.resources import Resource
    from zen_gc_embedded.store.objects import Object

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE = f"({_QUALIFIED})?"

_SUBDOMAIN_TEXT = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
    f"and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '{_SUBDOMAIN}')"
)
_NAME_RULES: Mapping[Naming, tuple[str, int, str]] = {
    Naming.SUBDOMAIN: (_SUBDOMAIN, 253, _SUBDOMAIN_TEXT),
    Naming.LABEL: (
        _LABEL,
        63,
        (
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
            "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
            f"'{_LABEL}')"
        ),
    ),
    Naming.LABEL_1035: (
        _LABEL_1035,
        63,
        (
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
            "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation "
            f"is '{_LABEL_1035}')"
        ),
    ),
}
_LABEL_VALUE_TEXT = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    f"'{_LABEL_VALUE}')"
)
_QUALIFIED_TEXT = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    f"'{_QUALIFIED}')"
)
_STANDARD_FINALIZERS = frozenset({"kubernetes", "orphan", "foregroundDeletion"})
_ANNOTATION_BYTES = 256 * 1024
_SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_LONGEST_GENERATED = 63


def generated_name(prefix: str) -> str:
    """A name for ``generateName``: five random letters behind the prefix, 63 characters at most."""
    suffix = "".join(secrets.choice(_SUFFIX_LETTERS) for _ in range(5))
    return prefix[: _LONGEST_GENERATED - len(suffix)] + suffix


def metadata_problems(resource: Resource, metadata: Object) -> Iterator[Cause]:
    """All that is wrong with the metadata of an object."""
    name = metadata.get("name") or ""
    if not name:
        yield causes.required("metadata.name", "name or generateName is required")
    else:
        yield from _name_problems(resource.naming, name)
    yield from common_problems(metadata)
    free = resource.structure is not None or resource.group == "apiextensions.k8s.io"
    yield from _finalizer_problems(items(metadata.get("finalizers")), free=free)


def common_problems(metadata: Object) -> Iterator[Cause]:
    """What is wrong with labels, annotations and owners, which every update is asked for again."""
    for key, value in mapping(metadata.get("labels")).items():
        yield from _key_problems(key, "metadata.labels")
        yield from _label_value_problems(value)
    annotations = mapping(metadata.get("annotations"))
    for key in annotations:
        yield from _key_problems(key.lower(), "metadata.annotations")
    if sum(len(key.encode()) + len(value.encode()) for key, value in annotations.items()) > _ANNOTATION_BYTES:
        yield causes.too_long("metadata.annotations", _ANNOTATION_BYTES)
    yield from _owner_problems(items(metadata.get("ownerReferences")))


_SHAPES: Mapping[str, tuple[str, str]] = {
    "name": ("string", ""),
    "generateName": ("string", ""),
    "namespace": ("string", ""),
    "uid": ("string", ""),
    "resourceVersion": ("string", ""),
    "creationTimestamp": ("string", ""),
    "labels": ("object", "string"),
    "annotations": ("object", "string"),
    "finalizers": ("array", "string"),
    "ownerReferences": ("array", "object"),
    "managedFields": ("array", "object"),
}
"""The JSON type of a field of the metadata, and of its entries."""

_OWNER_TEXTS = ("apiVersion", "kind", "name", "uid")


def shape_problem(content: Object) -> str:
    """Why the metadata of an object cannot be decoded at all; an empty text when it can."""
    metadata = content.get("metadata")
    if metadata is None:
        return ""
    if not isinstance(metadata, dict):
        return _unfit(metadata, "metadata", "object")
    told = next(filter(None, (_field_problem(metadata, name) for name in _SHAPES)), "")
    return told or next(filter(None, map(_owner_shape_problem, items(metadata.get("ownerReferences")))), "")


def _field_problem(metadata: Object, name: str) -> str:
    outer, inner = _SHAPES[name]
    value = metadata.get(name)
    if value is None:
        return ""
    if json_kind(value) != outer:
        return _unfit(value, f"ObjectMeta.metadata.{name}", outer)
    entries = value.values() if isinstance(value, dict) else items(value)
    odd = [entry for entry in entries if json_kind(entry) != inner]
    return _unfit(odd[0], f"ObjectMeta.metadata.{name}", inner) if odd else ""


def _owner_shape_problem(owner: Object) -> str:
    odd = [name for name in _OWNER_TEXTS if not isinstance(owner.get(name, ""), str)]
    return _unfit(owner[odd[0]], f"OwnerReference.metadata.ownerReferences.{odd[0]}", "string") if odd else ""


def _unfit(value: object, field: str, wanted: str) -> str:
    return f"json: cannot unmarshal {json_kind(value)} into Go struct field {field} of type {wanted}"


def _name_problems(naming: Naming, name: str) -> Iterator[Cause]:
    if naming is Naming.PATH_SEGMENT:
        if name in {".", ".."}:
            yield causes.not_valid("metadata.name", name, f"may not be '{name}'")
        for bad in ("/", "%"):
            if bad in name:
                yield causes.not_valid("metadata.name", name, f"may not contain '{bad}'")
        return
    pattern, longest, text = _NAME_RULES[naming]
    if naming is Naming.LABEL and "." in name:
        yield causes.not_valid("metadata.name", name, "must not contain dots")
        return
    if len(name) > longest:
        yield causes.not_valid("metadata.name", name, f"must be no more than {longest} bytes")
    if not re.fullmatch(pattern, name):
        yield causes.not_valid("metadata.name", name, text)


def _key_problems(key: str, path: str) -> Iterator[Cause]:
    domain, slash, name = key.rpartition("/")
    if slash and not re.fullmatch(_SUBDOMAIN, domain):
        detail = "prefix part must be non-empty" if not domain else f"prefix part {_SUBDOMAIN_TEXT}"
        yield causes.not_valid(path, key, detail)
    if not name:
        yield causes.not_valid(path, key, "name part must be non-empty")
    elif len(name) > 63:
        yield causes.not_valid(path, key, "name part must be no more than 63 bytes")
    if not re.fullmatch(_QUALIFIED, name):
        yield causes.not_valid(path, key, _QUALIFIED_TEXT)


def _label_value_problems(value: str) -> Iterator[Cause]:
    if len(value) > 63:
        yield causes.not_valid("metadata.labels", value, "must be no more than 63 bytes")
    if not re.fullmatch(_LABEL_VALUE, value):
        yield causes.not_valid("metadata.labels", value, _LABEL_VALUE_TEXT)


def _owner_problems(owners: list[Object]) -> Iterator[Cause]:
    path = "metadata.ownerReferences"
    controller = ""
    for owner in owners:
        if not owner.get("apiVersion"):
            yield causes.not_valid(f"{path}.apiVersion", "", "version must not be empty")
        for field in ("kind", "name", "uid"):
            if not owner.get(field):
                yield causes.not_valid(f"{path}.{field}", "", "must not be empty")
        if owner.get("controller"):
            name = f"{owner.get('kind')}/{owner.get('name')}"
            if controller:
                detail = "Only one reference can have Controller set to true. "
                detail += f'Found "true" in references for {controller} and {name}'
                yield causes.not_valid(path, [_in_order(entry) for entry in owners], detail)
            controller = controller or name


_OWNER_FIELDS = ("apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion")


def _in_order(owner: Object) -> Object:
    return {field: owner[field] for field in _OWNER_FIELDS if field in owner}


def finalizer_warnings(finalizers: list[str]) -> tuple[str, ...]:
    """What a client is warned of when a custom resource gets these finalizers."""
    told = []
    for finalizer in finalizers:
        if "/" not in finalizer:
            hint = " including a path (/)" if "." in finalizer else ""
            told.append(
                f'metadata.finalizers: "{finalizer}": prefer a domain-qualified finalizer name{hint} '
                "to avoid accidental conflicts with other finalizer writers"
            )
    return tuple(told)


def _finalizer_problems(finalizers: list[str], *, free: bool) -> Iterator[Cause]:
    path = "metadata.finalizers"
    for index, finalizer in enumerate(finalizers):
        yield from _key_problems(finalizer, path)
        if "/" not in finalizer and finalizer not in _STANDARD_FINALIZERS and not free:
            detail = "name is neither a standard finalizer name nor is it fully qualified"
            yield causes.not_valid(f"{path}[{index}]", finalizer, detail)
    if {"orphan", "foregroundDeletion"} <= set(finalizers):
        detail = "finalizer orphan and foregroundDeletion cannot be both set"
        yield causes.not_valid(path, finalizers, detail)
