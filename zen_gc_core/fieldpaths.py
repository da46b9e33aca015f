r"""Field paths: ``spec.a.b``, ``metadata.labels['app.kubernetes.io/name']``, ``a\\.b``, ``items[0]``.

Data and lookup only. A missing field is ``MISSING``, never ``None``: null is a value.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import Any, Final

from zen_gc_core.errors import InputError

LONGEST_PATH: Final = 1024
"""The most characters that a path may have."""

_NAME: Final = re.compile(r"(?:[^.\[\]'\"\\\s]|\\.)+")
_BRACKET: Final = re.compile(r"""\[(?:([0-9]{1,9})|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]""")
_ESCAPED: Final = re.compile(r"\\(.)")


class _Missing(enum.Enum):
    MISSING = "missing"


MISSING: Final = _Missing.MISSING
"""What a lookup yields where there is no such field."""


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A parsed path into an object.

    Args:
        segments: Keys (text) and list indices (integers), outermost first; never empty.
        text: The path as it was written.
    """

    segments: tuple[str | int, ...]
    text: str

    @classmethod
    def parse(cls, text: object) -> FieldPath:
        """Read a path.

        Raises:
            InputError: The text is no path: empty, a stray dot, bracket or backslash; or it is no text at all.
        """
        if not isinstance(text, str):
            raise InputError(f"a field path is text such as 'spec.severity', not {text!r}")
        if not text:
            raise InputError("a field path must not be empty")
        if len(text) > LONGEST_PATH:
            raise InputError(f"a field path has at most {LONGEST_PATH} characters")
        return cls(tuple(_segments(text)), text)

    def get(self, document: Any) -> Any:
        """The value at this path of decoded JSON, or ``MISSING``."""
        return walk(document, self.segments)

    def __str__(self) -> str:
        return self.text


def spell(segments: tuple[str | int, ...]) -> str:
    """Keys and indices as the text of a field path; the reverse of ``FieldPath.parse``."""
    return "".join(map(_spelt, segments)).removeprefix(".")


def _spelt(segment: str | int) -> str:
    if isinstance(segment, int):
        return f"[{segment}]"
    if segment.isidentifier():
        return f".{segment}"
    escaped = segment.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{escaped}']"


def walk(value: Any, segments: tuple[str | int, ...]) -> Any:
    """The value below decoded JSON at keys and indices, or ``MISSING``."""
    for segment in segments:
        if isinstance(segment, str):
            if not isinstance(value, dict) or segment not in value:
                return MISSING
            value = value[segment]
        elif isinstance(value, list) and segment < len(value):
            value = value[segment]
        else:
            return MISSING
    return value


def _segments(text: str) -> list[str | int]:
    segments: list[str | int] = []
    position = 0
    while True:
        if name := _NAME.match(text, position):
            segments.append(_ESCAPED.sub(r"\1", name[0]))
            position = name.end()
        elif not (position == 0 and text.startswith("[")):
            raise InputError(f"'{text}' is no field path: a name is missing at position {position + 1}")
        while bracket := _BRACKET.match(text, position):
            index, single, double = bracket.groups()
            quoted = single if single is not None else double
            segments.append(int(index) if index is not None else _ESCAPED.sub(r"\1", quoted))
            position = bracket.end()
        if position == len(text):
            return segments
        if text[position] != ".":
            raise InputError(f"'{text}' is no field path: unexpected '{text[position]}' at position {position + 1}")
        position += 1
