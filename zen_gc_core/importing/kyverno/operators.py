"""The operators of Kyverno's conditions, as Kyverno evaluates them: a reference, and nothing that decides here."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from zen_gc_core.importing.kyverno.wildcards import matches

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_GO_PART: Final = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|ms|s|m|h)", re.ASCII)
_GO_UNITS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_QUANTITY: Final = re.compile(
    r"([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:[eE]([-+]?[0-9]+)|(n|u|m|k|[KMGTPE]i?|))", re.ASCII
)
_SUFFIXES: Final = {
    "": Decimal(1),
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal(10**3),
    **{sign: Decimal(10 ** (3 * power)) for power, sign in enumerate("MGTPE", 2)},
    **{f"{sign}i": Decimal(1024**power) for power, sign in enumerate("KMGTPE", 1)},
}
_ORDERS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "greaterthan": lambda a, b: a > b,
    "greaterthanorequals": lambda a, b: a >= b,
    "lessthan": lambda a, b: a < b,
    "lessthanorequals": lambda a, b: a <= b,
}


def holds(operator: str, key: Any, value: Any) -> bool:
    """Whether a condition holds.

    Args:
        operator: The operator, in small letters.
        key: The value of its key; None where there is none.
        value: What it compares with.
    """
    match operator.removeprefix("duration"):
        case "equals" | "equal":
            return _equal(key, value) is True
        case "notequals" | "notequal":
            return _equal(key, value) is False
        case "anyin":
            return _member(key, value, any)
        case "allin":
            return _member(key, value, all)
        case "anynotin":
            return _no_member(key, value, any)
        case "allnotin":
            return _no_member(key, value, all)
        case order if order in _ORDERS:
            return _ordered(key, value, _ORDERS[order])
        case _:
            return False


def _equal(key: Any, value: Any) -> bool | None:
    """Whether the two are equal; None where they are of kinds that are neither equal nor not."""
    if isinstance(key, bool):
        return key == value if isinstance(value, bool) else None
    if isinstance(key, str):
        return _equal_text(key, value)
    if isinstance(key, int | float):
        return _equal_number(key, value)
    if isinstance(key, list | dict):
        return key == value if type(key) is type(value) else None
    return None


def _equal_text(key: str, value: Any) -> bool | None:
    durations = _durations(key, value)
    if durations is not None:
        return durations[0] == durations[1]
    quantity = _quantity(key)
    if quantity is not None and isinstance(value, str):
        other = _quantity(value)
        return None if other is None else quantity == other
    return matches(value, key) if isinstance(value, str) else None


def _equal_number(key: float, value: Any) -> bool | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            return key == (int(value) if isinstance(key, int) else float(value))
        except ValueError:
            return None
    if isinstance(value, int | float):
        fractions = {isinstance(each, float) and not each.is_integer() for each in (key, value)}
        return None if len(fractions) > 1 else key == value
    return None


def _ordered(key: Any, value: Any, order: Callable[[Any, Any], bool]) -> bool:
    if isinstance(key, bool) or isinstance(value, bool) or not isinstance(key, int | float | str):
        return False
    durations = _durations(key, value)
    if durations is not None:
        return order(*durations)
    if isinstance(key, str) and isinstance(value, str):
        first, second = _quantity(key), _quantity(value)
        if first is not None and second is not None:
            return order(first, second)
    try:
        return order(float(key), float(value))
    except (TypeError, ValueError):
        return False


def _member(key: Any, value: Any, every: Callable[[Sequence[bool]], bool]) -> bool:
    if not isinstance(value, list):
        return False
    texts = [_spelt(each) for each in value]
    if isinstance(key, list):
        return every([any(_alike(_spelt(each), text) for text in texts) for each in key])
    if isinstance(key, str | int | float) and not isinstance(key, bool):
        spelt = _spelt(key)
        return any(matches(spelt, text) if every is all else _alike(spelt, text) for text in texts)
    return False


def _no_member(key: Any, value: Any, every: Callable[[Sequence[bool]], bool]) -> bool:
    if not isinstance(value, list):
        return False
    texts = [_spelt(each) for each in value]
    if isinstance(key, list):
        absent = [not any(_alike(_spelt(each), text) for text in texts) for each in key]
        return bool(absent) and every(absent)
    if isinstance(key, str | int | float) and not isinstance(key, bool):
        return not any(_alike(_spelt(key), text) for text in texts)
    return False


def _alike(first: str, second: str) -> bool:
    return matches(first, second) or matches(second, first)


def _spelt(value: Any) -> str:
    """A value as Go prints it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _durations(key: Any, value: Any) -> tuple[float, float] | None:
    """Both as durations, in seconds: one of them must be spelt as one, the other may be a number of seconds."""
    first, second = _duration(key), _duration(value)
    if first is None and second is None:
        return None
    found = []
    for spelt, given in ((first, key), (second, value)):
        if spelt is None and (isinstance(given, bool) or not isinstance(given, int | float)):
            return None
        found.append(float(int(given)) if spelt is None else spelt)
    return found[0], found[1]


def _duration(text: Any) -> float | None:
    if not isinstance(text, str) or not text or text == "0":
        return None
    rest = text[1:] if text[0] in "+-" else text
    if rest == "0":
        return 0.0
    position, seconds = 0, 0.0
    while part := _GO_PART.match(rest, position):
        seconds += float(part[1]) * _GO_UNITS[part[2]]
        position = part.end()
    if not rest or position != len(rest):
        return None
    return -seconds if text[0] == "-" else seconds


def _quantity(text: str) -> Decimal | None:
    parts = _QUANTITY.fullmatch(text)
    if parts is None:
        return None
    try:
        number = Decimal(parts[1])
    except InvalidOperation:
        return None
    return number.scaleb(int(parts[2])) if parts[2] else number * _SUFFIXES[parts[3] or ""]
