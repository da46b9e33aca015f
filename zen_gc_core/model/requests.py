"""Requests: what may be asked of the API server about one object that is due.

A request carries all that is asked of it: the right that it needs, its body from the object as it was read, whether an
object carries it already, how the server's answer is read, and the words for events and log. Nothing else asks which
request it is. What pins the object, its uid and its resourceVersion, is no request's: the writer adds it to each.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from zen_gc_core.instants import format_instant
from zen_gc_core.model.policy import GROUP
from zen_gc_core.model.results import Result, Unsure, Written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.policy import PolicyReference

Verb = Literal["create", "delete", "get", "patch"]
PropagationPolicy = Literal["Background", "Foreground", "Orphan"]

_A_POLICY: Final = re.compile(r"(?:[a-z0-9-]{1,63}/)?[a-z0-9.-]{1,253}", re.ASCII)

MARKED_AT: Final = f"{GROUP}/marked-at"
MARKED_BY: Final = f"{GROUP}/marked-by"


@dataclass(frozen=True, slots=True)
class Words:
    """How a request is spoken of.

    Args:
        verb: What is asked for (``delete``).
        doing: While it is being done (``deleting``).
        noun: The doing, as a thing that can fail (``deletion``).
    """

    verb: str
    doing: str
    noun: str


def signature_of(at: datetime, by: PolicyReference) -> dict[str, str]:
    """The annotations that say when and by which policy a request was made."""
    return {MARKED_AT: format_instant(at), MARKED_BY: str(by)}


def policy_named(text: str) -> str:
    """What an annotation says of a policy, where it can be one's name."""
    return text if _A_POLICY.fullmatch(text) else "of another name"


class Request(ABC):
    """What is asked for one object.

    Attributes:
        verb: The verb that the right to it has, as RBAC calls it.
        subresource: Below the object; empty for the object itself.
        sends: Whether anything is sent; False where it is only told.
        query: Parameters of the request, beside those of its verb.
        answers: The HTTP statuses that mean success.
        reads: The field paths that ``carried_by`` and ``body`` look at, metadata aside; None: the whole object.
        unbounded: Whether it may set whatever field a policy names: not every policy may ask for that.
        removes: Whether its success ends the object. One that does not say so is taken to: that protects more.
        begins: Whether the object only begins to wait by it, and is due to nothing yet; what removes begins nothing.
        patient: Whether the server may answer that its time has not come, ``blocked``.
        done: What its success is called; of its value the log and the events make their words.
        words: How it is spoken of.
    """

    __slots__ = ()

    verb: ClassVar[Verb]
    subresource: ClassVar[str] = ""
    sends: ClassVar[bool] = True
    query: ClassVar[Mapping[str, str]] = MappingProxyType({})
    answers: ClassVar[frozenset[int]] = frozenset((200,))
    reads: ClassVar[tuple[str, ...] | None] = ()
    unbounded: ClassVar[bool] = False
    removes: ClassVar[bool] = True
    begins: ClassVar[bool] = False
    patient: ClassVar[bool] = False
    done: ClassVar[Result]
    words: ClassVar[Words]

    def fault(self) -> str | None:
        """What is wrong with what a plugin filled it with; None when it is as its type says."""
        return None

    @property
    def takes_along(self) -> bool:
        """Whether the server may delete what the object owns, too."""
        return False

    def marks(self) -> Iterator[str]:
        """The keys of labels and annotations that it sets because a policy asks for them."""
        return iter(())

    def signed(self, signature: Mapping[str, str]) -> Request:  # noqa: ARG002  as those need that sign
        """The same request, signed where it leaves something behind.

        Args:
            signature: Annotations that say when and by which policy it was made.
        """
        return self

    def conflict(self, candidate: Candidate, by: PolicyReference) -> str | None:  # noqa: ARG002  as those need that mark
        """Why another policy's work is in the way; None when it is not.

        Args:
            candidate: The object.
            by: The policy that asks.
        """
        return None

    @abstractmethod
    def carried_by(self, candidate: Candidate) -> str | None:
        """Why there is nothing to ask for: the object is so already. None when it is not.

        Args:
            candidate: The object, with all that ``reads`` names.

        Raises:
            Undecided: The object does not say.
        """

    @abstractmethod
    def body(self, candidate: Candidate) -> dict[str, Any]:
        """What is sent, but for what pins the object.

        Args:
            candidate: The object as it was read right before.

        Raises:
            Undecided: The object does not say what the body needs.
        """

    @abstractmethod
    def read(self, document: Mapping[str, Any], uid: str) -> Written | Unsure:
        """Read the server's answer of success.

        Args:
            document: The answer, decoded; empty when it is no JSON.
            uid: The uid of the object that it must be about.
        """

    def refused(self, status: int, document: Mapping[str, Any]) -> Written | None:  # noqa: ARG002  as those need that say
        """Read an answer that is no success, where it means something else than for every request; None where it does not.

        Args:
            status: The HTTP status.
            document: The answer, decoded; empty when it is no JSON.
        """
        return None


@dataclass(frozen=True, slots=True)
class Delete(Request):
    """Ask for an object to be deleted.

    Args:
        propagation_policy: What happens to its dependents.
        grace_period_seconds: Seconds it is given to end; None leaves that to the object.
    """

    verb: ClassVar[Verb] = "delete"
    answers: ClassVar[frozenset[int]] = frozenset((200, 202))
    done: ClassVar[Result] = Result.DELETED
    words: ClassVar[Words] = Words("delete", "deleting", "deletion")

    propagation_policy: PropagationPolicy = "Background"
    grace_period_seconds: int | None = None

    @property
    def takes_along(self) -> bool:
        """Unless they are made orphans."""
        return self.propagation_policy != "Orphan"

    def carried_by(self, candidate: Candidate) -> str | None:
        """An object that is terminating is asked for nothing more."""
        return "it is terminating already" if candidate.terminating else None

    def body(self, candidate: Candidate) -> dict[str, Any]:  # noqa: ARG002  it does not depend on the object
        """The options of a deletion."""
        options: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": self.propagation_policy,
        }
        if self.grace_period_seconds is not None:
            options["gracePeriodSeconds"] = self.grace_period_seconds
        return options

    def read(self, document: Mapping[str, Any], uid: str) -> Written | Unsure:
        """A Status, the object with what holds it, or the object as it was, which one read confirms."""
        if document.get("kind") == "Status" and document.get("status") == "Success":
            details = document.get("details")
            about = details.get("uid") if isinstance(details, dict) else None
            return Written(Result.DELETED) if about in {None, uid} else Unsure(Result.GONE, "it is about another uid")
        metadata = _metadata(document)
        if metadata.get("uid") != uid:
            return Unsure(Result.GONE, "it is about another object")
        grace = metadata.get("deletionGracePeriodSeconds")
        ending = metadata.get("deletionTimestamp") is not None and isinstance(grace, int) and grace > 0
        return Written(Result.ACCEPTED) if metadata.get("finalizers") or ending else Unsure(Result.DELETED)


class Patch(Request):
    """Ask for fields of an object to be set, by a merge patch (RFC 7386)."""

    __slots__ = ()

    verb: ClassVar[Verb] = "patch"
    removes: ClassVar[bool] = False

    def read(self, document: Mapping[str, Any], uid: str) -> Written:
        """The object, as it is now."""
        if _metadata(document).get("uid") != uid:
            return Written(Result.FAILED, "it is about another object")
        return Written(self.done)


@dataclass(frozen=True, slots=True)
class Mark(Patch):
    """Ask for labels and annotations to be set on an object, so that something else can act on it.

    Args:
        labels: Labels to set.
        annotations: Annotations to set.
    """

    done: ClassVar[Result] = Result.MARKED
    words: ClassVar[Words] = Words("mark", "marking", "marking")

    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)

    def fault(self) -> str | None:
        """Labels and annotations are text."""
        texts: tuple[object, ...] = (
            *self.labels.values(),
            *self.labels,
            *self.annotations.values(),
            *self.annotations,
        )
        for text in texts:
            if not isinstance(text, str):
                return f"a mark is text, not a value of type {type(text).__name__}"
        return None

    def marks(self) -> Iterator[str]:
        """Those of the labels, then those of the annotations."""
        yield from self.labels
        yield from self.annotations

    def signed(self, signature: Mapping[str, str]) -> Mark:
        """With the annotations of the signature."""
        return Mark(self.labels, {**self.annotations, **signature})

    def conflict(self, candidate: Candidate, by: PolicyReference) -> str | None:
        """A mark of another policy that this one would change: the two would flip it for ever."""
        other = candidate.annotations.get(MARKED_BY)
        if other is None or other == str(by):
            return None
        for ours, theirs in ((self.labels, candidate.labels), (self.annotations, candidate.annotations)):
            for key, value in ours.items():
                if theirs.get(key, value) != value:
                    return f"policy {policy_named(other)} made its mark {key}, which policy {by} would change"
        return None

    def carried_by(self, candidate: Candidate) -> str | None:
        """An object that carries all of the mark is left alone."""
        carried = all(candidate.labels.get(key) == value for key, value in self.labels.items()) and all(
            candidate.annotations.get(key) == value for key, value in self.annotations.items()
        )
        return "it carries the mark already" if carried else None

    def body(self, candidate: Candidate) -> dict[str, Any]:  # noqa: ARG002  it does not depend on the object
        """The labels and annotations."""
        given = {"labels": dict(self.labels), "annotations": dict(self.annotations)}
        return {"metadata": {name: values for name, values in given.items() if values}}


def _metadata(document: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = document.get("metadata")
    return metadata if isinstance(metadata, dict) else {}
