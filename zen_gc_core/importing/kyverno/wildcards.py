"""Kyverno's wildcards: ``*`` for anything, ``?`` for one character, and nothing else."""

from __future__ import annotations

import re
from functools import cache

from zen_gc_core.errors import InputError


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_regex(pattern), re.DOTALL)


def _regex(pattern: str) -> str:
    return "".join(".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in pattern)


def matches(pattern: str, text: str) -> bool:
    """Whether a text matches a pattern."""
    return _compiled(pattern).fullmatch(text) is not None


def pattern_of(pattern: str) -> str:
    """A pattern as a regular expression that must match all of a text."""
    refuse_odd(pattern)
    return f"^{_regex(pattern)}$"


def glob_of(pattern: str) -> str:
    """A pattern as a glob of a target, in which brackets and a leading ``!`` would mean more.

    Raises:
        InputError: It has such a sign.
    """
    if pattern.startswith("!") or "[" in pattern or "]" in pattern:
        raise InputError(f"'{pattern}': brackets and '!' mean something else here")
    return pattern


def refuse_odd(text: str) -> None:
    """Refuse what is no text of one line.

    Raises:
        InputError: It is one with others.
    """
    if any(sign in text for sign in "\n\r\t"):
        raise InputError("a pattern is text of one line")
