"""Held marks: since when the conditions of a policy have held of an object without a break, written on the object.

The key is ``held.gc.kube-zen.io/UID OF THE POLICY``, the value ``INSTANT GENERATION UID OF THE OBJECT``. Annotations are
copied, from a Deployment to its ReplicaSets, by backups, by ``get | apply``: a mark counts for the object and the
generation of the policy that it names, and for no other.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from zen_gc_core.errors import InputError
from zen_gc_core.instants import parse_instant
from zen_gc_core.model.policy import GROUP
from zen_gc_core.model.requests import Patch, Words
from zen_gc_core.model.results import Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.policy import PolicyReference

HELD: Final = f"held.{GROUP}"
"""The domain of the marks' keys; no policy's action may write below it."""

MOST_INTERVALS: Final = 3
"""How many intervals may lie between two complete passes; after more, no earlier mark counts."""


def spelt(moment: dt.datetime) -> str:
    """An instant as marks and the status spell it, to the microsecond: which of two came first matters."""
    return f"{moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def key_of(policy: PolicyReference) -> str:
    """The key of a policy's marks."""
    return f"{HELD}/{policy.uid}"


def mark_of(candidate: Candidate, policy: PolicyReference) -> str | None:
    """What stands on an object under a policy's key; None where nothing does."""
    if not policy.uid or candidate.malformed is not None:
        return None
    return candidate.annotations.get(key_of(policy))


def held_since(
    candidate: Candidate, policy: PolicyReference, now: dt.datetime, held_from: dt.datetime | None
) -> dt.datetime | None:
    """Since when the conditions of a policy have held of an object, as its mark says.

    Args:
        candidate: The object.
        policy: The policy.
        now: The present.
        held_from: Marks from before do not count; None: none does.

    Returns:
        The instant; None without a mark that counts.
    """
    at = _instant_of(mark_of(candidate, policy), candidate, policy)
    born = candidate.born
    if at is None or held_from is None or born is None or at < born or at < held_from or at > now:
        return None
    return at


def must_go(candidate: Candidate, policy: PolicyReference) -> str | None:
    """The mark that must be taken away where the conditions do not hold: whatever may count, now or later; None: there is none.

    Clocks differ by a moment: a mark that is ahead of one look counts in the next.
    """
    value = mark_of(candidate, policy)
    return value if _instant_of(value, candidate, policy) is not None else None


def _instant_of(value: str | None, candidate: Candidate, policy: PolicyReference) -> dt.datetime | None:
    """The instant of a mark of this generation of a policy on this object; None where it is none."""
    if value is None or policy.generation <= 0 or not candidate.uid:
        return None
    instant, _, rest = value.partition(" ")
    if rest != f"{policy.generation} {candidate.uid}":
        return None
    try:
        return parse_instant(instant, dates=False)
    except InputError:
        return None


@dataclass(frozen=True, slots=True)
class HoldMark(Patch):
    """Ask for it to be written on an object that the conditions of a policy have begun to hold of it.

    Args:
        key: The key of the annotation.
        value: Its value.
    """

    begins: ClassVar[bool] = True
    done: ClassVar[Result] = Result.MARKED
    words: ClassVar[Words] = Words("mark", "marking", "marking")

    key: str
    value: str

    @classmethod
    def of(cls, candidate: Candidate, policy: PolicyReference, now: dt.datetime) -> HoldMark:
        """The mark of a policy on an object whose conditions hold from now on."""
        return cls(key_of(policy), f"{spelt(now)} {policy.generation} {candidate.uid}")

    def carried_by(self, candidate: Candidate) -> str | None:
        """An object with exactly this mark needs no other."""
        return "it carries the mark already" if candidate.annotations.get(self.key) == self.value else None

    def body(self, candidate: Candidate) -> dict[str, Any]:  # noqa: ARG002  it does not depend on the object
        """The annotation."""
        return {"metadata": {"annotations": {self.key: self.value}}}


@dataclass(frozen=True, slots=True)
class Unmark(Patch):
    """Ask for labels and annotations that a policy wrote to be taken away again.

    Args:
        labels: The labels, with the values that it wrote.
        annotations: The annotations, likewise.
    """

    done: ClassVar[Result] = Result.UNMARKED
    words: ClassVar[Words] = Words("unmark", "unmarking", "unmarking")

    labels: Mapping[str, str]
    annotations: Mapping[str, str]

    def carried_by(self, candidate: Candidate) -> str | None:
        """What carries none of it any more is left alone."""
        there = any(candidate.labels.get(key) == value for key, value in self.labels.items()) or any(
            candidate.annotations.get(key) == value for key, value in self.annotations.items()
        )
        return None if there else "it carries the mark no more"

    def body(self, candidate: Candidate) -> dict[str, Any]:
        """Nothing in the place of each that is there as it was written; what somebody has changed since stays."""
        given = {
            "labels": _as_written(self.labels, candidate.labels),
            "annotations": _as_written(self.annotations, candidate.annotations),
        }
        return {"metadata": {name: dict.fromkeys(keys) for name, keys in given.items() if keys}}


def _as_written(written: Mapping[str, str], there: Mapping[str, str]) -> list[str]:
    return [key for key, value in written.items() if there.get(key) == value]
