"""``matchConstraints`` of a DeletingPolicy: which objects it looks at, as targets, and as a question about an object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zen_gc_core.importing.labels import meets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zen_gc_core.importing.conversion import Conversion, Document, Subject
    from zen_gc_core.importing.kinds import Kinds, KnownKind
    from zen_gc_core.importing.reading import Fields

_ALL: Final = "*"


@dataclass(frozen=True, slots=True)
class ResourceRule:
    """One of ``resourceRules``.

    Args:
        path: Where it stands.
        groups: The groups, or ``*``.
        versions: The versions, or ``*``.
        resources: The plurals, or ``*``.
        names: The names; empty for all.
        scope: ``Namespaced``, ``Cluster`` or ``*``.
    """

    path: str
    groups: tuple[str, ...]
    versions: tuple[str, ...]
    resources: tuple[str, ...]
    names: tuple[str, ...]
    scope: str

    def takes(self, group: str, plural: str, *, namespaced: bool) -> bool:
        """Whether it is about a kind, whatever the version: Kubernetes holds equivalent ones alike."""
        return (
            (_ALL in self.groups or group in self.groups)
            and (_ALL in self.resources or plural in self.resources)
            and self.scope in {_ALL, "Namespaced" if namespaced else "Cluster"}
        )


@dataclass(frozen=True, slots=True)
class Constraints:
    """``matchConstraints``.

    Args:
        rules: What is looked at.
        excluded: What of it is not.
        objects: The selector of the objects' labels; None for all.
        namespaces: The selector of their Namespaces' labels; None for all.
    """

    rules: tuple[ResourceRule, ...]
    excluded: tuple[ResourceRule, ...]
    objects: Document | None
    namespaces: Document | None

    def take(self, subject: Subject) -> bool:
        """Whether an object is looked at."""
        if not _any(self.rules, subject) or _any(self.excluded, subject):
            return False
        if not meets(self.objects, subject.texts("labels")):
            return False
        return self.namespaces is None or self._in_namespaces(subject)

    def _in_namespaces(self, subject: Subject) -> bool:
        if subject.kind == "Namespace" and not subject.group:
            return meets(self.namespaces, subject.texts("labels"))
        if not subject.namespaced:
            return True
        if subject.namespace_object is None:
            return False
        labels = subject.namespace_object.get("metadata", {}).get("labels") or {}
        return meets(self.namespaces, labels)


def _any(rules: tuple[ResourceRule, ...], subject: Subject) -> bool:
    return any(
        rule.takes(subject.group, subject.plural, namespaced=subject.namespaced)
        and (not rule.names or subject.name in rule.names)
        for rule in rules
    )


def read_constraints(spec: Fields) -> Constraints:
    """The ``matchConstraints`` of a policy's spec.

    Raises:
        InputError: They are broken; one line with file and place.
    """
    found = spec.map("matchConstraints")
    return Constraints(
        tuple(map(_rule, found.maps("resourceRules"))),
        tuple(map(_rule, found.maps("excludeResourceRules"))),
        found.selector("objectSelector"),
        found.selector("namespaceSelector"),
    )


def unknown_of(spec: Fields) -> Iterator[str]:
    """The fields of ``matchConstraints`` that are not known."""
    found = spec.map("matchConstraints")
    lists = ("resourceRules", "excludeResourceRules")
    yield from found.unknown(*lists, "objectSelector", "namespaceSelector", "matchPolicy")
    for rule in found.maps("resourceRules"):
        yield from rule.unknown("apiGroups", "apiVersions", "resources", "resourceNames", "scope", "operations")


def _rule(rule: Fields) -> ResourceRule:
    return ResourceRule(
        rule.path,
        groups=rule.texts("apiGroups"),
        versions=rule.texts("apiVersions"),
        resources=rule.texts("resources"),
        names=rule.texts("resourceNames"),
        scope=rule.get("scope", str, _ALL),
    )


def kinds_of(constraints: Constraints, kinds: Kinds, conversion: Conversion) -> Iterator[tuple[KnownKind, list[str]]]:
    """The kinds that are looked at, each with the names as a target writes them; empty for all.

    Args:
        constraints: The constraints.
        kinds: What is known of kinds.
        conversion: Takes what became of each rule.
    """
    for rule in constraints.rules:
        for plural in rule.resources:
            if plural == _ALL:
                named = [
                    each for each in kinds.named if rule.takes(each.group, each.plural, namespaced=each.namespaced)
                ]
                if not named:
                    conversion.impossible(f"{rule.path}.resources", "'*': name the kinds that it is for, or --kinds")
                for each in named:
                    conversion.narrower(f"{rule.path}.resources", f"'*': {each.plural}, which --kinds names")
                yield from _told(constraints, rule, named, conversion)
            elif "/" in plural:
                conversion.narrower(f"{rule.path}.resources", f"{plural}: is no object, and left out")
            else:
                yield from _of_plural(constraints, rule, plural, kinds, conversion)


def _of_plural(
    constraints: Constraints, rule: ResourceRule, plural: str, kinds: Kinds, conversion: Conversion
) -> Iterator[tuple[KnownKind, list[str]]]:
    found = [each for each in kinds.of_plural(plural) if rule.takes(each.group, plural, namespaced=each.namespaced)]
    if not found:
        words = f"{plural}: its kind is not known, and left out; give its CustomResourceDefinition with -f"
        conversion.narrower(f"{rule.path}.resources", words)
    yield from _told(constraints, rule, found, conversion)


def _told(
    constraints: Constraints, rule: ResourceRule, found: Sequence[KnownKind], conversion: Conversion
) -> Iterator[tuple[KnownKind, list[str]]]:
    """Kinds that a rule is about, but what is left out of them."""
    for each in found:
        plural = each.plural
        names = list(rule.names)
        left_out = False
        for excluded in constraints.excluded:
            if excluded.takes(each.group, plural, namespaced=each.namespaced):
                left_out = left_out or not excluded.names
                names = [*(names or [_ALL]), *(f"!{name}" for name in excluded.names)]
        if left_out:
            conversion.exact(f"{rule.path}.resources", f"{plural}: left out by excludeResourceRules")
            continue
        conversion.exact(f"{rule.path}.resources", f"{plural}: {each.api_version} {each.kind}")
        yield each, names
