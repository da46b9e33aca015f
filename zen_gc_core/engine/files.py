"""The objects of files, standing in for a cluster: what one would be asked is answered from them.

Which kinds live in namespaces, which marks Namespaces carry, what would go along with an object, and what the files
hold instead of what they do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zen_gc_core.engine.expanding import KindThere, once_each
from zen_gc_core.engine.kinds import built_in, own_group
from zen_gc_core.engine.protections import is_definition, placed_inside
from zen_gc_core.errors import Undecided
from zen_gc_core.keywords import Namespace
from zen_gc_core.model.scope import Unwritten
from zen_gc_core.texts import listed, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.engine.protections import Keeps
    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.json_candidates import JsonCandidate

DEFAULT_NAMESPACE = "default"


class Files:
    """The objects of files, standing in for a cluster.

    Args:
        objects: The objects; of two with the same kind, namespace and name the later one counts.
        policies: The policies that will be planned: a kind of which nothing is known lives in no namespace when one
            of them names it without namespaces.
        default_namespace: Where namespaced objects are that name no namespace.

    Attributes:
        repeated: Objects that are there twice, whatever their version: the one that counts, and the one that does not.
    """

    def __init__(
        self,
        objects: Iterable[JsonCandidate],
        policies: Iterable[Compilation] = (),
        default_namespace: str = DEFAULT_NAMESPACE,
    ) -> None:
        found = list(objects)
        self._scopes = dict(_definitions(found))
        self._placed = {_family(candidate.api_version, candidate.kind) for candidate in found if candidate.namespace}
        self._unwritten = {
            _family(target.api_version, target.kind)
            for compilation in policies
            if compilation.compiled is not None
            for target in compilation.compiled.policy.targets
            if isinstance(target.scope, Unwritten)
        }
        self.repeated: list[tuple[Candidate, Candidate]] = []
        self._objects: dict[tuple[str, str, str, str], JsonCandidate] = {}
        for candidate in found:
            if not self.namespaced(candidate.api_version, candidate.kind):
                candidate.namespace = ""  # as an API server drops it
            elif not candidate.namespace:
                candidate.namespace = default_namespace
            key = (*_family(candidate.api_version, candidate.kind), candidate.namespace, candidate.name)
            if (earlier := self._objects.get(key)) is not None:
                self.repeated.append((candidate, earlier))
            self._objects[key] = candidate
        self._by_kind: dict[tuple[str, str], list[JsonCandidate]] = {}
        for candidate in self._objects.values():
            self._by_kind.setdefault((candidate.api_version, candidate.kind), []).append(candidate)
        self._aggregated = frozenset(_aggregated(self._objects.values()))
        self._asked: dict[tuple[str, str], Sequence[Candidate]] = {}

    def namespaced(self, api_version: str, kind: str) -> bool:
        """Whether a kind lives in namespaces: Kubernetes' own, by its definition, else by its objects.

        A kind of which nothing is known counts as namespaced, its objects being in ``default``, unless a policy
        names it without namespaces.
        """
        known = built_in(api_version, kind)
        if known is not None:
            return known.namespaced
        defined = self._scopes.get((api_version.rpartition("/")[0], kind))
        if defined is not None:
            return defined
        family = _family(api_version, kind)
        return family in self._placed or family not in self._unwritten

    def of_kind(self, api_version: str, kind: str) -> Sequence[Candidate]:
        """The objects of a kind, in the order of the files; those of other versions that a server would serve in this."""
        if (api_version, kind) not in self._asked:
            own = self._by_kind.get((api_version, kind), ())
            others = self.converted(api_version, kind)
            self._asked[api_version, kind] = (
                own
                if not others
                else [
                    candidate if candidate.api_version == api_version else candidate.in_version(api_version)
                    for candidate in self._objects.values()
                    if candidate.kind == kind and candidate.api_version in {api_version, *others}
                ]
            )
        return self._asked[api_version, kind]

    def kinds(self, *, aggregated: bool = False) -> list[KindThere]:
        """The kinds of the objects, each once.

        Args:
            aggregated: Whether those that an APIService in the files gives to another server are among them.
        """
        there = (KindThere(*kind, namespaced=self.namespaced(*kind)) for kind in self._by_kind)
        return once_each(kind for kind in there if aggregated or kind.api_version not in self._aggregated)

    def converted(self, api_version: str, kind: str) -> list[str]:
        """The other versions of a kind in the files that a server would convert to this one.

        Kubernetes' own kinds are converted between the versions that there are, custom ones between all of theirs.
        """
        family = _family(api_version, kind)
        if own_group(api_version.rpartition("/")[0]) and built_in(api_version, kind) is None:
            return []
        return sorted(
            version
            for version, found in self._by_kind
            if found == kind and version != api_version and _family(version, kind) == family
        )

    def aggregated(self, api_version: str) -> bool:
        """Whether an APIService in the files gives a group version to an API server of its own."""
        return api_version in self._aggregated

    def nearby(self, api_version: str, kind: str) -> str | None:
        """What the files hold instead of a kind of which they have no object; None when nothing is like it."""
        versions = sorted({version for version, found in self._by_kind if found == kind})
        if versions:
            return f"the files hold {kind} objects of {listed(versions)}, and none of {api_version}: are these meant?"
        near = nearest(kind, {found for _, found in self._by_kind})
        return f"the files hold no {kind}, but {near} objects: is that the kind?" if near else None

    def namespace(self, name: str) -> Namespace:
        """A Namespace; one that is not in the files carries no marks.

        Raises:
            Undecided: Its metadata is malformed, which tells nothing of its marks.
        """
        found = self._objects.get(("", "Namespace", "", name))
        if found is None:
            return Namespace(name, {}, {}, None)
        if found.malformed is not None:
            raise Undecided(f"its Namespace {name} cannot be read: {found.malformed}")
        return Namespace(name, found.labels, found.annotations, found.object)

    def has_service(self, namespace: str, name: str) -> bool:
        """Whether a Service is in the files.

        Raises:
            Undecided: No Service at all is in them, which does not say that there is none.
        """
        if not self._by_kind.get(("v1", "Service")):
            raise Undecided("the files hold no Services: add them")
        return ("", "Service", namespace, name) in self._objects

    def kept_inside(self, owner: Candidate, keeps: Keeps) -> str | None:
        """Why something that goes along with a Namespace or a CustomResourceDefinition must stay, or None.

        Args:
            owner: The Namespace or CustomResourceDefinition.
            keeps: Says of each object that goes along why it must stay.

        Raises:
            Undecided: The metadata of something in it is malformed, which tells nothing of its marks; or the
                definition does not say of which kind it is.
        """
        along = list(self._along(owner))
        for candidate in along:
            if candidate.malformed is None and (why := keeps(candidate)) is not None:
                return f"{candidate.kind} {placed_inside(owner, candidate)} would go with it, and {why}"
        for candidate in along:
            if candidate.malformed is not None:
                raise Undecided(f"{candidate.kind} {candidate.name} in it cannot be read: {candidate.malformed}")
        return None

    def _along(self, owner: Candidate) -> Iterable[Candidate]:
        if not is_definition(owner):
            return (candidate for candidate in self._objects.values() if candidate.namespace == owner.name)
        kinds = {kind for kind, _ in _definitions([owner])}
        if not kinds or ("", "") in kinds:
            raise Undecided("it does not say of which kind it is")
        return (
            candidate
            for candidate in self._objects.values()
            if (candidate.api_version.rpartition("/")[0], candidate.kind) in kinds
        )


def _definitions(objects: Iterable[Candidate]) -> Iterable[tuple[tuple[str, str], bool]]:
    for candidate in objects:
        if candidate.kind == "CustomResourceDefinition" and candidate.api_version.startswith("apiextensions.k8s.io/"):
            spec = candidate.object.get("spec")
            names = spec.get("names") if isinstance(spec, dict) else None
            if isinstance(spec, dict) and isinstance(names, dict):
                yield (_text(spec.get("group")), _text(names.get("kind"))), spec.get("scope") != "Cluster"


def _aggregated(objects: Iterable[Candidate]) -> Iterator[str]:
    """The group versions that APIServices give to API servers of their own."""
    for candidate in objects:
        if candidate.kind == "APIService" and candidate.api_version.startswith("apiregistration.k8s.io/"):
            spec = candidate.object.get("spec")
            if isinstance(spec, dict) and spec.get("service") is not None:
                yield f"{_text(spec.get('group'))}/{_text(spec.get('version'))}"


def _family(api_version: str, kind: str) -> tuple[str, str]:
    """What all versions of a kind have in common: its group; Events are one kind in two groups."""
    return ("" if kind == "Event" and api_version == "events.k8s.io/v1" else api_version.rpartition("/")[0], kind)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
