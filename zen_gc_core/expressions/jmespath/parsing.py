"""Text to the syntax tree of the jmespath library, with places.

The lexer and the operator precedence parser are the library's. What is changed is here: each node knows its place in
the text, nesting is bounded, literals are JSON, and arguments and the pairs of a hash are separated by commas (the
library reads ``length(a b)`` and ``{x: a y: b}`` without a word). Nothing in here knows the typed tree.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, NoReturn

from jmespath import ast
from jmespath.exceptions import LexerError
from jmespath.lexer import Lexer
from jmespath.parser import Parser

from zen_gc_core.expressions.jmespath.places import fault_at

MAX_NESTING: Final = 40
"""How deep parentheses, brackets, prefix operators and projections may nest."""

_TOKEN: Final = re.compile(r"\w{1,40}|\|\||&&|[=!<>]=|\[[?\]]|.", re.DOTALL)

_SPELLINGS: Final = {
    "colon": "':'",
    "comma": "','",
    "quoted_identifier": "a name",
    "rbrace": "'}'",
    "rbracket": "']'",
    "rparen": "')'",
    "star": "a number, ':', '?' or '*'",
    "unquoted_identifier": "a name",
}

RawNode = dict[str, Any]
"""A node of the library: ``type``, ``children``, sometimes ``value``; and here ``span``, its offsets."""


def parse(text: str) -> RawNode:
    """Parse a JMESPath expression.

    Args:
        text: The expression.

    Returns:
        The library's tree; nodes that stand for written text carry a ``span``.

    Raises:
        ExpressionSyntaxError: The text is no JMESPath, or nested too deeply.
    """
    if not text.strip():
        raise fault_at(text, 0, "the expression is empty")
    tokens = _read_tokens(text)
    return _PlacingParser(text, tokens).parse_all()


def _read_tokens(text: str) -> list[dict[str, Any]]:
    try:
        return list(_JSONLexer().tokenize(text))
    except LexerError as error:
        offset = error.lexer_position
        message = str(error.message)
    if message.startswith("Unclosed"):
        raise fault_at(text, offset, f"the {text[offset]} opened here is never closed")
    if message.startswith("Unknown"):
        raise fault_at(text, offset, f"unexpected {text[offset]!r}")
    raise fault_at(text, offset, message)


class _JSONLexer(Lexer):  # type: ignore[misc]  # the library ships no types
    """The library's lexer, with literals that are JSON and nothing else."""

    def _consume_literal(self) -> dict[str, Any]:
        start = self._position
        lexeme = self._consume_until("`").replace("\\`", "`")
        try:
            value = json.loads(lexeme, parse_float=_finite, parse_constant=_refuse_constant)
        except RecursionError:
            raise LexerError(start, lexeme, f"nested deeper than {MAX_NESTING}") from None
        except ValueError:
            plain = lexeme[:1].isalnum() and lexeme.isprintable() and "'" not in lexeme and len(lexeme) <= 40
            hint = f": a string is written '{lexeme}'" if plain else ""
            raise LexerError(start, lexeme, f"what stands between the backticks is not JSON{hint}") from None
        return {"type": "literal", "value": value, "start": start, "end": self._position}

    def _consume_quoted_identifier(self) -> dict[str, Any]:
        start = self._position
        lexeme = f'"{self._consume_until(chr(34))}"'
        try:
            value = json.loads(lexeme)
        except ValueError:
            raise LexerError(start, lexeme, "the quoted name is not a JSON string") from None
        return {"type": "quoted_identifier", "value": value, "start": start, "end": self._position}


def _finite(spelling: str) -> float:
    number = float(spelling)
    if not math.isfinite(number):
        raise ValueError(f"{spelling} is beyond a double")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


class _PlacingParser(Parser):  # type: ignore[misc]  # the library ships no types
    """The library's parser, with places, bounds and errors of our own."""

    def __init__(self, text: str, tokens: list[dict[str, Any]]) -> None:
        super().__init__()
        self._text = text
        self._tokens = tokens
        self._index = 0
        self._depth = -1

    def parse_all(self) -> RawNode:
        """The tree of the whole text."""
        tree = self._expression()
        if self._current_token() != "eof":
            self._fail(self._lookahead_token(0))
        return tree

    def _expression(self, binding_power: int = 0) -> RawNode:
        first = self._lookahead_token(0)
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise fault_at(self._text, first["start"], f"nested deeper than {MAX_NESTING}")
        self._advance()
        node: RawNode = getattr(self, f"_token_nud_{first['type']}", self._error_nud_token)(first)
        node.setdefault("span", self._span_from(first))
        while binding_power < self.BINDING_POWER[self._current_token()]:
            operator = self._lookahead_token(0)
            extend = getattr(self, f"_token_led_{operator['type']}", None)
            if extend is None:
                self._fail(operator)
            self._advance()
            node = extend(node)
            node["span"] = self._span_from(first)
        self._depth -= 1
        return node

    def _span_from(self, first: dict[str, Any]) -> tuple[int, int]:
        start = first["start"]
        return start, start + len(self._text[start : self._lookahead_token(0)["start"]].rstrip())

    def _token_nud_quoted_identifier(self, token: dict[str, Any]) -> RawNode:
        if self._current_token() == "lparen":
            raise fault_at(self._text, token["start"], "a function's name takes no quotes")
        field: RawNode = ast.field(token["value"])
        field["quoted"] = True
        return field

    def _token_led_lparen(self, left: RawNode) -> RawNode:
        name = self._lookahead_token(-2)
        if left["type"] != "field" or name["type"] != "unquoted_identifier":
            raise fault_at(self._text, name["start"], "only a function's name may stand before '('")
        arguments = []
        if self._current_token() != "rparen":
            arguments.append(self._expression())
            while self._current_token() == "comma":
                self._advance()
                arguments.append(self._expression())
        self._match("rparen")
        call: RawNode = ast.function_expression(left["value"], arguments)
        return call

    def _parse_multi_select_hash(self) -> RawNode:
        pairs = []
        while True:
            key = self._lookahead_token(0)
            self._match_multiple_tokens(["quoted_identifier", "unquoted_identifier"])
            self._match("colon")
            pairs.append(ast.key_val_pair(key_name=key["value"], node=self._expression(0)))
            if self._current_token() != "comma":
                break
            self._advance()
        self._match("rbrace")
        hash_: RawNode = ast.multi_select_dict(nodes=pairs)
        return hash_

    def _error_nud_token(self, token: dict[str, Any]) -> NoReturn:
        self._fail(token)

    def _raise_parse_error_for_token(self, token: dict[str, Any], _: str) -> NoReturn:
        self._fail(token)

    def _raise_parse_error_maybe_eof(self, expected: str | list[str], token: dict[str, Any]) -> NoReturn:
        kinds = [expected] if isinstance(expected, str) else expected
        self._fail(token, " or ".join(sorted({_SPELLINGS.get(kind, kind) for kind in kinds})))

    def _fail(self, token: dict[str, Any], expected: str = "") -> NoReturn:
        """Raise an error at a token; the library's reasons ("invalid token") say less than the token itself."""
        hint = f"; {expected} was expected" if expected else ""
        if token["type"] == "eof":
            raise fault_at(self._text, len(self._text), f"the expression ends too early{hint}")
        if token["type"] == "number" and not hint:
            hint = f"; a number is written `{token['value']}`"
        found = next(_TOKEN.finditer(self._text, token["start"])).group()
        raise fault_at(self._text, token["start"], f"unexpected {found!r}{hint}")
