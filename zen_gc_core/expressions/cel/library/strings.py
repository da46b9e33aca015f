"""The strings library, version 2 and on: places, pieces, replacing, joining, quoting. Places count characters.

Source: cel-go, ``ext/strings.go``.
"""

from __future__ import annotations

from typing import Final

from zen_gc_core.errors import ExpressionError
from zen_gc_core.expressions.budget import spend_bytes
from zen_gc_core.expressions.cel.functions import Function
from zen_gc_core.expressions.cel.library.formatting import format_text
from zen_gc_core.expressions.cel.values import type_name

_LOWER: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_UPPER: Final = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_SPACE: Final = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
"""Unicode's white space, as Go's ``unicode.IsSpace`` knows it."""

_QUOTED: Final = str.maketrans(
    {"\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v", "\\": r"\\", '"': r"\""}
)


def _within(place: int, last: int) -> int:
    if 0 <= place <= last:
        return place
    raise ExpressionError(f"index out of range: {place}")


def _char_at(text: str, place: int) -> str:
    return text[_within(place, len(text)) : place + 1]


def _index_of(text: str, part: str, start: int = 0) -> int:
    spend_bytes(len(text))
    return text.find(part, _within(start, len(text)))


def _last_index_of(text: str, part: str, start: int | None = None) -> int:
    spend_bytes(len(text))
    if start is None:
        return text.rfind(part)
    return text.rfind(part, 0, _within(start, len(text)) + len(part))


def _replace(text: str, old: str, new: str, limit: int = -1) -> str:
    count = text.count(old)
    if limit >= 0:
        count = min(count, limit)
    spend_bytes(len(text) + count * len(new))
    return text.replace(old, new, limit)


def _split(text: str, separator: str, limit: int = -1) -> list[str]:
    count = text.count(separator) if separator else len(text)
    spend_bytes(len(text) + 8 * count)
    if limit == 0:
        return []
    if separator:
        return text.split(separator, limit - 1 if limit > 0 else -1)
    if limit < 0 or limit >= len(text):
        return list(text)
    return [*text[: limit - 1], text[limit - 1 :]]


def _join(parts: list[str], separator: str = "") -> str:
    for part in parts:
        if type(part) is not str:
            raise ExpressionError(f"join() joins texts, not a value of type {type_name(part)}")
        spend_bytes(len(part) + len(separator) + 8)
    return separator.join(parts)


def _substring(text: str, start: int, end: int | None = None) -> str:
    last = len(text) if end is None else _within(end, len(text))
    spend_bytes(last - _within(start, last))
    return text[start:last]


def _lower(text: str) -> str:
    spend_bytes(len(text))
    return text.translate(_LOWER)


def _upper(text: str) -> str:
    spend_bytes(len(text))
    return text.translate(_UPPER)


def _trim(text: str) -> str:
    spend_bytes(len(text))
    return text.strip(_SPACE)


def _reverse(text: str) -> str:
    spend_bytes(len(text))
    return text[::-1]


def _quote(text: str) -> str:
    spend_bytes(2 * len(text) + 2)
    return f'"{text.translate(_QUOTED)}"'


FUNCTIONS: Final = (
    Function("charAt", ("string", "int"), "string", _char_at, member=True, documentation="The character at a place; an empty text at the very end."),
    Function("indexOf", ("string", "string"), "int", _index_of, member=True, documentation="Where a text is first found, or -1."),
    Function("indexOf", ("string", "string", "int"), "int", _index_of, member=True, documentation="Where a text is first found at or after a place, or -1."),
    Function("lastIndexOf", ("string", "string"), "int", _last_index_of, member=True, documentation="Where a text is last found, or -1."),
    Function("lastIndexOf", ("string", "string", "int"), "int", _last_index_of, member=True, documentation="Where a text is last found at or before a place, or -1."),
    Function("lowerAscii", ("string",), "string", _lower, member=True, documentation="The text with A to Z made small."),
    Function("upperAscii", ("string",), "string", _upper, member=True, documentation="The text with a to z made capital."),
    Function("replace", ("string", "string", "string"), "string", _replace, member=True, documentation="The text with every occurrence of another replaced."),
    Function("replace", ("string", "string", "string", "int"), "string", _replace, member=True, documentation="The text with the first occurrences of another replaced, so many at most; -1 for all."),
    Function("split", ("string", "string"), "list(string)", _split, member=True, documentation="The pieces of the text between a separator."),
    Function("split", ("string", "string", "int"), "list(string)", _split, member=True, documentation="The pieces of the text between a separator, so many at most; -1 for all."),
    Function("join", ("list",), "string", _join, member=True, documentation="The texts of a list as one."),
    Function("join", ("list", "string"), "string", _join, member=True, documentation="The texts of a list as one, with a separator between them."),
    Function("substring", ("string", "int"), "string", _substring, member=True, documentation="The text from a place on."),
    Function("substring", ("string", "int", "int"), "string", _substring, member=True, documentation="The text from a place to before another."),
    Function("trim", ("string",), "string", _trim, member=True, documentation="The text without white space around it."),
    Function("reverse", ("string",), "string", _reverse, member=True, documentation="The text backwards."),
    Function("strings.quote", ("string",), "string", _quote, documentation="The text in double quotes, its special characters escaped."),
    Function("format", ("string", "list"), "string", format_text, member=True, documentation="The text with its verbs (`%s %d %f %e %b %o %x %X`, `%.3f`) replaced by the elements of a list."),
)  # fmt: skip
"""The functions of this library."""
