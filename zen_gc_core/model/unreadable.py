"""JSON that the decoders refuse though it is JSON: nested too deeply, or with text that is no Unicode.

An object of that kind is kept, and it is named; so here its page is split, and what can be told of it is told, by means
that no nesting exhausts. Slow, and never used while the decoders read everything.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST: Final = 32
"""How deep what is told of an unreadable object may be nested; what lies deeper is told as null."""

_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},]', re.DOTALL)
_COLON: Final = re.compile(rb"\s*:")
_OPENING: Final = frozenset(b"[{")
_CLOSING: Final = frozenset(b"]}")
_QUOTE: Final = ord('"')
_COMMA: Final = ord(",")
_LIST: Final = ord("[")


def split_items(page: bytes) -> tuple[bytes, list[bytes]]:
    """Take a page of a list apart without looking into its items.

    Args:
        page: The page, a JSON object with ``items``.

    Returns:
        The page with an empty list of items, and the JSON of each item.

    Raises:
        InputError: It has no such list, or has two, or does not end.
    """
    begin, end = _list_of_items(page)
    items = [item.strip() for item in _at_commas(page[begin:end])]
    if items == [b""]:
        items = []
    if not all(items):
        raise InputError("a page has an item that is nothing")
    return page[:begin] + page[end:], items


def _list_of_items(page: bytes) -> tuple[int, int]:
    """Where the list of items begins and ends, its brackets aside."""
    key = b""
    found: list[int] = []
    level = 0
    for start, end, level in _tokens(page):
        token = page[start]
        if token == _QUOTE and level == 1 and _COLON.match(page, end):
            key = page[start + 1 : end - 1]
        elif level == 2 and key == b"items" and token == _LIST:
            found.append(end)
        elif level == 1 and len(found) == 1 and token in _CLOSING:
            found.append(start)
    if len(found) != 2 or level != 0:
        raise InputError("a page has no whole list of items")
    return found[0], found[1]


def _at_commas(text: bytes) -> Iterator[bytes]:
    since = 0
    for start, end, level in _tokens(text):
        if level == 0 and text[start] == _COMMA:
            yield text[since:start]
            since = end
    yield text[since:]


def _tokens(text: bytes) -> Iterator[tuple[int, int, int]]:
    """Strings, brackets and commas: where each begins and ends, and how deep one is then."""
    level = 0
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        token = text[start]
        if token in _OPENING:
            level += 1
        elif token in _CLOSING:
            level -= 1
        yield start, end, level


def told(text: bytes) -> dict[str, Any]:
    """What can be told of an object that no decoder reads: its fields, without what lies too deep or is no Unicode.

    It is for naming the object, never for judging it.

    Args:
        text: The object's JSON.

    Raises:
        InputError: It is no JSON object in any reading.
    """
    try:
        document = json.loads(_cut(bytes(text)).decode("utf-8", "replace"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InputError(f"an object is no JSON: {type(error).__name__}") from None
    if not isinstance(document, dict):
        raise InputError("an object is no JSON object")
    return document


def _cut(text: bytes) -> bytes:
    """A JSON text with null in the place of everything that is nested too deeply."""
    kept: list[bytes] = []
    level = since = 0
    for start, end, level in _tokens(text):
        if level == DEEPEST + 1 and text[start] in _OPENING:
            kept.append(text[since:start])
        elif level == DEEPEST and text[start] in _CLOSING:
            kept.append(b"null")
            since = end
    if level != 0:
        raise InputError("an object is no JSON: it does not end")
    return b"".join((*kept, text[since:]))


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def why(error: BaseException) -> str:
    """Why an object cannot be read, in words that quote nothing of it.

    Args:
        error: What its decoder raised.
    """
    deep = isinstance(error, RecursionError) or "depth" in str(error)
    return "it is nested too deeply to be read" if deep else f"it cannot be read: {type(error).__name__}"
