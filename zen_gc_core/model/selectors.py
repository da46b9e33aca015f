"""Label selectors and field selectors: what they take, and how they are pushed down to the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from zen_gc_core.fieldpaths import MISSING, FieldPath

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Operator = Literal["In", "NotIn", "Exists", "DoesNotExist"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement of a label selector (Kubernetes' LabelSelectorRequirement).

    Args:
        key: The label.
        operator: What is asked of it.
        values: The values, for In and NotIn; sorted.
    """

    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def takes(self, labels: Mapping[str, str]) -> bool:
        """Whether labels meet the requirement; a missing label meets NotIn and DoesNotExist."""
        value = labels.get(self.key)
        if self.operator == "In":
            return value is not None and value in self.values
        if self.operator == "NotIn":
            return value is None or value not in self.values
        return (value is not None) == (self.operator == "Exists")

    def __str__(self) -> str:
        if self.operator == "In" and len(self.values) == 1:
            return f"{self.key}={self.values[0]}"
        if self.operator in {"In", "NotIn"}:
            return f"{self.key} {self.operator.lower()} ({','.join(self.values)})"
        return self.key if self.operator == "Exists" else f"!{self.key}"


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """A standard label selector: all requirements must be met; none takes everything.

    Args:
        requirements: The requirements, in a stable order.
    """

    requirements: tuple[Requirement, ...] = ()

    def takes(self, labels: Mapping[str, str]) -> bool:
        """Whether labels meet all requirements."""
        for requirement in self.requirements:  # noqa: SIM110  asked of every object: a generator costs as much
            if not requirement.takes(labels):
                return False
        return True

    def __str__(self) -> str:
        """The selector as the API server's ``labelSelector`` parameter spells it."""
        return ",".join(map(str, self.requirements))


@dataclass(frozen=True, slots=True)
class FieldSelector:
    """Fields that must have a value; any scalar, compared as text.

    Args:
        fields: Paths and the text that each must have, in a stable order.
    """

    fields: tuple[tuple[FieldPath, str], ...] = ()

    def takes(self, get: Callable[[FieldPath], Any]) -> bool:
        """Whether every field has its value, looked up by ``get`` (a candidate's)."""
        return all(as_text(get(path)) == value for path, value in self.fields)

    def __str__(self) -> str:
        """The selector as the API server's ``fieldSelector`` parameter spells it (``,``, ``=`` and backslash escaped)."""
        return ",".join(f"{path.text}={_escaped(value)}" for path, value in self.fields)


def as_text(value: Any) -> str | None:
    """A scalar of decoded JSON as JSON spells it; None for a missing field, null, a list or a map."""
    if value is MISSING or value is None or isinstance(value, list | dict):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(",", "\\,").replace("=", "\\=")
