"""The reference of CEL, made of the tables of functions: ``python -m zen_gc_core.expressions.cel.reference``.

What is no function (operators, macros, bounds) is written here; every function comes from its library's table.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from zen_gc_core.expressions.budget import MAX_BYTES, MAX_STEPS, TOGETHER
from zen_gc_core.expressions.cel.building import MAX_DEPTH, MAX_NODES
from zen_gc_core.expressions.cel.checking import MAX_COMPREHENSIONS
from zen_gc_core.expressions.cel.lexing import MAX_LENGTH, MAX_NESTING
from zen_gc_core.expressions.cel.library import LIBRARIES

if TYPE_CHECKING:
    from zen_gc_core.expressions.cel.functions import Function

_LANGUAGE: Final = f"""\
# CEL

This page is generated from the tables of functions. [Write a CEL condition](../how-to/write-a-cel-condition.md) has
conditions to start from; [why CEL is compiled twice](../explanation/why-cel-is-compiled-twice.md) says what lies behind.

The language is that of the [CEL specification](https://github.com/google/cel-spec), with the libraries of
[Kubernetes](https://kubernetes.io/docs/reference/using-api/cel/) and with `math`, `base64` and `cel.bind`. There is no
`authorizer` and no access to a network.

## Variables

| variable | type | what it is |
|---|---|---|
| `object` | map | the object |
| `namespaceObject` | map or null | the object's Namespace; null for kinds without one |
| `now` | timestamp | the instant of the run |
| `policy` | map | the policy's metadata |

## Types and literals

| type | literals |
|---|---|
| `null_type` | `null` |
| `bool` | `true`, `false` |
| `int` (64 bits) | `1`, `-1`, `0x1f` |
| `uint` (64 bits) | `1u`, `0x1fu` |
| `double` | `1.5`, `1e3`, `.5` |
| `string` | `'a'`, `"a"`, `'''a'''`, `r'\\d'`; escapes `\\n \\t \\\\ \\' \\" \\x41 \\u00e9 \\U0001f600 \\101` |
| `bytes` | `b'a'` |
| `list` | `[1, 2]`, `[?optional]` |
| `map` | `{{'key': 1}}`, `{{?'key': optional}}` |
| `timestamp` | `timestamp('2026-01-31T12:00:00Z')`; RFC 3339 only, and not Go's zero time (year 1), which means that there is no time |
| `duration` | `duration('1h30m')`; there are no days |
| `optional` | `object.?field`, `map[?'key']`, `optional.of(1)` |

Numbers of different types compare by value (`1 == 1.0`); an int beside a double is made one. Integers that overflow are
errors. A map may not have both `true` and `1` as keys.

## Operators

From the weakest to the strongest: `? :`, `||`, `&&`, `== != < <= > >= in`, `+ -`, `* / %`, `! -`, `. [] ()`.
`&&` and `||` answer whenever one side decides, even if the other is an error. Comparing values of different types with
`==` is false; ordering them is an error.

## Macros

| macro | meaning |
|---|---|
| `has(object.field)` | whether the field is there; an error if `object` is no map |
| `list.all(x, condition)` | whether the condition holds for every element of a list, or every key of a map |
| `list.exists(x, condition)` | whether it holds for any |
| `list.exists_one(x, condition)`, `existsOne` | whether it holds for exactly one |
| `list.filter(x, condition)` | the elements for which it holds |
| `list.map(x, value)`, `list.map(x, condition, value)` | a value for each element, or for each for which the condition holds |
| `all`, `exists`, `exists_one` with `(i, x, condition)` | the same with index and element of a list, or key and value of a map |
| `transformList(i, x, value)`, `transformList(i, x, condition, value)` | a list of values |
| `transformMap(k, v, value)`, `transformMap(k, v, condition, value)` | a map with the same keys and new values |
| `transformMapEntry(k, v, {{key: value}})`, also with a condition | a map of new entries |
| `optional.optMap(x, value)`, `optFlatMap(x, optional)` | the optional with a new value, if it has one |
| `cel.bind(x, value, expression)` | the expression with `x` standing for the value |

## Bounds

| of | at most |
|---|---|
| the text | {MAX_LENGTH:,} characters |
| brackets within each other | {MAX_NESTING} |
| levels of the tree | {MAX_DEPTH}; a chain of `&&` or `\\|\\|` is one |
| parts of the tree | {MAX_NODES:,} |
| macros over lists or maps within each other | {MAX_COMPREHENSIONS} |
| steps of an evaluation | {MAX_STEPS:,} |
| bytes that an evaluation handles | {MAX_BYTES:,} |
| all expressions of a policy on one object | {TOGETHER} times these steps and bytes |

An element of a macro costs one step, and one more for every two parts of the macro's body; a function of a library
counts as two dozen. An evaluation over its budget keeps the object.
"""


def reference() -> str:
    """The page, in Markdown."""
    return "\n".join([_LANGUAGE, *(_library(title, functions) for title, functions in LIBRARIES.items())])


def _library(title: str, functions: tuple[Function, ...]) -> str:
    rows = [f"| `{function.signature}` | {_cell(function.documentation)} |" for function in functions]
    return "\n".join([f"## {title}", "", "| function | meaning |", "|---|---|", *rows, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(reference())
