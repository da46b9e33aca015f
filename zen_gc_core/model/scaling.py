"""Scaling: the request that takes an object down to a count of replicas, and the one that brings it back.

One merge patch does it: the count, and the annotation that keeps the earlier one, are written together or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final

from zen_gc_core.errors import InputError, Undecided
from zen_gc_core.fieldpaths import MISSING, FieldPath
from zen_gc_core.model.policy import GROUP
from zen_gc_core.model.requests import MARKED_AT, MARKED_BY, Patch, Words
from zen_gc_core.model.results import Result, Written
from zen_gc_core.texts import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.model.candidate import Candidate

SCALED_FROM: Final = f"{GROUP}/scaled-from"
"""The annotation that keeps the count from before."""

SCALABLE: Final[Mapping[tuple[str, str], str]] = {
    ("apps", "Deployment"): "deploy",
    ("apps", "StatefulSet"): "sts",
    ("apps", "ReplicaSet"): "rs",
    ("", "ReplicationController"): "rc",
}
"""The groups and kinds whose count is ``spec.replicas``, 1 unless it is given; with their short names."""

_REPLICAS: Final = FieldPath.parse("spec.replicas")
_MOST: Final = 2**31 - 1


class _Scaling(Patch):
    __slots__ = ()

    reads: ClassVar[tuple[str, ...] | None] = ("spec.replicas",)
    done: ClassVar[Result] = Result.SCALED
    words: ClassVar[Words] = Words("scale", "scaling", "scaling")

    replicas: int

    def fault(self) -> str | None:
        """The count is one."""
        replicas: object = self.replicas
        if isinstance(replicas, int) and not isinstance(replicas, bool) and 0 <= replicas <= _MOST:
            return None
        return f"a count of replicas is a number from 0 on, not {replicas!r}"

    def read(self, document: Mapping[str, Any], uid: str) -> Written:
        """The object must have the count: admission may have put another in its place."""
        read = super().read(document, uid)
        spec = document.get("spec")
        if read.result is self.done and (not isinstance(spec, dict) or spec.get("replicas") != self.replicas):
            return Written(Result.FAILED, "the server took it, and left another count")
        return read


@dataclass(frozen=True, slots=True)
class Scale(_Scaling):
    """Ask for an object to be scaled down.

    Args:
        replicas: The count that it shall have; what has as few is left alone.
    """

    replicas: int
    _signature: Mapping[str, str] = field(default_factory=dict, repr=False)

    def signed(self, signature: Mapping[str, str]) -> Scale:
        """With the annotations of the signature."""
        return Scale(self.replicas, signature)

    def carried_by(self, candidate: Candidate) -> str | None:
        """An object with as few replicas is left alone; it is never scaled up."""
        count = replicas_of(candidate)
        return f"it has {counted(count, 'replica')} already" if count <= self.replicas else None

    def body(self, candidate: Candidate) -> dict[str, Any]:
        """The count, and the one that the object has."""
        earlier = {SCALED_FROM: str(replicas_of(candidate))}
        return {"spec": {"replicas": self.replicas}, "metadata": {"annotations": {**self._signature, **earlier}}}


@dataclass(frozen=True, slots=True)
class ScaleBack(_Scaling):
    """Ask for an object to get back the count that it had before it was scaled.

    Args:
        replicas: The count.
        annotations: Annotations to set with it.
    """

    replicas: int
    annotations: Mapping[str, str] = field(default_factory=dict)

    def carried_by(self, candidate: Candidate) -> str | None:
        """Nobody has scaled it in the meantime."""
        return None if SCALED_FROM in candidate.annotations else "it was not scaled, or has been brought back"

    def body(self, candidate: Candidate) -> dict[str, Any]:  # noqa: ARG002  it does not depend on the object
        """The count; what the scaling wrote is removed, so that no policy takes the object for a marked one."""
        removed = dict.fromkeys((SCALED_FROM, MARKED_AT, MARKED_BY))
        return {"spec": {"replicas": self.replicas}, "metadata": {"annotations": {**removed, **self.annotations}}}


def replicas_of(candidate: Candidate) -> int:
    """How many replicas an object of a scalable kind asks for.

    Raises:
        Undecided: It does not say.
    """
    value = candidate.get(_REPLICAS)
    if value is MISSING or value is None:
        return 1  # as the API server fills it in
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Undecided("spec.replicas is no count")
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
