"""Objects that are kept as the text that they are: a candidate is made whenever somebody looks at one, and forgotten.

A candidate remembers what was decoded of it. A hundred thousand that stay are gigabytes; their text is what it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from zen_gc_core.model.json_candidates import JsonCandidate


class Stored(Protocol):
    """An object that is kept as it was read, and of which a candidate is made each time that one is looked at."""

    @property
    def api_version(self) -> str:
        """Its group and version."""

    @property
    def kind(self) -> str:
        """Its kind."""

    def identity(self) -> tuple[str, str]:
        """Its namespace, as it is written, and its name."""

    def candidate(self) -> JsonCandidate:
        """A candidate of it."""


class Objects:
    """Objects of files, in their order; each is made anew whenever they are gone through.

    Args:
        made: Makes the candidate of an object.
        slots: Where they are.
        version: The version as which they are asked for; None for their own.
    """

    __slots__ = ("_made", "_slots", "_version")

    def __init__(self, made: Callable[[int], JsonCandidate], slots: Sequence[int], version: str | None = None) -> None:
        self._made = made
        self._slots = slots
        self._version = version

    def __len__(self) -> int:
        return len(self._slots)

    def __iter__(self) -> Iterator[JsonCandidate]:
        candidates, version = map(self._made, self._slots), self._version
        return candidates if version is None else (_in_version(candidate, version) for candidate in candidates)


def _in_version(candidate: JsonCandidate, version: str) -> JsonCandidate:
    return candidate if candidate.api_version == version else candidate.in_version(version)
