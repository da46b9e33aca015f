"""A candidate: one object that policies are asked about, as keywords see it.

What a keyword may ask lives here, and nothing of how it is answered: ``json_candidates`` answers from an object's JSON,
``restricting`` for the fields alone that a keyword declared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from zen_gc_core.errors import ZenGCError
from zen_gc_core.texts import placed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from zen_gc_core.fieldpaths import FieldPath
    from zen_gc_core.model.heads import OwnerReference


class UndeclaredReadError(ZenGCError):
    """A keyword read a field that it had not declared; its answer does not count."""


class Candidate(Protocol):
    """An object as keywords see it: identity, labels and annotations at hand, the rest decoded when asked for.

    Nothing of it may be changed. What was not declared raises ``UndeclaredReadError``, but for the identity.

    Attributes:
        finish: The table of kinds that was asked whether it has finished, and when that was, as the object says; None
            when it has not finished, or has not been asked. The table itself notes it.
    """

    finish: tuple[object, datetime | None] | None

    @property
    def api_version(self) -> str:
        """Group and version (``batch/v1``)."""

    @property
    def kind(self) -> str:
        """The kind (``Job``)."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def namespace(self) -> str:
        """Its namespace; empty for cluster-scoped objects."""

    @property
    def uid(self) -> str:
        """Its uid; may be empty for objects from files."""

    @property
    def resource_version(self) -> str:
        """The version that was observed; empty for objects from files."""

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels."""

    @property
    def annotations(self) -> Mapping[str, str]:
        """Its annotations."""

    @property
    def owner_references(self) -> tuple[OwnerReference, ...] | list[OwnerReference]:
        """Its owners."""

    @property
    def finalizers(self) -> list[str]:
        """Its finalizers."""

    @property
    def terminating(self) -> bool:
        """Whether it has a deletionTimestamp."""

    @property
    def complete(self) -> bool:
        """False when only its metadata is known."""

    @property
    def malformed(self) -> str | None:
        """What is wrong with its metadata, in one line; None when all is well."""

    @property
    def created(self) -> datetime:
        """When it was created, by the API server's clock.

        Raises:
            Undecided: There is no creationTimestamp, or one that cannot be right (unreadable, or before 2014).
        """

    @property
    def born(self) -> datetime | None:
        """When it was created; None where that is not said, as in files; as ``created``.

        Raises:
            Undecided: There is a creationTimestamp, but one that cannot be right.
        """

    @property
    def object(self) -> dict[str, Any]:
        """The whole object, decoded; must not be changed.

        Raises:
            UndeclaredReadError: Only its metadata was requested.
        """

    def get(self, path: FieldPath | str) -> Any:
        """The value at a path, or ``MISSING``; must not be changed.

        Raises:
            InputError: The text is no field path.
            UndeclaredReadError: The path leaves the metadata where only that was requested.
        """

    def section(self, root: str, decode: Callable[[bytes], Any]) -> Any:
        """As ``get`` of a top-level field, in the form that a decoder makes of its JSON; must not be changed.

        Who looks at a few fields of a large section leaves the rest undecoded. Where there is no JSON at hand, or the decoder
        raises, the field comes whole.

        Args:
            root: The field.
            decode: Makes something of its JSON.

        Raises:
            UndeclaredReadError: As ``get``.
        """

    def only(self, roots: Iterable[str]) -> dict[str, Any]:
        """The object with these top-level fields alone (those that it has); must not be changed.

        What an expression reads is often a small part of an object, and the rest is not decoded.

        Raises:
            UndeclaredReadError: Only its metadata was requested, and more is asked for.
        """


def shown(candidate: Candidate) -> str:
    """A candidate as a developer reads it: its identity, and nothing of what it holds."""
    return f"<Candidate {candidate.api_version} {candidate.kind} {placed(candidate.namespace, candidate.name)}>"
