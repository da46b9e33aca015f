"""Regular expressions: RE2, in time linear in the text, with bounds on the pattern. `find` and `findAll` of Kubernetes.

Source: Kubernetes, "Common Expression Language in Kubernetes", Kubernetes regex library.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import re2

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import spend_bytes
from zen_gc_core.expressions.cel.functions import Function

_LONGEST: Final = 1000
_MEMORY: Final = 1 << 20
"""Bytes that a compiled pattern and its search may take."""

_CALL: Final = 160
"""What a search costs beside its text, in bytes."""


@lru_cache(256)
def compiled(pattern: str) -> Any:
    """Compile a pattern.

    Args:
        pattern: An RE2 pattern of at most 1000 characters.

    Raises:
        ExpressionError: It is malformed or too large.
    """
    if len(pattern) > _LONGEST:
        raise ExpressionError(f"a pattern may have {_LONGEST} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        return re2.compile(pattern.encode(), options)
    except re2.error as error:
        reason = error.args[0] if error.args else "?"
        reason = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise ExpressionError(f"{pattern[:60]!r} is no RE2 pattern: {reason}") from None


def search(text: str, pattern: str) -> bool:
    """``text.matches(pattern)``: whether the pattern is found anywhere in the text."""
    spend_bytes(len(text) + len(pattern) + _CALL)
    return compiled(pattern).search(text.encode()) is not None


def _find(text: str, pattern: str) -> str:
    spend_bytes(len(text) + len(pattern) + _CALL)
    found = compiled(pattern).search(text.encode())
    return found[0].decode() if found else ""


def _find_all(text: str, pattern: str, limit: int = -1) -> list[str]:
    spend_bytes(len(text) + len(pattern) + _CALL)
    made: list[str] = []
    if limit == 0:
        return made
    for found in compiled(pattern).finditer(text.encode()):
        spend_bytes(_CALL)
        made.append(found[0].decode())
        if len(made) == limit:
            break
    return made


FUNCTIONS: Final = (
    Function("find", ("string", "string"), "string", _find, member=True, documentation="The first match of an RE2 pattern, or an empty text."),
    Function("findAll", ("string", "string"), "list(string)", _find_all, member=True, documentation="All matches of an RE2 pattern."),
    Function("findAll", ("string", "string", "int"), "list(string)", _find_all, member=True, documentation="The first matches of an RE2 pattern, so many at most."),
)  # fmt: skip
"""The functions of this library."""
