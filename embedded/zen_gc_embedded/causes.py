"""The single problems of an invalid object, worded as Kubernetes words them.

One function for each error type of ``k8s.io/apimachinery/pkg/util/validation/field``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable


class Cause(NamedTuple):
    """One problem of an invalid object.

    Args:
        type: A ``CauseType`` (``FieldValueRequired``, ``FieldValueInvalid``, …).
        message: What is wrong, without the field.
        field: The path of the field.
    """

    type: str
    message: str
    field: str

    def __str__(self) -> str:
        """The path and the problem, as they stand in the message of the Status."""
        return f"{self.field}: {self.message}"


def child(path: str, name: str | int) -> str:
    """The path of a field, or of a list entry, below a path."""
    if isinstance(name, int):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else name


def shown(value: object) -> str:
    """A value as it stands in a message: JSON, which quotes text."""
    return orjson.dumps(value).decode()


def required(path: str, detail: str = "") -> Cause:
    """A field is missing."""
    return Cause("FieldValueRequired", f"Required value: {detail}" if detail else "Required value", path)


def not_valid(path: str, value: object, detail: str) -> Cause:
    """A value breaks a rule."""
    return Cause("FieldValueInvalid", f"Invalid value: {shown(value)}: {detail}", path)


def wrong_type(path: str, value: object, detail: str) -> Cause:
    """A value has the wrong type."""
    return Cause("FieldValueTypeInvalid", f"Invalid value: {shown(value)}: {detail}", path)


def not_supported(path: str, value: object, supported: Iterable[object]) -> Cause:
    """A value is not among those that are allowed."""
    allowed = ", ".join(shown(choice if isinstance(choice, str) else shown(choice)) for choice in supported)
    return Cause("FieldValueNotSupported", f"Unsupported value: {shown(value)}: supported values: {allowed}", path)


def disallowed(path: str, detail: str) -> Cause:
    """A field may not be set, or not like this."""
    return Cause("FieldValueForbidden", f"Forbidden: {detail}", path)


def too_long(path: str, limit: int) -> Cause:
    """A text is too long, in bytes."""
    return Cause(
        "FieldValueTooLong", f"Too long: may not be more than {limit} {'byte' if limit == 1 else 'bytes'}", path
    )


def too_many(path: str, found: int, limit: int) -> Cause:
    """A list or map has too many entries."""
    unit = "item" if limit == 1 else "items"
    return Cause("FieldValueTooMany", f"Too many: {found}: must have at most {limit} {unit}", path)


def duplicate(path: str, value: object) -> Cause:
    """A list that is a set or a map holds an entry twice."""
    return Cause("FieldValueDuplicate", f"Duplicate value: {shown(value)}", path)
