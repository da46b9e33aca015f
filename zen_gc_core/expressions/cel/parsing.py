"""Tokens to the syntax tree: an LALR driver over the table of ``grammar.json``, and macros by their names."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.expressions.cel.building import Builder
from zen_gc_core.expressions.cel.lexing import Token, syntax_error, tokens

if TYPE_CHECKING:
    from zen_gc_core.expressions.cel.syntax import Node, Span

_EXPECTED: Final = {"IDENT": "a name", "$END": "the end"}


class _Rule:
    """A rule of the grammar as the driver uses it."""

    __slots__ = ("kept", "name", "origin", "passes", "size", "spliced")

    def __init__(self, origin: str, name: str, size: int, kept: list[int], passes: bool) -> None:  # noqa: FBT001  a row of the table
        self.origin = origin
        self.name = name
        self.size = size
        self.kept = kept
        self.passes = passes
        self.spliced = origin.startswith("__")


class _Table:
    """The LALR table: states, rules, the state of a finished expression."""

    __slots__ = ("end", "rules", "start", "states")

    def __init__(self, text: str) -> None:
        data = json.loads(text)
        self.start: int = data["start"]
        self.end: int = data["end"]
        self.states: list[dict[str, int]] = data["states"]
        self.rules = [_Rule(*row) for row in data["rules"]]


@functools.cache
def _table() -> _Table:
    return _Table(resources.files(__package__).joinpath("grammar.json").read_text(encoding="utf-8"))


def parse(text: str) -> Node:
    """Parse an expression.

    Args:
        text: The expression.

    Raises:
        ExpressionSyntaxError: It is no expression of CEL, or over the bounds of its size; with the place.
    """
    table = _table()
    builder = Builder(text)
    states = [table.start]
    values: list[Any] = []
    spans: list[Span] = []
    for token in tokens(text):
        while (action := table.states[states[-1]].get(token.kind)) is not None and action < 0:
            rule = table.rules[-1 - action]
            value, span = _reduce(rule, values, spans, builder)
            if rule.size:
                del states[-rule.size :], values[-rule.size :], spans[-rule.size :]
            states.append(table.states[states[-1]][rule.origin])
            values.append(value)
            spans.append(span)
            if token.kind == "$END" and states[-1] == table.end:
                return builder.finish(value)
        if action is None:
            raise syntax_error(_unexpected(token, table.states[states[-1]]), text, token.start)
        states.append(action)
        values.append(token)
        spans.append((token.start, token.end))
    raise AssertionError("the last token ends or fails an expression")


def _reduce(rule: _Rule, values: list[Any], spans: list[Span], builder: Builder) -> tuple[Any, Span]:
    first = len(values) - rule.size
    span = (spans[first][0], spans[-1][1])
    children: list[Any] = []
    for place in rule.kept:
        value = values[first + place]
        if type(value) is list:
            children += value
        else:
            children.append(value)
    if rule.spliced:
        return children, span
    if rule.passes and len(children) == 1:
        return children[0], span
    return builder.build(rule.name, span, children), span


def _unexpected(token: Token, actions: dict[str, int]) -> str:
    found = "end of the expression" if token.kind == "$END" else f"{token.value!r}"
    if "IDENT" in actions:
        return f"unexpected {found}: an expression is missing here"
    closing = [sign for sign in ")]}" if sign in actions]
    if token.kind == "$END" and closing:
        return f"unexpected {found}: '{closing[0]}' is missing"
    return f"unexpected {found}"
