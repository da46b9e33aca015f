"""Paths that walk lists: ``spec.volumes[].persistentVolumeClaim.claimName`` is the text of each volume that has one.

As ``fieldpaths``, with ``[]`` for every element of a list. Data and lookup only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import InputError, Undecided
from zen_gc_core.fieldpaths import LONGEST_PATH, MISSING, FieldPath, spell
from zen_gc_core.texts import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.reads import Segments

_EACH: Final = re.compile(r"""\[\]|\[(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\]""")


@dataclass(frozen=True, slots=True)
class EachPath:
    """A parsed path to texts of an object.

    Args:
        first: The path up to the first ``[]``.
        rest: What follows each ``[]``: keys and indices, none where nothing follows.
        text: The path as it was written.
    """

    first: FieldPath
    rest: tuple[tuple[str | int, ...], ...]
    text: str

    @classmethod
    def parse(cls, text: object) -> EachPath:
        """Read a path.

        Raises:
            InputError: The text is no path.
        """
        if not isinstance(text, str):
            raise InputError(f"a path is text such as 'spec.volumes[].configMap.name', not {text!r}")
        if len(text) > LONGEST_PATH:
            raise InputError(f"a field path has at most {LONGEST_PATH} characters")
        parts, begun = [], 0
        for found in _EACH.finditer(text):
            if found[0] == "[]":
                parts.append(text[begun : found.start()])
                begun = found.end()
        parts.append(text[begun:])
        if parts[0].startswith("["):
            raise InputError(f"'{text}' is no field path: an object is no list")
        return cls(FieldPath.parse(parts[0]), tuple(_following(part, text) for part in parts[1:]), text)

    @property
    def of_first(self) -> FieldPath:
        """The path through the first element of each list: a place that may be held against a schema."""
        segments = self.first.segments
        for part in self.rest:
            segments = (*segments, 0, *part)
        return FieldPath(segments, spell(segments))

    def texts(self, candidate: Candidate) -> Iterator[str]:
        """The texts of an object at this path; what is missing, null or empty is none.

        Args:
            candidate: The object.

        Raises:
            Undecided: Something else than text stands there, or no list where one is walked.
        """
        yield from self._below(candidate.get(self.first), self.rest)

    def _below(self, value: Any, rest: tuple[Segments, ...]) -> Iterator[str]:
        if value is MISSING or value is None or value == "":
            return
        if not rest:
            if not isinstance(value, str):
                raise Undecided(f"{self.text} holds {kind_of(value)}, no text")
            yield value
            return
        if not isinstance(value, list):
            raise Undecided(f"{self.text} walks a list, and there is {kind_of(value)}")
        for each in value:
            yield from self._below(self._step(each, rest[0]), rest[1:])

    def _step(self, value: Any, segments: Segments) -> Any:
        for segment in segments:
            if value is MISSING or value is None:
                return MISSING
            if isinstance(segment, str):
                if not isinstance(value, dict):
                    raise Undecided(f"{self.text} goes into an object, and there is {kind_of(value)}")
                value = value.get(segment, MISSING)
            elif isinstance(value, list):
                value = value[segment] if segment < len(value) else MISSING
            else:
                raise Undecided(f"{self.text} goes into a list, and there is {kind_of(value)}")
        return value

    def __str__(self) -> str:
        return self.text


def _following(part: str, text: str) -> Segments:
    """What stands behind a ``[]``."""
    if not part:
        return ()
    if part.startswith("["):
        return FieldPath.parse(part).segments
    if not part.startswith("."):
        raise InputError(f"'{text}' is no field path: behind [] stands '.' or '[', not '{part[0]}'")
    return FieldPath.parse(part[1:]).segments
