"""Merging: the request that sets whatever fields a policy wants, and what no patch may touch.

A JSON merge patch (RFC 7386): a map changes fields, null removes one, anything else takes the place of what is there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final

from zen_gc_core.fieldpaths import spell
from zen_gc_core.model.names import label_key_fault, label_value_fault
from zen_gc_core.model.policy import GROUP
from zen_gc_core.model.requests import MARKED_BY, Mark, Patch, Words, policy_named
from zen_gc_core.model.results import Result, Written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.policy import PolicyReference

PATCHED_BY: Final = f"{GROUP}/patched-by"
"""The annotation that says which policy patched an object: two would change it in turn for ever."""

_DEEPEST: Final = 32

_NEVER: Final = {
    "apiversion": "is which kind of object it is",
    "kind": "is which kind of object it is",
    "status": "is what others have seen, and not what is wanted",
    "type": "decides whether a Secret is protected",
}
_PARTS: Final = ("labels", "annotations")


@dataclass(frozen=True, slots=True)
class MergePatch(Patch):
    """Ask for fields of an object to be set and removed.

    Args:
        patch: The merge patch.
    """

    reads: ClassVar[tuple[str, ...] | None] = None
    query: ClassVar[Mapping[str, str]] = MappingProxyType({"fieldValidation": "Strict"})
    unbounded: ClassVar[bool] = True
    done: ClassVar[Result] = Result.PATCHED
    words: ClassVar[Words] = Words("patch", "patching", "patch")

    patch: Mapping[str, Any]
    _signature: Mapping[str, str] = field(default_factory=dict, repr=False)

    def fault(self) -> str | None:
        """A patch sets something, and nothing that no patch may touch."""
        found = next(patch_faults(self.patch), None)
        return None if found is None else f"a patch of {found[0] or 'nothing'}: {found[1]}"

    def marks(self) -> Iterator[str]:
        """The labels and annotations that it sets, and those that it removes."""
        for part in _PARTS:
            yield from self.patch.get("metadata", {}).get(part, {})

    def signed(self, signature: Mapping[str, str]) -> MergePatch:
        """With the annotations of the signature."""
        return MergePatch(self.patch, signature)

    def conflict(self, candidate: Candidate, by: PolicyReference) -> str | None:
        """A patch of another policy, or a mark that this one would change: the two would flip it for ever."""
        other = candidate.annotations.get(PATCHED_BY)
        if other is not None and other != str(by):
            return f"policy {policy_named(other)} patched it, and policy {by} would change it again"
        metadata = self.patch.get("metadata", {})
        labels, annotations = (
            {key: value for key, value in metadata.get(part, {}).items() if value is not None} for part in _PARTS
        )
        return Mark(labels, annotations).conflict(candidate, by)

    def carried_by(self, candidate: Candidate) -> str | None:
        """An object that is as the patch would make it is left alone."""
        return "it is as the patch would make it already" if _unlike(self.patch, candidate.object) is None else None

    def body(self, candidate: Candidate) -> dict[str, Any]:  # noqa: ARG002  it does not depend on the object
        """The patch, and who made it."""
        metadata = self.patch.get("metadata", {})
        by = {PATCHED_BY: self._signature[MARKED_BY]} if MARKED_BY in self._signature else {}
        annotations = {**metadata.get("annotations", {}), **self._signature, **by}
        return {**self.patch, "metadata": {**metadata, **({"annotations": annotations} if annotations else {})}}

    def read(self, document: Mapping[str, Any], uid: str) -> Written:
        """The object must be as was asked: what a kind does not know is dropped, and admission may change the rest."""
        read = Patch.read(self, document, uid)
        if read.result is self.done and (place := _unlike(self.patch, document)) is not None:
            return Written(Result.FAILED, f"the server took it, and left something else at {place}")
        return read


def patch_faults(patch: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with a patch, each with its place.

    Args:
        patch: The merge patch.
    """
    if not patch:
        yield "", "sets nothing"
    for key, value in patch.items():
        if (why := _NEVER.get(key.lower())) is not None:
            yield spell((key,)), f"is never patched: it {why}"
        elif key.lower() == "metadata":
            yield from _metadata_faults(key, value)
        elif key.lower() == "spec" and not isinstance(value, dict):
            yield spell((key,)), "must be a map: anything else would take spec.finalizers along"
        else:
            if key.lower() == "spec":
                yield from (
                    (spell((key, inner)), "is never patched: it keeps an object from going before its time")
                    for inner in value
                    if inner.lower() == "finalizers"
                )
            yield from _empty(value, (key,))


def _metadata_faults(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict) or not value:
        yield spell((key,)), "must be a map with labels or annotations"
        return
    for part, values in value.items():
        place = (key, part)
        if part not in _PARTS or key != "metadata":
            yield spell(place), "is never patched: of metadata only labels and annotations are"
        elif not isinstance(values, dict) or not values:
            yield spell(place), "must be a map, with null for what is to be removed"
        else:
            for name, text in values.items():
                if why := _mark_fault(part, name, text):
                    yield spell((*place, name)), why


def _mark_fault(part: str, name: str, text: Any) -> str | None:
    if part == "labels":
        fault = label_key_fault(name)
        return (
            fault
            or (None if text is None or isinstance(text, str) else "must be text")
            or (label_value_fault(text) if isinstance(text, str) else None)
        )
    if fault := label_key_fault(name.lower()):
        return fault.replace("label key", "key of an annotation")
    return None if text is None or isinstance(text, str) else "must be text"


def _empty(value: Any, place: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Maps with nothing in them, which would set nothing, or something that the server may drop."""
    if not isinstance(value, dict):
        return
    if not value:
        yield spell(place), "sets nothing"
    elif len(place) > _DEEPEST:
        yield spell(place), f"is nested more than {_DEEPEST} deep"
    else:
        for key, inner in value.items():
            yield from _empty(inner, (*place, key))


def _unlike(patch: Mapping[str, Any], value: Mapping[str, Any], place: tuple[str, ...] = ()) -> str | None:
    """Where an object is not as a patch would make it; None where it is so everywhere."""
    for key, wanted in patch.items():
        found = value.get(key)
        if isinstance(wanted, dict):
            below = _unlike(wanted, found if isinstance(found, dict) else {}, (*place, key))
            if below is not None:
                return below
        elif not _like(wanted, found):
            return spell((*place, key))
    return None


def _like(wanted: Any, found: Any) -> bool:
    """Whether a value is what was wanted: what the server filled into an entry of a list does not matter."""
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(wanted) == len(found)
            and all(_like(one, other) for one, other in zip(wanted, found, strict=True))
        )
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(_like(one, found.get(key)) for key, one in wanted.items())
    return bool(wanted == found)
