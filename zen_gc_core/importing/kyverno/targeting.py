"""A filter of a CleanupPolicy as targets: kinds, names, namespaces and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zen_gc_core.errors import InputError
from zen_gc_core.importing.kyverno.selecting import check_plain
from zen_gc_core.importing.kyverno.wildcards import glob_of, matches
from zen_gc_core.importing.labels import meets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zen_gc_core.importing.conversion import Conversion, Document
    from zen_gc_core.importing.kinds import Kinds, KnownKind
    from zen_gc_core.importing.kyverno.framing import Framing
    from zen_gc_core.importing.kyverno.selecting import KindPattern, ResourceFilter


def targets_of(found: ResourceFilter, kinds: Kinds, framing: Framing, conversion: Conversion) -> list[Document]:
    """The targets of a filter.

    Args:
        found: The filter.
        kinds: What is known of kinds.
        framing: What all policies of Kyverno have in common.
        conversion: Takes what became of it.
    """
    if not found.kinds:
        conversion.impossible(f"{found.path}.kinds", "there are none: name the kinds")
    targets = []
    for pattern in found.kinds:
        for kind in _kinds(found, pattern, kinds, conversion):
            try:
                target = _target(found, kind, framing, conversion)
            except InputError as error:
                conversion.impossible(found.path, str(error))
                continue
            if target is not None:
                targets.append(framing.unmanaged(target))
    return targets


def _kinds(found: ResourceFilter, pattern: KindPattern, kinds: Kinds, conversion: Conversion) -> Iterator[KnownKind]:
    path = f"{found.path}.kinds"
    if any(sign in pattern.kind for sign in "*?"):
        named = [each for each in kinds.named if _is_of(pattern, each)]
        if not named:
            conversion.impossible(path, f"'{pattern.kind}': name the kinds, there or with --kinds")
        else:
            written = ", ".join(f"{each.api_version} {each.kind}" for each in named)
            conversion.narrower(path, f"'{pattern.kind}': those of --kinds alone: {written}")
        yield from named
        return
    known = kinds.of_kind(pattern.kind, pattern.group)
    if len(known) > 1:
        groups = " and ".join(each.api_version for each in known)
        conversion.impossible(path, f"{pattern.kind} is in {groups}: write GROUP/VERSION/KIND")
        return
    if not known:
        conversion.narrower(
            path, f"{pattern.kind}: is not known, and left out; give its CustomResourceDefinition with -f"
        )
    for each in known:
        version = pattern.version if pattern.version != "*" else each.api_version.rpartition("/")[2]
        written = f"{each.group}/{version}" if each.group else version
        conversion.exact(path, f"{written} {each.kind}")
        yield each._replace(api_version=written)


def _is_of(pattern: KindPattern, kind: KnownKind) -> bool:
    group, _, version = kind.api_version.rpartition("/")
    return matches(pattern.kind, kind.kind) and pattern.group in {None, group} and pattern.version in {"*", version}


def _target(found: ResourceFilter, kind: KnownKind, framing: Framing, conversion: Conversion) -> Document | None:
    """The target of one kind; None where nothing of it can match."""
    names, namespaces = [glob_of(each) for each in found.names], [glob_of(each) for each in found.namespaces]
    is_namespace = kind.kind == "Namespace" and not kind.group
    if is_namespace and namespaces:
        if names:
            raise InputError("names beside namespaces, of Namespaces: write names alone")
        names, namespaces = namespaces, []
    if never := _never(found, kind, namespaces, framing.namespace):
        conversion.exact(found.path, f"{never}: it never matches")
        return None
    target = framing.target(kind, names, namespaces or None)
    if target is None:
        return None
    if found.labels is not None:
        target["labelSelector"] = _plain(found.labels)
    if found.inside is not None and kind.namespaced:
        if framing.namespace:
            raise InputError("namespaceSelector: a policy of a namespace has none")
        target["namespaceSelector"] = _plain(found.inside)
    return target


def _never(found: ResourceFilter, kind: KnownKind, namespaces: list[str], own: str) -> str:
    """Why a filter never matches an object of a kind; empty where it may."""
    if kind.namespaced:
        fits = not own or not namespaces or any(matches(each, own) for each in namespaces)
        return "" if fits else f"none of its namespaces is {own}"
    if namespaces and "*" not in namespaces:
        return f"{kind.kind} lives in no namespace"
    if found.inside is not None and kind.kind != "Namespace" and not meets(found.inside, {}):
        return f"{kind.kind} lives in no namespace, which would have labels"
    return ""


def _plain(selector: Document) -> Document:
    """A label selector without wildcards.

    Raises:
        InputError: It has some.
    """
    for key, value in selector.get("matchLabels", {}).items():
        check_plain(key, value)
    for each in selector.get("matchExpressions", []):
        check_plain(each["key"], *each.get("values", []))
    return selector
