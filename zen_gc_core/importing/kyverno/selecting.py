"""``match`` and ``exclude`` of a CleanupPolicy: filters of objects, as targets, as conditions, and as a question."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import InputError
from zen_gc_core.importing.kyverno.wildcards import matches, pattern_of, refuse_odd
from zen_gc_core.importing.labels import meets

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from zen_gc_core.importing.conversion import Document, Subject
    from zen_gc_core.importing.reading import Fields

_VERSION: Final = re.compile(r"v[0-9]\w*|\*", re.ASCII)
_RESOURCES: Final = (
    *("kinds", "name", "names", "namespaces", "selector", "namespaceSelector", "annotations"),
    "operations",  # of admission: a clean-up is none of them
)
_USERS: Final = ("subjects", "roles", "clusterRoles", "userInfo")


@dataclass(frozen=True, slots=True)
class KindPattern:
    """One of ``kinds``: ``Pod``, ``v1/Pod``, ``apps/v1/Deployment``.

    Args:
        group: The group; None for any.
        version: The version; ``*`` for any.
        kind: The kind.
    """

    group: str | None
    version: str
    kind: str

    def takes(self, subject: Subject) -> bool:
        """Whether an object is of it."""
        return (
            matches(self.kind, subject.kind)
            and self.group in {None, subject.group}
            and self.version in {"*", subject.version}
        )


@dataclass(frozen=True, slots=True)
class ResourceFilter:
    """One entry of ``any`` or ``all``.

    Args:
        path: Where it stands.
        kinds: The kinds; empty for all.
        names: Patterns of names; empty for all.
        namespaces: Patterns of namespaces; empty for all.
        labels: The selector of labels; None for all.
        inside: The selector of the labels of the Namespace; None for all.
        annotations: Annotations that must be there, keys and values being patterns.
    """

    path: str
    kinds: tuple[KindPattern, ...]
    names: tuple[str, ...]
    namespaces: tuple[str, ...]
    labels: Document | None
    inside: Document | None
    annotations: dict[str, str]

    def takes(self, subject: Subject) -> bool:
        """Whether it matches an object."""
        if self.kinds and not any(kind.takes(subject) for kind in self.kinds):
            return False
        if self.names and not any(matches(pattern, subject.name) for pattern in self.names):
            return False
        within = subject.name if subject.kind == "Namespace" else subject.namespace
        if self.namespaces and not any(matches(pattern, within) for pattern in self.namespaces):
            return False
        if self.labels is not None and not meets(self.labels, subject.texts("labels")):
            return False
        if self.inside is not None and subject.kind != "Namespace":
            inside = (subject.namespace_object or {}).get("metadata", {}).get("labels") or {}
            if not meets(self.inside, inside):
                return False
        annotations = subject.texts("annotations")
        return all(
            any(matches(key, found) and matches(value, text) for found, text in annotations.items())
            for key, value in self.annotations.items()
        )

    @property
    def empty(self) -> bool:
        """Whether it says nothing, and so matches nothing."""
        asked = (self.kinds, self.names, self.namespaces, self.labels, self.inside, self.annotations)
        return not any(asked)


@dataclass(frozen=True, slots=True)
class Filters:
    """``match`` or ``exclude``.

    Args:
        any_of: One of them must match; where there is none, ``all_of`` counts.
        all_of: All of them must match.
    """

    any_of: tuple[ResourceFilter, ...]
    all_of: tuple[ResourceFilter, ...]

    def take(self, subject: Subject) -> bool:
        """Whether an object matches."""
        if self.any_of:
            return any(not each.empty and each.takes(subject) for each in self.any_of)
        return bool(self.all_of) and all(not each.empty and each.takes(subject) for each in self.all_of)


def read_filters(spec: Fields, name: str) -> Filters:
    """``match`` or ``exclude`` of a policy's spec.

    Raises:
        InputError: It is broken; one line with file and place.
    """
    found = spec.map(name)
    for other in found.content:
        if other not in {"any", "all"}:
            raise found.wrong(other, "stands below any or all")
    return Filters(tuple(map(_filter, found.maps("any"))), tuple(map(_filter, found.maps("all"))))


def unknown_of(found: Fields) -> Iterator[str]:
    """The fields of ``match`` or ``exclude`` that are not known."""
    for entry in (*found.maps("any"), *found.maps("all")):
        yield from entry.unknown("resources", *_USERS)
        yield from entry.map("resources").unknown(*_RESOURCES)


def _filter(entry: Fields) -> ResourceFilter:
    for name in _USERS:
        if entry.content.get(name):
            raise entry.wrong(name, "a clean-up is nobody's request: Kyverno refuses it, too")
    found = entry.map("resources")
    name, names = found.get("name", str, ""), found.texts("names")
    if name and names:
        raise found.wrong("name", "stands beside names: write names alone")
    annotations = found.map("annotations")
    for key, value in annotations.content.items():
        if not isinstance(value, str):
            raise annotations.wrong(str(key), "must be text, in quotes")
    return ResourceFilter(
        found.path,
        kinds=tuple(map(_kind, found.texts("kinds"))),
        names=(name,) if name else names,
        namespaces=found.texts("namespaces"),
        labels=found.selector("selector"),
        inside=found.selector("namespaceSelector"),
        annotations=annotations.content,
    )


def _kind(text: str) -> KindPattern:
    parts = text.split("/")
    if len(parts) == 1:
        return KindPattern(None, "*", parts[0])
    if len(parts) == 2 and _VERSION.fullmatch(parts[0]):
        return KindPattern(None, parts[0], parts[1])
    if len(parts) == 3:
        return KindPattern(None if parts[0] == "*" else parts[0], parts[1], parts[2])
    return KindPattern(None, "*", text)


GroupKind = tuple[str, str]
"""A group and a kind."""


def conditions_of(found: ResourceFilter, kinds: Collection[GroupKind]) -> Document | None:
    """What a filter asks, as a condition map; None where it matches none of some kinds.

    Args:
        found: The filter.
        kinds: The kinds of the objects that will be asked about.

    Raises:
        InputError: It asks for what no condition can; one line.
    """
    taken = _taken(found, kinds)
    if not taken:
        return None
    cel = [] if len(taken) == len(kinds) else [_kinds_in_cel(taken)]
    cel += _places_in_cel(found, taken)
    cel += [_annotation_in_cel(key, value) for key, value in found.annotations.items()]
    if found.inside is not None:
        raise InputError("namespaceSelector: is no condition here, but of a target")
    labels = list(label_conditions(found.labels))
    asked = {**({"cel": cel} if cel else {}), **({"hasLabels": labels} if labels else {})}
    return asked or {"cel": ["true"]}


def _taken(found: ResourceFilter, kinds: Collection[GroupKind]) -> list[GroupKind]:
    for kind in found.kinds:
        if any(sign in part for part in (kind.kind, (kind.group or "")) for sign in "*?"):
            raise InputError(f"kinds: '{kind.kind}': name the kinds, and their groups")
    return [
        each
        for each in kinds
        if not found.kinds or any(kind.kind == each[1] and kind.group in {None, each[0]} for kind in found.kinds)
    ]


def _kinds_in_cel(taken: Collection[GroupKind]) -> str:
    return " || ".join(f"object.kind == {_text(kind)}" for kind in dict.fromkeys(kind for _, kind in taken))


def _places_in_cel(found: ResourceFilter, taken: Collection[GroupKind]) -> Iterator[str]:
    if found.names:
        yield " || ".join(f"object.metadata.name.matches({_text(pattern_of(name))})" for name in found.names)
    if found.namespaces:
        inside = "object.metadata.?namespace.orValue('')"
        if ("", "Namespace") in taken:
            inside = (
                f"(object.kind == 'Namespace' ? object.metadata.name : {inside})"
                if len(taken) > 1
                else "object.metadata.name"
            )
        yield " || ".join(f"{inside}.matches({_text(pattern_of(name))})" for name in found.namespaces)


def _annotation_in_cel(key: str, value: str) -> str:
    refuse_odd(key)
    refuse_odd(value)
    if not any(sign in key + value for sign in "*?"):
        return (
            f"object.metadata.?annotations[?{_text(key)}].orValue('') == {_text(value)}"
            if value
            else (f"object.metadata.?annotations[?{_text(key)}] == optional.of('')")
        )
    return (
        f"has(object.metadata.annotations) && object.metadata.annotations.exists(k, k.matches({_text(pattern_of(key))}) && "
        f"object.metadata.annotations[k].matches({_text(pattern_of(value))}))"
    )


def label_conditions(selector: Document | None) -> Iterator[Document]:
    """A label selector as entries of ``hasLabels``.

    Raises:
        InputError: It has wildcards, which are expanded there and are not here.
    """
    for key, value in (selector or {}).get("matchLabels", {}).items():
        check_plain(key, value)
        yield {"key": key, "operator": "Equals", "value": value}
    for each in (selector or {}).get("matchExpressions", []):
        check_plain(each["key"], *each.get("values", []))
        values: dict[str, Any] = {"values": each["values"]} if each.get("values") else {}
        yield {"key": each["key"], "operator": each["operator"], **values}


def check_plain(*texts: str) -> None:
    """Refuse wildcards in a label selector.

    Raises:
        InputError: There is one.
    """
    for text in texts:
        if "*" in text or "?" in text:
            raise InputError(f"selector: '{text}': wildcards in label selectors are not there here")


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
