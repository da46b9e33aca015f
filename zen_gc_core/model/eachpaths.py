"""Paths that walk lists: ``spec.volumes[].persistentVolumeClaim.claimName`` is the text of each volume that has one.

As ``fieldpaths``, with ``[]`` for every element of a list. Data and lookup only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import InputError, Undecided
from zen_gc_core.fieldpaths import LONGEST_PATH, MISSING, FieldPath, spell
from zen_gc_core.model.references.pruning import decoder_of
from zen_gc_core.model.references.rows import Each
from zen_gc_core.texts import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zen_gc_core.model.candidate import Candidate
    from zen_gc_core.model.reads import Segments
    from zen_gc_core.model.references.rows import Steps

_SECTIONS: Final = frozenset({"spec", "status"})
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

    @property
    def section(self) -> str:
        """The field that who reads by ``reader`` looks at: a whole section, or as much of it as can be told apart."""
        return str(self.first.segments[0]) if self._steps() is not None else str(self.first)

    def reader(self) -> Callable[[Candidate], list[str]]:
        """What reads the texts of many objects, as ``texts`` does, and makes nothing of what is not on the path."""
        steps = self._steps()
        if steps is None:
            return lambda candidate: list(self.texts(candidate))
        root, decode, first = str(steps[0]), decoder_of(steps), self.first.segments[1:]

        def read(candidate: Candidate) -> list[str]:
            found: list[str] = []
            value = candidate.section(root, decode)
            for segment in first:
                if type(value) is not dict:
                    return found
                value = value.get(segment)
            self._collect(value, self.rest, found)
            return found

        return read

    def _steps(self) -> Steps | None:
        """The path through keys and lists alone, below a section that may be decoded in part; None where it is another."""
        steps: list[str | Each] = []
        for number, part in enumerate((self.first.segments, *self.rest)):
            steps += [Each.ITEM] if number else []
            for segment in part:
                if isinstance(segment, int):
                    return None
                steps.append(segment)
        return tuple(steps) if steps[0] in _SECTIONS and len(steps) > 1 else None

    def _collect(self, value: Any, rest: tuple[Segments, ...], found: list[str]) -> None:
        """As ``_below``, of a path through keys and lists alone."""
        if not rest or type(value) is not list:
            found += self._below(value, rest)
            return
        keys, further = rest[0], rest[1:]
        for item in value:
            inner = item
            for key in keys:
                if type(inner) is not dict:
                    break
                inner = inner.get(key)
            else:
                if type(inner) is str and not further:
                    if inner:
                        found.append(inner)
                elif inner is not None:
                    self._collect(inner, further, found)
                continue
            if inner is not None:
                found += self._below([item], rest)

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
