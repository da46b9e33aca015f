"""The conditions of a CleanupPolicy as CEL: what is true there of every object of which it is true here.

Kyverno compares texts as durations, as quantities, by wildcards and as numbers, whichever fits first. Here a text is a text, so
that what it might take for something else is kept.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.durations import parse_go_duration
from zen_gc_core.errors import InputError
from zen_gc_core.importing.kyverno.wildcards import pattern_of
from zen_gc_core.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from zen_gc_core.importing.kyverno.asking import Condition, Key

_IDENTIFIER: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)
_NUMERIC: Final = "^[-+]?[0-9.]"
"""How a text begins that Kyverno might read as a number, a duration or a quantity."""

_ORDERS: Final = {
    "greaterthan": ">",
    "greaterthanorequals": ">=",
    "lessthan": "<",
    "lessthanorequals": "<=",
    "durationgreaterthan": ">",
    "durationgreaterthanorequals": ">=",
    "durationlessthan": "<",
    "durationlessthanorequals": "<=",
}
_TEXTS: Final = frozenset(
    {("metadata", name) for name in ("name", "namespace", "generateName", "uid", "creationTimestamp")}
)
_LISTS: Final = frozenset({("metadata", "finalizers"), ("metadata", "ownerReferences")})
_WILD: Final = re.compile(r"[*?]")


def condition_of(condition: Condition) -> str:
    """A condition as CEL.

    Raises:
        InputError: It has none that takes no more; the text says why, in one line.
    """
    operator, value, key = condition.operator, condition.value, condition.key
    if key.is_age:
        if operator not in _ORDERS:
            raise InputError(f"{operator} of an age: only greater and less than are understood")
        return (
            f"now - timestamp(object.metadata.creationTimestamp) {_ORDERS[operator]} duration('{seconds_of(value)}s')"
        )
    if operator in _ORDERS:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InputError(
                f"{operator} {_shown(value)}: only numbers are compared, for Kyverno guesses what a text is"
            )
        return _bound(
            key, lambda k: f"(type({k}) == int || type({k}) == double) && {k} {_ORDERS[operator]} {_literal(value)}"
        )
    if operator in {"equals", "equal", "notequals", "notequal"}:
        return _equality(key, value, differs=operator.startswith("not"))
    if operator in {"anyin", "allin", "anynotin", "allnotin"}:
        return _membership(key, value, operator)
    raise InputError(f"operator {one_line(operator, 40)}: is not understood")


def seconds_of(value: Any) -> int:
    """The seconds of a duration as Kyverno's conditions write it: Go's text, or a number; rounded up.

    Raises:
        InputError: It is none.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise InputError(f"{_shown(value)} is no duration")
    return -int(-parse_go_duration(value).total_seconds() // 1)


def _equality(key: Key, value: Any, *, differs: bool) -> str:
    if value == []:
        if key.default != []:
            raise InputError("compared with [], a key needs || `[]`, for a field that is not there is no list")
        found = f"{_optional(key)}.orValue([])"
        return (
            f"cel.bind(v, {found}, type(v) == list && v.exists(x, type(x) != list))"
            if differs
            else f"size({found}) == 0"
        )
    if isinstance(value, bool):
        return _bound(key, lambda k: f"type({k}) == bool && {k} {'!=' if differs else '=='} {_literal(value)}")
    if isinstance(value, int):
        return _bound(key, lambda k: f"type({k}) == int && {k} {'!=' if differs else '=='} {value}")
    if not isinstance(value, str):
        raise InputError(f"{_shown(value)}: only texts, whole numbers, booleans and [] are compared")
    if differs and re.match(_NUMERIC, value):
        raise InputError(f"NotEquals {_shown(value)}: Kyverno reads it as a number, a duration or a quantity")
    if not _WILD.search(value) and not differs:
        return _bound(key, lambda k: f"{k} == {_literal(value)}")
    test = f".matches({_literal(pattern_of(value))})"
    negated = "!" if differs else ""
    return _bound(key, lambda k: f"type({k}) == string && !{k}.matches({_literal(_NUMERIC)}) && {negated}{k}{test}")


def _membership(key: Key, value: Any, operator: str) -> str:
    if not isinstance(value, list) or not value:
        raise InputError(f"{operator} {_shown(value)}: only lists with something in them are understood")
    if not all(isinstance(each, str | int) and not isinstance(each, bool) for each in value):
        raise InputError(f"{operator} {_shown(value)}: only texts and whole numbers are understood")
    if _is_text(key):
        value = list(map(str, value))
    if operator in {"anyin", "allin"}:
        return _bound(key, lambda k: _either(key, k, _among(value, operator, k), _all_among(value, operator, k)))
    return _bound(key, lambda k: _either(key, k, _none_of(value, k), _all_none_of(value, operator, k)))


def _either(key: Key, k: str, alone: str, each: str) -> str:
    """What is asked of a value that may be a list, and may be none; of one that is known, what fits."""
    if _is_text(key):
        return alone
    return each if key.path in _LISTS else f"type({k}) == list ? {each} : {alone}"


def _is_text(key: Key) -> bool:
    return key.path in _TEXTS or key.path[:2] in {("metadata", "labels"), ("metadata", "annotations")}


def _among(value: list[Any], operator: str, k: str) -> str:
    wild = [pattern_of(text) for text in value if isinstance(text, str) and _WILD.search(text)]
    if not wild or operator == "allin":
        return f"{k} in {_literal(value)}"
    return f"{k} in {_literal(value)} || type({k}) == string && {_literal(wild)}.exists(p, {k}.matches(p))"


def _all_among(value: list[Any], operator: str, k: str) -> str:
    return f"{k}.{'exists' if operator == 'anyin' else 'all'}(x, x in {_literal(value)})"


def _none_of(value: list[Any], k: str) -> str:
    patterns = _literal([pattern_of(str(each)) for each in value])
    return f"type({k}) == string && !{k}.matches('[*?]') && !{patterns}.exists(p, {k}.matches(p))"


def _all_none_of(value: list[Any], operator: str, k: str) -> str:
    plain = "x, type(x) == string && !x.matches('[*?]')"
    each = "exists" if operator == "anynotin" else "all"
    return f"size({k}) > 0 && {k}.all({plain}) && {k}.{each}(x, {_none_of(value, 'x')})"


def _bound(key: Key, written: Callable[[str], str]) -> str:
    """A condition about a key, which stands for its value once."""
    if key.flattened:
        raise InputError("a list that is taken apart is only compared with []")
    if key.default is None:
        return f"cel.bind(k, dyn(object{_path(key)}), {written('k')})"
    if not isinstance(key.default, str):
        raise InputError("|| `[]` is only compared with []")
    value = f"{_optional(key)}.orValue({_literal(key.default)})"
    if key.default:
        value = f"cel.bind(v, {value}, type(v) == string && v == '' ? {_literal(key.default)} : v)"
    return f"cel.bind(k, dyn({value}), {written('k')})"


def _path(key: Key) -> str:
    return "".join(f".{name}" if _IDENTIFIER.fullmatch(name) else f"[{_literal(name)}]" for name in key.path)


def _optional(key: Key) -> str:
    return "object" + "".join(
        f".?{name}" if _IDENTIFIER.fullmatch(name) else f"[?{_literal(name)}]" for name in key.path
    )


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
        return f"'{escaped}'"
    return json.dumps(value)


def _shown(value: Any) -> str:
    return one_line(json.dumps(value), 60)
