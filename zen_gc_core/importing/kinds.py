"""From the names of resources in other tools' policies to kinds: by Kubernetes' own table, and by definitions in the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from zen_gc_core.engine.kinds import built_in, groups_and_versions, kinds_of
from zen_gc_core.errors import InputError
from zen_gc_core.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class KnownKind(NamedTuple):
    """A kind.

    Args:
        api_version: Its group and version.
        kind: Its name.
        plural: Its name in URLs.
        namespaced: Whether its objects live in namespaces.
    """

    api_version: str
    kind: str
    plural: str
    namespaced: bool

    @property
    def group(self) -> str:
        """Its group; empty for the core."""
        return self.api_version.rpartition("/")[0]


class Kinds:
    """The kinds that are known without a cluster: Kubernetes' own that are served, and those of definitions.

    Args:
        documents: Objects, decoded; the CustomResourceDefinitions among them count.
    """

    def __init__(self, documents: Iterable[dict[str, Any]] = ()) -> None:
        self._known = [*_own(), *(kind for document in documents for kind in defined(document))]
        self.named: tuple[KnownKind, ...] = ()

    def among(self, served: Iterable[KnownKind]) -> Kinds:
        """These kinds, and those that a cluster serves, each group's preferred version first."""
        found = Kinds()
        found._known = list(dict.fromkeys([*self._known, *reversed(list(served))]))
        found.named = self.named
        return found

    def naming(self, names: Iterable[str]) -> Kinds:
        """These kinds, of which some are named: a policy for every kind is one for those.

        Args:
            names: Their plurals, each with its group where several have it (``pods``, ``events.events.k8s.io``).

        Raises:
            InputError: One is not known, or is in several groups.
        """
        found = Kinds()
        found._known = self._known
        found.named = tuple(dict.fromkeys(map(self._one, names)))
        return found

    def _one(self, name: str) -> KnownKind:
        plural, dot, group = name.partition(".")
        kinds = self.of_plural(plural, group if dot else None)
        if not kinds:
            raise InputError(
                f"--kinds: '{one_line(name, 60)}' is not known: write a plural, such as pods or jobs.batch, and give its "
                "CustomResourceDefinition with -f"
            )
        if len(kinds) > 1:
            groups = " and ".join(f"{plural}.{each.group}" if each.group else f"{plural}." for each in kinds)
            raise InputError(f"--kinds: '{one_line(name, 60)}' is in several groups: write {groups}")
        return kinds[0]

    def of_plural(self, plural: str, group: str | None = None) -> list[KnownKind]:
        """The kinds of a plural, each group's newest version once; those of the core first.

        Args:
            plural: The name in URLs (``pods``).
            group: Their group; None for any.
        """
        found = [each for each in self._known if each.plural == plural and group in {None, each.group}]
        return _newest(found)

    def of_kind(self, kind: str, group: str | None = None) -> list[KnownKind]:
        """The kinds of a name, each group's newest version once."""
        return _newest([each for each in self._known if each.kind == kind and group in {None, each.group}])

    def known(self, api_version: str, kind: str) -> KnownKind | None:
        """The kind of a group, version and name."""
        own = (each for each in self._known if (each.api_version, each.kind) == (api_version, kind))
        return next(own, None)


def _newest(found: Iterable[KnownKind]) -> list[KnownKind]:
    newest: dict[tuple[str, str], KnownKind] = {}
    for each in found:
        newest[each.group, each.kind] = each
    return sorted(newest.values(), key=lambda each: each.group)


def _own() -> Iterator[KnownKind]:
    for api_version in groups_and_versions():
        for kind in kinds_of(api_version):
            known = built_in(api_version, kind)
            if known is not None and known.served:
                yield KnownKind(api_version, kind, known.plural, known.namespaced)


def defined(document: dict[str, Any]) -> Iterator[KnownKind]:
    """The kinds of a CustomResourceDefinition; none of what is no such thing, or of what cannot be read."""
    spec = document.get("spec")
    if document.get("kind") != "CustomResourceDefinition" or not isinstance(spec, dict):
        return
    names, versions = spec.get("names"), spec.get("versions")
    if not isinstance(names, dict) or not isinstance(versions, list):
        return
    group, kind, plural = spec.get("group"), names.get("kind"), names.get("plural")
    for version in versions:
        name = version.get("name") if isinstance(version, dict) else None
        if isinstance(group, str) and isinstance(kind, str) and isinstance(plural, str) and isinstance(name, str):
            yield KnownKind(f"{group}/{name}", kind, plural, spec.get("scope") != "Cluster")
