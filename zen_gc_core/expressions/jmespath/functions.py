"""The table of JMESPath's functions: what each takes, what it yields, and what carries it out.

Those of the jmespath library, and ``now``, ``timestamp`` and ``age``. What a function does is in ``arrays`` and
``scalars``; how it is called is in ``calling``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.expressions.budget import spend_bytes
from zen_gc_core.expressions.jmespath import arrays, scalars
from zen_gc_core.expressions.jmespath.kinds import ALL_KINDS, LONG_TEXT, Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable

Kinds = frozenset[Kind]

REFERENCE: Final[Kinds] = frozenset()
"""The parameter takes ``&expression``, which is no value."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function.

    Args:
        parameters: The kinds that each parameter takes; :data:`REFERENCE` for an expression.
        results: The kinds that it may yield.
        carry_out: What it does. Gets values of the kinds declared, and first the instant of the run when ``timed``.
        variadic: Whether the last parameter may be given more than once.
        timed: Whether it needs the instant of the run (or evaluates an expression that may).
    """

    parameters: tuple[Kinds, ...]
    results: Kinds
    carry_out: Callable[..., Any]
    variadic: bool = False
    timed: bool = False


def _starts_with(text: str, prefix: str) -> bool:
    if len(prefix) > LONG_TEXT:
        spend_bytes(len(prefix))
    return text.startswith(prefix)


def _ends_with(text: str, suffix: str) -> bool:
    if len(suffix) > LONG_TEXT:
        spend_bytes(len(suffix))
    return text.endswith(suffix)


_ARRAY: Final[Kinds] = frozenset(["array"])
_BOOLEAN: Final[Kinds] = frozenset(["boolean"])
_NULL: Final[Kinds] = frozenset(["null"])
_NUMBER: Final[Kinds] = frozenset(["number"])
_OBJECT: Final[Kinds] = frozenset(["object"])
_STRING: Final[Kinds] = frozenset(["string"])

FUNCTIONS: Final[dict[str, Function]] = {
    "abs": Function((_NUMBER,), _NUMBER, abs),
    "age": Function((_STRING,), _NUMBER, scalars.age, timed=True),
    "avg": Function((_ARRAY,), _NUMBER | _NULL, arrays.average),
    "ceil": Function((_NUMBER,), _NUMBER, scalars.ceil),
    "contains": Function((_ARRAY | _STRING, ALL_KINDS), _BOOLEAN, arrays.contains),
    "ends_with": Function((_STRING, _STRING), _BOOLEAN, _ends_with),
    "floor": Function((_NUMBER,), _NUMBER, scalars.floor),
    "join": Function((_STRING, _ARRAY), _STRING, arrays.join),
    "keys": Function((_OBJECT,), _ARRAY, arrays.keys),
    "length": Function((_ARRAY | _OBJECT | _STRING,), _NUMBER, len),
    "map": Function((REFERENCE, _ARRAY), _ARRAY, arrays.map_each, timed=True),
    "max": Function((_ARRAY,), _NUMBER | _STRING | _NULL, arrays.largest),
    "max_by": Function((_ARRAY, REFERENCE), ALL_KINDS, arrays.largest_by, timed=True),
    "merge": Function((_OBJECT,), _OBJECT, arrays.merge, variadic=True),
    "min": Function((_ARRAY,), _NUMBER | _STRING | _NULL, arrays.smallest),
    "min_by": Function((_ARRAY, REFERENCE), ALL_KINDS, arrays.smallest_by, timed=True),
    "not_null": Function((ALL_KINDS,), ALL_KINDS, arrays.not_null, variadic=True),
    "now": Function((), _NUMBER, scalars.now, timed=True),
    "reverse": Function((_ARRAY | _STRING,), _ARRAY | _STRING, arrays.reverse),
    "sort": Function((_ARRAY,), _ARRAY, arrays.sort),
    "sort_by": Function((_ARRAY, REFERENCE), _ARRAY, arrays.sort_by, timed=True),
    "starts_with": Function((_STRING, _STRING), _BOOLEAN, _starts_with),
    "sum": Function((_ARRAY,), _NUMBER, arrays.total),
    "timestamp": Function((_STRING,), _NUMBER, scalars.timestamp),
    "to_array": Function((ALL_KINDS,), _ARRAY, arrays.to_array),
    "to_number": Function((ALL_KINDS,), _NUMBER | _NULL, scalars.to_number),
    "to_string": Function((ALL_KINDS,), _STRING, scalars.to_string),
    "type": Function((ALL_KINDS,), _STRING, kind_of),
    "values": Function((_OBJECT,), _ARRAY, arrays.values),
}
