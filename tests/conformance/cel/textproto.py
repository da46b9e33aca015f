"""A reader of protocol buffers' text format, as far as the CEL conformance suite uses it.

A message becomes a dict from field names to lists of values: messages, ``bytes`` for quoted text, ``str`` for bare words
and numbers. Source: protobuf.dev, "Text Format Language Specification".
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

_TOKEN = re.compile(
    r"""(?P<SKIP>(?:\s|\#[^\n]*)+)
      | (?P<TEXT>"(?:\\.|[^"\\])*+"|'(?:\\.|[^'\\])*+')
      | (?P<NAME>\[[\w./]+/[\w.]+\]|-?[\w.]+(?:[+-]\d+)?)
      | (?P<SIGN>[{}<>\[\]:,;-])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_PLAIN = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}
_CLOSING = {"{": "}", "<": ">"}


class _Token(NamedTuple):
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    made, position = [], 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise ValueError(f"unreadable at {text[position : position + 40]!r}")
        if found.lastgroup != "SKIP":
            made.append(_Token(str(found.lastgroup), found[0]))
        position = found.end()
    return made


def _unescape(match: re.Match[bytes]) -> bytes:
    byte, octal, short, long, plain = match.groups()
    if byte or octal:
        return bytes([int(byte, 16) if byte else int(octal, 8) & 255])
    if short or long:
        return chr(int(short or long, 16)).encode("utf-8", "surrogatepass")
    return _PLAIN.get(plain, plain)


class _Reader:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0

    def _next(self) -> _Token:
        self._place += 1
        return self._tokens[self._place - 1]

    def _peek(self) -> str:
        return self._tokens[self._place].text if self._place < len(self._tokens) else ""

    def message(self, closing: str = "") -> dict[str, list[Any]]:
        fields: dict[str, list[Any]] = {}
        while self._peek() != closing:
            name = self._next().text
            if self._peek() == ":":
                self._next()
            values = fields.setdefault(name, [])
            if self._peek() == "[":
                self._next()
                while self._peek() != "]":
                    values.append(self._value())
                    if self._peek() == ",":
                        self._next()
                self._next()
            else:
                values.append(self._value())
            if self._peek() in (",", ";"):
                self._next()
        return fields

    def _value(self) -> Any:
        token = self._next()
        if token.text in _CLOSING:
            made = self.message(_CLOSING[token.text])
            self._next()
            return made
        if token.kind == "TEXT":
            parts = [token.text]
            while self._place < len(self._tokens) and self._tokens[self._place].kind == "TEXT":
                parts.append(self._next().text)
            return b"".join(_ESCAPE.sub(_unescape, part[1:-1].encode()) for part in parts)
        return token.text if token.text != "-" else f"-{self._next().text}"


def read(text: str) -> dict[str, list[Any]]:
    """Read a message.

    Raises:
        ValueError: The text is no text format.
    """
    return _Reader(_tokens(text)).message()
