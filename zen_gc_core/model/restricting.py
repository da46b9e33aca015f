"""Restricting: an object that answers only for the fields that a keyword declared, and for its identity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.fieldpaths import FieldPath
from zen_gc_core.model.candidate import UndeclaredReadError, shown
from zen_gc_core.model.reads import Reads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.heads import OwnerReference


def restrict(candidate: Candidate, reads: Reads) -> Candidate:
    """The same object; looking beyond what was declared raises ``UndeclaredReadError``.

    Args:
        candidate: The object.
        reads: What was declared.
    """
    return _Restricted(candidate, reads)


def of_metadata(candidate: Candidate) -> Candidate:
    """The same object as a list of metadata shows it; looking beyond raises ``UndeclaredReadError``."""
    return _OfMetadata(candidate, _METADATA)


class _Declared(Mapping[str, str]):
    """A map of which only the declared keys may be looked up."""

    __slots__ = ("_keys", "_what", "_whole")

    def __init__(self, whole: Mapping[str, str], keys: frozenset[str], what: str) -> None:
        self._whole = whole
        self._keys = keys
        self._what = what

    def __getitem__(self, key: str) -> str:
        if key not in self._keys:
            raise UndeclaredReadError(f"{self._what}['{key}'] was read but not declared")
        return self._whole[key]

    def __contains__(self, key: object) -> bool:
        if key not in self._keys:
            raise UndeclaredReadError(f"{self._what}['{key}'] was read but not declared")
        return key in self._whole

    def __iter__(self) -> Iterator[str]:
        raise UndeclaredReadError(f"{self._what} was read as a whole but not declared")

    def __len__(self) -> int:
        raise UndeclaredReadError(f"{self._what} was read as a whole but not declared")


class _Restricted:
    __slots__ = ("_reads", "_whole", "finish")

    finish: tuple[object, datetime | None] | None

    def __init__(self, whole: Candidate, reads: Reads) -> None:
        self._whole = whole
        self._reads = reads
        self.finish = None  # its own: what another may read says nothing of what this one may

    @property
    def api_version(self) -> str:
        return self._whole.api_version

    @property
    def kind(self) -> str:
        return self._whole.kind

    @property
    def name(self) -> str:
        return self._whole.name

    @property
    def namespace(self) -> str:
        return self._whole.namespace

    @property
    def uid(self) -> str:
        return self._whole.uid

    def _declared(self, *segments: str) -> Candidate:
        if not self._reads.covers(segments):
            raise UndeclaredReadError(f"{'.'.join(segments)} was read but not declared")
        return self._whole

    @property
    def labels(self) -> Mapping[str, str]:
        return self._strings("labels", self._whole.labels)

    @property
    def annotations(self) -> Mapping[str, str]:
        return self._strings("annotations", self._whole.annotations)

    def _strings(self, what: str, whole: Mapping[str, str]) -> Mapping[str, str]:
        keys = self._reads.keys_under("metadata", what)
        return whole if keys is None else _Declared(whole, keys, f"metadata.{what}")

    @property
    def owner_references(self) -> tuple[OwnerReference, ...] | list[OwnerReference]:
        return self._declared("metadata", "ownerReferences").owner_references

    @property
    def finalizers(self) -> list[str]:
        return self._declared("metadata", "finalizers").finalizers

    @property
    def terminating(self) -> bool:
        return self._declared("metadata", "deletionTimestamp").terminating

    @property
    def resource_version(self) -> str:
        return self._declared("metadata", "resourceVersion").resource_version

    @property
    def complete(self) -> bool:
        return self._whole.complete

    @property
    def malformed(self) -> str | None:
        return self._whole.malformed

    @property
    def created(self) -> datetime:
        return self._declared("metadata", "creationTimestamp").created

    @property
    def born(self) -> datetime | None:
        return self._declared("metadata", "creationTimestamp").born

    @property
    def object(self) -> dict[str, Any]:
        if not self._reads.everything:
            raise UndeclaredReadError("the whole object was read but not declared")
        return self._whole.object

    def get(self, path: FieldPath | str) -> Any:
        path = path if isinstance(path, FieldPath) else FieldPath.parse(path)
        if not self._reads.covers(path.segments):
            raise UndeclaredReadError(f"{'.'.join(map(str, path.segments))} was read but not declared")
        return self._whole.get(path)

    def section(self, root: str, decode: Callable[[bytes], Any]) -> Any:
        if not self._reads.covers((root,)):
            raise UndeclaredReadError(f"{root} was read but not declared")
        return self._whole.section(root, decode)

    def only(self, roots: Iterable[str]) -> dict[str, Any]:
        asked = tuple(roots)
        declared = self._reads.roots
        for root in asked:
            if not (self._reads.everything or root in declared or root in {"kind", "apiVersion"}):
                raise UndeclaredReadError(f"{root} was read but not declared")
        return self._whole.only(asked)

    def __repr__(self) -> str:
        return shown(self)


class _OfMetadata(_Restricted):
    __slots__ = ()

    @property
    def complete(self) -> bool:
        return False


_METADATA: Final = Reads.of(("metadata",))
