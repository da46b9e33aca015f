"""Random expressions of CEL over an object of mixed types, for differential tests.

Most of them have a value: parts are generated for the type that their place wants, and one in eight is of any type.

What engines may answer differently is not generated: the order of a map's keys, the digits of fractions of a second in
text (Go cuts trailing zeros, C++ does not).
"""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

OBJECT: dict[str, Any] = {
    "metadata": {
        "name": "ci-1",
        "labels": {"app": "ci-1", "n": "5"},
        "annotations": {},
        "creationTimestamp": "2026-05-30T08:15:42Z",
        "finalizers": ["a", "b"],
    },
    "spec": {
        "n": 3,
        "zero": 0,
        "neg": -7,
        "f": 2.5,
        "t": True,
        "z": None,
        "big": 9223372036854775807,
        "ttl": "1h30m",
        "containers": [{"name": "a", "image": "x:latest", "cpu": 1}, {"name": "b", "image": "y:1"}],
        "mixed": [1, "a", None, 2.5, True, [1], {"k": 1}],
        "numbers": [3, 1, 2],
        "texts": ["b", "a", ""],
    },
}
"""The object that the expressions are about."""

_LEAVES = {
    "bool": ["true", "false", "object.spec.t", "has(object.metadata.labels)", "has(object.spec.nope)"],
    "int": ["0", "1", "(-1)", "2", "object.spec.n", "object.spec.neg", "object.spec.big", "object.spec.zero"],
    "double": ["1.5", "(-0.5)", "2.0", "object.spec.f", "0.0"],
    "uint": ["0u", "3u", "7u"],
    "string": [
        "'a'",
        "'ci-'",
        "''",
        "object.metadata.name",
        "object.metadata.labels.app",
        "object.metadata.labels['n']",
        "'ab:c'",
    ],
    "list": [
        "object.spec.numbers",
        "object.spec.texts",
        "object.metadata.finalizers",
        "[]",
        "[1, 2]",
        "['a', 'b']",
        "object.spec.mixed",
    ],
    "map": ["object.metadata.labels", "object.metadata.annotations", "{'a': 1}", "object.spec", "{'k': 'v', 'a': 'b'}"],
    "timestamp": [
        "timestamp(object.metadata.creationTimestamp)",
        "timestamp('2026-01-31T23:59:59Z')",
        "timestamp('1969-12-31T23:59:59Z')",
    ],
    "duration": ["duration('1h')", "duration(object.spec.ttl)", "duration('-90s')"],
    "any": [
        "null",
        "object.nope",
        "object.spec.z",
        "object.spec.z.q",
        "object.metadata.name.q",
        "b'x'",
        "object.spec.containers[5]",
        "object",
    ],
}
_TYPES = [kind for kind in _LEAVES if kind != "any"]
_ORDERED = ["int", "double", "uint", "string", "timestamp", "duration", "bool"]
_TEMPLATES = {
    "bool": [
        "({bool} && {bool})", "({bool} || {bool})", "!({bool})", "({any} == {any})", "({any} != {any})",
        "({int} < {int})", "({int} <= {double})", "({double} > {uint})", "({string} >= {string})",
        "({timestamp} < {timestamp})", "({duration} > {duration})", "({any} < {any})", "({any} in {list})",
        "({string} in {map})", "{string}.startsWith({string})", "{string}.endsWith({string})",
        "{string}.contains({string})", "{string}.matches('^[a-c]+')", "{list}.exists({v}, {bool@v})",
        "{list}.all({v}, {bool@v})", "{list}.exists_one({v}, {bool@v})", "{map}.all({v}, {bool@v})",
        "{map}.exists({v}, {bool@v})", "({bool} ? {bool} : {bool})", "has(({map}).a)", "bool({string})",
        "optional.of({any}).hasValue()", "{map}[?{string}].hasValue()", "cel.bind({v}, {any}, {bool@v})",
        "(type({any}) == type({any}))", "({any} in ['a', 'ci-1'])", "({any} == null)", "({any} == true)", "({any} != 'a')",
    ],
    "int": [
        "({int} + {int})", "({int} - {int})", "({int} * {int})", "({int} / {int})", "({int} % {int})", "(-({int}))",
        "size({string})", "size({list})", "{map}.size()", "int({double})", "int({uint})", "int({string})",
        "int({timestamp})", "{timestamp}.getFullYear()", "{timestamp}.getDayOfWeek()", "{duration}.getMinutes()",
        "{list}[{int}]", "({bool} ? {int} : {int})", "{string}.indexOf({string})", "{string}.lastIndexOf({string})",
        "math.greatest({int}, {int})", "math.abs({int})", "{timestamp}.getHours('-02:30')",
    ],
    "double": ["({double} + {double})", "({double} * {double})", "({double} / {double})", "double({int})", "(-({double}))", "math.ceil({double})", "math.round({double})"],
    "uint": ["({uint} + {uint})", "({uint} - {uint})", "uint({int})", "({uint} % {uint})"],
    "string": [
        "({string} + {string})", "string({int})", "string({bool})", "string({timestamp})", "string({duration})",
        "{map}[{string}]", "({bool} ? {string} : {string})", "{string}.lowerAscii()", "{string}.replace({string}, {string})",
        "{string}.substring({int})", "{string}.charAt({int})", "{string}.trim()", "{list}.join(',')", "{map}.?a.orValue({string})",
        "'%s %d'.format([{string}, {int}])",
    ],
    "list": [
        "({list} + {list})", "{list}.filter({v}, {bool@v})", "{list}.map({v}, {any@v})", "{list}.map({v}, {bool@v}, {any@v})",
        "[{any}, {any}]", "{string}.split(':')", "[?{map}.?a, {int}]",
    ],
    "map": ["{{'a': {any}, 'b': {any}}}", "{{?'a': {map}.?n}}", "({bool} ? {map} : {map})"],
    "timestamp": ["({timestamp} + {duration})", "({timestamp} - {duration})"],
    "duration": ["({duration} + {duration})", "({timestamp} - {timestamp})"],
    "any": ["dyn({any})", "({bool} ? {any} : {any})", "{list}[{int}]", "{map}.a", "cel.bind({v}, {any}, {any@v})"],
}  # fmt: skip


class Generator:
    """Makes expressions.

    Args:
        random: Where chance comes from; its seed is the tests' to print.
    """

    def __init__(self, random: random.Random) -> None:
        self._random = random
        self._variables = 0

    def expression(self) -> str:
        """One expression of any type, most often a condition."""
        kind = self._random.choice(["bool", "bool", "bool", *_TEMPLATES])
        return self._make(kind, self._random.choice([1, 2, 2, 3]), ())

    def _make(self, kind: str, depth: int, scope: tuple[str, ...]) -> str:
        choice = self._random
        if kind == "any" or choice.random() < 0.12:
            kind = choice.choice([*_TEMPLATES, "any"])
        if depth <= 0 or choice.random() < 0.1:
            if scope and choice.random() < 0.5:
                return choice.choice(scope) + choice.choice(["", "", "", ".name", ".image", ".cpu"])
            return choice.choice(_LEAVES[kind])
        template = choice.choice(_TEMPLATES[kind])
        variable = ""
        if "{v}" in template:
            variable = f"v{self._variables}"
            self._variables += 1
        made = []
        for literal, name, _, _ in Formatter().parse(template):
            made.append(literal)
            if name is not None:
                made.append(self._part(name, depth - 1, scope, variable))
        return "".join(made)

    def _part(self, name: str, depth: int, scope: tuple[str, ...], variable: str) -> str:
        if name == "v":
            return variable
        kind, _, inner = name.partition("@")
        return self._make(kind, depth, (*scope, variable) if inner else scope)
