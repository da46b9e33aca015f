"""Scaling: the request that takes an object down to a count of replicas, and the one that brings it back.

One merge patch does it: the count, and the annotation that keeps the earlier one, are written together or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from zen_gc_core.errors import InputError, Undecided
from zen_gc_core.fieldpaths import MISSING, FieldPath
from zen_gc_core.model.names import group_of
from zen_gc_core.model.policy import GROUP
from zen_gc_core.model.replicas import REPLICAS, SCALABLE
from zen_gc_core.model.requests import MARKED_AT, MARKED_BY, Patch, Words
from zen_gc_core.model.results import Result, Written
from zen_gc_core.texts import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.model.candidate import Candidate

SCALED_FROM: Final = f"{GROUP}/scaled-from"
"""The annotation that keeps the count from before."""

_MOST: Final = 2**31 - 1


class _Scaling(Patch):
    __slots__ = ()

    reads: ClassVar[tuple[str, ...] | None] = ("spec",)
    done: ClassVar[Result] = Result.SCALED
    words: ClassVar[Words] = Words("scale", "scaling", "scaling")

    replicas: int
    path: FieldPath

    def fault(self) -> str | None:
        """The count is one, and stands below ``spec``."""
        replicas, path = cast("object", self.replicas), cast("object", self.path)
        if not isinstance(replicas, int) or isinstance(replicas, bool) or not 0 <= replicas <= _MOST:
            return f"a count of replicas is a number from 0 on, not {replicas!r}"
        if not isinstance(path, FieldPath) or path.segments[0] != "spec" or not path.segments[1:]:
            return f"a count of replicas is in a field of spec, not at {path}"
        if not all(isinstance(each, str) for each in path.segments):
            return f"a count of replicas is in no list, as it is at {path}"
        return None

    def _written(self, annotations: Mapping[str, str | None]) -> dict[str, Any]:
        """The count at its place, and annotations."""
        value: Any = self.replicas
        for key in reversed(self.path.segments):
            value = {key: value}
        return {**value, "metadata": {"annotations": dict(annotations)}}

    def read(self, document: Mapping[str, Any], uid: str) -> Written:
        """The object must have the count: admission may have put another in its place."""
        read = super().read(document, uid)
        count = self.path.get(document)
        if read.result is self.done and (count != self.replicas or isinstance(count, bool)):
            return Written(Result.FAILED, "the server took it, and left another count")
        return read


@dataclass(frozen=True, slots=True)
class Scale(_Scaling):
    """Ask for an object to be scaled down.

    Args:
        replicas: The count that it shall have; what has as few is left alone.
        path: Where the count is, below ``spec``; of a kind that is not Kubernetes' own see ``Run.count_path``.
    """

    replicas: int
    path: FieldPath = REPLICAS
    _signature: Mapping[str, str] = field(default_factory=dict, repr=False)

    def signed(self, signature: Mapping[str, str]) -> Scale:
        """With the annotations of the signature."""
        return Scale(self.replicas, self.path, signature)

    def carried_by(self, candidate: Candidate) -> str | None:
        """An object with as few replicas is left alone; it is never scaled up."""
        count = replicas_of(candidate, self.path)
        return f"it has {counted(count, 'replica')} already" if count <= self.replicas else None

    def body(self, candidate: Candidate) -> dict[str, Any]:
        """The count, and the one that the object has."""
        return self._written({**self._signature, SCALED_FROM: str(replicas_of(candidate, self.path))})


@dataclass(frozen=True, slots=True)
class ScaleBack(_Scaling):
    """Ask for an object to get back the count that it had before it was scaled.

    Args:
        replicas: The count.
        path: Where it is, below ``spec``.
        annotations: Annotations to set with it.
    """

    replicas: int
    path: FieldPath = REPLICAS
    annotations: Mapping[str, str] = field(default_factory=dict)

    def carried_by(self, candidate: Candidate) -> str | None:
        """Nobody has scaled it in the meantime."""
        return None if SCALED_FROM in candidate.annotations else "it was not scaled, or has been brought back"

    def body(self, candidate: Candidate) -> dict[str, Any]:  # noqa: ARG002  it does not depend on the object
        """The count; what the scaling wrote is removed, so that no policy takes the object for a marked one."""
        return self._written({**dict.fromkeys((SCALED_FROM, MARKED_AT, MARKED_BY)), **self.annotations})


def replicas_of(candidate: Candidate, path: FieldPath = REPLICAS) -> int:
    """How many replicas an object asks for.

    Args:
        candidate: The object.
        path: Where its kind keeps the count.

    Raises:
        Undecided: It does not say.
    """
    value = candidate.get(path)
    if value is MISSING or value is None:
        if (group_of(candidate.api_version), candidate.kind) in SCALABLE:
            return 1  # as the API server fills it in
        raise Undecided(f"{path} is missing")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST:
        raise Undecided(f"{path} is no count")
    return value


def scaled_from(candidate: Candidate) -> int:
    """The count that an object had before it was scaled.

    Raises:
        InputError: It has none written down, or something that is no count.
    """
    text = candidate.annotations.get(SCALED_FROM)
    if text is None:
        raise InputError(f"it carries no annotation {SCALED_FROM}: it was not scaled, or has been brought back")
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_MOST)) and int(text) <= _MOST):
        raise InputError(f"its annotation {SCALED_FROM} is no count")
    return int(text)
