"""Regular expressions: RE2, bounded in what a pattern and its search may cost. `find` and `findAll` of Kubernetes.

RE2 takes time linear in the text, but the factor is the size of the pattern's program, and more where that program
falls back to simulating all its states at once. So a search is charged by both.

Source: Kubernetes, "Common Expression Language in Kubernetes", Kubernetes regex library.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import re2

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import spend_bytes
from zen_gc_core.expressions.cel.functions import Function
from zen_gc_core.expressions.cel.values import no_overload

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_PATTERN: Final = 1000
"""Characters of a literal pattern."""

MAX_UNKNOWN_PATTERN: Final = 200
"""Characters of a pattern that is no literal."""

_MEMORY: Final = 1 << 18
"""Bytes that a compiled pattern and its search may take; it bounds the time to compile one to some ten milliseconds."""

_CALL: Final = 160
"""What a search costs beside its text, in bytes."""

_UNKNOWN_PATTERN: Final = 1_000_000
"""What a pattern costs that is no literal and must be compiled during the evaluation, in bytes."""

_SQUARE: Final = 32
"""A program of this many instructions squared costs one byte more for every byte of the text."""


class Pattern:
    """A compiled pattern.

    Args:
        pattern: An RE2 pattern of at most 1000 characters.

    Raises:
        ExpressionError: It is malformed or too large.
    """

    __slots__ = ("_factor", "_regex", "size")

    def __init__(self, pattern: str) -> None:
        if len(pattern) > MAX_PATTERN:
            raise ExpressionError(f"a pattern may have {MAX_PATTERN} characters")
        options = re2.Options()
        options.log_errors = False
        options.max_mem = _MEMORY
        try:
            self._regex = re2.compile(pattern.encode(), options)
        except re2.error as error:
            reason = error.args[0] if error.args else "?"
            reason = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
            raise ExpressionError(f"{pattern[:60]!r} is no RE2 pattern: {reason}") from None
        self.size: int = self._regex.programsize
        self._factor = 1 + self.size * self.size // _SQUARE

    def matches(self, text: str) -> bool:
        """Whether the pattern is found anywhere in a text."""
        spend_bytes(_CALL + len(text) * self._factor)
        return self._regex.search(text.encode()) is not None

    def find(self, text: str) -> str:
        """The first match, or an empty text."""
        spend_bytes(_CALL + len(text) * self._factor)
        found = self._regex.search(text.encode())
        return found[0].decode() if found else ""

    def find_all(self, text: str, limit: int = -1) -> list[str]:
        """The matches; each is charged for the text after it, which the next one may look through to the end."""
        made: list[str] = []
        if limit == 0:
            return made
        encoded = text.encode()
        spend_bytes(_CALL + len(encoded) * self._factor)
        for found in self._regex.finditer(encoded):
            made.append(found[0].decode())
            if len(made) == limit:
                break
            spend_bytes(_CALL + (len(encoded) - found.end()) * self._factor)
        return made


@lru_cache(64)
def _compiled(pattern: str) -> Pattern:
    return Pattern(pattern)


def _pattern_of_data(pattern: str) -> Pattern:
    if len(pattern) > MAX_UNKNOWN_PATTERN:
        raise ExpressionError(f"a pattern that is no literal may have {MAX_UNKNOWN_PATTERN} characters")
    spend_bytes(_UNKNOWN_PATTERN)
    return _compiled(pattern)


def _matches(text: str, pattern: str) -> bool:
    return _pattern_of_data(pattern).matches(text)


def _find(text: str, pattern: str) -> str:
    return _pattern_of_data(pattern).find(text)


def _find_all(text: str, pattern: str, limit: int = -1) -> list[str]:
    return _pattern_of_data(pattern).find_all(text, limit)


_METHODS: Final[dict[str, Callable[..., Any]]] = {
    "matches": Pattern.matches,
    "find": Pattern.find,
    "findAll": Pattern.find_all,
}
NAMES: Final = frozenset(_METHODS)
"""The functions whose second argument is a pattern."""


def of_literal(name: str, pattern: Pattern) -> Callable[..., Any]:
    """The function of a name for calls in which the pattern is a literal, and compiled already.

    Args:
        name: One of :data:`NAMES`.
        pattern: The pattern.
    """
    method = _METHODS[name]

    def call(text: Any, literal: str, *limit: Any) -> Any:
        if type(text) is not str or any(type(number) is not int for number in limit):
            raise no_overload(name, text, literal, *limit)
        return method(pattern, text, *limit)

    return call


FUNCTIONS: Final = (
    Function("matches", ("string", "string"), "bool", _matches, member=True, documentation="Whether an RE2 pattern is found in the text."),
    Function("matches", ("string", "string"), "bool", _matches, documentation="Whether an RE2 pattern is found in the text."),
    Function("find", ("string", "string"), "string", _find, member=True, documentation="The first match of an RE2 pattern, or an empty text."),
    Function("findAll", ("string", "string"), "list(string)", _find_all, member=True, documentation="All matches of an RE2 pattern."),
    Function("findAll", ("string", "string", "int"), "list(string)", _find_all, member=True, documentation="The first matches of an RE2 pattern, so many at most."),
)  # fmt: skip
"""The functions of this library."""
