"""The objects of files, standing in for a cluster: what one would be asked is answered from them.

Which kinds live in namespaces, which marks Namespaces carry, what would go along with an object, and what the files
hold instead of what they do not.

Of many objects nothing is kept but their text (``stored``): a candidate is made whenever somebody looks at one.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.engine.expanding import KindThere, once_each
from zen_gc_core.engine.kinds import built_in, own_group
from zen_gc_core.engine.protections import is_definition, placed_inside
from zen_gc_core.engine.stored import Objects
from zen_gc_core.errors import Undecided
from zen_gc_core.keywords import Namespace
from zen_gc_core.model.json_candidates import JsonCandidate
from zen_gc_core.model.scope import Unwritten
from zen_gc_core.texts import listed, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zen_gc_core.engine.compiling import Compilation
    from zen_gc_core.engine.protections import Keeps
    from zen_gc_core.engine.stored import Stored
    from zen_gc_core.model.candidate import Candidate

DEFAULT_NAMESPACE = "default"
_DEFINITION: Final = ("apiextensions.k8s.io", "CustomResourceDefinition")
_SERVICE: Final = ("apiregistration.k8s.io", "APIService")


class Files:
    """The objects of files, standing in for a cluster.

    Args:
        objects: The objects; of two with the same kind, namespace and name the later one counts.
        policies: The policies that will be planned: a kind of which nothing is known lives in no namespace when one
            of them names it without namespaces.
        default_namespace: Where namespaced objects are that name no namespace.

    Attributes:
        repeated: Objects that are there twice, whatever their version, by their places among the given ones: the one
            that counts, and the one that does not.
        looked_at: How many candidates were made or shown, to be told while it takes long.
    """

    def __init__(
        self,
        objects: Iterable[JsonCandidate | Stored],
        policies: Iterable[Compilation] = (),
        default_namespace: str = DEFAULT_NAMESPACE,
    ) -> None:
        self.looked_at = 0
        self._entries = list(objects)
        self._places: list[str] = []
        self._placed: set[tuple[str, str]] = set()
        self._unwritten = {
            _family(target.api_version, target.kind)
            for compilation in policies
            if compilation.compiled is not None
            for target in compilation.compiled.policy.targets
            if isinstance(target.scope, Unwritten)
        }
        names = self._read()
        self.repeated: list[tuple[int, int]] = []
        self._settle(names, default_namespace)
        self._by_kind: dict[tuple[str, str], array[int]] = {}
        for slot, entry in enumerate(self._entries):
            self._by_kind.setdefault((entry.api_version, entry.kind), array("L")).append(slot)
        self._aggregated = frozenset(_aggregated(map(self.made, self._slots_of_group(*_SERVICE))))
        self._asked: dict[tuple[str, str], Objects] = {}
        self._marks: dict[str, Namespace] = {}
        self._named: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
        self._inside: dict[str, array[int]] = {}

    def _read(self) -> array[int]:
        """Look at each object once: its namespace as it is written, what it defines, and a hash of its name."""
        names, spelt = array("q"), dict[str, str]()
        definitions = []
        for entry in self._entries:
            place, name = (entry.namespace, entry.name) if isinstance(entry, JsonCandidate) else entry.identity()
            self.looked_at += 1
            names.append(hash(name))
            self._places.append(spelt.setdefault(place, place))
            if place:
                self._placed.add(_family(entry.api_version, entry.kind))
            if entry.kind == _DEFINITION[1]:
                definitions.append(self._made(entry))
        self._scopes = dict(_definitions(definitions))
        return names

    def _settle(self, names: array[int], default_namespace: str) -> None:
        """Put objects where an API server would, and leave out those that a later one replaces."""
        scopes: dict[tuple[str, str], tuple[tuple[str, str], bool]] = {}
        first: dict[int, int] = {}
        kept = array("L")
        for index, entry in enumerate(self._entries):
            kind = (entry.api_version, entry.kind)
            if kind not in scopes:
                scopes[kind] = (_family(*kind), self.namespaced(*kind))
            family, namespaced = scopes[kind]
            place = self._places[index] = (self._places[index] or default_namespace) if namespaced else ""
            if isinstance(entry, JsonCandidate):
                entry.namespace = place
            key = hash((family, place, names[index]))
            while (slot := first.get(key)) is not None and not self._same(kept[slot], index, family):
                key = hash((key, family))
            if slot is None:
                first[key] = len(kept)
                kept.append(index)
            else:
                self.repeated.append((index, kept[slot]))
                kept[slot] = index
        if self.repeated:
            self._entries = [self._entries[index] for index in kept]
            self._places = [self._places[index] for index in kept]

    def _same(self, earlier: int, later: int, family: tuple[str, str]) -> bool:
        one, other = self._entries[earlier], self._entries[later]
        return (
            _family(one.api_version, one.kind) == family
            and self._places[earlier] == self._places[later]
            and _name(one) == _name(other)
        )

    @staticmethod
    def _made(entry: JsonCandidate | Stored) -> JsonCandidate:
        return entry if isinstance(entry, JsonCandidate) else entry.candidate()

    def made(self, slot: int) -> JsonCandidate:
        """The candidate of an object.

        Args:
            slot: Where it is.
        """
        self.looked_at += 1
        entry = self._entries[slot]
        if isinstance(entry, JsonCandidate):
            return entry
        candidate = entry.candidate()
        candidate.namespace = self._places[slot]
        return candidate

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

    def of_kind(self, api_version: str, kind: str) -> Objects:
        """The objects of a kind, in the order of the files; those of other versions that a server would serve in this."""
        if (api_version, kind) not in self._asked:
            others = self.converted(api_version, kind)
            slots: Sequence[int] = self._by_kind.get((api_version, kind), ())
            if others:
                slots = sorted(
                    slot for version in (api_version, *others) for slot in self._by_kind.get((version, kind), ())
                )
            self._asked[api_version, kind] = Objects(self.made, slots, api_version if others else None)
        return self._asked[api_version, kind]

    def places_of(self, api_version: str, kind: str) -> set[str]:
        """The namespaces of the objects that are looked at as a kind; the empty one for those that live in none."""
        versions = (api_version, *self.converted(api_version, kind))
        return {self._places[slot] for version in versions for slot in self._by_kind.get((version, kind), ())}

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
        known = self._marks.get(name)
        if known is None:
            slot = self._slots_by_name("", "Namespace").get(("", name))
            if slot is None:
                known = Namespace(name, {}, {}, None)
            else:
                found = self.made(slot)
                if found.malformed is not None:
                    raise Undecided(f"its Namespace {name} cannot be read: {found.malformed}")
                known = Namespace(name, found.labels, found.annotations, found.object)
            self._marks[name] = known
        return known

    def has_service(self, namespace: str, name: str) -> bool:
        """Whether a Service is in the files.

        Raises:
            Undecided: No Service at all is in them, which does not say that there is none.
        """
        if not self._by_kind.get(("v1", "Service")):
            raise Undecided("the files hold no Services: add them")
        return (namespace, name) in self._slots_by_name("", "Service")

    def kept_inside(self, owner: Candidate, keeps: Keeps) -> str | None:
        """Why something that goes along with a Namespace or a CustomResourceDefinition must stay, or None.

        Args:
            owner: The Namespace or CustomResourceDefinition.
            keeps: Says of each object that goes along why it must stay.

        Raises:
            Undecided: The metadata of something in it is malformed, which tells nothing of its marks; or the
                definition does not say of which kind it is.
        """
        unreadable = None
        for candidate in self._along(owner):
            if candidate.malformed is not None:
                unreadable = (
                    unreadable or f"{candidate.kind} {candidate.name} in it cannot be read: {candidate.malformed}"
                )
            elif (why := keeps(candidate)) is not None:
                return f"{candidate.kind} {placed_inside(owner, candidate)} would go with it, and {why}"
        if unreadable is not None:
            raise Undecided(unreadable)
        return None

    def _along(self, owner: Candidate) -> Iterable[Candidate]:
        if not is_definition(owner):
            return Objects(self.made, self._slots_inside(owner.name))
        kinds = {kind for kind, _ in _definitions([owner])}
        if not kinds or ("", "") in kinds:
            raise Undecided("it does not say of which kind it is")
        return Objects(self.made, sorted(slot for group, kind in kinds for slot in self._slots_of_group(group, kind)))

    def _slots_inside(self, namespace: str) -> Sequence[int]:
        if not self._inside:
            for slot, place in enumerate(self._places):
                self._inside.setdefault(place, array("L")).append(slot)
        return self._inside.get(namespace, ())

    def _slots_by_name(self, group: str, kind: str) -> dict[tuple[str, str], int]:
        """The objects of a kind, by namespace and name; for kinds of which there are few, and which are asked for often."""
        if (group, kind) not in self._named:
            self._named[group, kind] = {
                (self._places[slot], self.made(slot).name): slot for slot in self._slots_of_group(group, kind)
            }
        return self._named[group, kind]

    def _slots_of_group(self, group: str, kind: str) -> Iterator[int]:
        for (version, found), slots in self._by_kind.items():
            if found == kind and version.rpartition("/")[0] == group:
                yield from slots


def _definitions(objects: Iterable[Candidate]) -> Iterable[tuple[tuple[str, str], bool]]:
    for candidate in objects:
        if _is(candidate, _DEFINITION):
            spec = candidate.object.get("spec")
            names = spec.get("names") if isinstance(spec, dict) else None
            if isinstance(spec, dict) and isinstance(names, dict):
                yield (_text(spec.get("group")), _text(names.get("kind"))), spec.get("scope") != "Cluster"


def _aggregated(objects: Iterable[Candidate]) -> Iterator[str]:
    """The group versions that APIServices give to API servers of their own."""
    for candidate in objects:
        spec = candidate.object.get("spec")
        if isinstance(spec, dict) and spec.get("service") is not None:
            yield f"{_text(spec.get('group'))}/{_text(spec.get('version'))}"


def _name(entry: JsonCandidate | Stored) -> str:
    return entry.name if isinstance(entry, JsonCandidate) else entry.identity()[1]


def _is(candidate: Candidate, kind: tuple[str, str]) -> bool:
    """Whether an object is of a kind, in any version."""
    return candidate.kind == kind[1] and candidate.api_version.rpartition("/")[0] == kind[0]


def _family(api_version: str, kind: str) -> tuple[str, str]:
    """What all versions of a kind have in common: its group; Events are one kind in two groups."""
    return ("" if kind == "Event" and api_version == "events.k8s.io/v1" else api_version.rpartition("/")[0], kind)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
