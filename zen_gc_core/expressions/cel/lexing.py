"""The text of an expression to tokens, in linear time, and what its literals mean.

One pattern whose alternatives exclude each other and whose repetitions are possessive: no text makes it backtrack.
Bounds on the text (length, nesting of brackets) are kept here, before anything is built.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from zen_gc_core.errors import ExpressionSyntaxError
from zen_gc_core.expressions.cel.values import INT_MAX, UINT_MAX, Uint

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LENGTH: Final = 4096
"""Characters of an expression."""

MAX_NESTING: Final = 40
"""Brackets open at once."""

_TOKEN: Final = re.compile(
    r"""
      (?P<SPACE>(?:[\t\n\f\r\ ]++|//[^\n\r]*+)++)
    | (?P<TEXT>[bB]?[rR](?:\"{3}(?:[^"]|"(?!""))*+\"{3}|'{3}(?:[^']|'(?!''))*+'{3}|"[^"\n\r]*+"|'[^'\n\r]*+')
        | [bB]?(?:\"{3}(?:[^"\\]|\\.|"(?!""))*+\"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*+'{3}
                 |"(?:[^"\\\n\r]|\\[^\n\r])*+"|'(?:[^'\\\n\r]|\\[^\n\r])*+'))
    | (?P<FLOAT>[0-9]++\.[0-9]++(?:[eE][+-]?[0-9]++)?|[0-9]++[eE][+-]?[0-9]++|\.[0-9]++(?:[eE][+-]?[0-9]++)?)
    | (?P<INT>(?:0[xX][0-9a-fA-F]++|[0-9]++)[uU]?)
    | (?P<IDENT>[_a-zA-Z][_a-zA-Z0-9]*+)
    | (?P<QIDENT>`[a-zA-Z0-9_.\-/\ ]++`)
    | (?P<SIGN>&&|\|\||<=|>=|==|!=|[-+*/%<>!?:.,\[\](){}])
    """,
    re.VERBOSE | re.DOTALL,
)
_RESERVED: Final = frozenset(
    (
        *("as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop"),
        *("package", "namespace", "return", "var", "void", "while"),
    )
)
_ESCAPE: Final = re.compile(
    r"""\\(?:(?P<plain>[abfnrtv\\'"?`])|(?P<octal>[0-3][0-7]{2})|[xX](?P<byte>[0-9a-fA-F]{2})
        |u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8})|(?P<wrong>.|\Z))""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class Token(NamedTuple):
    """A token.

    Args:
        kind: A terminal of the grammar: ``IDENT``, ``INT_LIT``, …, or the sign itself.
        value: What it means: the value of a literal, the name of an identifier.
        start: Where it begins in the text.
        end: Where it ends.
    """

    kind: str
    value: Any
    start: int
    end: int


def syntax_error(message: str, text: str, place: int) -> ExpressionSyntaxError:
    """The error at a place of the text (an offset, from 0)."""
    before = text[:place]
    line = before.count("\n") + 1
    return ExpressionSyntaxError(message, text, line, place - (before.rfind("\n") + 1) + 1)


def tokens(text: str) -> Iterator[Token]:
    """Read the tokens of an expression, and ``$END`` after them.

    Raises:
        ExpressionSyntaxError: The text is too long, too deeply nested, or has a character or literal that CEL has not.
    """
    if len(text) > MAX_LENGTH:
        raise syntax_error(f"the expression has {len(text)} characters; it may have {MAX_LENGTH}", text[:MAX_LENGTH], 0)
    position, open_brackets = 0, 0
    while found := _TOKEN.match(text, position):
        kind, value, position = found.lastgroup, found[0], found.end()
        if kind == "SPACE":
            continue
        if kind == "SIGN":
            if value in "([{":
                open_brackets += 1
                if open_brackets > MAX_NESTING:
                    raise syntax_error(f"more than {MAX_NESTING} brackets are open at once", text, found.start())
            elif value in ")]}":
                open_brackets -= 1
            yield Token(value, value, found.start(), position)
        else:
            yield _token(str(kind), value, text, found.start())
    if position != len(text):
        raise _unreadable(text, position)
    yield Token("$END", None, position, position)


def _unreadable(text: str, position: int) -> ExpressionSyntaxError:
    if re.compile(r"""[bBrR]{0,2}['"]""").match(text, position):
        return syntax_error("this text is not closed", text, position)
    if text[position] == "=":
        return syntax_error("'=' is no operator: write '==' to compare", text, position)
    return syntax_error(f"unexpected character {text[position]!r}", text, position)


def _token(kind: str, raw: str, text: str, start: int) -> Token:
    end = start + len(raw)
    if kind == "TEXT":
        value = _text(raw, text, start)
        return Token("BYTES_LIT" if type(value) is bytes else "STRING_LIT", value, start, end)
    if kind == "FLOAT":
        return Token("FLOAT_LIT", float(raw), start, end)
    if kind == "INT":
        return _integer(raw, text, start)
    if kind == "QIDENT":
        return Token("QIDENT", raw[1:-1], start, end)
    if raw in ("true", "false"):
        return Token("BOOL_LIT", raw == "true", start, end)
    if raw == "null":
        return Token("NULL_LIT", None, start, end)
    if raw == "in":
        return Token("in", raw, start, end)
    return Token("IDENT", raw, start, end)


def is_reserved(name: str) -> bool:
    """Whether CEL keeps a word for itself, so that no variable may have it as its name."""
    return name in _RESERVED


def _integer(raw: str, text: str, start: int) -> Token:
    unsigned = raw[-1] in "uU"
    digits = raw[:-1] if unsigned else raw
    limit = UINT_MAX if unsigned else INT_MAX + 1  # one more than a literal may be, which a minus sign mends
    value = int(digits, 16) if digits[:2] in ("0x", "0X") else int(digits.lstrip("0")[:21] or "0")
    if value > limit:
        raise syntax_error("this number does not fit into 64 bits", text, start)
    return (
        Token("UINT_LIT", Uint(value), start, start + len(raw))
        if unsigned
        else Token("INT_LIT", value, start, start + len(raw))
    )


def _text(literal: str, text: str, start: int) -> str | bytes:
    quote = min(place for place in (literal.find('"'), literal.find("'")) if place >= 0)
    prefix = literal[:quote].lower()
    width = 3 if literal[quote : quote + 3] in ('"""', "'''") else 1
    body = literal[quote + width : -width]
    try:
        if "b" in prefix:
            return body.encode() if "r" in prefix else _unescape_bytes(body)
        return body if "r" in prefix else _ESCAPE.sub(_character, body)
    except UnicodeEncodeError:
        raise syntax_error("this text holds half of a surrogate pair", text, start) from None
    except ValueError as error:
        raise syntax_error(str(error), text, start) from None


def _character(escape: re.Match[str]) -> str:
    if escape["plain"]:
        return _PLAIN.get(escape["plain"], escape["plain"])
    if escape["wrong"] is not None:
        raise ValueError(f"CEL has no escape '\\{escape['wrong']}'; write '\\\\' for a backslash")
    code = int(escape["octal"], 8) if escape["octal"] else int(escape["byte"] or escape["short"] or escape["long"], 16)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise ValueError(f"'{escape[0]}' is no Unicode character")
    return chr(code)


def _unescape_bytes(body: str) -> bytes:
    made, position = [], 0
    for escape in _ESCAPE.finditer(body):
        if escape["short"] or escape["long"]:
            raise ValueError(f"bytes have no escape '{escape[0]}'")
        character = _character(escape)
        made += [body[position : escape.start()].encode(), character.encode("latin-1")]
        position = escape.end()
    return b"".join([*made, body[position:].encode()])
