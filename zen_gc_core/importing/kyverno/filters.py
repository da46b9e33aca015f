"""What Kyverno never looks at: the ``resourceFilters`` of its ConfigMap, or those that its chart writes."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_ENTRY: Final = re.compile(r"\[([^\[\],]*),([^\[\],]*),([^\[\],]*)\]")
_VERSION: Final = re.compile(r"v[0-9].*", re.ASCII)
_DEFAULTS: Final = (
    "[Event,*,*][*/*,kube-system,*][*/*,kube-public,*][*/*,kube-node-lease,*][*/*,kyverno,*][Node,*,*][APIService,*,*]"
    "[Binding,*,*][ReplicaSet,*,*][EphemeralReport,*,*][ClusterEphemeralReport,*,*]"
)
"""What counts of the filters that the chart writes; those of Kyverno's own objects are in its namespace."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: what all three match is never looked at.

    Args:
        kind: A pattern of the kind.
        namespace: A pattern of the namespace; it also takes what lives in none when it is ``*``.
        name: A pattern of the name.
    """

    kind: str
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of a Kyverno.

    Args:
        entries: Each of them.
        place: The ConfigMap that they are from; empty where those of the chart are assumed.
    """

    entries: tuple[Filter, ...]
    place: str = ""

    def leaves_out(self, kind: str, namespace: str, name: str) -> bool:
        """Whether Kyverno never looks at an object."""
        return any(
            _matches(each.kind, kind) and _matches(each.namespace, namespace) and _matches(each.name, name)
            for each in self.entries
        )

    def leaves_out_kind(self, kind: str) -> bool:
        """Whether it never looks at a kind at all."""
        return any(each.namespace == each.name == "*" and _matches(each.kind, kind) for each in self.entries)

    def names(self, kind: str) -> list[str]:
        """The names that it leaves out of a kind, in some namespace, as excludes of a target."""
        found = (each for each in self.entries if each.name != "*" and _matches(each.kind, kind))
        return list(dict.fromkeys(f"!{each.name}" for each in found))

    def namespaces_of(self, kind: str) -> list[str]:
        """The namespaces that it leaves out of a kind, as excludes of a target."""
        found = (
            each for each in self.entries if each.namespace != "*" and each.name == "*" and _matches(each.kind, kind)
        )
        return list(dict.fromkeys(f"!{each.namespace}" for each in found))


def _matches(pattern: str, text: str) -> bool:
    return fnmatch.fnmatchcase(text, pattern)


def _kind(text: str) -> str:
    """The kind of a filter: of ``Kind``, ``Kind/subresource``, ``v1/Kind`` or ``group/version/Kind``.

    A subresource counts as its kind, and a group is not asked for: the more is left out, the more is kept.
    """
    parts = text.split("/")
    if len(parts) > 2:
        return parts[2]
    return parts[1] if len(parts) == 2 and _VERSION.fullmatch(parts[0]) else parts[0]


def _read(text: str) -> tuple[Filter, ...]:
    found = ([part.strip() or "*" for part in entry] for entry in _ENTRY.findall(text))
    return tuple(Filter(_kind(kind), namespace, name) for kind, namespace, name in found)


def filters_of(documents: Iterable[tuple[dict[str, Any], str]]) -> Filters:
    """The filters of the first ConfigMap that has some; else those that the chart writes.

    Args:
        documents: Documents and their places.
    """
    for document, place in documents:
        data = document.get("data")
        text = data.get("resourceFilters") if isinstance(data, dict) else None
        if document.get("kind") == "ConfigMap" and isinstance(text, str):
            return Filters(_read(text), place)
    return Filters(_read(_DEFAULTS))
