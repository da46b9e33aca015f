"""The grammar of CEL: cel-python's, patched, and its LALR table.

The table is ``zen_gc_core/expressions/cel/grammar.json`` and all that compiling an expression needs: neither lark nor
celpy is imported then. This program makes the table anew::

    python tools/cel_grammar.py

The text of the grammar is cel-python's own, found without importing (or running) that package. Its terminals are not
used: ``zen_gc_core.expressions.cel.lexing`` reads the text in linear time, where theirs backtrack.
"""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any, Final

from lark import Lark
from lark.grammar import NonTerminal, Terminal
from lark.lexer import PatternStr

TABLE: Final = Path(__file__).parents[1] / "zen_gc_core" / "expressions" / "cel" / "grammar.json"

_TERMINALS: Final = r"""
INT_LIT: /i/
UINT_LIT: /u/
FLOAT_LIT: /f/
STRING_LIT: /s/
BYTES_LIT: /b/
BOOL_LIT: /t/
NULL_LIT: /n/
IDENT: /x/
QIDENT: /q/
"""

_PATCHES: Final = (
    # optional selection and back-quoted fields
    ("| member_object |", "| member_optdot | member_optindex |"),
    (
        'member_object  : member "{" [fieldinits] "}"\n',
        'member_optdot  : member "." "?" field\nmember_optindex: member "[" "?" expr "]"\nfield: IDENT | QIDENT\n',
    ),
    ('member_dot     : member "." IDENT\n', 'member_dot     : member "." field\n'),
    ('fieldinits     : IDENT ":" expr ("," IDENT ":" expr)*\n', ""),
    # optional elements, trailing commas
    ('list_lit       : "[" [exprlist] "]"', 'list_lit       : "[" [item ("," item)* [","]] "]"\nitem: expr | "?" expr -> optitem'),
    ('map_lit        : "{" [mapinits] "}"', 'map_lit        : "{" [entry ("," entry)* [","]] "}"'),
    ('mapinits       : expr ":" expr ("," expr ":" expr)*', 'entry: expr ":" expr | "?" expr ":" expr -> optentry'),
    # one token for both kinds of text, and true, false and null by their own
    ("UINT_LIT | FLOAT_LIT | INT_LIT | MLSTRING_LIT | STRING_LIT", "UINT_LIT | FLOAT_LIT | INT_LIT | STRING_LIT"),
)  # fmt: skip

_PASSING: Final = (
    "expr",
    "conditionalor",
    "conditionaland",
    "relation",
    "addition",
    "multiplication",
    "unary",
    "member",
    "primary",
)
"""Rules of precedence alone: with one child they are that child."""


def grammar_text() -> str:
    """cel-python's grammar with our patches and without its terminals.

    Raises:
        ValueError: cel-python is not installed, or its grammar is one that the patches do not fit.
    """
    spec = importlib.util.find_spec("celpy")
    if spec is None or spec.origin is None:
        raise ValueError("cel-python is not installed")
    text = Path(spec.origin).with_name("cel.lark").read_text(encoding="utf-8")
    text, _, _ = text.partition("// Terminals.")
    for old, new in _PATCHES:
        if text.count(old) != 1:
            raise ValueError(f"cel-python's grammar has changed: {old!r} is not in it once")
        text = text.replace(old, new)
    for rule in _PASSING:
        text, count = re.subn(rf"^{rule}\b", f"?{rule}", text, flags=re.MULTILINE)
        if count != 1:
            raise ValueError(f"cel-python's grammar has changed: it has no rule {rule!r}")
    return text + _TERMINALS


def build_table() -> dict[str, Any]:
    """Compute the LALR table.

    Returns:
        ``start`` and ``end``: states. ``states``: per state, what a symbol does: a state to go to (0 or more), or
        ``-1 - r`` to reduce by rule ``r``. ``rules``: origin, name of the tree builder's method, number of symbols, the
        places of those kept, and whether a single child stands for the rule (``?`` in lark).
    """
    parser = Lark(grammar_text(), parser="lalr", start="expr", maybe_placeholders=False)
    data = parser.parser.parser._parse_table  # noqa: SLF001  lark gives its table to nobody
    texts = {terminal.name: _symbol(terminal) for terminal in parser.terminals}
    order = _reachable(data.states, data.start_states["expr"])
    rules = sorted(
        {
            tuple(_rule(argument))
            for row in data.states.values()
            for action, argument in row.values()
            if action.name == "Reduce"
        }
    )
    states = [
        {
            texts.get(name, name): order.index(argument)
            if action.name == "Shift"
            else -1 - rules.index(_rule(argument))
            for name, (action, argument) in data.states[state].items()
        }
        for state in order
    ]
    return {"start": 0, "end": order.index(data.end_states["expr"]), "rules": rules, "states": states}


def _reachable(states: dict[int, Any], start: int) -> list[int]:
    """All states in an order that depends on the grammar alone."""
    order = [start]
    for state in order:
        for _, (action, argument) in sorted(states[state].items()):
            if action.name == "Shift" and argument not in order:
                order.append(argument)
    return order


def _symbol(terminal: Any) -> str:
    return str(terminal.pattern.value) if isinstance(terminal.pattern, PatternStr) else str(terminal.name)


def _rule(rule: Any) -> tuple[str, str, int, tuple[int, ...], bool]:
    kept = tuple(
        place
        for place, symbol in enumerate(rule.expansion)
        if isinstance(symbol, NonTerminal) or (isinstance(symbol, Terminal) and not symbol.filter_out)
    )
    name = str(rule.alias or rule.origin.name)
    return (str(rule.origin.name), name, len(rule.expansion), kept, bool(rule.options.expand1 and not rule.alias))


def serialize(table: dict[str, Any]) -> str:
    """The table as the text of ``grammar.json``: a rule and a state a line."""
    rules = ",\n".join(json.dumps(rule) for rule in table["rules"])
    states = ",\n".join(json.dumps(dict(sorted(state.items()))) for state in table["states"])
    return f'{{"start": {table["start"]}, "end": {table["end"]},\n"rules": [\n{rules}\n],\n"states": [\n{states}\n]}}\n'


if __name__ == "__main__":
    TABLE.write_text(serialize(build_table()), encoding="utf-8")
